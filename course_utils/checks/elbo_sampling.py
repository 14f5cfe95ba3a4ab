"""The exercises of notebook 02, The evidence lower bound: estimates from weighted samples."""

import math

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def log_evidence(log_pxz, log_q):
    """log (1/K sum_k p(x, z_k) / q(z_k)), one number for each x: log_pxz, log_q [K, B] -> [B]."""
    return torch.logsumexp(log_pxz - log_q, dim=0) - math.log(len(log_pxz))


def _weighted(samples, points, level=0.0, spread=1.0):
    """A maker of log densities whose weights lie around e^level, over so many powers of e."""

    def make(rng):
        log_q = -2 + torch.randn(samples, points, generator=rng)
        weights = level + spread * torch.randn(samples, points, generator=rng)
        return log_q + weights, log_q

    return make


def _far_points(rng):
    """Log densities of two points further apart than one shift can bring into float64's range."""
    log_pxz, log_q = _weighted(7, 2)(rng)
    return log_pxz + torch.tensor([450.0, -450.0]), log_q


def _far_samples(rng):
    """Log densities in which one sample of each point has a weight e^3000 times the others'."""
    log_pxz, log_q = _weighted(4, 3)(rng)
    log_pxz[[0, 2, 3]] -= 3000
    return log_pxz, log_q


def _log_mean_above(log_w, level):
    """log mean exp, with level taken out before and put back after: safe only where level is the maximum."""
    return (log_w - level).exp().mean(dim=0).log() + level.squeeze()


