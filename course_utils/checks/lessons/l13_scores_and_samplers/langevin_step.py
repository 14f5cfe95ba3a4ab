"""scores.langevin_step: a step up the score, and the noise that goes with it."""

import math

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def langevin_step(x, score, step, noise):
    """One step of Langevin dynamics: x, score, noise [B, D], step a number above 0 -> [B, D]."""
    return x + step / 2 * score + math.sqrt(step) * noise


def _points(n, dim, step, steep=1.0):
    """A maker of points, a score so many times as long, and noise."""

    def make(rng):
        x, score, noise = torch.randn(3, n, dim, generator=rng, dtype=torch.float64)
        return x, steep * score, step, noise

    return make


def _steps(pulls, pushes):
    """The steps with each of the pulls (factors of the score) and each of the pushes (of the noise)."""

    def made(pull, push):
        return lambda x, score, step, noise: x + pull(step) * score + push(step) * noise

    return tuple(made(pull, push) for pull in pulls for push in pushes)


def _half(e):
    return e / 2


def _whole(e):
    return e


def _root(e):
    return math.sqrt(e)


def _root_of_twice(e):
    return math.sqrt(2 * e)


def _square(e):
    return e**2


def _nothing(e):
    return 0.0


exercise(
    "scores.langevin_step",
    reference=langevin_step,
    inputs={
        "4 points of 2 coordinates, step 0.3": _points(4, 2, 0.3),
        "3 points of 5 coordinates, step 0.05": _points(3, 5, 0.05, steep=6.0),
        "5 points of 3 coordinates, a large step of 2": _points(5, 3, 2.0),
        "2 points of 4 coordinates, a step of 0.0001 and a steep score": _points(2, 4, 1e-4, steep=300.0),
        "6 points of 2 coordinates, a wide density and a step of 40": _points(6, 2, 40.0, steep=0.2),
    },
    accepted=[
        Accepted(
            lambda x, score, step, noise: x + step / 2 * score - math.sqrt(step) * noise,
            "You subtract the noise where the text adds it: a Gaussian is the same with its sign turned, so "
            "the points are others and as good.",
        ),
    ],
    mistakes=[
        Mistake(
            _steps([_whole], [_root]),
            "The half is missing before the score: it pulls twice as hard as this noise can hold open, and "
            "the points settle on p squared, whose modes have half the variance.",
        ),
        Mistake(
            _steps([_whole], [_root_of_twice, lambda e: -_root_of_twice(e)]),
            "This is the other convention, with steps that are twice as long: score and noise go together, "
            "but what is called step here has a half before the score and no 2 below the root.",
        ),
        Mistake(
            _steps([lambda e: e**2 / 2], [_whole]),
            "You take the step for a length, whose square is before the score: here step is the variance of "
            "the noise, so a small step would hardly move anything.",
        ),
        Mistake(
            _steps([_half, _whole], [_whole, lambda e: 2 * e, lambda e: math.sqrt(2) * e])
            + _steps([_whole], [_half]),
            "The root of step is missing before the noise: step is its variance, so for small steps you add "
            "far too little and the points all climb to the nearest mode.",
        ),
        Mistake(
            _steps([_half], [_half]),
            "Score and noise share one factor: the noise needs the root of step, for its variance is what "
            "grows with each step, and like this it all but vanishes.",
        ),
        Mistake(
            _steps([_half, _whole, lambda e: e**2 / 2], [_square]),
            "The noise is scaled by step squared: step is the variance of the noise, and its root is the "
            "factor.",
        ),
        Mistake(
            _steps([_half], [lambda e: math.sqrt(e / 2), lambda e: math.sqrt(e) / 2]),
            "The half belongs to the score alone: with less noise the balance with the pull settles at a "
            "narrower density, though each step looks much like a right one.",
        ),
        Mistake(
            _steps([_half], [_root_of_twice]) + _steps([_half, _whole], [lambda e: 2 * math.sqrt(e)]),
            "There is too much noise for this pull: half a step of the score goes with noise of variance "
            "step, and with twice that variance, say, the points settle on the root of p, which is wider.",
        ),
        Mistake(
            _steps([_whole, lambda e: 2 * e], [lambda e: math.sqrt(e / 2), lambda e: math.sqrt(e) / 2])
            + _steps([lambda e: 2 * e], [_root, _root_of_twice]),
            "The half stands on the wrong side, or twice as a 2: it belongs before the score and not in the "
            "noise; like this the pull is far too strong for the noise, and the points crowd at the modes.",
        ),
        Mistake(
            _steps([lambda e: -e / 2, lambda e: -e], [_root, _root_of_twice, lambda e: -_root(e), _whole]),
            "The sign before the score is turned: the points run down from the modes to where there is no "
            "data, and never come back.",
        ),
        Mistake(
            _steps([_half, _whole, _root], [_nothing]),
            "No noise is added: this climbs to the nearest mode and stays there, and all points end at the "
            "few tops of the density instead of being spread like it.",
        ),
        Mistake(
            _steps([_nothing], [_root, _root_of_twice]),
            "The score is not used: the points wander off with nothing to hold them, and their variance "
            "grows with every step.",
        ),
        Mistake(
            _steps([_half, _whole], [lambda e: 1.0]),
            "The noise is added as it was drawn, with variance 1: that of a step shall be step, or small "
            "steps are all noise and the points spread without end.",
        ),
        Mistake(
            _steps([lambda e: 1.0, lambda e: 0.5], [_root, _root_of_twice, lambda e: 1.0]),
            "The score is added without the step: a move along it has to shrink with the step, or small "
            "steps are all pull and jump from one side of a mode to the other.",
        ),
        Mistake(
            _steps([_root, lambda e: math.sqrt(e) / 2, lambda e: math.sqrt(e / 2)], [_root, _whole]),
            "A root stands before the score: the pull goes with step itself, the noise with its root, since "
            "it is variances that add up; with this much pull small steps overshoot the modes.",
        ),
        Mistake(
            _steps([_square, lambda e: e**2 / 2], [_root, _root_of_twice]),
            "The score is multiplied by step squared: with noise of variance step, the pull goes with step "
            "itself, or small steps are all noise and the points spread without end.",
        ),
        Mistake(
            _steps([_half], [lambda e: e / 2 * math.sqrt(e), lambda e: e * math.sqrt(e)]),
            "The noise has step before it and its root as well: the brackets are wrong, for the root of "
            "step alone is its factor.",
        ),
        Mistake(
            lambda x, s, e, z: x + e / 2 * z + math.sqrt(e) * s,
            "Score and noise have changed places: half a step goes before the score and the root before "
            "the noise.",
        ),
        Mistake(
            (
                lambda x, s, e, z: e / 2 * s + math.sqrt(e) * z,
                lambda x, s, e, z: e * s + math.sqrt(2 * e) * z,
            ),
            "This is the move alone: the new place is x plus the move, or all points jump back to the "
            "middle at every step.",
        ),
        Mistake(
            (
                lambda x, s, e, z: math.sqrt(abs(1 - e)) * x + e / 2 * s + math.sqrt(e) * z,
                lambda x, s, e, z: (1 - e / 2) * x + e / 2 * s + math.sqrt(e) * z,
                lambda x, s, e, z: (1 - e) * x + e / 2 * s + math.sqrt(e) * z,
            ),
            "You shrink x as the forward process does: here nothing but the score pulls back, and with a "
            "second pull to 0 the points settle on another density.",
        ),
    ],
    hints=[
        "There are three parts: where the point is, a pull towards more data, and a push in a direction that "
        "nobody chose.",
        "The pull goes with half the step. The noise that you are given has variance 1; that of the push "
        "shall be step.",
        "A factor before noise multiplies its variance by the square of the factor. Which factor gives the "
        "variance step?",
    ],
)
