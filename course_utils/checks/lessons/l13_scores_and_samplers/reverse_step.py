"""scores.reverse_step: one Euler-Maruyama step of the reverse SDE."""

import itertools
import math

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def reverse_step(x, drift, g, score, dt, noise):
    """A step of length dt > 0 to the data: x, drift f(x, u), score, noise [B, D], g a number -> [B, D]."""
    return x - (drift - g**2 * score) * dt + g * math.sqrt(dt) * noise


def _points(n, dim, g, dt, pull=-0.5, sigma=1.0):
    """A maker of points at noise level sigma, with a drift pull x and a score as long as one over sigma."""

    def make(rng):
        x, score, noise = torch.randn(3, n, dim, generator=rng, dtype=torch.float64)
        return sigma * x, pull * sigma * x, g, score / sigma, dt, noise

    return make


def _steps(drifts, scores, pushes):
    """The steps with each of the factors of drift, of score and of noise, functions of (g, dt) all."""

    def made(one, two, three):
        return lambda x, f, g, s, dt, z: x + one(g, dt) * f + two(g, dt) * s + three(g, dt) * z

    return tuple(made(*factors) for factors in itertools.product(drifts, scores, pushes))


def _back(g, dt):
    return -dt


def _on(g, dt):
    return dt


def _full(g, dt):
    return g**2 * dt


def _half(g, dt):
    return g**2 / 2 * dt


def _bare(g, dt):
    return g * dt


def _down(g, dt):
    return -(g**2) * dt


def _push(g, dt):
    return g * math.sqrt(dt)


def _nothing(g, dt):
    return 0.0


def _turned(factor):
    return lambda g, dt: -factor(g, dt)