exercise(
    "elbo.log_evidence",
    reference=log_evidence,
    inputs={
        "6 samples for each of 3 points": _weighted(6, 3),
        "40 samples for each of 2 points": _weighted(40, 2, spread=2.0),
        "weights near e^-1000": _weighted(9, 4, level=-1000.0),
        "weights near e^800": _weighted(5, 3, level=800.0),
        "2 points whose weights lie e^900 apart": _far_points,
        "1 of 4 weights e^3000 times the others": _far_samples,
    },
    mistakes=[
        Mistake(
            lambda log_pxz, log_q: (log_pxz - log_q).exp().mean(dim=0).log(),
            "Right until the weights leave the range of the computer's numbers: e^-1000 is 0 there and "
            "e^800 is infinite, in float32 e^-104 and e^89 already are, and an image of 784 pixels goes "
            "beyond both: its log p(x) is then an infinity.",
        ),
        Mistake(
            lambda log_pxz, log_q: _log_mean_above(log_pxz - log_q, (log_pxz - log_q).max()),
            "You subtract one maximum for all points: where log p(x) of two points lies far apart, all "
            "weights of the less likely one become 0, and its log p(x) is -inf; take it over axis 0.",
        ),
        Mistake(
            (
                lambda log_pxz, log_q: _log_mean_above(
                    log_pxz - log_q, (log_pxz - log_q).mean(dim=0, keepdim=True)
                ),
                lambda log_pxz, log_q: _log_mean_above(
                    log_pxz - log_q, (log_pxz - log_q).amin(dim=0, keepdim=True)
                ),
                lambda log_pxz, log_q: _log_mean_above(log_pxz - log_q, (log_pxz - log_q).mean()),
            ),
            "You subtract the mean or the minimum of the log weights: the largest weight can still overflow, "
            "and with many latents it does, so log p(x) comes out infinite; subtract the maximum.",
        ),
        Mistake(
            lambda log_pxz, log_q: log_evidence(log_pxz - (log_pxz - log_q).amax(dim=0), log_q),
            "The maximum is subtracted and not added back: what is left lies between -log K and 0 whatever "
            "the image, so no two models can be told apart by it.",
        ),
        Mistake(
            lambda log_pxz, log_q: (log_pxz - log_q).mean(dim=0),
            "You average the logarithms, where the weights should be averaged first: the log of an average "
            "is not the average of the logs, and this stays too low however many samples you pay for; "
            "section 4 gives what you computed a name.",
        ),
        Mistake(
            lambda log_pxz, log_q: torch.logsumexp(log_pxz - log_q, dim=0),
            "The sum is not divided by K: the estimate grows by log 2 whenever you double the number of "
            "samples, so more work makes any model look better.",
        ),
        Mistake(
            lambda log_pxz, log_q: (log_pxz - log_q).logsumexp(dim=0) / len(log_pxz),
            "The division by K happens outside the logarithm, where it has to be a difference: log(S / K) "
            "is log S minus log K, and this value tends to 0 as you draw more.",
        ),
        Mistake(
            lambda log_pxz, log_q: log_evidence(log_pxz, torch.zeros_like(log_q)),
            "The weights lack 1 / q: places that q visits often are counted often, and the estimate is no "
            "longer that of p(x) but of an integral that changes with your choice of q.",
        ),
        Mistake(
            lambda log_pxz, log_q: log_evidence(log_pxz, -log_q),
            "You multiply by q where you should divide: a place that q visits often is now counted twice "
            "over, once for the visits and once for the weight.",
        ),
        Mistake(
            lambda log_pxz, log_q: log_evidence(log_q, log_pxz),
            "The ratio is upside down, q / p for p / q: you estimate something like 1 / p(x), whose "
            "logarithm has the wrong sign, so the least likely image gets the highest value.",
        ),
        Mistake(
            lambda log_pxz, log_q: torch.logsumexp(log_pxz, dim=0) - torch.logsumexp(log_q, dim=0),
            "You divide the average of p by the average of q: each sample needs its own ratio, for only "
            "then does a rare z count for the many of its kind that were not drawn.",
        ),
        Mistake(
            lambda log_pxz, log_q: torch.logsumexp(log_pxz - log_q, dim=1) - math.log(log_q.shape[1]),
            "You average over the points, axis 1, and not over the samples of one point, axis 0: the "
            "images are mixed up, and one number comes out for each sample.",
        ),
        Mistake(
            lambda log_pxz, log_q: (log_pxz - log_q).amax(dim=0),
            "You keep the largest weight only: that is too high by up to log K, and a model whose mass is "
            "spread over many z is judged like one that has all of it in a single place.",
        ),
    ],
    hints=[
        "Each sample has a weight, p(x, z) over q(z). On the log scale a ratio is a difference.",
        "The weights are averaged, not their logarithms: exponentiate, sum over axis 0, divide, take the "
        "logarithm. Which function of PyTorch does exponential, sum and logarithm in one safe step?",
        "torch.logsumexp does those three; the division by the number of samples is then one more "
        "difference of logarithms.",
    ],
)


def effective_sample_size(log_w):
    """(sum w)^2 / sum w^2 of the weights of each point: log_w [K, B] -> [B], between 1 and K (Kong 1992)."""
    return 1 / torch.softmax(log_w, dim=0).square().sum(dim=0)


def _log_weights(samples, points, level=0.0, spread=1.0):
    return lambda rng: (level + spread * torch.randn(samples, points, generator=rng),)


def _one_heavy(rng):
    log_w = torch.randn(8, 3, generator=rng)
    log_w[2] += 30
    return (log_w,)


def _far_weights(maker):
    return lambda rng: (torch.sub(*maker(rng)),)


def _size_of(w):
    return w.sum(dim=0).square() / w.square().sum(dim=0)


def _shares(log_w):
    return log_w.softmax(dim=0)


def _perplexity(log_w):
    share = _shares(log_w)
    return (-torch.xlogy(share, share).sum(dim=0)).exp()


