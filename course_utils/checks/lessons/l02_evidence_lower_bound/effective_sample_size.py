"""elbo.effective_sample_size: how many of the weighted samples count."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise
from course_utils.checks.lessons.l02_evidence_lower_bound._weights import far_points, far_samples


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
        "2 points whose weights lie e^900 apart": _far_weights(far_points),
        "1 of 4 weights e^3000 times the others": _far_weights(far_samples),
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
        Mistake(
            lambda log_w: (-(_shares(log_w) * _shares(log_w).log()).sum(dim=0)).exp(),
            "This is the perplexity of the shares, another good count, until a share is 0: there 0 log 0 is "
            "NaN on a computer, and one hopeless sample spoils the count (torch.xlogy knows the rule).",
        ),
    ],
    hints=[
        "It is a property of the shares, the weights divided by their sum: K equal shares should give K, "
        "one share of 1 should give 1.",
        "softmax over axis 0 turns log weights into shares without leaving the safe range.",
        "Add up the squares of the shares. What is one over that for K equal ones?",
    ],
)
