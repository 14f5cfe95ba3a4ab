"""scores.heun_sample: two guesses a step, and Euler at the end."""

import itertools

from course_utils.checks.engine.registry import Mistake, exercise

from ._denoisers import WALKS


def heun_sample(denoise, y, sigmas):
    """Heun's method from sigmas[0] to 0: denoise(y, sigma) -> x_0, y [B, D], sigmas [n + 1] -> [B, D]."""
    sample = y
    for sigma, then in itertools.pairwise(sigmas):
        slope = (sample - denoise(sample, sigma)) / sigma
        ahead = sample + (then - sigma) * slope
        if then > 0:
            slope = (slope + (ahead - denoise(ahead, then)) / then) / 2
        sample = sample + (then - sigma) * slope
    return sample


def _slope(y, x0, sigma):
    return (y - x0) / sigma


def _second(denoise, y, ahead, guess, sigma, then):
    """The slope at the end of the step."""
    return _slope(ahead, denoise(ahead, then), then)


def _average(one, other):
    return (one + other) / 2


def _from_y(y, ahead, step, slope):
    return y + step * slope


def _whole(sigma, then):
    return then - sigma


def _inner(then, index, steps):
    return then > 0


def _all(sigmas):
    return list(itertools.pairwise(sigmas))


def _walk(
    slope=_slope, second=_second, join=_average, move=_from_y, step=_whole, twice=_inner, pairs=_all, end=None
):
    """The loop with one part replaced."""

    def wrong(denoise, y, sigmas):
        chosen = pairs(sigmas)
        for index, (sigma, then) in enumerate(chosen):
            guess = denoise(y, sigma)
            first = slope(y, guess, sigma)
            ahead = y + step(sigma, then) * first
            joined = first
            if twice(then, index, len(chosen)):
                joined = join(first, second(denoise, y, ahead, guess, sigma, then))
            y = move(y, ahead, step(sigma, then), joined)
        return y if end is None else end(denoise, y, sigmas)

    return wrong


def _never(then, index, steps):
    return False


def _midpoint(denoise, y, sigmas):
    """The slope half way."""
    for sigma, then in itertools.pairwise(sigmas):
        half = (sigma + then) / 2
        slope = _slope(y, denoise(y, sigma), sigma)
        if then > 0:
            ahead = y + (half - sigma) * slope
            slope = _slope(ahead, denoise(ahead, half), half)
        y = y + (then - sigma) * slope
    return y


def _guesses(denoise, y, sigmas):
    """The two guesses are averaged, and one step taken with their mean."""
    for sigma, then in itertools.pairwise(sigmas):
        guess = denoise(y, sigma)
        if then > 0:
            ahead = y + (then - sigma) * _slope(y, guess, sigma)
            guess = (guess + denoise(ahead, then)) / 2
        y = y + (then - sigma) * _slope(y, guess, sigma)
    return y


def _half_at_the_end(denoise, y, sigmas):
    """The second slope counts as 0 where there is none."""
    for sigma, then in itertools.pairwise(sigmas):
        slope = _slope(y, denoise(y, sigma), sigma)
        ahead = y + (then - sigma) * slope
        other = _slope(ahead, denoise(ahead, then), then) if then > 0 else 0 * slope
        y = y + (then - sigma) * _average(slope, other)
    return y


def _asks_twice(denoise, y, sigmas):
    for sigma, then in itertools.pairwise(sigmas):
        ahead = y + (then - sigma) * _slope(y, denoise(y, sigma), sigma)
        other = _slope(ahead, denoise(ahead, then), then) if then > 0 else 0
        if then > 0:
            ahead = y + (then - sigma) * _average(_slope(y, denoise(y, sigma), sigma), other)
        y = ahead
    return y


def _columns(denoise, y, sigmas):
    for sigma, then in itertools.pairwise(sigmas):
        slope = _slope(y, denoise(y, sigma.repeat(len(y))), sigma)
        y = y + (then - sigma) * slope
    return y


def _first_only(denoise, y, sigmas):
    return heun_sample(denoise, y, sigmas[[0, 1]])