exercise(
    "elbo.effective_sample_size",
    reference=effective_sample_size,
    tolerance=1e-3,  # in float32 exp(2 logsumexp(w) - logsumexp(2 w)) has no more digits
    inputs={
        "6 weights for each of 3 points": _log_weights(6, 3),
        "30 weights for each of 2 points": _log_weights(30, 2, spread=2.0),
        "one heavy weight among 8": _one_heavy,
        "weights near e^-1000": _log_weights(12, 4, level=-1000.0),
        "10 equal weights": lambda rng: (torch.full((10, 2), -1.5),),
        "2 points whose weights lie e^900 apart": _far_weights(_far_points),
        "1 of 4 weights e^3000 times the others": _far_weights(_far_samples),
    },
    accepted=[
        Accepted(
            _perplexity,
            "This is the perplexity of the weights, the exponential of their entropy: also between 1 and K, "
            "and also in use; the sum squared over the sum of squares, the one asked for, is never larger.",
        ),
    ],
    mistakes=[
        Mistake(
            (
                lambda log_w: _size_of(log_w.exp()),
                lambda log_w: 1 / (log_w.exp() / log_w.exp().sum(dim=0)).square().sum(dim=0),
            ),
            "Right until the weights leave the range of the computer's numbers: e^-1000 is 0 there, and "
            "0 / 0 is NaN, just for the images where you need the warning.",
        ),
        Mistake(
            lambda log_w: _size_of((log_w - log_w.max()).exp()),
            "You subtract one maximum for all points: where log p(x) of two points lies far apart, all "
            "weights of the less likely one become 0, and 0 / 0 is NaN; take the maximum over axis 0.",
        ),
        Mistake(
            (
                lambda log_w: _size_of((log_w - log_w.mean(dim=0)).exp()),
                lambda log_w: _size_of((log_w - log_w.amin(dim=0)).exp()),
                lambda log_w: _size_of((log_w - log_w.mean()).exp()),
            ),
            "You subtract the mean or the minimum of the log weights: the largest weight can still overflow, "
            "and with many latents it does, so the warning comes out as NaN; subtract the maximum.",
        ),
        Mistake(
            lambda log_w: 1 / _shares(log_w).square().mean(dim=0),
            "You average the squared shares where they should be added up: K equal weights then count as "
            "K^2 samples, more than you drew, so a poor set of weights looks like a good one.",
        ),
        Mistake(
            lambda log_w: effective_sample_size(log_w) / len(log_w),
            "You divide by K as well: that is the share of the samples that count, at most 1, and not how "
            "many of them do.",
        ),
        Mistake(
            lambda log_w: 1 / _shares(log_w).amax(dim=0),
            "This is one over the largest share: it sees only the heaviest sample, and calls a set of a few "
            "heavy weights and many tiny ones as good as one where the rest counts too.",
        ),
        Mistake(
            lambda log_w: 1 / log_w.exp().square().sum(dim=0),
            "The weights are not normalised first: the value then changes with the level of p(x), so an "
            "unlikely image seems to have more samples than you drew.",
        ),
        Mistake(
            lambda log_w: log_w.exp().sum(dim=0) / log_w.exp().square().sum(dim=0),
            "The sum above is not squared: the units do not cancel, and the value changes when all the "
            "weights are multiplied by the same number.",
        ),
        Mistake(
            lambda log_w: _shares(log_w).square().sum(dim=0),
            "This is upside down: the sum of the squared shares is large where one sample has it all, so a "
            "collapsed estimate looks the best of all.",
        ),
        Mistake(
            lambda log_w: log_w.sum(dim=0).square() / log_w.square().sum(dim=0),
            "You use the log weights as if they were the weights: a sample with log weight -1000 counts for "
            "nothing, and here it counts the most.",
        ),
        Mistake(
            lambda log_w: 1 / log_w.softmax(dim=1).square().sum(dim=1),
            "You normalise and sum over the points, axis 1: the samples of one point share its total, and "
            "those lie along axis 0.",
        ),
    ],
    hints=[
        "It is a property of the shares, the weights divided by their sum: K equal shares should give K, "
        "one share of 1 should give 1.",
        "softmax over axis 0 turns log weights into shares without leaving the safe range.",
        "Add up the squares of the shares. What is one over that for K equal ones?",
    ],
)
