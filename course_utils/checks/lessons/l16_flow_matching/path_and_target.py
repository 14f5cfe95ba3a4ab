"""flow.path_and_target: a point on the straight line from noise to data, and what a network learns there."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def path_and_target(noise, data, t):
    """x_t = (1 - t) noise + t data and its velocity: noise, data [B, D], t [B, 1] -> both [B, D]."""
    x_t = (1 - t) * noise + t * data
    return x_t, data - noise


def _pairs(n, dim, ends=False):
    """A maker of noise, data and times; ends: the first two times are 0 and 1."""

    def make(rng):
        noise, data = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        t = torch.rand(n, 1, generator=rng, dtype=torch.float64)
        if ends:
            t[:2] = torch.tensor([[0.0], [1.0]])
        return noise, 2 * data + 1, t

    return make


def _with(point=None, target=None):
    """The answer with one part replaced."""

    def wrong(noise, data, t):
        x_t = (1 - t) * noise + t * data if point is None else point(noise, data, t)
        return x_t, data - noise if target is None else target(noise, data, t)

    return wrong


def _remaining(noise, data, t):
    return data - (1 - t) * noise - t * data


MISTAKES = [  # `train` names them too, where the loop makes its own x_t and target
    Mistake(
        (
            _with(lambda noise, data, t: t * noise + (1 - t) * data),
            _with(
                lambda noise, data, t: t * noise + (1 - t) * data,
                lambda noise, data, t: noise - data,
            ),
        ),
        "The time runs the other way: here t = 0 is noise and t = 1 the data, as in most papers on flow "
        "matching; diffusion counts the other way round, and a sampler would start at the wrong end.",
    ),
    Mistake(
        _with(target=lambda noise, data, t: noise - data),
        "The difference is turned round: the velocity is the derivative of x_t in t, which leads from the "
        "noise to the data; with this target every sample walks away from the data.",
    ),
    Mistake(
        (
            _with(lambda noise, data, t: (1 - t).sqrt() * noise + t.sqrt() * data),
            _with(lambda noise, data, t: (1 - t**2).sqrt() * noise + t * data),
            _with(lambda noise, data, t: (1 - t).sqrt() * noise + t * data),
            _with(lambda noise, data, t: (1 - t) * noise + t.sqrt() * data),
        ),
        "The roots belong to diffusion's path, where the squares of the two rates add up to 1: that is a "
        "curve, and data - noise is not its velocity.",
    ),
    Mistake(
        (
            _with(lambda noise, data, t: (torch.pi * t / 2).cos() * noise + (torch.pi * t / 2).sin() * data),
            _with(
                lambda noise, data, t: (torch.pi * t / 2).cos() * noise + (torch.pi * t / 2).sin() * data,
                lambda noise, data, t: (
                    torch.pi / 2 * ((torch.pi * t / 2).cos() * data - (torch.pi * t / 2).sin() * noise)
                ),
            ),
        ),
        "This is the path along a quarter of a circle: a path too, but the straight line is asked for, whose "
        "rates are t and 1 - t.",
    ),
    Mistake(
        _with(target=lambda noise, data, t: data),
        "Your target is the data: a network that predicts those is read in another way, and a sampler that "
        "takes its answer for a velocity would fly past them.",
    ),
    Mistake(
        (_with(target=lambda noise, data, t: noise), _with(target=lambda noise, data, t: -noise)),
        "Your target is the noise, as in diffusion: a velocity also holds the data that the point moves "
        "towards.",
    ),
    Mistake(
        (
            _with(target=_remaining),
            _with(target=lambda noise, data, t: t * (data - noise)),
        ),
        "Your target is a part of the way, what lies before x_t or behind it: a velocity is the whole way "
        "over the whole time, and on a straight line it is the same at every t.",
    ),
    Mistake(
        (
            _with(target=lambda noise, data, t: _remaining(noise, data, t) / (1 - t)),
            _with(target=lambda noise, data, t: ((1 - t) * noise + t * data - noise) / t),
        ),
        "You divide the rest of the way by the rest of the time: right in between, but 0 / 0 at an end of "
        "the path; the difference of data and noise is the same number and needs no division.",
    ),
    Mistake(
        lambda noise, data, t: (data - noise, (1 - t) * noise + t * data),
        "The two results have changed places: the point x_t comes first, the target second.",
    ),
    Mistake(
        _with(lambda noise, data, t: noise + t * data),
        "The noise is not faded out: at t = 1 all of it is still there, so the path never arrives at the "
        "data.",
    ),
    Mistake(
        _with(lambda noise, data, t: (1 - t) * noise + data),
        "The data are there from the start: at t = 0 there must be nothing but noise, which is all that a "
        "sampler has to begin with.",
    ),
    Mistake(
        (
            _with(lambda noise, data, t: t * data),
            _with(lambda noise, data, t: data),
            _with(lambda noise, data, t: t * (data - noise)),
        ),
        "There is no noise in your x_t, or it does not start at the noise: the network is trained where the "
        "sampler never comes by.",
    ),
    Mistake(
        (
            _with(lambda noise, data, t: (1 - t[:1]) * noise + t[:1] * data),
            _with(lambda noise, data, t: (1 - t.mean()) * noise + t.mean() * data),
        ),
        "One t serves the whole batch: each row has a time of its own.",
    ),
    Mistake(
        _with(target=lambda noise, data, t: t * noise - (1 - t) * data),
        "This is the v of diffusion models, the derivative along a circle from data to noise: on the "
        "straight line the velocity is a plain difference.",
    ),
    Mistake(
        _with(target=lambda noise, data, t: (data - noise) / 2),
        "The velocity is halved: with it a sampler stops half-way between the noise and the data.",
    ),
    Mistake(
        _with(target=lambda noise, data, t: data + noise),
        "You add the two ends: the way from one point to another is their difference.",
    ),
]

exercise(
    "flow.path_and_target",
    reference=path_and_target,
    returns=["x_t", "target"],
    inputs={
        "5 points of 2 coordinates": _pairs(5, 2),
        "4 points of 3 coordinates": _pairs(4, 3),
        "6 points of 5 coordinates, two of them at the ends of the path": _pairs(6, 5, ends=True),
        "3 points on a line": _pairs(3, 1),
    },
    mistakes=MISTAKES,
    hints=[
        "A straight line from the noise, where t is 0, to the data, where t is 1: how much of each is there "
        "at t?",
        "The target is the derivative of x_t in t. Noise and data do not depend on t.",
        "x_t is a weighted mean of the two, with weights that add up to one; the target is one of them minus "
        "the other, in the order in which the path runs.",
    ],
)
