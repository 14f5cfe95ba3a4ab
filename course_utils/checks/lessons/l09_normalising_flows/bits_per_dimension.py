"""nf.bits_per_dimension: a log density of dequantised numbers as bits for each of them."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def bits_per_dimension(log_prob, dim, levels):
    """(D log levels - log p(x)) / (D log 2): log p of x in [0, 1) [B], in nats -> [B], in bits."""
    nats = dim * math.log(levels) - log_prob
    return nats / (dim * math.log(2))


def _densities(n, dim, levels, bits):
    """A maker of n log densities near so many bits a dimension, of the dimension, and of the levels."""

    def make(rng):
        wanted = bits + 0.3 * bits * torch.randn(n, generator=rng, dtype=torch.float64)
        log_prob = dim * (math.log(levels) - wanted * math.log(2))
        return log_prob.float(), dim, levels

    return make


def _offset(d, k):
    return d * math.log(k)


def _unit(d, k, n):
    return d * math.log(2)


def _with(offset=_offset, unit=_unit, join=lambda offset, log_p: offset - log_p):
    """The answer with parts replaced: offset of (D, levels), unit of (D, levels, B)."""
    return lambda log_p, d, k: join(offset(d, k), log_p) / unit(d, k, len(log_p))


def _after(change):
    """What becomes of the right answer: change(bits, D, levels)."""
    return lambda log_p, d, k: change(bits_per_dimension(log_p, d, k), d, k)


exercise(
    "nf.bits_per_dimension",
    reference=bits_per_dimension,
    inputs={
        "5 images of 64 numbers, 17 levels": _densities(5, 64, 17, 2.5),
        "4 images of 784 numbers, 256 levels": _densities(4, 784, 256, 1.2),
        "3 images of 3072 numbers, 256 levels": _densities(3, 3072, 256, 9.0),
        "6 images of 49 numbers, 2 levels": _densities(6, 49, 2, 0.3),
        "7 single numbers, 4 levels": _densities(7, 1, 4, 1.0),
        "2 images of 12 numbers, 8 levels, where the density is very narrow": _densities(2, 12, 8, -0.4),
    },
    mistakes=[
        Mistake(
            _with(offset=lambda d, k: 0.0),
            "The offset of dequantisation is missing: dividing by the levels made each number's range that "
            "much smaller and its density that much larger, by D log levels nats in all; without it images "
            "seem to take fewer than 0 bits.",
        ),
        Mistake(
            _with(join=lambda offset, log_p: -offset - log_p),
            "The offset of dequantisation has the wrong sign: on the scale of the levels the density is "
            "smaller than on [0, 1), so there are more bits, not fewer; a uniform density needs log2(levels) "
            "of them.",
        ),
        Mistake(
            (
                _with(offset=lambda d, k: d * math.log(k - 1)),
                _with(offset=lambda d, k: d * math.log(k + 1)),
                _with(offset=lambda d, k: d * math.log(2 * k)),
                _with(offset=lambda d, k: d * math.log(k / 2)),
            ),
            "The offset counts the wrong number of levels: x was (x + u) / levels, divided by levels itself, "
            "not by levels - 1, since the noise u fills the last level's range, too.",
        ),
        Mistake(
            (
                _with(offset=lambda d, k: math.log(k)),
                _with(offset=lambda d, k: math.log2(k)),
                _with(offset=lambda d, k: d * d * math.log(k)),
                _with(offset=lambda d, k: math.log(k), unit=lambda d, k, n: math.log(2)),
                _with(offset=lambda d, k: math.log(k) / d),
                _with(offset=lambda d, k: -math.log(k)),
            ),
            "The offset counts once, or too often: every one of the D numbers was divided by levels, so it "
            "is D log levels for the whole x.",
        ),
        Mistake(
            (
                _with(unit=lambda d, k, n: d),
                _with(offset=lambda d, k: 0.0, unit=lambda d, k, n: d),
                _with(unit=lambda d, k, n: d / math.log(2)),
                _with(unit=lambda d, k, n: 2 * d),
                _with(unit=lambda d, k, n: d * math.log(10)),
                _with(unit=lambda d, k, n: d * math.log(k)),
                _with(unit=lambda d, k, n: 1),
                _with(unit=lambda d, k, n: d * math.log10(2)),
                _with(offset=lambda d, k: d * math.log10(k), unit=lambda d, k, n: d * math.log10(2)),
            ),
            "These are no bits: a nat is 1 / log 2 = 1.44 bits, so the nats are divided by log 2, once; in "
            "other units the number cannot be set beside any published one.",
        ),
        Mistake(
            (
                _with(unit=lambda d, k, n: math.log(2)),
                _with(unit=lambda d, k, n: d * d * math.log(2)),
                _with(unit=lambda d, k, n: n * math.log(2)),
                _with(unit=lambda d, k, n: n * d * math.log(2)),
                _with(unit=lambda d, k, n: math.sqrt(d) * math.log(2)),
                _with(unit=lambda d, k, n: (d - 1 or 1) * math.log(2)),
            ),
            "You do not divide by the dimension, once: bits for one number of x are wanted, so that images "
            "of different sizes can be compared.",
        ),
        Mistake(
            (
                _with(offset=lambda d, k: d * math.log2(k)),
                _with(offset=lambda d, k: d * math.log(k) * math.log(2)),
                _with(offset=lambda d, k: d * math.log2(k), unit=lambda d, k, n: d),
                _with(offset=lambda d, k: d * math.log10(k)),
                lambda log_p, d, k: math.log2(k) - log_p / d * math.log(2),
            ),
            "Nats and bits are mixed: log_prob and the offset must be in the same unit before they are "
            "joined, and both are then turned into bits, once.",
        ),
        Mistake(
            (
                _with(join=lambda offset, log_p: offset + log_p),
                _with(join=lambda offset, log_p: log_p - offset),
                _with(join=lambda offset, log_p: log_p),
                _with(join=lambda offset, log_p: (offset - log_p).abs()),
                _with(join=lambda offset, log_p: offset + log_p.abs()),
                _with(join=lambda offset, log_p: offset - log_p.abs()),
            ),
            "The sign of log_prob, or of the whole, is turned (or taken off): a likely x needs few bits, so "
            "minus the log density counts, and it may have either sign.",
        ),
        Mistake(
            (
                _after(lambda bits, d, k: bits / k),
                _after(lambda bits, d, k: bits * k),
                _with(offset=lambda d, k: 0.0, join=lambda offset, log_p: -log_p, unit=lambda d, k, n: d * k),
                _with(offset=lambda d, k: 0.0, unit=lambda d, k, n: d * k * math.log(2)),
                _with(offset=lambda d, k: 0.0, unit=lambda d, k, n: d * math.log(k)),
                lambda log_p, d, k: (d * math.log(k) - log_p / k) / (d * math.log(2)),
            ),
            "You divide (or multiply) by the levels, or by their logarithm: a change of scale divides a "
            "density, so its logarithm is shifted; levels enters as D log levels, which is added.",
        ),
        Mistake(
            (
                _with(join=lambda offset, log_p: offset + 0 * log_p),
                _with(join=lambda offset, log_p: 0 * log_p),
            ),
            "The log density is left out: log2(levels) is what a uniform density needs, and how far below "
            "it your model comes is all that you want to know.",
        ),
        Mistake(
            (
                _with(offset=lambda d, k: d * k),
                _with(offset=lambda d, k: d / k),
                _with(offset=lambda d, k: k),
                _with(offset=lambda d, k: d * k * math.log(2)),
            ),
            "The logarithm of levels is missing: densities are divided by it, so log densities are shifted "
            "by its logarithm.",
        ),
        Mistake(
            (
                _with(offset=lambda d, k: d * math.log(256)),
                _with(offset=lambda d, k: d * math.log(255)),
                _with(offset=lambda d, k: 8 * d),
                _with(offset=lambda d, k: 8 * d * math.log(2)),
            ),
            "The number of 256 levels (8 bits) is written into your formula: levels says how many there "
            "are, 17 for the digits, or 2 for pixels of ink and paper.",
        ),
        Mistake(
            (
                _after(lambda bits, d, k: bits.mean()),
                _after(lambda bits, d, k: bits.sum()),
                _after(lambda bits, d, k: bits.mean().expand(len(bits))),
            ),
            "The bits are averaged or added over the batch: one number for each x is wanted, [B].",
        ),
        Mistake(
            (
                _after(lambda bits, d, k: 2**bits),
                _after(lambda bits, d, k: 2**-bits),
                _after(lambda bits, d, k: (bits * math.log(2)).exp()),
                lambda log_p, d, k: math.log2(k) - log_p.exp().log2() / d,
                lambda log_p, d, k: math.log2(k) - log_p.log2() / d,
                lambda log_p, d, k: math.log2(k) - log_p.abs().log2() / d,
                lambda log_p, d, k: math.log2(k) - log_p.exp() / d,
            ),
            "An exponential or a second logarithm is taken: log_prob is a logarithm already, in nats, and "
            "bits are another unit for it, a factor 1 / log 2; the density itself is 0 or infinite as a "
            "float.",
        ),
        Mistake(
            (
                _after(lambda bits, d, k: bits.clamp(min=0)),
                _after(lambda bits, d, k: bits.clamp(max=math.log2(k))),
                _after(lambda bits, d, k: bits.clamp(0, math.log2(k))),
                _after(lambda bits, d, k: bits.ceil()),
                _after(lambda bits, d, k: bits.round()),
                _after(lambda bits, d, k: bits.floor()),
                _after(lambda bits, d, k: bits + 0.5),
            ),
            "The bits are cut off, rounded or shifted: a poor model may need more than log2(levels), and a "
            "density that is too narrow may seem to need fewer than 0; both say something.",
        ),
    ],
    hints=[
        "x was divided by levels, in each of its D numbers. What does that do to a density, and to its "
        "logarithm? Undo it first.",
        "Then minus the log density is the number of nats for all of x. How many bits is a nat, and for how "
        "many numbers are they?",
        "Check with a uniform density on [0, 1), whose log density is 0: with 256 levels it needs 8 bits for "
        "each number, whatever the dimension.",
    ],
)
