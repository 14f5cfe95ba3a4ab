"""scores.tweedie: the mean of the clean point, from the score."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def tweedie(x_t, score, signal, sigma):
    """E[x_0 | x_t], x_t = signal x_0 + sigma noise: x_t, score [B, D], signal, sigma [B, 1] -> [B, D]."""
    return (x_t + sigma**2 * score) / signal


def _points(n, dim, signals, sigmas):
    """A maker of points and their score, as long as one over sigma; rates drawn evenly from the ranges."""

    def make(rng):
        x_t, noise = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        one, other = torch.rand(2, n, 1, generator=rng, dtype=torch.float64)
        signal = signals[0] + (signals[1] - signals[0]) * one
        sigma = sigmas[0] + (sigmas[1] - sigmas[0]) * other
        return sigma.clamp(min=1) * x_t, noise / sigma, signal, sigma

    return make


def _on_the_circle(n, dim, low, high):
    """A maker of points of a chain that preserves the variance: signal^2 + sigma^2 = 1."""

    def make(rng):
        x_t, noise = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        sigma = low + (high - low) * torch.rand(n, 1, generator=rng, dtype=torch.float64)
        return x_t, noise / sigma, (1 - sigma**2).sqrt(), sigma

    return make


def _together(x, move, signal):
    return (x + move) / signal


def _neither(x, move, signal):
    return x + move


def _x_alone(x, move, signal):
    return x / signal + move


def _move_alone(x, move, signal):
    return x + move / signal


def _square(signal, sigma):
    return sigma**2


def _means(factors, ends=(_together,)):
    """The means with each of the factors of the score, and x_t and this move put together in each way."""

    def made(factor, end):
        return lambda x, score, signal, sigma: end(x, factor(signal, sigma) * score, signal)

    return tuple(made(factor, end) for factor in factors for end in ends)


_ENDS = (_together, _neither, _x_alone, _move_alone)


exercise(
    "scores.tweedie",
    reference=tweedie,
    inputs={
        "4 points of 2 coordinates": _on_the_circle(4, 2, 0.3, 0.9),
        "3 points of 5 coordinates, mostly noise": _on_the_circle(3, 5, 0.98, 0.9999),
        "2 points of 3 coordinates, hardly any signal": _points(2, 3, (3e-4, 8e-4), (0.9, 1.0)),
        "5 points of 3 coordinates, nearly clean": _on_the_circle(5, 3, 0.01, 0.05),
        "6 points of 2 coordinates, signal 1 and sigma up to 80": _points(6, 2, (1.0, 1.0), (5.0, 80.0)),
        "2 points of 4 coordinates, signal 1 and hardly any noise": _points(2, 4, (1.0, 1.0), (5e-4, 9e-4)),
        "4 points of 3 coordinates, a signal above 1": _points(4, 3, (2.0, 9.0), (1.0, 7.0)),
    },
    mistakes=[
        Mistake(
            _means([lambda signal, sigma: -(sigma**2)], _ENDS),
            "The sign is turned: the score points to where points are denser, which is the way back to the "
            "data, and you go as far the other way, to a guess with twice the noise in it.",
        ),
        Mistake(
            _means([lambda signal, sigma: sigma], _ENDS),
            "You multiply the score by sigma and not by its square: sigma times the score is minus the guess "
            "of the noise, and in x_t that noise stands sigma times, which is the second sigma.",
        ),
        Mistake(
            _means([lambda signal, sigma: -sigma], _ENDS),
            "You take the score for the noise: it is minus the noise over sigma, so both the sign and a "
            "factor of sigma are wrong.",
        ),
        Mistake(
            _means([_square], [_neither]),
            "This is signal times the mean of x_0: the signal was scaled down on the way to x_t, and "
            "without the division the guess at a late step is close to 0 wherever the data are.",
        ),
        Mistake(
            _means([_square], [_x_alone]),
            "Only x_t is divided by signal, and the step along the score is not: both belong to x_t, whose "
            "scale you undo as a whole, or most of the noise stays in the guess at late steps.",
        ),
        Mistake(
            _means([_square], [_move_alone]),
            "Only the step along the score is divided by signal, and x_t is not: both belong to x_t, whose "
            "scale you undo as a whole.",
        ),
        Mistake(
            _means(
                [_square, lambda signal, sigma: sigma, lambda signal, sigma: 1 - signal],
                [lambda x, move, signal: (x + move) / signal.sqrt()],
            ),
            "You take signal for alpha-bar (or sigma for a variance): they are the two factors of x_t "
            "themselves, so signal divides as it is, and sigma alone is squared.",
        ),
        Mistake(
            (
                *_means([lambda signal, sigma: 1 - signal**2, lambda signal, sigma: (1 - signal**2).sqrt()]),
                lambda x, score, signal, sigma: (x + sigma**2 * score) / (1 - sigma**2).sqrt(),
            ),
            "You replace one rate by the other, as if their squares added up to 1: that holds for a chain "
            "that preserves the variance, but not where noise is added to a signal of 1.",
        ),
        Mistake(
            _means(
                [_square],
                [
                    lambda x, move, signal: (x + move) * signal,
                    lambda x, move, signal: x * signal + move,
                    lambda x, move, signal: x + move * signal,
                ],
            ),
            "You multiply by signal where x_t has to be divided by it: the guess is then scaled down twice "
            "instead of being brought back to the size of the data.",
        ),
        Mistake(
            _means(
                [_square],
                [
                    lambda x, move, signal: (x + move) / signal**2,
                    lambda x, move, signal: x / signal + move / signal**2,
                    lambda x, move, signal: x + move / signal**2,
                ],
            ),
            "You divide by the square of signal: x_t holds x_0 times signal, once, so at a late step the "
            "guess comes out far too large.",
        ),
        Mistake(
            (
                lambda x, score, signal, sigma: -sigma * score,
                lambda x, score, signal, sigma: sigma * score,
                lambda x, score, signal, sigma: sigma**2 * score,
                lambda x, score, signal, sigma: sigma**2 * score / signal,
            ),
            "This is the guess of the noise, in one scale or another: the mean of x_0 is what is left of x_t "
            "once that noise is taken away, divided by signal.",
        ),
        Mistake(
            _means([lambda signal, sigma: 1.0, lambda signal, sigma: -1.0], _ENDS),
            "The score is added as it is: its length goes with one over sigma, so without the factor sigma "
            "squared it throws nearly clean points far away and hardly moves the noisy ones.",
        ),
        Mistake(
            _means([lambda signal, sigma: sigma.sqrt()], _ENDS),
            "You multiply the score by the root of sigma: sigma is no variance, it is the factor of the "
            "noise in x_t, and the mean of x_0 lies its square along the score.",
        ),
        Mistake(
            _means([lambda signal, sigma: sigma**2 / 2], _ENDS),
            "You go half of the way: the half belongs to the flow of points (or to a Langevin step), and the "
            "mean of x_0 lies a full sigma squared along the score.",
        ),
        Mistake(
            _means(
                [
                    lambda signal, sigma: 1 / sigma**2,
                    lambda signal, sigma: 1 / sigma,
                    lambda signal, sigma: -1 / sigma**2,
                    lambda signal, sigma: -1 / sigma,
                ]
            ),
            "You divide the score by sigma and have to multiply: its unit is one over a length, so only "
            "times a length squared is it a way to go.",
        ),
        Mistake(
            (
                lambda x, score, signal, sigma: (x + signal**2 * score) / sigma,
                lambda x, score, signal, sigma: (x - signal * score) / sigma,
                lambda x, score, signal, sigma: (x + signal * score) / sigma,
                lambda x, score, signal, sigma: (x + sigma**2 * score) / sigma,
            ),
            "The two rates have changed places: the score is scaled by the noise there is, and the division "
            "undoes the scale of the signal.",
        ),
        Mistake(
            (lambda x, score, signal, sigma: x / signal, lambda x, score, signal, sigma: x),
            "The score is not used: all the noise stays in.",
        ),
        Mistake(
            (
                lambda x, score, signal, sigma: tweedie(x, score, signal, sigma).clamp(-1, 1),
                lambda x, score, signal, sigma: tweedie(x, score, signal, sigma).clamp(0, 1),
            ),
            "You cut the mean off: that is a help for pictures, but x_0 here is any point, and those outside "
            "the box are moved to its edge.",
        ),
    ],
    hints=[
        "The score of a noised density is minus the mean of the noise, given x_t, divided by sigma. What is "
        "the mean of the noise, then?",
        "Take that noise away from x_t, as often as it stands in there. What remains is the signal, at the "
        "scale that x_t has.",
        "So the step from x_t goes along the score, sigma squared times its length; after it, undo the scale "
        "of the signal for all that you have.",
    ],
)
