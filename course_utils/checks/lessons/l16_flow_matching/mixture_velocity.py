"""flow.mixture_velocity: the velocity that a perfect network would give, for a mixture of Gaussians."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def mixture_velocity(x, t, means, stds, weights):
    """E[data - noise | x_t = x]: x [B, D], t in [0, 1), means [K, D], stds, weights [K] -> [B, D]."""
    variance = (t * stds) ** 2 + (1 - t) ** 2
    away = x[:, None] - t * means
    log_joint = weights.log() - x.shape[1] / 2 * variance.log() - away.square().sum(2) / (2 * variance)
    slope = (t * stds**2 - (1 - t)) / variance
    return (log_joint.softmax(1)[:, :, None] * (means + slope[:, None] * away)).sum(1)


def _points(n, dim, t, stds, weights, spread=2.0, far=0.0):
    """A maker of points of the mixture at time t, some of them moved far away, and of the mixture."""

    def make(rng):
        means = spread * torch.randn(len(stds), dim, generator=rng, dtype=torch.float64)
        scales, shares = (torch.tensor(values, dtype=torch.float64) for values in (stds, weights))
        which = torch.randint(len(stds), (n,), generator=rng)
        data, noise = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        x = t * (means[which] + scales[which, None] * data) + (1 - t) * noise
        x[0] = x[0] + far
        return x, t, means, scales, shares

    return make


def _answer(
    variance=lambda t, stds: (t * stds) ** 2 + (1 - t) ** 2,
    centre=lambda t, means: t * means,
    share=None,
    gain=lambda t, stds, variance: t * stds**2 / variance,
    velocity=lambda t, x, data, noise: data - noise,
):
    """The answer by way of E[data | x, k] and E[noise | x, k], with one part replaced.

    share(joint, x, t, means, stds, weights) -> [B, K]; joint: the logarithms that a right answer weighs by.
    """

    def wrong(x, t, means, stds, weights):
        v = variance(t, stds)
        away = x[:, None] - centre(t, means)
        joint = weights.log() - x.shape[1] / 2 * v.log() - away.square().sum(2) / (2 * v)
        shares = joint.softmax(1) if share is None else share(joint, x, t, means, stds, weights)
        data = means + gain(t, stds, v)[:, None] * away
        noise = (1 - t) / v[:, None] * away
        return (shares[:, :, None] * velocity(t, x[:, None], data, noise)).sum(1)

    return wrong


def _either(**parts):
    """Two forms of one mistake: data minus noise, and the rest of the way by the rest of the time."""
    return (
        _answer(**parts),
        _answer(**parts, velocity=lambda t, x, data, noise: (data - x) / (1 - t)),
    )


def _joint(x, t, means, stds, log_weight=0.0, log_variance=0.0):
    variance = (t * stds) ** 2 + (1 - t) ** 2
    squares = (x[:, None] - t * means).square().sum(2)
    return log_weight - log_variance * variance.log() - squares / (2 * variance)


def _clean(joint, x, t, means, stds, weights):
    """p(k | data = x), as if x were clean."""
    squares = (x[:, None] - means).square().sum(2) / (2 * stds**2)
    return (weights.log() - x.shape[1] * stds.log() - squares).softmax(1)


def _by_exponentials(x, t, means, stds, weights):
    """The shares as quotients of densities, which round to 0 / 0 far away."""
    variance = (t * stds) ** 2 + (1 - t) ** 2
    away = x[:, None] - t * means
    p = weights * (-away.square().sum(2) / (2 * variance)).exp()
    p = p / (2 * math.pi * variance) ** (x.shape[1] / 2)
    shares = p / p.sum(1, keepdim=True)
    slope = (t * stds**2 - (1 - t)) / variance
    return (shares[:, :, None] * (means + slope[:, None] * away)).sum(1)


exercise(
    "flow.mixture_velocity",
    reference=mixture_velocity,
    inputs={
        "7 points of the plane, 3 components, t = 0.4": _points(
            7, 2, 0.4, [0.3, 1.5, 0.8], [0.2, 0.5, 0.3], spread=1.0
        ),
        "6 points of 5 coordinates, 2 components, t = 0.85": _points(
            6, 5, 0.85, [0.5, 2.0], [0.7, 0.3], spread=0.5
        ),
        "5 points on a line, 4 components, t = 0": _points(
            5, 1, 0.0, [0.4, 0.2, 1.0, 7.0], [0.1, 0.4, 0.3, 0.2]
        ),
        "4 points of 3 coordinates, 1 component, t = 0.7": _points(4, 3, 0.7, [0.6], [1.0]),
        "8 points of the plane, 2 narrow components, nearly data": _points(
            8, 2, 0.9995, [2e-4, 6e-4], [0.9998, 2e-4], spread=3e-4
        ),
        "5 points of the plane, one of them far away, t = 0.9": _points(
            5, 2, 0.9, [0.05, 0.1, 6.0, 0.1], [0.3, 0.6996, 0.0003, 0.0001], far=-300.0
        ),
    },
    mistakes=[
        Mistake(
            _answer(share=_clean),
            "The responsibilities are those of clean data: x is a point at time t, where the means are t "
            "times as far out and the deviations hold the noise too.",
        ),
        Mistake(
            _answer(share=lambda joint, x, t, m, s, w: _joint(x, t, m, s, 0, x.shape[1] / 2).softmax(1)),
            "The weights of the components are not in the responsibilities: a rare component pulls as "
            "strongly as a common one.",
        ),
        Mistake(
            (
                _answer(share=lambda joint, x, t, m, s, w: w.expand_as(joint)),
                _answer(share=lambda joint, x, t, m, s, w: torch.full_like(joint, 1 / len(w))),
            ),
            "The components are averaged with the same weights everywhere: which one a point probably comes "
            "from depends on where it is, so p(k | x) is needed.",
        ),
        Mistake(
            (
                _answer(gain=lambda t, s, v: 0 * v, velocity=lambda t, x, data, noise: (data - x) / (1 - t)),
                _answer(gain=lambda t, s, v: 0 * v),
            ),
            "You take the mean of a component for the guess of the data: a component has a width, and the "
            "guess lies between its mean and where x points, closer to x the less noise there is.",
        ),
        Mistake(
            (
                _answer(velocity=lambda t, x, data, noise: data),
                _answer(velocity=lambda t, x, data, noise: data + 0 * x),
            ),
            "This is the guess of the data, and a velocity is data minus noise: what you know of the noise, "
            "given x, is still to be subtracted.",
        ),
        Mistake(
            (
                _answer(velocity=lambda t, x, data, noise: data - x),
                _answer(velocity=lambda t, x, data, noise: (1 - t) * (data - noise)),
            ),
            "This is the rest of the way, from x to the guess of the data: a velocity is that divided by the "
            "rest of the time, 1 - t.",
        ),
        Mistake(
            (
                _answer(velocity=lambda t, x, data, noise: (x - noise) / t),
                _answer(velocity=lambda t, x, data, noise: (x - t * 0 - noise) / max(t, 1e-8)),
                _answer(velocity=lambda t, x, data, noise: (data - x) / t),
            ),
            "You divide by t: at t = 0, where every sampler begins, that is 0 / 0; divide the rest of the "
            "way by the rest of the time, 1 - t, which is never 0 here.",
        ),
        Mistake(
            _answer(velocity=lambda t, x, data, noise: noise - data),
            "The sign is turned: the velocity leads from noise to data, so it is data minus noise.",
        ),
        Mistake(
            (
                _answer(velocity=lambda t, x, data, noise: -noise / (1 - t)),
                _answer(velocity=lambda t, x, data, noise: noise),
                _answer(velocity=lambda t, x, data, noise: -noise),
            ),
            "This is the noise or the score, of which a velocity is made: the guess of the data is missing.",
        ),
        Mistake(
            (
                *_either(variance=lambda t, s: t * s**2 + (1 - t)),
                *_either(variance=lambda t, s: t * s + (1 - t)),
                *_either(variance=lambda t, s: (t * s + 1 - t) ** 2),
                *_either(variance=lambda t, s: t * s**2 + (1 - t) ** 2),
                *_either(variance=lambda t, s: t**2 * s**2 + (1 - t)),
                *_either(variance=lambda t, s: t**2 * s + (1 - t) ** 2),
                *_either(variance=lambda t, s: ((t * s) ** 2 + (1 - t) ** 2).sqrt()),
            ),
            "The variance at time t is wrong: two independent parts, t times the data and 1 - t times the "
            "noise, add their variances, so the squares of t s and of 1 - t.",
        ),
        Mistake(
            (
                *_either(variance=lambda t, s: (t * s) ** 2),
                *_either(variance=lambda t, s: s**2),
                *_either(variance=lambda t, s: s**2 + (1 - t) ** 2),
                *_either(variance=lambda t, s: (t * s) ** 2 + 1),
            ),
            "A part of the variance at time t is missing or not scaled: at t it is t squared s squared of "
            "the data, and (1 - t) squared of the noise.",
        ),
        Mistake(
            (
                _answer(share=lambda joint, x, t, m, s, w: _joint(x, t, m, s, w.log()).softmax(1)),
                _answer(share=lambda joint, x, t, m, s, w: _joint(x, t, m, s, w.log(), 0.5).softmax(1)),
                _answer(
                    share=lambda joint, x, t, m, s, w: _joint(x, t, m, s, w.log(), x.shape[1]).softmax(1)
                ),
            ),
            "The density of a component lacks its normaliser, the deviation to the power D: without it a "
            "wide component counts for more than a narrow one at the same distance.",
        ),
        Mistake(
            _by_exponentials,
            "The densities round to 0 far from all components, and 0 / 0 is NaN: stay with logarithms, and "
            "let softmax make shares of them.",
        ),
        Mistake(
            (
                _answer(
                    variance=lambda t, s: ((1 - t) * s) ** 2 + t**2,
                    centre=lambda t, m: (1 - t) * m,
                    gain=lambda t, s, v: (1 - t) * s**2 / v,
                ),
                lambda x, t, m, s, w: mixture_velocity(x, 1 - t, m, s, w),
                lambda x, t, m, s, w: -mixture_velocity(x, 1 - t, m, s, w),
                *_either(variance=lambda t, s: ((1 - t) * s) ** 2 + t**2),
                *_either(centre=lambda t, m: (1 - t) * m),
            ),
            "The factors t and 1 - t have changed places: here t = 0 is noise and t = 1 the data.",
        ),
        Mistake(
            (
                _answer(
                    variance=lambda t, s: t * s**2 + 1 - t,
                    centre=lambda t, m: t**0.5 * m,
                    gain=lambda t, s, v: t**0.5 * s**2 / v,
                ),
                _answer(
                    variance=lambda t, s: t**2 * s**2 + 1 - t**2,
                ),
                *_either(centre=lambda t, m: t**0.5 * m),
            ),
            "The levels are those of diffusion's path, with roots or with squares that add up to 1: on the "
            "straight line the data have the factor t and the noise 1 - t.",
        ),
        Mistake(
            _either(centre=lambda t, m: m),
            "The distance is to the means of the data: at time t a component lies at t times its mean.",
        ),
        Mistake(
            _answer(share=lambda joint, x, t, m, s, w: joint.softmax(0)),
            "The softmax runs over the points and not over the components: for each point the shares must "
            "add up to 1.",
        ),
        Mistake(
            (
                _answer(
                    share=lambda joint, x, t, m, s, w: torch.nn.functional.one_hot(
                        joint.argmax(1), len(w)
                    ).to(x)
                ),
                _answer(
                    share=lambda joint, x, t, m, s, w: torch.nn.functional.one_hot(
                        (x[:, None] - t * m).square().sum(2).argmin(1), len(w)
                    ).to(x)
                ),
            ),
            "One component takes all: between two of them a point may come from either, and the velocity is "
            "the mean over both, which leads between them.",
        ),
        Mistake(
            (
                _answer(share=lambda joint, x, t, m, s, w: joint.exp()),
                _answer(share=lambda joint, x, t, m, s, w: joint),
                _answer(share=lambda joint, x, t, m, s, w: joint.log_softmax(1)),
                _answer(share=lambda joint, x, t, m, s, w: torch.ones_like(joint)),
            ),
            "The shares do not add up to 1: make them from the logarithms by a softmax over the components.",
        ),
        Mistake(
            (
                *_either(gain=lambda t, s, v: s**2 / v),
                *_either(gain=lambda t, s, v: t * s / v),
                _answer(gain=lambda t, s, v: t**2 * s**2 / v),
                *_either(gain=lambda t, s, v: -t * s**2 / v),
            ),
            "The guess of the data moves away from a component's mean by the wrong factor: it is the "
            "covariance of data and x, t times s squared, over the variance of x.",
        ),
    ],
    hints=[
        "For one Gaussian at time t: x is t times the data plus (1 - t) times the noise. What are its mean "
        "and its variance, and what is the mean of data minus noise, given x?",
        "Given x, data minus noise has the mean m plus a factor times (x - t m): the covariance of data "
        "minus noise with x, over the variance of x. The notebook's formula for one Gaussian is just that.",
        "For a mixture, average the answers of the components with p(k | x): a softmax, over components, of "
        "log weight plus log density at time t. Keep the logarithms, and mind the normaliser.",
    ],
)
