"""cgan.information: how much an image tells of the codes that it was made from, at least."""

import math

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def information(logits, category, mean, log_std, numbers):
    """E log Q(c | x) + H(c) in nats, one entry a code, the category's first: [1 + J].

    logits [B, K], category [B]; mean, log_std, numbers [B, J], the numbers uniform in [-1, 1].
    """
    of_category = math.log(logits.shape[1]) - F.cross_entropy(logits, category)
    squares = ((numbers - mean) / log_std.exp()).square()
    log_q = -squares / 2 - log_std - math.log(2 * math.pi) / 2
    return torch.cat([of_category[None], log_q.mean(dim=0) + math.log(2)])


def _codes(batch, classes, count, scale=1.0, off=0.6, sure=0.0):
    """A maker. off: how far the means are from the numbers; sure: of this class the logits are so sure."""

    def make(rng):
        logits = scale * torch.randn(batch, classes, generator=rng)
        category = torch.randint(classes, (batch,), generator=rng)
        logits[0, (int(category[0]) + 1) % classes] += sure
        numbers = 2 * torch.rand(batch, count, generator=rng) - 1
        mean = numbers + off * torch.randn(batch, count, generator=rng)
        log_std = 2.5 * torch.rand(batch, count, generator=rng) - 1.4
        if sure:
            mean[0], log_std[0] = numbers[0] + 5, -1.4
        return logits, category, mean, log_std, numbers

    return make


def _log_q(mean, log_std, numbers):
    squares = ((numbers - mean) / log_std.exp()).square()
    return -squares / 2 - log_std - math.log(2 * math.pi) / 2


def _category(logits, category, mean, log_std, numbers):
    return math.log(logits.shape[1]) - F.cross_entropy(logits, category)


def _numbers(logits, category, mean, log_std, numbers):
    return _log_q(mean, log_std, numbers).mean(0) + math.log(2)


def _with(category=_category, numbers=_numbers):
    """The bound with another entry for the category, or others for the numbers."""

    def wrong(*args):
        first, rest = category(*args), numbers(*args)
        return torch.cat([first.reshape(1), rest.reshape(-1)])

    return wrong


def _cat(term):
    """log K plus another term(logits, category) for the category."""
    return _with(lambda logits, c, *rest: math.log(logits.shape[1]) + term(logits, c))


def _num(term):
    """log 2 plus the mean of another term(mean, log_std, numbers)."""
    return _with(numbers=lambda logits, c, m, s, n: term(m, s, n).mean(0) + math.log(2))


def _h_category(logits, c, *rest):
    return -F.cross_entropy(logits, c)


def _h_numbers(logits, c, m, s, n, h=0.0):
    return _log_q(m, s, n).mean(0) + h


def _entropy(logits):
    return -(logits.softmax(1) * logits.log_softmax(1)).sum(1).mean()


def _density(log):
    return _num(lambda m, s, n: log(_log_q(m, s, n).exp()))


def _share(log):
    return _cat(lambda logits, c: log(logits.softmax(1)[torch.arange(len(c)), c]).mean())


_LOGS = (
    torch.log,
    *(lambda p, small=small: torch.log(p + small) for small in (1e-6, 1e-7, 1e-8, 1e-10, 1e-12, 1e-20)),
    *(lambda p, small=small: p.clamp(min=small).log() for small in (1e-6, 1e-7, 1e-8, 1e-12, 1e-20)),
)
_HALF_LOG = 0.5 * math.log(2 * math.pi)
_SQUARES = {
    "std": lambda m, s, n: ((n - m) / s.exp()).square(),
    "variance": lambda m, s, n: (n - m).square() / s.exp(),
}