exercise(
    "scores.reverse_step",
    reference=reverse_step,
    inputs={
        "4 points of 2 coordinates": _points(4, 2, 1.4, 0.05),
        "3 points of 5 coordinates, a strong drift": _points(3, 5, 4.5, 0.01, pull=-10.0),
        "5 points of 3 coordinates, near the data": _points(5, 3, 0.3, 0.002, pull=-200.0, sigma=0.02),
        "2 points of 4 coordinates, no drift, g = 200": _points(2, 4, 200.0, 0.002, pull=0.0, sigma=50.0),
        "6 points of 2 coordinates, one long step": _points(6, 2, 1.7, 0.5),
    },
    accepted=[
        Accepted(
            lambda x, f, g, s, dt, z: x - (f - g**2 * s) * dt - g * math.sqrt(dt) * z,
            "You subtract the noise where the text adds it: a Gaussian is the same with its sign turned, so "
            "the points are others and as good.",
        ),
    ],
    mistakes=[
        Mistake(
            (
                *_steps([_on], [_down], [_push, _turned(_push), lambda g, dt: g * dt, lambda g, dt: dt]),
                *_steps([_on], [_turned(_bare), _turned(_half)], [_push]),
            ),
            "The sign of time is wrong: drift minus g squared times the score is the change per unit of time "
            "forwards, and you walk back, so that all of it is subtracted; as it stands the points run "
            "away from the data.",
        ),
        Mistake(
            (
                *_steps([_on], [_full, _half, _bare], [_push, lambda g, dt: g * dt]),
                *_steps([_on], [_full], [_turned(_push), lambda g, dt: math.sqrt(dt), _nothing]),
            ),
            "The drift is not turned: it is what the forward process does, and on the way back it counts the "
            "other way, so points that were pulled to 0 have to be let out again.",
        ),
        Mistake(
            (
                *_steps([_back], [_down, _turned(_half), _turned(_bare)], [_push, lambda g, dt: g * dt]),
                *_steps([_back], [_down], [_nothing, _turned(_push)]),
            ),
            "The sign before the score is turned: on the way back it leads to where there are more points, "
            "and like this the step leads away from them.",
        ),
        Mistake(
            _steps([_back], [_half], [_nothing, lambda g, dt: dt]),
            "This is a step of the flow without noise (the probability-flow ODE), whose score has a half: "
            "the reverse SDE has the whole of it, and noise at every step.",
        ),
        Mistake(
            _steps([_back], [_half], [_push, lambda g, dt: g * dt, lambda g, dt: math.sqrt(dt)]),
            "The half before the score is the one of the flow without noise: where noise is added, the whole "
            "g squared is needed to hold it, or the points end wider than the data.",
        ),
        Mistake(
            _steps([_back], [_full, _bare], [_nothing]),
            "No noise is added: without it half of this pull is right, and with all of it the points crowd "
            "at the modes.",
        ),
        Mistake(
            _steps([_back], [_bare], [_push, lambda g, dt: g * dt, lambda g, dt: math.sqrt(dt)]),
            "The score is multiplied by g and not by g squared: the pull has to hold noise whose variance "
            "grows by g squared per unit of time, and with another power the two are out of balance.",
        ),
        Mistake(
            _steps([_back], [_on], [_push, lambda g, dt: math.sqrt(dt), lambda g, dt: g * dt]),
            "The factor g squared before the score is missing: the pull has to hold noise whose variance "
            "grows by g squared per unit of time.",
        ),
        Mistake(
            _steps(
                [_back],
                [_full],
                [_bare, _turned(_bare), lambda g, dt: dt, _full, lambda g, dt: math.sqrt(g) * dt],
            ),
            "The noise is multiplied by dt and not by its root: variances add up over the steps, so a step "
            "of length dt has noise of variance g squared times dt; with short steps yours is all but gone.",
        ),
        Mistake(
            _steps([_back], [_full], [lambda g, dt: math.sqrt(dt), lambda g, dt: math.sqrt(g * dt)]),
            "The factor g before the noise is missing, or a root is taken of it: g is the standard deviation "
            "of the noise per root of time, and that alone is in balance with g squared before the score.",
        ),
        Mistake(
            _steps([_back], [_full], [lambda g, dt: g**2 * math.sqrt(dt)]),
            "The noise is multiplied by g squared: that is its variance per unit of time, and the factor of "
            "the noise is a standard deviation, g.",
        ),
        Mistake(
            _steps([_back], [_full], [lambda g, dt: g, lambda g, dt: 1.0, lambda g, dt: g**2]),
            "The noise does not shrink with the step: a thousand short steps then add a thousand times the "
            "noise of one.",
        ),
        Mistake(
            _steps(
                [_back],
                [_full, _half],
                [lambda g, dt: g * math.sqrt(2 * dt), lambda g, dt: g * math.sqrt(dt / 2)],
            ),
            "A 2 has got into the root of dt: that belongs to Langevin steps of another convention, and here "
            "the noise of a step has variance g squared times dt, on the way back as on the way there.",
        ),
        Mistake(
            (
                lambda x, f, g, s, dt, z: x - (f * x - g**2 * s) * dt + g * math.sqrt(dt) * z,
                lambda x, f, g, s, dt, z: x + f * x * dt + g**2 * s * dt + g * math.sqrt(dt) * z,
            ),
            "The drift is multiplied by x: it is f(x, u) as it stands, worked out at this x already.",
        ),
        Mistake(
            _steps([_back], [lambda g, dt: 2 * g**2 * dt], [_push]),
            "The score counts twice: g squared times the score is all that turns the forward process round.",
        ),
        Mistake(
            _steps([_on], [_nothing], [_push]) + _steps([_back], [_nothing], [_push]),
            "The score is not used: the forward process run with its drift turned does not lead to the data, "
            "for nothing tells the points where the data are.",
        ),
        Mistake(
            _steps([_nothing], [_full, _half], [_push]),
            "The drift is not used: that is right only where it is 0, and a process that shrinks its points "
            "on the way to noise has to let them grow on the way back.",
        ),
        Mistake(
            _steps([lambda g, dt: -1.0], [lambda g, dt: g**2], [_push, lambda g, dt: g]),
            "The step length is missing: drift and score are changes per unit of time, and a step is as much "
            "of them as its length dt.",
        ),
        Mistake(
            _steps(
                [lambda g, dt: -math.sqrt(dt)],
                [lambda g, dt: g**2 * math.sqrt(dt)],
                [_push, lambda g, dt: g * dt],
            ),
            "The root of dt stands before drift and score: these grow with time itself, and the root is for "
            "the noise, of which only the variance does.",
        ),
        Mistake(
            (
                *_steps([_back], [lambda g, dt: g**2], [_push]),
                *_steps([lambda g, dt: -1.0], [_full], [_push]),
            ),
            "Only one of drift and score is multiplied by dt: both are changes per unit of time, so the "
            "brackets go round the two.",
        ),
        Mistake(
            lambda x, f, g, s, dt, z: -(f - g**2 * s) * dt + g * math.sqrt(dt) * z,
            "This is the move alone: the new place is x plus the move.",
        ),
        Mistake(
            lambda x, f, g, s, dt, z: x - (s - g**2 * f) * dt + g * math.sqrt(dt) * z,
            "Drift and score have changed places: it is the score that g squared belongs to.",
        ),
    ],
    hints=[
        "A step of the forward process is x plus drift times dt plus g times the root of dt times noise. On "
        "the way back another drift takes the place of this one.",
        "That drift is the forward one less g squared times the score, all of it. Which way does time run?",
        "Time falls and dt is above 0, so this drift is subtracted. The noise is as large as in the forward "
        "step: its variance grows with dt.",
    ],
)
