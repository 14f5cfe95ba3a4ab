"""diffusion.kl_step: what a wrong guess of x_0 costs at one step."""

import math

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l11_reverse_diffusion._levels import (
    beta_tilde,
    ends_of_the_chain,
    last_steps,
    points_and_levels,
)


def kl_step(x0, x0_guess, before, after):
    """L_{t-1} in nats with p's variance equal to beta-tilde: x0, x0_guess [B, D], levels [B, 1] -> [B]."""
    weight = (before / (1 - before) - after / (1 - after)) / 2
    return (weight * (x0 - x0_guess).square()).sum(dim=1)


def _kl(weight, error=lambda difference: difference.square().sum(dim=1, keepdim=True)):
    """A term with another weight of the two levels, or another error of the difference [B, D]."""
    return lambda x0, x0_guess, before, after: (weight(before, after) * error(x0 - x0_guess)).sum(dim=1)


def _snr(level):
    return level / (1 - level)


def _weight(before, after):
    return (_snr(before) - _snr(after)) / 2


exercise(
    "diffusion.kl_step",
    reference=kl_step,
    inputs={
        "4 points of 2 coordinates": points_and_levels(4, 2),
        "3 points of 5 coordinates": points_and_levels(3, 5),
        "6 points of 3 coordinates": points_and_levels(6, 3),
        "4 points at both ends of the linear schedule": ends_of_the_chain(2),
        "4 far points at the last steps, the first guess right": last_steps(3),
    },
    gradient=["x0_guess"],
    mistakes=[
        Mistake(
            _kl(lambda b, a: _snr(b) - _snr(a)),
            "The half is missing: the KL of two Gaussians of equal variance is the squared distance over "
            "twice the variance, so your bound promises a code twice as long as it is.",
        ),
        Mistake(
            _kl(_weight, lambda difference: difference.square().mean(dim=1, keepdim=True)),
            "You average over the coordinates where a KL sums over them: beside L_T and L_0, which are "
            "summed, these terms are too small by the number of coordinates, and the bound may fall below "
            "the truth.",
        ),
        Mistake(
            _kl(lambda b, a: _weight(a, b)),
            "The sign is turned: the signal-to-noise ratio is larger before than after, and with a "
            "negative KL a model would gain by guessing as badly as it can.",
        ),
        Mistake(
            _kl(lambda b, a: (_snr(b).sqrt() - _snr(a).sqrt()) / 2),
            "You take the ratio of signal and noise in amplitude, with the roots: the terms then no longer "
            "add up to the bound, and late steps count far too much.",
        ),
        Mistake(
            _kl(_weight, lambda difference: difference.sum(dim=1, keepdim=True).square()),
            "You sum the differences and square the sum: errors of opposite sign then cancel, so a model "
            "that is wrong in every coordinate may cost nothing.",
        ),
        Mistake(
            _kl(lambda b, a: _snr(a) / 2),
            "This is SNR(t) alone and not by how much it falls in the step: the sum over t then counts the "
            "same signal in every term, and with more steps the bound grows without end.",
        ),
        Mistake(
            _kl(_weight, lambda difference: difference.norm(dim=1, keepdim=True)),
            "The distance is not squared: this is no KL of Gaussians, small errors count too much, and the "
            "sum of the terms is no bound of anything.",
        ),
        Mistake(
            _kl(lambda b, a: (b.sqrt() * (1 - a / b) / (1 - a)) ** 2),
            "You have the squared distance of the two means and do not divide by twice their variance: "
            "where the steps are small the distance is tiny, and it is the variance beside it that makes "
            "it count.",
        ),
        Mistake(
            _kl(lambda b, a: (b.sqrt() * (1 - a / b) / (1 - a)) ** 2 / (2 * (1 - a / b))),
            "You divide by beta and not by beta-tilde: that is the distance part for a model with the "
            "large variance, and the three terms that the unequal variances add are missing.",
        ),
        Mistake(
            _kl(lambda b, a: b.sqrt() / (2 * (1 - b))),
            "The weight of x_0 in the mean is not squared with the distance: the means differ by the weight "
            "times the error, and all of that is squared; as it is, small steps count far too much.",
        ),
        Mistake(
            _kl(lambda b, a: (b.sqrt() * (1 - a / b) / (1 - a)) ** 2 / (2 * beta_tilde(b, a, a / b).sqrt())),
            "You divide by the root of beta-tilde, the standard deviation: the squared distance is divided "
            "by the variance, and without it the small steps near the data cost next to nothing.",
        ),
        Mistake(
            (
                lambda x0, x0_guess, before, after: (x0 - x0_guess).square().sum(dim=1),
                lambda x0, x0_guess, before, after: (x0 - x0_guess).square().sum(dim=1) / 2,
                lambda x0, x0_guess, before, after: (x0 - x0_guess).square().mean(dim=1),
            ),
            "This is the plain squared error without the weight: a fine loss to train with, but in the "
            "bound an error counts by how much signal the step brings in.",
        ),
        Mistake(
            tuple(
                _kl(lambda b, a, most=most: (_snr(b).clamp(max=most) - _snr(a).clamp(max=most)) / 2)
                for most in (5, 10, 100, 1000)
            )
            + tuple(
                _kl(
                    lambda b, a, least=least: (
                        (b / (1 - b).clamp(min=least) - a / (1 - a).clamp(min=least)) / 2
                    )
                )
                for least in (1e-2, 1e-3)
            ),
            "You cut the signal-to-noise ratio off, or the noise below it: near the data it goes into the "
            "thousands, and those first steps are most of the bound, so yours would fall below the truth.",
        ),
        Mistake(
            _kl(lambda b, a: (b - a) / 2),
            "You subtract the levels alpha-bar and not the signal-to-noise ratios alpha-bar / (1 - "
            "alpha-bar): the steps near the data, where the noise is small, then count far too little.",
        ),
        Mistake(
            _kl(lambda b, a: _snr(b) / 2),
            "This is SNR(t - 1) alone, which also comes out where beta is taken for 1 - alpha-bar and not "
            "for the noise of one step: the sum over t then counts the same signal again and again.",
        ),
        Mistake(
            _kl(lambda b, a: b * (b - a) / (1 - a) / (1 - b) / 2),
            "The level before stands in it once too often: either the weight of x_0 in the mean lacks its "
            "root, or beta is the difference of the two levels, and it comes from their ratio.",
        ),
        Mistake(
            _kl(lambda b, a: (b.sqrt() * (1 - a / b) / (1 - a) / beta_tilde(b, a, a / b)) ** 2 / 2),
            "You divide by the square of beta-tilde, which is a variance already: the square of the standard "
            "deviation, and no more, belongs there, or small steps cost far too much.",
        ),
        Mistake(
            _kl(lambda b, a: 1 / beta_tilde(b, a, a / b) / 2),
            "You compare x_0 with its guess as if they were the two means: in the mean of a step x_0 has a "
            "weight, which is tiny where the steps are small, so your terms are far too large.",
        ),
        Mistake(
            _kl(lambda b, a: (_snr(b).log() - _snr(a).log()) / 2),
            "You take the logarithm of the signal-to-noise ratios before you subtract them: the steps near "
            "the data, where the ratio is in the thousands, then cost far too little.",
        ),
        Mistake(
            (
                _kl(lambda b, a: (1 / _snr(b) - 1 / _snr(a)) / 2),
                _kl(lambda b, a: (1 / _snr(a) - 1 / _snr(b)) / 2),
            ),
            "You have noise over signal where signal over noise is wanted: the last steps, in which nothing "
            "can be seen, then count most, and those that bring in the detail next to nothing.",
        ),
        Mistake(
            (_kl(lambda b, a: _snr(b - a) / 2), _kl(lambda b, a: _snr(b - a))),
            "You subtract the levels first and take the ratio of what is left: the terms are then not "
            "differences of one curve, their sum does not telescope, and the bound depends on the steps.",
        ),
        Mistake(
            (_kl(lambda b, a: _snr(b) / 2 - _snr(a)), _kl(lambda b, a: _snr(b) - _snr(a) / 2)),
            "The half reaches only one of the two ratios: brackets are missing, and a step that takes no "
            "signal away would still cost something, or even pay.",
        ),
        Mistake(
            (
                lambda x0, x0_guess, before, after: (
                    _weight(before, after) * (x0.square() - x0_guess.square())
                ).sum(dim=1),
                lambda x0, x0_guess, before, after: (
                    _weight(before, after) * (x0.square() - x0_guess.square()).abs()
                ).sum(dim=1),
            ),
            "You square x_0 and its guess apart and subtract then: a guess with the wrong sign costs "
            "nothing, and how far it lies from x_0 is never asked.",
        ),
        Mistake(
            _kl(lambda b, a: _weight(b, a) / math.log(2)),
            "You return bits, and nats are wanted: L_T and L_0, which are added to these terms, use the "
            "natural logarithm, so the sum would be in no unit at all.",
        ),
    ],
    hints=[
        "The KL of two Gaussians with the same variance is the squared distance of their means over twice "
        "the variance. How far apart are the means if x_t is the same and x_0 differs?",
        "The weight of x_0 in the mean is sqrt(before) beta / (1 - after); square it and divide by twice "
        "beta-tilde. One beta cancels.",
        "It comes out as half of SNR(t-1) - SNR(t), with SNR = level / (1 - level), times the squared "
        "error; sum over the coordinates.",
    ],
)
