"""scores.ddim_step: from one level to another with the same noise."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def ddim_step(x_t, x0, t, prev, alphas_cumprod):
    """One step of DDIM to index prev (-1: the data): x_t, guess x0 [B, D], alphas_cumprod [T] -> [B, D]."""
    now = alphas_cumprod[t]
    then = alphas_cumprod[prev] if prev >= 0 else torch.ones_like(now)
    epsilon = (x_t - now.sqrt() * x0) / (1 - now).sqrt()
    return then.sqrt() * x0 + (1 - then).sqrt() * epsilon


def _points(n, dim, t, prev, steps=None):
    """A maker of points and guesses at index t of a chain: so many uneven steps, or 1,000 linear ones."""

    def make(rng):
        x_t, x0 = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
        if steps is not None:
            betas = 0.1 + 0.4 * torch.rand(steps, generator=rng, dtype=torch.float64)
        return x_t, x0, t, prev, torch.cumprod(1 - betas, 0)

    return make


def _level(levels, index):
    return levels[index] if index >= 0 else torch.ones_like(levels[0])


def _left(x, x0, now, then):
    return (x - now.sqrt() * x0) / (1 - now).sqrt()


def _mixed(x0, epsilon, now, then):
    return then.sqrt() * x0 + (1 - then).sqrt() * epsilon


def _step(pick=None, left=_left, mix=_mixed):
    """A step with one part replaced; pick: the two levels of (levels, t, prev)."""

    def wrong(x, x0, t, prev, levels):
        now, then = (_level(levels, t), _level(levels, prev)) if pick is None else pick(levels, t, prev)
        return mix(x0, left(x, x0, now, then), now, then)

    return wrong


def _steps(lefts, mixes):
    return tuple(_step(left=left, mix=mix) for left in lefts for mix in mixes)


def _levels(change):
    """The step with the levels changed first."""
    return lambda x, x0, t, prev, levels: ddim_step(x, x0, t, prev, change(levels))


def _plain_left(x, x0, now, then):
    return (x - now.sqrt() * x0) / (1 - now)


def _noise_read(x, x0, now, then):
    """x_0 from an argument that is taken for the noise."""
    return (x - (1 - now).sqrt() * x0) / now.sqrt()


def _room(x0, epsilon, now, then):
    """Room is left for the noise of the ancestral step, which is never added."""
    variance = (1 - then) / (1 - now) * (1 - now / then)
    return then.sqrt() * x0 + (1 - then - variance).sqrt() * epsilon


exercise(
    "scores.ddim_step",
    reference=ddim_step,
    inputs={
        "4 points of 2 coordinates, from t = 5 to 2 of 8": _points(4, 2, 5, 2, 8),
        "3 points of 5 coordinates, from t = 3 to 2 of 6": _points(3, 5, 3, 2, 6),
        "5 points of 2 coordinates, from t = 4 to the data (prev = -1) of 7": _points(5, 2, 4, -1, 7),
        "2 points of 3 coordinates, from t = 0 to the data": _points(2, 3, 0, -1, 4),
        "4 points of 3 coordinates, from t = 6 to 0 of 7": _points(4, 3, 6, 0, 7),
        "3 points of 2 coordinates, from t = 999 to 899 of the linear schedule": _points(3, 2, 999, 899),
        "3 points of 2 coordinates, from t = 20 to 0 of the linear schedule": _points(3, 2, 20, 0),
    },
    mistakes=[
        Mistake(
            (
                _step(pick=lambda levels, t, prev: (_level(levels, t), _level(levels, t - 1))),
                _step(pick=lambda levels, t, prev: (_level(levels, t), levels[t - 1])),
                _step(pick=lambda levels, t, prev: (_level(levels, t), levels[max(t - 1, 0)])),
            ),
            "You go to t - 1 and not to prev: that is the next index, and this sampler skips indices; if it "
            "goes on at prev, it takes the point to be less noisy than it is.",
        ),
        Mistake(
            (
                _step(pick=lambda levels, t, prev: (_level(levels, prev), _level(levels, t))),
                _step(pick=lambda levels, t, prev: (levels[prev], levels[t])),
                lambda x, x0, t, prev, levels: ddim_step(x, x0, prev, t, levels) if prev >= 0 else x0 + 0 * x,
            ),
            "The two levels have changed places: the noise is taken out of x_t at the level of t, where x_t "
            "is, and put back at the level of prev; like this the points get noisier, and from -1 you "
            "divide by 0.",
        ),
        Mistake(
            _step(pick=lambda levels, t, prev: (levels[t], levels[prev])),
            "Right but for prev = -1: index -1 reads the last level of the list, nearly pure noise, and not "
            "the 1 of the data, so the last step puts all the noise back.",
        ),
        Mistake(
            (
                _step(pick=lambda levels, t, prev: (levels[t], levels[max(prev, 0)])),
                _step(
                    pick=lambda levels, t, prev: (levels[t], levels[max(prev, 0)]),
                    mix=lambda x0, e, now, then: then.sqrt() * x0 + (1 - then) * e,
                ),
                _step(pick=lambda levels, t, prev: (levels[t], levels[prev] if prev > 0 else levels[0])),
            ),
            "With prev = -1 you stop at index 0, the first level of noise, and the data come before it: "
            "a little noise stays in every sample.",
        ),
        Mistake(
            _step(pick=lambda levels, t, prev: (levels[t], _level(levels, prev if prev > 0 else -1))),
            "Index 0 is taken for the data: it is the first noise level, and -1 stands for the data, so at "
            "prev = 0 the noise that the next step expects is not there.",
        ),
        Mistake(
            _step(pick=lambda levels, t, prev: (levels[t], 0 * levels[0] if prev < 0 else levels[prev])),
            "With prev = -1 the level is taken as 0: alpha-bar is the share of the signal, so for the data "
            "it is 1, and with 0 nothing of x_0 is left.",
        ),
        Mistake(
            (
                _step(pick=lambda levels, t, prev: (_level(levels, t - 1), _level(levels, prev - 1))),
                _step(pick=lambda levels, t, prev: (_level(levels, t - 1), _level(levels, max(prev, 0) - 1))),
                _step(pick=lambda levels, t, prev: (levels[t - 1], levels[prev - 1])),
                _step(pick=lambda levels, t, prev: (_level(levels, t - 1), _level(levels, prev))),
            ),
            "You read the indices as the paper's, which count from 1: here alphas_cumprod[t] is the level "
            "of x_t already, and the data have -1.",
        ),
        Mistake(
            (
                _step(left=lambda x, x0, now, then: (x - then.sqrt() * x0) / (1 - then).sqrt()),
                _step(left=lambda x, x0, now, then: (x - then.sqrt() * x0) / (1 - now).sqrt()),
                _step(left=lambda x, x0, now, then: (x - now.sqrt() * x0) / (1 - then).sqrt()),
            ),
            "The noise is formed with the level of prev: x_t was made at the level of t, and with other "
            "rates some of the signal is taken for noise.",
        ),
        Mistake(
            _steps(
                [_left, _plain_left],
                [
                    lambda x0, e, now, then: then.sqrt() * x0 + (1 - then) * e,
                    lambda x0, e, now, then: then * x0 + (1 - then) * e,
                ],
            )
            + _steps(
                [lambda x, x0, now, then: (x - now * x0) / (1 - now)],
                [
                    lambda x0, e, now, then: then * x0 + (1 - then) * e,
                    lambda x0, e, now, then: then.sqrt() * x0 + (1 - then).sqrt() * e,
                ],
            ),
            "The noise is multiplied by its variance: its rate is the root of one minus alpha-bar, or less "
            "noise goes back than the next step is told of.",
        ),
        Mistake(
            _steps([_plain_left], [_mixed]),
            "The root is missing where the noise is formed: what is left of x_t is divided by the noise "
            "rate, the root of one minus alpha-bar, or near the data the noise comes out far too large.",
        ),
        Mistake(
            (
                *_steps([_left], [lambda x0, e, now, then: then * x0 + (1 - then).sqrt() * e]),
                *_steps(
                    [lambda x, x0, now, then: (x - now * x0) / (1 - now).sqrt()],
                    [
                        _mixed,
                        lambda x0, e, now, then: then * x0 + (1 - then).sqrt() * e,
                    ],
                ),
            ),
            "The root is missing before x_0: alpha-bar is the share of the variance, and the signal in x_t "
            "is its root times x_0.",
        ),
        Mistake(
            _steps(
                [
                    lambda x, x0, now, then: x - x0,
                    lambda x, x0, now, then: x - now.sqrt() * x0,
                    lambda x, x0, now, then: (x - x0) / (1 - now).sqrt(),
                ],
                [_mixed],
            ),
            "The noise is not what you subtract: take the signal rate times x_0 from x_t and divide what is "
            "left by the noise rate, so that it has variance 1 again.",
        ),
        Mistake(
            _steps([lambda x, x0, now, then: x], [_mixed]),
            "You put x_t itself back as the noise: it still holds the signal of its own level, and what "
            "belongs here is what is left of it without that.",
        ),
        Mistake(
            (
                lambda x, x0, t, prev, levels: _mixed(
                    _noise_read(x, x0, _level(levels, t), None), x0, None, _level(levels, prev)
                ),
            ),
            "You read the argument x0 as the noise: it is the guess of the clean point, and the noise is "
            "what has to be worked out.",
        ),
        Mistake(
            _step(mix=_room),
            "This is the mean of the ancestral step: it leaves room for fresh noise, which is not drawn "
            "here, and with eta = 0 the noise that was found in x_t goes back in full.",
        ),
        Mistake(
            (
                _step(mix=lambda x0, e, now, then: x0 + (1 - then).sqrt() * e),
                _step(mix=lambda x0, e, now, then: now.sqrt() * x0 + (1 - then).sqrt() * e),
                _step(mix=lambda x0, e, now, then: x0 + ((1 - then) / then).sqrt() * e),
            ),
            "The signal is not scaled for the new level: x_0 goes in with the root of alpha-bar of prev, or "
            "the next step finds more or less of it than it expects.",
        ),
        Mistake(
            _step(mix=lambda x0, e, now, then: then.sqrt() * x0 + (1 - now).sqrt() * e),
            "The noise goes back at the level of t: the signal grows and the noise does not shrink, so the "
            "sample ends as noisy as it began.",
        ),
        Mistake(
            _step(mix=lambda x0, e, now, then: then.sqrt() * x0 + (1 - then).sqrt() * -e),
            "The sign of the noise is turned: what was above x_0 lies below it after the step, and the walk "
            "jumps from side to side.",
        ),
        Mistake(
            (
                _levels(lambda levels: torch.cumprod(levels, 0)),
                _levels(lambda levels: levels**2),
                _levels(lambda levels: levels.sqrt()),
                _levels(lambda levels: torch.cat([levels[:1], levels[1:] / levels[:-1]])),
                _levels(lambda levels: 1 - levels),
            ),
            "The levels are read as something else than alpha-bar: alphas_cumprod[t] is the share of the "
            "signal in the variance of x_t, a product already, and no step's own.",
        ),
        Mistake(
            lambda x, x0, t, prev, levels: x + ddim_step(x, x0, t, prev, levels),
            "You add the new point to x_t: signal and noise at the new level are the whole of it, and x_t "
            "has given all it has when the noise was taken from it.",
        ),
        Mistake(
            (
                lambda x, x0, t, prev, levels: x0 + 0 * x,
                lambda x, x0, t, prev, levels: _level(levels, prev).sqrt() * x0,
            ),
            "This is the guess alone: without its noise back, the next step is told of noise that is not "
            "there.",
        ),
        Mistake(
            (
                lambda x, x0, t, prev, levels: (
                    (_level(levels, prev) / levels[t]).sqrt() * x
                    + ((1 - _level(levels, prev)).sqrt() - (1 - levels[t]).sqrt())
                    * _left(x, x0, levels[t], None)
                ),
            ),
            "You change the noise in x_t by the difference of the two rates: that counts only where the "
            "signal stays as it is, or in x over the signal, whose level is sigma over signal.",
        ),
    ],
    hints=[
        "x_t is signal times x_0 plus sigma times noise. You have x_t and a guess of x_0: which noise goes "
        "with them?",
        "The same x_0 and the same noise make the point at the new level, with the two rates of that level. "
        "Draw nothing.",
        "alphas_cumprod holds squares of the signal rate. At prev = -1 there is no noise yet: which level is "
        "that, and what would Python read at index -1?",
    ],
)
