"""flow.straightness: how far a flow's velocity is from the straight way."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def straightness(path, velocities):
    """The mean of |x_1 - x_0 - v|^2 over steps and batch: path [S + 1, B, D], velocities [S, B, D]."""
    way = path[-1] - path[0]
    return (way - velocities).square().sum(-1).mean()


def _walk(steps, n, dim, spread=1.0):
    """A maker of places and velocities; the places are no Euler walk by them, but near one.

    spread: how far the velocities of a point lie apart.
    """

    def make(rng):
        start, shared = torch.randn(2, 1, n, dim, generator=rng, dtype=torch.float64)
        velocities = shared + 1 + spread * torch.randn(steps, n, dim, generator=rng, dtype=torch.float64)
        bend = 0.2 * spread * torch.randn(steps, n, dim, generator=rng, dtype=torch.float64)
        return torch.cat([start, start + (velocities / steps + bend).cumsum(0)]), velocities

    return make


def _way(path):
    return path[-1] - path[0]


def _scored(gap=lambda path, v: _way(path) - v, score=lambda gap: gap.square().sum(-1).mean()):
    """The mean square of another gap, or another number made from the right one."""
    return lambda path, velocities: score(gap(path, velocities))


exercise(
    "flow.straightness",
    reference=straightness,
    batch=False,
    inputs={
        "7 steps of 5 points of the plane": _walk(7, 5, 2),
        "4 steps of 3 points of 6 coordinates": _walk(4, 3, 6),
        "3 steps of 8 points on a line": _walk(3, 8, 1),
        "1 step of 4 points of 3 coordinates": _walk(1, 4, 3),
        "6 steps of 4 points of the plane, nearly straight": _walk(6, 4, 2, spread=0.005),
    },
    mistakes=[
        Mistake(
            (
                _scored(score=lambda gap: gap.square().sum()),
                _scored(score=lambda gap: gap.square().sum((0, 2)).mean()),
                _scored(score=lambda gap: gap.square().sum((1, 2)).mean()),
            ),
            "You sum where a mean is wanted: over steps and batch it is a mean, or a flow looks more crooked "
            "the more steps and points you take.",
        ),
        Mistake(
            _scored(score=lambda gap: gap.square().mean()),
            "You average over the coordinates too: the squared length of a vector is the sum over its "
            "coordinates, and the mean is over steps and batch alone.",
        ),
        Mistake(
            (
                _scored(lambda path, v: -_way(path) - v),
                _scored(lambda path, v: _way(path) + v),
            ),
            "The ends have changed places: the way runs from the first place to the last, x_1 - x_0; turned "
            "round, a straight flow would look twice as wrong as it is long.",
        ),
        Mistake(
            (
                _scored(lambda path, v: _way(path) - v.mean(0)),
                _scored(lambda path, v: _way(path) - v.sum(0)),
            ),
            "You average the velocities (or add them up) before comparing: over the whole way they make up "
            "the way itself, so every flow looks straight; each step's velocity is compared with the way.",
        ),
        Mistake(
            (
                _scored(score=lambda gap: gap.norm(dim=-1).mean()),
                _scored(score=lambda gap: gap.square().sum(-1).mean().sqrt()),
                _scored(score=lambda gap: gap.abs().sum(-1).mean()),
                _scored(score=lambda gap: gap.abs().mean()),
            ),
            "These are lengths and not their squares: the definition takes the mean of the squared length, "
            "as the loss does.",
        ),
        Mistake(
            (
                _scored(lambda path, v: path.diff(dim=0) - v),
                _scored(lambda path, v: len(v) * path.diff(dim=0) - v),
                _scored(lambda path, v: path.diff(dim=0) - v / len(v)),
            ),
            "You compare each velocity with its own step: an Euler sampler walks just by it, so that says "
            "nothing about the flow; the comparison is with the whole way from noise to data.",
        ),
        Mistake(
            (
                _scored(lambda path, v: path[1:] - path[0] - v),
                _scored(lambda path, v: path[:-1] - path[0] - v),
                _scored(lambda path, v: path[-1] - path[:-1] - v),
                _scored(lambda path, v: path[-1] - path[1:] - v),
            ),
            "You compare with a part of the way, from the start to each place or from each place to the end: "
            "a velocity is a way over the whole time, so it is compared with all of it.",
        ),
        Mistake(
            (
                _scored(lambda path, v: path[-1] - path[min(1, len(v))] - v),
                _scored(lambda path, v: path[len(v) - 1] - path[0] - v),
            ),
            "An index is one off: the path has one place more than there are steps, from path[0] to "
            "path[-1].",
        ),
        Mistake(
            (
                _scored(lambda path, v: _way(path) - v[:1]),
                _scored(lambda path, v: _way(path) - v[-1:]),
            ),
            "Only one step's velocity is compared: a flow may start straight and bend later, so the mean is "
            "over all steps.",
        ),
        Mistake(
            (
                _scored(lambda path, v: v),
                _scored(lambda path, v: _way(path)),
                _scored(lambda path, v: path[-1] - v),
            ),
            "A term is missing: the gap is the last place, minus the first, minus the velocity.",
        ),
        Mistake(
            (
                _scored(lambda path, v: _way(path) - v / len(v)),
                _scored(lambda path, v: _way(path) / len(v) - v),
            ),
            "You divide by the number of steps: a velocity is already the way for the whole time, 0 to 1, "
            "and not for one step.",
        ),
        Mistake(
            (
                _scored(score=lambda gap: gap.square().sum(-1).mean() / 2),
                _scored(score=lambda gap: gap.square().sum(-1).amax(0).mean()),
                _scored(score=lambda gap: gap.square().sum(-1).amax()),
            ),
            "The number is another one made of the same gaps: half of it, or the largest; the definition is "
            "the plain mean.",
        ),
        Mistake(
            lambda path, velocities: (
                (_way(path) - velocities).square().sum(-1).mean() / _way(path).square().sum(-1).mean()
            ),
            "You divide by the squared length of the way: a fair relative measure, but the number asked for "
            "has none.",
        ),
    ],
    accepted=[
        Accepted(
            lambda path, velocities: (velocities.mean(0) - velocities).square().sum(-1).mean(),
            "The mean of the velocities is the whole way only for Euler's equal steps; take the way from the "
            "path, and it is right for any solver.",
        )
    ],
    hints=[
        "What would every velocity be if the flow were straight? The same one: the whole way from the first "
        "place to the last.",
        "The way is [B, D] and the velocities are [S, B, D]: they broadcast. Square, and sum over the "
        "coordinates, which are the last axis.",
        "Way minus velocity, .square(), .sum over the last axis, .mean over all that remains.",
    ],
)
