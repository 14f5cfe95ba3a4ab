"""diffusion.cosine_levels: the squared cosine as a schedule."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw, draw_between


def cosine_levels(steps, s):
    """alpha-bar as a squared cosine with offset s, from before any noise: [steps + 1] (float64)."""
    u = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
    level = ((u + s) / (1 + s) * math.pi / 2).cos() ** 2
    return level / level[0]


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


def _drawn(rng):
    return draw(rng, 5, 60), draw_between(rng, 0.02, 0.5)


exercise(
    "diffusion.cosine_levels",
    reference=cosine_levels,
    inputs={
        "10 steps, s = 0.1": lambda rng: (10, 0.1),
        "4 steps, s = 0": lambda rng: (4, 0.0),
        "25 steps, s = 0.05": lambda rng: (25, 0.05),
        "1,000 steps, s = 0.008": lambda rng: (1000, 0.008),
        "1 step, s = 1": lambda rng: (1, 1.0),
        "steps and s drawn at random": _drawn,
        "steps and s drawn once more": _drawn,
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
