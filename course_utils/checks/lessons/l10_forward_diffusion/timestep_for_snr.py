"""diffusion.timestep_for_snr: the step at which so much signal is left."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def timestep_for_snr(alphas_cumprod, snr):
    """The first index whose signal-to-noise ratio is at or below snr: levels [T] -> int."""
    below = alphas_cumprod / (1 - alphas_cumprod) <= snr
    return int(below.nonzero()[0])


def _levels(n, high):
    """n levels, falling from above 0.9."""
    return lambda rng: torch.cumprod(1 - (0.02 + high * torch.rand(n, generator=rng, dtype=torch.float64)), 0)


_LINEAR = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0)


def _snr_input(n, high, snr):
    return lambda rng: (_levels(n, high)(rng), snr)


def _first(condition):
    """The first index at which it holds, and the last where it never does."""
    found = condition.nonzero()
    return int(found[0]) if len(found) else len(condition) - 1


def _ratio(levels):
    return levels / (1 - levels)


exercise(
    "diffusion.timestep_for_snr",
    reference=timestep_for_snr,
    inputs={
        "40 levels, SNR 1": _snr_input(40, 0.06, 1.0),
        "80 levels, SNR 0.25": _snr_input(80, 0.06, 0.25),
        "25 levels, SNR 4": _snr_input(25, 0.03, 4.0),
        "120 levels, SNR 0.09": _snr_input(120, 0.06, 0.09),
        "30 levels, SNR 2.1": _snr_input(30, 0.08, 2.1),
        "50 levels, SNR 0.6": _snr_input(50, 0.07, 0.6),
        "the linear schedule, SNR 100": lambda rng: (_LINEAR, 100.0),
        "the linear schedule, SNR 0.01": lambda rng: (_LINEAR, 0.01),
        "the linear schedule, SNR 2,000": lambda rng: (_LINEAR, 2000.0),
        "the linear schedule, SNR 0.0002": lambda rng: (_LINEAR, 2e-4),
        "5 levels, the third with exactly SNR 1": lambda rng: (
            torch.tensor([0.9, 0.7, 0.5, 0.3, 0.1], dtype=torch.float64),
            1.0,
        ),
    },
    mistakes=[
        Mistake(
            lambda levels, snr: _first(levels <= snr),
            "You compare alpha-bar itself with the ratio: alpha-bar is signal over everything, and the SNR "
            "is signal over noise, which may be above 1; the model would start at another amount of noise.",
        ),
        Mistake(
            (
                lambda levels, snr: _first(_ratio(levels).sqrt() <= snr),
                lambda levels, snr: _first(_ratio(levels).square() <= snr),
            ),
            "The SNR is a ratio of variances, alpha-bar over one minus it: no root, which would make it the "
            "ratio of the rates, and no square; else you find a step with too much noise, or too little.",
        ),
        Mistake(
            lambda levels, snr: timestep_for_snr(levels, snr) + 1,
            "You are one step late: index t already is the level after t + 1 steps of the mathematics, so "
            "nothing is to be added; a sampler that starts there expects more noise than there is.",
        ),
        Mistake(
            (
                lambda levels, snr: timestep_for_snr(levels, snr) - 1,
                lambda levels, snr: int((_ratio(levels) >= snr).nonzero()[-1]),
            ),
            "That is the last step whose SNR is still above the wanted one: there is less noise than asked, "
            "and a model that starts there takes noise for signal.",
        ),
        Mistake(
            (
                lambda levels, snr: _first((1 - levels) / levels <= snr),
                lambda levels, snr: _first(_ratio(levels) >= snr),
            ),
            "The fraction is upside down, noise over signal, or the comparison is the wrong way round: the "
            "first step, the cleanest, then always passes a test that only a late one should.",
        ),
        Mistake(
            lambda levels, snr: _first(_ratio(levels) < snr),
            "You ask for less than the wanted SNR, and a step that has exactly that one is passed over: at "
            "or below it was asked, and the model then starts with a step of noise too much.",
        ),
        Mistake(
            lambda levels, snr: int(torch.searchsorted(_ratio(levels), snr)),
            "A search by halving, as searchsorted does it, wants numbers that rise, and the SNR falls: it "
            "answers all the same, with a step that has nothing to do with your SNR.",
        ),
        Mistake(
            lambda levels, snr: int((_ratio(levels) <= snr).nonzero()[-1]),
            "That is the last step at or below the wanted SNR, which is the end of the schedule whatever is "
            "asked; the first is wanted.",
        ),
        Mistake(
            (
                lambda levels, snr: int((_ratio(levels) - snr).abs().argmin()),
                lambda levels, snr: int((_ratio(levels).log() - math.log(snr)).abs().argmin()),
            ),
            "You give the nearest step, which may still lie above the wanted SNR: asked is the first at or "
            "below it, so that there is at least as much noise as the model expects.",
        ),
        Mistake(
            (
                lambda levels, snr: _first(10 * _ratio(levels).log10() <= snr),
                lambda levels, snr: _first(_ratio(levels).log() <= snr),
            ),
            "You compare the logarithm of the ratio with the ratio itself: take the logarithm of both or of "
            "neither, or the step that you find has another amount of noise than asked.",
        ),
        Mistake(
            lambda levels, snr: _first(levels / (1 - levels).sqrt() <= snr),
            "Your ratio has a variance above and a standard deviation below: the SNR has alpha-bar over one "
            "minus alpha-bar, both without a root, and yours leads to another step.",
        ),
    ],
    hints=[
        "First the SNR of every step: the variance of the signal over that of the noise. Which of the two is "
        "alpha-bar?",
        "The SNR falls with t. You want the first place where it is no longer above the number asked for.",
        "(condition).nonzero() lists the places where a condition holds, in order; int() of one of them.",
    ],
)
