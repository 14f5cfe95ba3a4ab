"""The exercises of notebook 10, Forward diffusion, on schedules: a cosine, and a given SNR."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def cosine_levels(steps, s):
    """alpha-bar as a squared cosine with offset s, from before any noise: [steps + 1] (float64)."""
    u = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
    level = ((u + s) / (1 + s) * math.pi / 2).cos() ** 2
    return level / level[0]


def timestep_for_snr(alphas_cumprod, snr):
    """The first index whose signal-to-noise ratio is at or below snr: levels [T] -> int."""
    below = alphas_cumprod / (1 - alphas_cumprod) <= snr
    return int(below.nonzero()[0])


def _cosine(level, u=lambda steps: torch.linspace(0, 1, steps + 1, dtype=torch.float64), normalise=True):
    """A cosine_levels with another curve level(u, s) or other points u."""

    def wrong(steps, s):
        values = level(u(steps), s)
        return values / values[0] if normalise else values

    return wrong


def _squared(u, s):
    return ((u + s) / (1 + s) * math.pi / 2).cos() ** 2


def _without_the_first(steps, s):
    u = torch.arange(1, steps + 1, dtype=torch.float64) / steps
    return _squared(u, s) / _squared(u, s)[0]


def _in_steps(steps, s):
    level = ((torch.arange(steps + 1, dtype=torch.float64) + s) / (steps + s) * math.pi / 2).cos() ** 2
    return level / level[0]


exercise(
    "diffusion.cosine_levels",
    reference=cosine_levels,
    inputs={
        "10 steps, s = 0.1": lambda rng: (10, 0.1),
        "4 steps, s = 0": lambda rng: (4, 0.0),
        "25 steps, s = 0.05": lambda rng: (25, 0.05),
    },
    mistakes=[
        Mistake(
            (
                _cosine(lambda u, s: ((u + s) / (1 + s) * math.pi / 2).cos()),
                _cosine(lambda u, s: ((u + s) / (1 + s) * math.pi / 2).cos(), normalise=False),
            ),
            "The square is missing: the cosine itself is the signal rate, the root of alpha-bar; as a level "
            "it keeps the images far too clean for most of the way.",
        ),
        Mistake(
            _cosine(lambda u, s: math.cos((u + s) / (1 + s) * math.pi / 2) ** 2),
            "The cosine in math takes one number at a time, and you give it the points of all steps at once: "
            "torch's takes tensors, and the whole schedule comes out of a single line.",
        ),
        Mistake(
            _cosine(_squared, normalise=False),
            "The levels are not divided by the first: with an offset the cosine does not begin at 1, so "
            "there would be noise before the first step, and the first beta would come out too small.",
        ),
        Mistake(
            (
                _cosine(lambda u, s: (u * math.pi / 2).cos() ** 2),
                _cosine(lambda u, s: (1 + (u * math.pi).cos()) / 2),
            ),
            "The offset s is not in it: the first betas are then close to zero, and a model gets "
            "steps in which nothing can be learned, as the noise is finer than the data's own grain.",
        ),
        Mistake(
            (
                _cosine(lambda u, s: ((u + s) * math.pi / 2).cos() ** 2),
                _cosine(lambda u, s: ((u + s / 1 + s) * math.pi / 2).cos() ** 2),
                _cosine(lambda u, s: ((u + s / (1 + s)) * math.pi / 2).cos() ** 2),
            ),
            "The whole of u + s is to be divided by the whole of 1 + s (brackets!): with yours the angle "
            "runs past a right angle, alpha-bar touches 0 before the end and comes up again, and a step with "
            "a negative beta has no meaning.",
        ),
        Mistake(
            _cosine(_squared, lambda steps: torch.arange(steps + 1, dtype=torch.float64)),
            "Your u counts the steps, 0, 1, 2 and so on, where u = t / T goes from 0 to 1: the angle turns "
            "round again at every step, and the images would be noise and clean by turns.",
        ),
        Mistake(
            lambda steps, s: cosine_levels(steps, 0.008),
            "Your offset is always 0.008, and s is an argument: the first betas would stay the same whatever "
            "offset is asked for, and nobody could see what the offset is good for.",
        ),
        Mistake(
            _cosine(lambda u, s: (((u + s) / (1 + s) * math.pi / 2) ** 2).cos()),
            "You take the cosine of the squared angle, and the square of the cosine is wanted: yours passes "
            "0 before the end, and the root of a negative alpha-bar turns the images into NaN.",
        ),
        Mistake(
            (
                lambda steps, s: cosine_levels(steps, s).clamp(min=1e-4),
                lambda steps, s: cosine_levels(steps, s).clamp(min=1e-5),
                lambda steps, s: cosine_levels(steps, s).clamp(min=1e-3),
            ),
            "You cut the levels off from below: the last one would then never be reached, and a trace of the "
            "image would be left at the end, where the sampler starts without any. The betas are cut, later.",
        ),
        Mistake(
            _cosine(lambda u, s: ((u + s) / (1 + s) * math.pi).cos() ** 2),
            "You run over half a turn; squared, that comes back to 1: the images would be destroyed by half "
            "time and be clean again at the end, which is where the model starts from noise.",
        ),
        Mistake(
            (
                _cosine(_squared, lambda steps: torch.linspace(0, 1, steps, dtype=torch.float64)),
                _without_the_first,
                lambda steps, s: cosine_levels(steps, s)[1:],
                lambda steps, s: cosine_levels(steps, s)[:-1],
            ),
            "There are as many levels as steps, and one more is wanted, the clean one before the first step: "
            "without it one of the betas is lost, and the schedule is a step short.",
        ),
        Mistake(
            (
                lambda steps, s: 1 - cosine_levels(steps, s)[1:] / cosine_levels(steps, s)[:-1],
                lambda steps, s: (1 - cosine_levels(steps, s)[1:] / cosine_levels(steps, s)[:-1]).clamp(
                    max=0.999
                ),
            ),
            "These are the betas, and the levels are wanted: read as levels of signal they rise with t, so "
            "the images would get cleaner on their way.",
        ),
        Mistake(
            lambda steps, s: -cosine_levels(steps, s).diff(),
            "You give the differences of the levels: how much signal is lost at a step. They are no levels, "
            "and no betas either, which are what is lost over what was there.",
        ),
        Mistake(
            (
                _cosine(lambda u, s: ((u + s) / (1 + s) * math.pi / 2).sin() ** 2, normalise=False),
                lambda steps, s: cosine_levels(steps, s).flip(0),
            ),
            "Your levels rise: a sine for the cosine, or the times from 1 down to 0; the images would be "
            "noise at the first step and come clean at the last, where the model starts from noise.",
        ),
        Mistake(
            _in_steps,
            "You add s to the number of the step; it belongs to u, which runs from 0 to 1: your offset is T "
            "times too small, and the first betas stay as tiny as without one.",
        ),
        Mistake(
            lambda steps, s: 1 - cosine_levels(steps, s),
            "That is one minus alpha-bar, the variance of the noise: it rises from 0 to 1, and used as "
            "alpha-bar it runs the whole schedule backwards.",
        ),
    ],
    tolerance=3e-6,  # a level cut off at 1e-5 shall be seen, an answer in float32 shall pass
    hints=[
        "First the times: from 0 to 1 in equal steps, with both ends, so one more time than there are steps.",
        "The angle goes from nearly 0 (there is the offset) to a right angle, pi / 2, and reaches it exactly "
        "at u = 1. Alpha-bar is the cosine of it, squared.",
        "The angle is (u + s) / (1 + s) times pi / 2. At the end, divide all levels by the first, which must "
        "come out as 1.",
    ],
)


def _levels(n, high):
    """n levels, falling from above 0.9."""
    return lambda rng: torch.cumprod(1 - (0.02 + high * torch.rand(n, generator=rng, dtype=torch.float64)), 0)


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
            lambda levels, snr: timestep_for_snr(levels, snr) - 1,
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
