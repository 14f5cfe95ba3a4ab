"""trilemma.bits_per_dim: log densities, in nats, of scaled numbers as bits for each number of the data."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def bits_per_dim(log_prob_nats, dims, scale):
    """Mean bits for each of dims numbers: log p(x) [N] in nats, x = (data + noise) / scale, -> []."""
    nats = -log_prob_nats.mean() / dims
    return (nats + math.log(scale)) / math.log(2)


_LOG_2 = math.log(2)


def _densities(n, dims, scale, bits, spread=0.3):
    """A maker of n log densities near so many bits a dimension, of the dimension and of the scale."""

    def make(rng):
        wanted = bits + spread * bits * torch.randn(n, generator=rng, dtype=torch.float64)
        return (dims * (math.log(scale) - wanted * math.log(2))).float(), dims, scale

    return make


def _with(per=lambda d, n: d, offset=lambda d, k: math.log(k), sign=-1.0, unit=_LOG_2, mean=torch.mean):
    """The answer with parts replaced; per(D, N) is what the log densities' mean is divided by."""
    return lambda log_p, d, k: (sign * mean(log_p) / per(d, len(log_p)) + offset(d, k)) / unit


def _after(change):
    """What becomes of the right answer: change(bits, D, scale)."""
    return lambda log_p, d, k: change(bits_per_dim(log_p, d, k), d, k)


def _mean_probability(log_p):
    return log_p.logsumexp(0) - math.log(len(log_p))