exercise(
    "scores.heun_sample",
    reference=heun_sample,
    inputs=WALKS,
    mistakes=[
        Mistake(
            (
                _walk(twice=_never),
                _walk(second=lambda denoise, y, ahead, guess, sigma, then: _slope(ahead, guess, then)),
            ),
            "This is Euler at every step, whose error falls only in proportion to the step: Heun's method "
            "looks at the end of the step too, with a new guess (with the first one the second slope is the "
            "first over again).",
        ),
        Mistake(
            (
                _walk(join=lambda one, other: other),
                _walk(join=lambda one, other: one + other),
                _walk(join=lambda one, other: one / 2 + other),
                _walk(join=lambda one, other: one + other / 2),
                _walk(join=lambda one, other: other / 2),
            ),
            "The two slopes are not averaged: half of each is what makes the method one of second order, "
            "and either of them alone, or their sum, does not.",
        ),
        Mistake(
            _walk(second=lambda denoise, y, ahead, guess, sigma, then: _slope(y, denoise(y, then), then)),
            "The second slope is taken at the old point: it belongs to the point that Euler's step leads to, "
            "where the noise level is the new one.",
        ),
        Mistake(
            (
                _walk(second=lambda denoise, y, ahead, guess, sigma, then: _slope(ahead, guess, sigma)),
                _walk(
                    second=lambda denoise, y, ahead, guess, sigma, then: _slope(
                        ahead, denoise(ahead, sigma), then
                    )
                ),
                _walk(
                    second=lambda denoise, y, ahead, guess, sigma, then: _slope(
                        ahead, denoise(ahead, then), sigma
                    )
                ),
                _walk(
                    second=lambda denoise, y, ahead, guess, sigma, then: _slope(
                        ahead, denoise(ahead, sigma), sigma
                    )
                ),
            ),
            "The second slope is worked out with the old level: at the end of Euler's step the noise level "
            "is the next one, both for denoise and below the line.",
        ),
        Mistake(
            _walk(second=lambda denoise, y, ahead, guess, sigma, then: _slope(y, denoise(ahead, then), then)),
            "The second slope mixes two points: what is subtracted from the point that Euler's step leads to "
            "is the guess made there.",
        ),
        Mistake(
            _walk(twice=lambda then, index, steps: True),
            "Denoise is asked at level 0, where the slope is 0 over 0: the last step ends there, so it has "
            "to be Euler's.",
        ),
        Mistake(
            _half_at_the_end,
            "The last step has no second slope, and you average with 0 in its place: half a step is too "
            "short, and half of the noise of the last level stays.",
        ),
        Mistake(
            _asks_twice,
            "Denoise is called more than twice in a step: the slope at its start is known once, so keep it; "
            "each call is a pass through a network.",
        ),
        Mistake(
            (
                _walk(step=lambda sigma, then: sigma - then),
                _walk(
                    slope=lambda y, x0, sigma: (x0 - y) / sigma,
                    second=lambda denoise, y, ahead, guess, sigma, then: (
                        (denoise(ahead, then) - ahead) / then
                    ),
                ),
            ),
            "The sign of the step is turned: sigma falls, so the step is the next level less this one, below "
            "0, and the slope points from the guess to y; yours walks away from the data.",
        ),
        Mistake(
            (
                _walk(
                    slope=lambda y, x0, sigma: y - x0,
                    second=lambda denoise, y, ahead, guess, sigma, then: ahead - denoise(ahead, then),
                ),
                _walk(
                    slope=lambda y, x0, sigma: (y - x0) / sigma**2,
                    second=lambda denoise, y, ahead, guess, sigma, then: (
                        (ahead - denoise(ahead, then)) / then**2
                    ),
                ),
                _walk(
                    slope=lambda y, x0, sigma: x0,
                    second=lambda denoise, y, ahead, guess, sigma, then: denoise(ahead, then),
                ),
            ),
            "The slope is not dy over dsigma: that is what separates y from the guess, divided by sigma, "
            "once (the square would make minus the score of it).",
        ),
        Mistake(
            (
                _walk(move=lambda y, ahead, step, slope: ahead + step * slope),
                _walk(join=lambda one, other: one + (one + other) / 2),
            ),
            "The averaged slope is added on top of Euler's step: that step was a trial, and the real one "
            "starts again from the old y, or each step is taken twice.",
        ),
        Mistake(
            _midpoint,
            "This is the midpoint method: its order is two as well, but Heun's takes the second slope at the "
            "end of the step, and averages.",
        ),
        Mistake(
            _guesses,
            "You average the two guesses and divide by the first level: it is the slopes that are averaged, "
            "each with its own point and its own level.",
        ),
        Mistake(
            (
                _walk(pairs=lambda sigmas: _all(sigmas)[:-1]),
                _walk(pairs=lambda sigmas: _all(sigmas)[:-2] if len(sigmas) > 2 else []),
            ),
            "The loop stops before the step to 0: the noise of the last level stays in every sample.",
        ),
        Mistake(
            _walk(pairs=lambda sigmas: _all(sigmas)[1:]),
            "The first step is missing: y has the noise of sigmas[0], and you take it for that of the next "
            "level.",
        ),
        Mistake(
            (
                _walk(twice=lambda then, index, steps: index < steps - 2),
                _walk(twice=lambda then, index, steps: 0 < index < steps - 1),
                _walk(twice=lambda then, index, steps: then > 1),
                _walk(twice=lambda then, index, steps: index == 0 and then > 0),
            ),
            "Euler's step is taken at more than the last step: only where it leads to 0 is there no second "
            "slope, and everywhere else the average is worth its second call.",
        ),
        Mistake(
            _walk(pairs=lambda sigmas: _all(sigmas)[::-1]),
            "The levels are walked from the lowest up: y is noise at sigmas[0], so that is where the loop "
            "begins.",
        ),
        Mistake(
            lambda denoise, y, sigmas: heun_sample(denoise, sigmas[0] * y, sigmas),
            "You scale y by the first level: it comes with that much noise already.",
        ),
        Mistake(
            _first_only,
            "This is the result of the first step, as if the return stood inside the loop.",
        ),
        Mistake(
            _walk(end=lambda denoise, y, sigmas: denoise(y, sigmas[-2])),
            "After the loop you denoise once more: the last step has ended at level 0 already, and a second "
            "denoising pulls the samples to the middle of their modes.",
        ),
        Mistake(
            _columns,
            "Denoise takes the level as one number for the whole batch.",
        ),
    ],
    hints=[
        "The slope of the path is what separates y from the guess of x_0, divided by sigma. Euler's method "
        "takes it at the start of a step and follows it to the next level.",
        "Heun's method looks at the slope there as well, with a guess made at that point and that level, and "
        "then takes the step once more from the start, with the mean of the two slopes.",
        "itertools.pairwise(sigmas) gives each level with the next. Where the next is 0 the second slope "
        "does not exist: stay with Euler's step.",
    ],
)