exercise(
    "cgan.information",
    reference=information,
    gradient=["logits", "mean", "log_std"],
    inputs={
        "6 images, 10 classes and 2 numbers": _codes(6, 10, 2),
        "5 images, 4 classes and 3 numbers": _codes(5, 4, 3, scale=2.0, off=0.3),
        "8 images, 3 classes and 1 number": _codes(8, 3, 1),
        "4 images, 7 classes and 4 numbers, one of them read wrongly by a sure Q": _codes(
            4, 7, 4, sure=150.0
        ),
        "2 images, 2 classes and 5 numbers, Q in doubt": _codes(2, 2, 5, scale=0.1, off=0.1),
    },
    mistakes=[
        Mistake(
            (
                lambda *args: -information(*args),
                _with(lambda *args: -_category(*args)),
                _with(numbers=lambda *args: -_numbers(*args)),
            ),
            "The sign is that of a loss: the bound is what G and Q make large, and it is positive where the "
            "image tells of the code; whoever minimises puts the minus in front afterwards.",
        ),
        Mistake(
            (
                _with(lambda lo, c, *rest: F.cross_entropy(lo, c)),
                _with(
                    lambda lo, c, *rest: F.cross_entropy(lo, c),
                    lambda lo, c, m, s, n: -_h_numbers(lo, c, m, s, n),
                ),
                _with(lambda lo, c, *rest: math.log(lo.shape[1]) + F.cross_entropy(lo, c)),
                _with(numbers=lambda lo, c, m, s, n: -_h_numbers(lo, c, m, s, n)),
                _with(numbers=lambda lo, c, m, s, n: math.log(2) - _h_numbers(lo, c, m, s, n)),
                _with(
                    lambda lo, c, *rest: math.log(lo.shape[1]) + F.cross_entropy(lo, c),
                    lambda lo, c, m, s, n: math.log(2) - _h_numbers(lo, c, m, s, n),
                ),
            ),
            "A cross-entropy, -E log Q, stands where E log Q belongs: it grows as Q gets worse, so whoever "
            "makes this large hides the code from Q.",
        ),
        Mistake(
            (
                _with(_h_category, _h_numbers),
                _with(_h_category),
                _with(numbers=_h_numbers),
            ),
            "H(c) is left out: the gradient is the same, but the value is not the bound. An image that "
            "tells nothing of the code should come out at 0 for the best Q, and one that tells all of a "
            "category at log K.",
        ),
        Mistake(
            (
                _with(lambda lo, c, *rest: _h_category(lo, c) - math.log(lo.shape[1])),
                _with(numbers=lambda *args: _h_numbers(*args, h=-math.log(2))),
                _with(
                    lambda lo, c, *rest: _h_category(lo, c) - math.log(lo.shape[1]),
                    lambda *args: _h_numbers(*args, h=-math.log(2)),
                ),
            ),
            "The entropy has the wrong sign: a category uniform over K has H = log K, and a number whose "
            "density is 1/2 on [-1, 1] has H = -log(1/2) = log 2.",
        ),
        Mistake(
            (
                _with(lambda lo, c, *rest: _h_category(lo, c) + math.log(10)),
                _with(lambda lo, c, *rest: _h_category(lo, c) + _entropy(lo)),
                _with(lambda lo, c, *rest: _h_category(lo, c) + math.log(lo.shape[0])),
                _with(lambda lo, c, *rest: _h_category(lo, c) + math.log(2)),
                _with(lambda lo, c, *rest: _h_category(lo, c) + lo.shape[1]),
                _with(numbers=lambda lo, *rest: _h_numbers(lo, *rest, h=math.log(lo.shape[1]))),
                _with(numbers=lambda *args: _h_numbers(*args, h=0.5 + _HALF_LOG)),
                _with(
                    numbers=lambda lo, c, m, s, n: _h_numbers(lo, c, m, s, n) + (s + 0.5 + _HALF_LOG).mean(0)
                ),
                _with(
                    lambda lo, c, *rest: _h_category(lo, c) + _entropy(lo),
                    lambda lo, c, m, s, n: _h_numbers(lo, c, m, s, n) + (s + 0.5 + _HALF_LOG).mean(0),
                ),
                _with(numbers=lambda *args: _h_numbers(*args, h=2.0)),
            ),
            "H(c) is the entropy of how the code is drawn, not of Q nor of another distribution: log K for a "
            "category uniform over K = logits.shape[1], log 2 for a number uniform in [-1, 1].",
        ),
        Mistake(
            (
                _num(lambda m, s, n: m.log_softmax(1) * n),
                _num(lambda m, s, n: m.log_softmax(1)),
                _with(numbers=lambda lo, c, m, s, n: math.log(2) - F.cross_entropy(m, n)),
                _with(numbers=lambda lo, c, m, s, n: math.log(n.shape[1]) - F.cross_entropy(m, n)),
                _with(numbers=lambda lo, c, m, s, n: -F.cross_entropy(m, n)),
                _num(lambda m, s, n: -F.binary_cross_entropy_with_logits(m, n, reduction="none")),
            ),
            "A continuous code gets a softmax or a sigmoid: a number is no class and no share, and Q(c | x) "
            "for it is a Gaussian density with this mean and deviation, whose logarithm is wanted.",
        ),
        Mistake(
            (
                _num(lambda m, s, n: -(n - m).square()),
                _num(lambda m, s, n: -(n - m).square() / 2),
                _num(lambda m, s, n: -(n - m).square() / 2 - _HALF_LOG),
                _num(lambda m, s, n: -(n - m).abs()),
                _with(numbers=lambda lo, c, m, s, n: -(n - m).square().mean(0)),
                _with(numbers=lambda lo, c, m, s, n: -(n - m).square().mean(0) / 2),
                _with(numbers=lambda lo, c, m, s, n: (n - m).square().mean(0)),
                _with(numbers=lambda lo, c, m, s, n: -F.mse_loss(m, n) + 0 * n[0]),
                _with(_h_category, lambda lo, c, m, s, n: -(n - m).square().mean(0)),
            ),
            "The deviation is not used: what comes out is an error of the mean (or the log-density of a "
            "Gaussian of deviation 1) and not this Q's E log Q, and Q has no way to say how sure it is.",
        ),
        Mistake(
            (
                _num(lambda m, s, n: -_SQUARES["variance"](m, s, n) / 2 - s / 2 - _HALF_LOG),
                _num(lambda m, s, n: -_SQUARES["variance"](m, s, n) / 2 - s - _HALF_LOG),
                _num(lambda m, s, n: -_SQUARES["std"](m, s, n) / 2 - s / 2 - _HALF_LOG),
                _num(lambda m, s, n: -_SQUARES["std"](m, 2 * s, n) / 2 - s - _HALF_LOG),
                _num(lambda m, s, n: -_SQUARES["std"](m, 2 * s, n) / 2 - 2 * s - _HALF_LOG),
                _num(lambda m, s, n: -_SQUARES["std"](m, s, n) / 2 - 2 * s - _HALF_LOG),
            ),
            "The deviation and the variance are mixed up: log_std is the logarithm of the deviation, so the "
            "squared error is divided by exp(2 log_std), and the density by exp(log_std).",
        ),
        Mistake(
            (
                _num(lambda m, s, n: -((n - m) / s).square() / 2 - s - _HALF_LOG),
                _num(lambda m, s, n: -((n - m) / s).square() / 2 - s.log() - _HALF_LOG),
                _num(lambda m, s, n: -((n - m) / s).square() / 2 - s.abs().log() - _HALF_LOG),
                _num(lambda m, s, n: -((n - m).square() / s) / 2 - s - _HALF_LOG),
                _num(lambda m, s, n: -_SQUARES["std"](m, s, n) / 2 - s.exp() - _HALF_LOG),
                _num(lambda m, s, n: -_SQUARES["std"](m, s, n) / 2 - s.log() - _HALF_LOG),
            ),
            "The logarithm log_std is taken for the deviation itself (or the other way round): it may be "
            "negative, and the deviation is its exponential.",
        ),
        Mistake(
            (
                _num(lambda m, s, n: _log_q(m, s, n) + _HALF_LOG),
                _num(lambda m, s, n: _log_q(m, s, n) - _HALF_LOG),
                _num(lambda m, s, n: _log_q(m, s, n) + 2 * _HALF_LOG),
                _num(lambda m, s, n: _log_q(m, s, n) + _HALF_LOG - math.log(math.pi) / 2),
                _num(lambda m, s, n: _log_q(m, s, n) + _HALF_LOG - math.log(2) / 2),
                _num(lambda m, s, n: _log_q(m, s, n) + _HALF_LOG - math.sqrt(2 * math.pi)),
                _num(lambda m, s, n: -_SQUARES["std"](m, s, n) / 2 - 0.0),
                _num(lambda m, s, n: -_SQUARES["std"](m, s, n)),
                _num(lambda m, s, n: -_SQUARES["variance"](m, s, n) / 2 - s / 2),
                _num(lambda m, s, n: -_SQUARES["std"](m, s, n) / 2 - _HALF_LOG),
            ),
            "The density's factor 1 / (sigma sqrt(2 pi)) is missing or not right: log Q has -log_std and "
            "-log(2 pi) / 2 besides the squares. With anything else it is no density, and "
            "what comes out is not the bound.",
        ),
        Mistake(
            (
                _num(lambda m, s, n: -_SQUARES["std"](m, -s, n) / 2 - s - _HALF_LOG),
                _num(lambda m, s, n: -_SQUARES["variance"](m, -s, n) / 2 - s - _HALF_LOG),
                _num(lambda m, s, n: -_SQUARES["variance"](m, -s, n) / 2 - s / 2 - _HALF_LOG),
            ),
            "The squared distance is multiplied by the variance where it should be divided: an error would "
            "cost a doubtful Q more than a sure one (a / 2 * b multiplies by b; brackets help).",
        ),
        Mistake(
            (
                _num(lambda m, s, n: _log_q(m, s, n) + 2 * s),
                _num(lambda m, s, n: _log_q(m, s, n) + _SQUARES["std"](m, s, n)),
                _num(lambda m, s, n: _SQUARES["std"](m, s, n) / 2 + s - _HALF_LOG),
            ),
            "A sign in the logarithm of the Gaussian is wrong: both the squares, (c - mean)^2 / (2 sigma^2), "
            "and log sigma are subtracted, for a density falls with the distance and with the width.",
        ),
        Mistake(
            (
                _num(lambda m, s, n: -_SQUARES["std"](m, s, n) - s - _HALF_LOG),
                _num(lambda m, s, n: -(n - m).abs() / s.exp() / 2 - s - _HALF_LOG),
                _num(lambda m, s, n: -(n - m).abs() / s.exp() - s - _HALF_LOG),
            ),
            "The exponent of a Gaussian is minus half the square of the distance in deviations: without the "
            "half or the square this is the density of no Gaussian with that deviation.",
        ),
        Mistake(
            (
                _cat(lambda lo, c: -F.cross_entropy(lo.softmax(1), c)),
                _cat(lambda lo, c: -F.cross_entropy(lo.sigmoid(), c)),
                _cat(lambda lo, c: -F.nll_loss(lo, c)),
                _cat(lambda lo, c: lo.softmax(0).log()[torch.arange(len(c)), c].mean()),
                _cat(lambda lo, c: lo.softmax(1).mean(0).log()[c].mean()),
                _cat(lambda lo, c: lo.softmax(1)[torch.arange(len(c)), c].mean().log()),
                _cat(lambda lo, c: lo.log_softmax(1)[:, c].mean()),
                _cat(lambda lo, c: lo.log_softmax(1).mean()),
                _cat(lambda lo, c: lo.log_softmax(1).amax(1).mean()),
                _cat(lambda lo, c: (lo.argmax(1) == c).to(lo).mean()),
            ),
            "The log Q of the category is not what it should be: the log-softmax of the logits over the K "
            "classes, at the code that the image was made from, then the mean; F.cross_entropy is minus "
            "that, and wants plain logits.",
        ),
        Mistake(
            (
                *(_density(log) for log in _LOGS),
                *(_share(log) for log in _LOGS),
                *(
                    _with(
                        lambda lo, c, *rest, log=log: (
                            math.log(lo.shape[1]) + log(lo.softmax(1)[torch.arange(len(c)), c]).mean()
                        ),
                        lambda lo, c, m, s, n, log=log: log(_log_q(m, s, n).exp()).mean(0) + math.log(2),
                    )
                    for log in _LOGS
                ),
            ),
            "The probability or density is taken before its logarithm: where Q is sure and wrong it has "
            "rounded to 0, so the bound is minus infinity or cut off and its gradient gone; keep to "
            "logarithms.",
        ),
        Mistake(
            (
                _num(lambda m, s, n: _log_q(m, s, n).exp()),
                _cat(lambda lo, c: lo.softmax(1)[torch.arange(len(c)), c].mean()),
            ),
            "The logarithm is missing: the bound is on E log Q, and a probability or a density averaged is "
            "not in nats and bounds nothing.",
        ),
        Mistake(
            (
                _with(
                    lambda lo, c, *rest: math.log(lo.shape[1]) - F.cross_entropy(lo, c, reduction="sum"),
                    lambda lo, c, m, s, n: _log_q(m, s, n).sum(0) + math.log(2),
                ),
                _with(numbers=lambda lo, c, m, s, n: _log_q(m, s, n).sum(0) + math.log(2)),
                _with(numbers=lambda lo, c, m, s, n: (_log_q(m, s, n) + math.log(2)).sum(0)),
                _with(lambda lo, c, *rest: math.log(lo.shape[1]) - F.cross_entropy(lo, c, reduction="sum")),
                lambda lo, *rest: len(lo) * information(lo, *rest),
            ),
            "You add up over the images where a mean is wanted: E is an average, and a sum grows with the "
            "batch, so it says nothing of how much one image tells.",
        ),
        Mistake(
            (
                _with(numbers=lambda *args: _numbers(*args).sum()),
                _with(numbers=lambda *args: _numbers(*args).mean()),
                _with(numbers=lambda lo, c, m, s, n: _log_q(m, s, n).mean(1) + math.log(2)),
                _with(numbers=lambda lo, c, m, s, n: _log_q(m, s, n).sum(1) + math.log(2)),
                _with(numbers=lambda lo, c, m, s, n: _log_q(m, s, n).sum(1).mean() + math.log(2)),
                _with(numbers=lambda *args: _numbers(*args).mean() + 0 * args[4][0]),
                lambda *args: information(*args).sum(),
                lambda *args: information(*args).mean(),
                lambda *args: information(*args).sum()[None],
            ),
            "The codes are thrown together: one entry a code is wanted, [1 + J], so average over the images "
            "(dim=0) and leave the axis of the numbers as it is.",
        ),
        Mistake(
            lambda *args: information(*args).roll(-1, 0),
            "The category's entry comes last: it is wanted first, then the numbers in their order.",
        ),
        Mistake(
            (
                lambda *args: information(*args) / math.log(2),
                _with(lambda *args: _category(*args) / math.log(2)),
                _with(numbers=lambda *args: _numbers(*args) / math.log(2)),
                _with(lambda lo, c, *rest: math.log2(lo.shape[1]) - F.cross_entropy(lo, c)),
                _with(numbers=lambda *args: _h_numbers(*args, h=1.0)),
                _with(
                    lambda lo, c, *rest: math.log2(lo.shape[1]) - F.cross_entropy(lo, c),
                    lambda *args: _h_numbers(*args, h=1.0),
                ),
            ),
            "Something is in bits, where a number uniform in [-1, 1] has the entropy 1: nats are wanted "
            "throughout, natural logarithms, or the entropy and log Q cannot be added.",
        ),
    ],
    hints=[
        "The bound has two parts for each code: how likely Q finds the code that the image was made from, on "
        "average in logarithms, and the entropy of the code as it is drawn. Which of them knows Q?",
        "The category: cross_entropy is minus the first part, and the entropy is log K. A number: the "
        "logarithm of a Gaussian density has three terms, and the entropy is minus log of the density 1/2.",
        "Divide the distance by the exponential of log_std and square, halve it; subtract it, log_std and "
        "half of log 2 pi. Mean over dim=0, the entropy added; torch.cat with the category's entry, made "
        "one long by [None].",
    ],
)
