"""flow.velocity_to_score: what a velocity says about the density."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def velocity_to_score(v, x, t):
    """The score of the straight path from its velocity: v, x [B, D], t [B, 1] in (0, 1) -> [B, D]."""
    return (t * v - x) / (1 - t)


def _points(n, dim, low=0.1, high=0.9):
    def make(rng):
        v, x = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        return v, x, low + (high - low) * torch.rand(n, 1, generator=rng, dtype=torch.float64)

    return make


exercise(
    "flow.velocity_to_score",
    reference=velocity_to_score,
    inputs={
        "4 points of 2 coordinates": _points(4, 2),
        "3 points of 5 coordinates": _points(3, 5),
        "5 points of 3 coordinates, nearly noise": _points(5, 3, 2e-4, 9e-4),
        "2 points of 4 coordinates, nearly data": _points(2, 4, 0.9991, 0.9995),
        "6 points on a line": _points(6, 1),
    },
    mistakes=[
        Mistake(
            lambda v, x, t: (x - t * v) / (1 - t),
            "The sign is turned: the score points to where the density rises, away from the noise, so it is "
            "minus the noise over its size.",
        ),
        Mistake(
            (lambda v, x, t: x - t * v, lambda v, x, t: t * v - x),
            "This is the noise (or minus the noise) and not yet the score: the score divides it by the "
            "noise's size, 1 - t.",
        ),
        Mistake(
            (
                lambda v, x, t: (t * v - x) / (1 - t) ** 2,
                lambda v, x, t: (x - t * v) / (1 - t) ** 2,
            ),
            "You divide by 1 - t twice: the square belongs under x_t minus t times the data, which holds one "
            "factor 1 - t of its own; the noise itself is divided once.",
        ),
        Mistake(
            (
                lambda v, x, t: ((1 - t) * v - x) / t,
                lambda v, x, t: (x - (1 - t) * v) / t,
                lambda v, x, t: -(x + (1 - t) * v) / t,
                lambda v, x, t: ((1 - t) * v - x) / (1 - t),
                lambda v, x, t: (x - (1 - t) * v) / (1 - t),
            ),
            "The factors t and 1 - t have changed places: here t = 0 is noise, so the noise in x_t has the "
            "size 1 - t.",
        ),
        Mistake(
            (
                lambda v, x, t: -(x + (1 - t) * v) / (1 - t),
                lambda v, x, t: (x + (1 - t) * v) / (1 - t),
                lambda v, x, t: x + (1 - t) * v,
            ),
            "You take the data for the noise: x plus the rest of the way is the guess of the data; the noise "
            "lies the other way, at x minus what has been walked.",
        ),
        Mistake(
            (lambda v, x, t: (t * v - x) / t, lambda v, x, t: (x - t * v) / t),
            "You divide by t, the size of the data: the score has the size of the noise, 1 - t, under it.",
        ),
        Mistake(
            (lambda v, x, t: (v - x) / (1 - t), lambda v, x, t: (x - v) / (1 - t)),
            "The velocity is taken whole: at time t only a share t of it has been walked, so the noise is x "
            "minus t times v.",
        ),
        Mistake(
            lambda v, x, t: (t * x - v) / (1 - t),
            "The velocity and the point have changed places.",
        ),
        Mistake(
            (
                lambda v, x, t: -(x + t * v) / (1 - t),
                lambda v, x, t: (t * v + x) / (1 - t),
            ),
            "You walk on instead of back: the noise is where the line started, at x minus t times v.",
        ),
        Mistake(
            (lambda v, x, t: t * v / (1 - t), lambda v, x, t: -x / (1 - t)),
            "A term is missing: the noise is x minus t times v, and it takes both.",
        ),
        Mistake(
            (
                lambda v, x, t: (t * v - x) / (1 - t).sqrt(),
                lambda v, x, t: (t * v - x) / (1 - t**2).sqrt(),
                lambda v, x, t: (t * v - x) / (1 - t**2),
            ),
            "The size of the noise is that of diffusion's path: on the straight line it is 1 - t, with no "
            "root and no square.",
        ),
        Mistake(
            (lambda v, x, t: v, lambda v, x, t: -v, lambda v, x, t: v / (1 - t)),
            "The velocity is not the score itself: it also carries the point along where the density is "
            "flat; at t = 0 the score is -x, whatever v says.",
        ),
        Mistake(
            lambda v, x, t: (t * v - x) * (1 - t),
            "You multiply by the size of the noise where you should divide by it: the less noise, the "
            "steeper the density.",
        ),
    ],
    hints=[
        "Find the noise first: x_t and v are two equations for noise and data.",
        "x_t lies on the line from the noise to the data, and v is the whole line. Walk back from x_t to "
        "where it began.",
        "The score is minus the noise over the noise's size, and that size is one minus t.",
    ],
)
