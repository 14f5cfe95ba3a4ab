"""elbo.log_evidence: log p(x) from weighted samples, without leaving the range of floats."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l02_evidence_lower_bound._weights import (
    far_points,
    far_samples,
    narrow_samples,
    weighted_samples,
)


def log_evidence(log_pxz, log_q):
    """log (1/K sum_k p(x, z_k) / q(z_k)), one number for each x: log_pxz, log_q [K, B] -> [B]."""
    return torch.logsumexp(log_pxz - log_q, dim=0) - math.log(len(log_pxz))


def _log_mean_above(log_w, level):
    """log mean exp, with level taken out before and put back after: safe only where level is the maximum."""
    return (log_w - level).exp().mean(dim=0).log() + level.squeeze()


exercise(
    "elbo.log_evidence",
    reference=log_evidence,
    inputs={
        "6 samples for each of 3 points": weighted_samples(6, 3),
        "40 samples for each of 2 points": weighted_samples(40, 2, spread=2.0),
        "samples of a narrow q": narrow_samples,
        "weights near e^-1000": weighted_samples(9, 4, level=-1000.0),
        "weights near e^800": weighted_samples(5, 3, level=800.0),
        "2 points whose weights lie e^900 apart": far_points,
        "1 of 4 weights e^3000 times the others": far_samples,
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
        Mistake(
            lambda log_pxz, log_q: torch.logsumexp(log_pxz - log_q, dim=0) - math.log(log_q.numel()),
            "You divide by the number of all weights, K times B: each point has K samples of its own, so the "
            "estimate falls with every point that you add to the batch.",
        ),
        Mistake(
            (
                lambda log_pxz, log_q: log_evidence((log_pxz - log_q).clamp(-700, 700), 0 * log_q),
                lambda log_pxz, log_q: log_evidence((log_pxz - log_q).clamp(-80, 80), 0 * log_q),
            ),
            "The log weights are cut off: that keeps exp in range, but densities of images do lie beyond, "
            "and all of them then get the same estimate.",
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