exercise(
    "trilemma.bits_per_dim",
    reference=bits_per_dim,
    inputs={
        "5 images of 64 numbers, divided by 17": _densities(5, 64, 17, 2.5),
        "4 images of 784 numbers, divided by 256": _densities(4, 784, 256, 1.2),
        "3 images of 3072 numbers, divided by 256": _densities(3, 3072, 256, 9.0),
        "6 images of 49 numbers, divided by 2": _densities(6, 49, 2, 0.3),
        "7 single numbers, divided by 4": _densities(7, 1, 4, 1.0),
        "8 images of 12 numbers, divided by 3": _densities(8, 12, 3, 3.0),
    },
    mistakes=[
        Mistake(
            _with(offset=lambda d, k: 0.0),
            "What the division did is left out: it made the range of each number `scale` times smaller and "
            "its density as much larger, so the model seems to need log2(scale) bits less than it does.",
        ),
        Mistake(
            (
                _with(offset=lambda d, k: -math.log(k)),
                lambda log_p, d, k: (-log_p.mean() - d * math.log(k)) / (d * math.log(2)),
            ),
            "The logarithm of the division has the wrong sign: on the scale of the data the density is "
            "smaller than on [0, 1), so it is more bits, not fewer; uniform noise needs log2(scale).",
        ),
        Mistake(
            (
                _with(offset=lambda d, k: math.log(k) / d),
                _with(offset=lambda d, k: d * math.log(k)),
                lambda log_p, d, k: (d * math.log(k) - log_p.mean()) / math.log(2) / d**2,
                lambda log_p, d, k: (len(log_p) * math.log(k) - log_p.mean()) / math.log(2) / d,
            ),
            "The logarithm of the division counts once for the image, or too often: each number was divided "
            "by scale, and bits for one number are wanted.",
        ),
        Mistake(
            (
                _with(offset=lambda d, k: math.log(k - 1)),
                _with(offset=lambda d, k: math.log(k + 1)),
                _with(offset=lambda d, k: math.log(256)),
                _with(offset=lambda d, k: math.log(255)),
                _with(offset=lambda d, k: math.log(17)),
                _with(offset=lambda d, k: 8 * math.log(2)),
            ),
            "The division is not by the number you take: it is by `scale`, neither one less or more nor 17 "
            "or 256 for whatever data.",
        ),
        Mistake(
            (
                _with(unit=1.0),
                lambda log_p, d, k: -log_p.mean() / d,
                _with(offset=lambda d, k: math.log2(k), unit=1.0),
            ),
            "These are nats: a nat is 1.44 bits, so a number in nats looks better by a third beside one in "
            "bits.",
        ),
        Mistake(
            (
                _with(unit=math.log(10)),
                _with(offset=lambda d, k: math.log10(k), unit=1.0),
                _with(offset=lambda d, k: math.log10(k), unit=math.log10(2)),
                _with(unit=math.log10(2)),
                _with(offset=lambda d, k: 0.0, unit=math.log(10)),
            ),
            "A logarithm to base 10 has slipped in: log_prob is in nats, to base e, and a bit is to base 2.",
        ),
        Mistake(
            (
                _with(unit=1 / math.log(2)),
                _with(offset=lambda d, k: math.log2(k)),
                _with(offset=lambda d, k: math.log(k) * math.log(2)),
                _with(unit=2.0),
                lambda log_p, d, k: math.log2(k) - log_p.mean() / d * math.log(2),
            ),
            "Nats and bits are mixed: both parts must be in the same unit before they are added, and what "
            "is in nats is then divided by log 2, once.",
        ),
        Mistake(
            (
                _with(per=lambda d, n: 1),
                _with(per=lambda d, n: 1, offset=lambda d, k: d * math.log(k)),
                _with(per=lambda d, n: 1, offset=lambda d, k: 0.0),
            ),
            "The dimension is forgotten: log_prob is that of a whole image, and an image of more numbers "
            "takes more bits; divide by dims, so that sizes can be compared.",
        ),
        Mistake(
            (
                _with(per=lambda d, n: d * d),
                _with(per=lambda d, n: d * n),
                _with(per=lambda d, n: n),
                _with(per=lambda d, n: d**0.5),
            ),
            "You divide by another number than the dimension, or by more: the mean has already seen to the "
            "number of images, and what is left is one image of dims numbers.",
        ),
        Mistake(
            (
                _with(sign=1.0),
                _after(lambda bits, d, k: -bits),
                _with(sign=1.0, offset=lambda d, k: 0.0),
                _with(mean=lambda x: x.abs().mean()),
                _with(mean=lambda x: -x.abs().mean()),
            ),
            "The sign of log_prob, or of the whole, is turned or taken off: a likely image needs few bits, "
            "so minus the log density counts, and a log density may have either sign.",
        ),
        Mistake(
            (_with(mean=lambda x: x), lambda log_p, d, k: (math.log(k) - log_p / d) / math.log(2)),
            "There is a number for each image: the mean over the images is wanted, one number, [].",
        ),
        Mistake(
            (
                _with(mean=torch.sum),
                lambda log_p, d, k: ((math.log(k) - log_p / d) / math.log(2)).sum(),
            ),
            "The bits are added up over the images: more images then seem harder; take the mean.",
        ),
        Mistake(
            (_with(mean=torch.median), _with(mean=torch.amax), _with(mean=torch.amin)),
            "This is not the mean over the images but the middle one, the best or the worst: the mean is "
            "what a code would take, and an image that the model thinks impossible must cost something.",
        ),
        Mistake(
            _with(mean=_mean_probability),
            "You average probabilities and take the logarithm after that: the likeliest image alone then "
            "decides; the mean is one of log densities.",
        ),
        Mistake(
            (
                _after(lambda bits, d, k: bits / k),
                _after(lambda bits, d, k: bits * k),
                _with(offset=lambda d, k: float(k)),
                lambda log_p, d, k: -log_p.mean() / k / (d * math.log(2)),
                lambda log_p, d, k: -log_p.mean() * k / (d * math.log(2)),
            ),
            "You multiply or divide by scale, or add it: dividing the data by it changes a density by a "
            "factor, and a log density by the logarithm of that factor.",
        ),
        Mistake(
            (
                lambda log_p, d, k: math.log2(k) - log_p.exp().log2().mean() / d,
                lambda log_p, d, k: math.log2(k) - log_p.log2().mean() / d,
                lambda log_p, d, k: math.log2(k) - log_p.exp().mean().log2() / d,
                lambda log_p, d, k: math.log2(k) - log_p.mean().log2() / d,
                _after(lambda bits, d, k: 2**bits),
            ),
            "An exponential or a second logarithm is taken: log_prob is a logarithm already, and the "
            "density itself is 0 or infinite as a float.",
        ),
        Mistake(
            (
                _after(lambda bits, d, k: bits.clamp(max=math.log2(k))),
                _after(lambda bits, d, k: bits.round()),
                _after(lambda bits, d, k: bits + 0.5),
            ),
            "The bits are cut off, rounded or shifted: a poor model may need more than log2(scale), and "
            "that says something.",
        ),
    ],
    hints=[
        "Three things lie between a log density of scaled images and bits a dimension: the images, the "
        "numbers in one of them, and two changes of unit.",
        "Dividing by scale made each density larger by a factor. What does that add to the logarithm for "
        "one number, and how do you take it away again?",
        "Check with a uniform density on [0, 1), whose log density is 0: 256 levels must come out as 8 "
        "bits, 17 levels as 4.09, whatever the dimension.",
    ],
)
