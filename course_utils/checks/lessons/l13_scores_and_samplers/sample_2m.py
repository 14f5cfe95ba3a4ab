"""scores.sample_2m: DPM-Solver++ with the memory of one step."""

import itertools

import torch

from course_utils.checks.engine.registry import Mistake, exercise

from ._denoisers import WALKS, walk


def sample_2m(denoise, y, sigmas):
    """DPM-Solver++(2M): denoise(y, sigma) -> x_0, y [B, D], sigmas [n + 1], falling to 0 -> [B, D]."""
    sample, before = y, None
    for sigma, then in itertools.pairwise(sigmas):
        x0 = guess = denoise(sample, sigma)
        h = sigma.log() - then.log()
        if before is not None and then > 0:
            r = before[1] / h
            x0 = guess + (guess - before[0]) / (2 * r)
        sample = then / sigma * sample - torch.expm1(-h) * x0
        before = guess, h
    return sample


def _second(guess, old, r):
    return guess + (guess - old) / (2 * r)


def _ratio(last, h):
    return last / h


def _keep(guess, x0):
    return guess


def _mix(y, x0, h):
    return torch.exp(-h) * y + (1 - torch.exp(-h)) * x0


def _width(sigma, then):
    return sigma.log() - then.log()


def _inner(index, then):
    return index > 0 and then > 0


def _walk(
    extend=_second, ratio=_ratio, keep=_keep, mix=_mix, width=_width, inner=_inner, pairs=None, start=None,
    span=None,
):  # fmt: skip
    """The loop with one part replaced; span: the width that r is made of, where it is another."""

    def wrong(denoise, y, sigmas):
        old = last = None
        for index, (sigma, then) in enumerate(itertools.pairwise(sigmas) if pairs is None else pairs(sigmas)):
            guess = x0 = denoise(y, sigma)
            h = width(sigma, then)
            wide = h if span is None else span(sigma, then)
            if old is None and start is not None:
                old, last = start(y, guess), wide
            if inner(index, then) and old is not None:
                x0 = extend(guess, old, ratio(last, wide))
            y = mix(y, x0, h)
            old, last = keep(guess, x0), wide
        return y

    return wrong


def _asks_again(denoise, y, sigmas):
    """The old guess is asked for anew."""
    points = []
    for sigma, then in itertools.pairwise(sigmas):
        points.append((y, sigma))
        guess = x0 = denoise(y, sigma)
        if len(points) > 1 and then > 0:
            old = denoise(*points[-2])
            x0 = _second(guess, old, _ratio(_width(points[-2][1], sigma), _width(sigma, then)))
        y = _mix(y, x0, _width(sigma, then))
    return y


def _first_kept(width_too):
    """The first guess is the old one for ever, and its width if width_too."""

    def wrong(denoise, y, sigmas):
        old = last = None
        for sigma, then in itertools.pairwise(sigmas):
            guess = x0 = denoise(y, sigma)
            h = _width(sigma, then)
            if old is not None and then > 0:
                x0 = _second(guess, old, last / h)
            y = _mix(y, x0, h)
            last = h if old is None or not width_too else last
            old = guess if old is None else old
        return y

    return wrong


def _slopes(denoise, y, sigmas):
    """The slopes are extrapolated in sigma (Adams and Bashforth)."""
    old = None
    for sigma, then in itertools.pairwise(sigmas):
        slope = (y - denoise(y, sigma)) / sigma
        y = y + (then - sigma) * (slope if old is None or then == 0 else 1.5 * slope - 0.5 * old)
        old = slope
    return y


def _slopes_to_the_end(denoise, y, sigmas):
    old = None
    for sigma, then in itertools.pairwise(sigmas):
        slope = (y - denoise(y, sigma)) / sigma
        y = y + (then - sigma) * (slope if old is None else 1.5 * slope - 0.5 * old)
        old = slope
    return y


def _everywhere(index, then):
    return index > 0


def _half_a_walk(rng):
    denoise, y, levels = walk((4, 3), [3.0, 1.0])(rng)
    return denoise, y, levels[:-1]


exercise(
    "scores.sample_2m",
    reference=sample_2m,
    inputs={**WALKS, "4 points of 3 coordinates, one step that does not reach 0": _half_a_walk},
    mistakes=[
        Mistake(
            (
                _walk(ratio=lambda last, h: h / last),
                _walk(extend=lambda guess, old, r: guess + (guess - old) * 2 * r),
            ),
            "You have r inverted: it is the last width over this one, so after a short step the old guess "
            "tells much about the trend, and before a short one little of it is needed.",
        ),
        Mistake(
            (
                _walk(extend=lambda guess, old, r: guess + (old - guess) / (2 * r)),
                _walk(extend=lambda guess, old, r: old + (old - guess) / (2 * r)),
                _walk(extend=lambda guess, old, r: guess - (guess + old) / (2 * r)),
            ),
            "The sign of the extrapolation is turned: the guess has moved from the old one to this, and will "
            "move on in the same direction, but you go back to the old one.",
        ),
        Mistake(
            (
                _walk(extend=lambda guess, old, r: guess + (guess - old) / r),
                _walk(extend=lambda guess, old, r: guess + (guess - old)),
                _walk(extend=lambda guess, old, r: guess + (guess - old) * r),
            ),
            "The 2 is missing: over the step the guess is used as it will be half way, so half of the "
            "expected change is added; with all of it the method is back at first order.",
        ),
        Mistake(
            _walk(extend=lambda guess, old, r: guess + (guess - old) / 2),
            "The widths are taken to be equal (r = 1): the levels are spaced unevenly in the logarithm, and "
            "the change to expect goes with the width of this step over that of the last.",
        ),
        Mistake(
            (
                _walk(extend=lambda guess, old, r: (guess + old) / 2),
                _walk(extend=lambda guess, old, r: old),
                _walk(extend=lambda guess, old, r: guess / 2 + old / 2 / r),
            ),
            "You average the two guesses, or take the old one: that looks back by half a step where the "
            "method looks forward, beyond this guess.",
        ),
        Mistake(
            (
                _walk(extend=lambda guess, old, r: (guess - old) / (2 * r)),
                _walk(extend=lambda guess, old, r: guess / (2 * r)),
                _walk(extend=lambda guess, old, r: (1 + 1 / (2 * r)) * guess),
                _walk(extend=lambda guess, old, r: (1 + 1 / (2 * r)) * guess + 1 / (2 * r) * old),
            ),
            "The weights of the two guesses do not add up to 1: they are 1 + 1 / (2 r) and minus 1 / (2 r), "
            "and where the guess has stopped moving it must come out as it is.",
        ),
        Mistake(
            _walk(inner=lambda index, then: False),
            "This is first order at every step (the DDIM step): the old guess is never used, or replaced "
            "before it is.",
        ),
        Mistake(
            (_first_kept(True), _first_kept(False)),
            "The history is not updated: the old guess is the first one for ever, and the further the walk "
            "goes, the less it says about the trend.",
        ),
        Mistake(
            _walk(keep=lambda guess, x0: x0),
            "You keep the extrapolated guess: what the next step needs is the answer of denoise itself, or "
            "each extrapolation is extrapolated again.",
        ),
        Mistake(
            (
                _walk(inner=_everywhere),
                _walk(
                    inner=_everywhere,
                    extend=lambda guess, old, r: (1 + 1 / (2 * r)) * guess - 1 / (2 * r) * old,
                ),
            ),
            "The last step is of second order too: its width is infinite, so r is 0 and the extrapolation "
            "has no bounds (NaN); at the step to 0 take the guess as it is.",
        ),
        Mistake(
            (
                _walk(start=lambda y, guess: torch.zeros_like(guess), inner=lambda index, then: then > 0),
                _walk(start=lambda y, guess: y, inner=lambda index, then: then > 0),
            ),
            "The first step has no old guess: with 0, or y, in its place it extrapolates from nothing; take "
            "the first guess as it is.",
        ),
        Mistake(
            _walk(inner=lambda index, then: index > 1 and then > 0),
            "The second step is still of first order: from there on an old guess is at hand.",
        ),
        Mistake(
            (
                _walk(mix=lambda y, x0, h: torch.exp(-h) * y + (torch.exp(-h) - 1) * x0),
                _walk(mix=lambda y, x0, h: torch.exp(-h) * y - (1 - torch.exp(-h)) * x0),
            ),
            "The sign before the guess is turned: its weight is one minus the share of y that stays, above "
            "0, and like this the walk ends at minus the guess.",
        ),
        Mistake(
            (
                _walk(width=lambda sigma, then: then.log() - sigma.log()),
                _walk(mix=lambda y, x0, h: torch.exp(h) * y + (1 - torch.exp(h)) * x0),
                _walk(mix=lambda y, x0, h: torch.exp(h) * y - (1 - torch.exp(-h)) * x0),
            ),
            "The sign of h is turned: the logarithm of the level falls, and h is how far it falls, above 0; "
            "with the other sign y is blown up where it should shrink.",
        ),
        Mistake(
            (
                _walk(mix=lambda y, x0, h: torch.exp(-h) * y + x0),
                _walk(mix=lambda y, x0, h: y + (1 - torch.exp(-h)) * x0),
                _walk(mix=lambda y, x0, h: y - torch.exp(-h) * x0),
                _walk(mix=lambda y, x0, h: (1 - torch.exp(-h)) * y + torch.exp(-h) * x0),
            ),
            "The weights of y and of the guess are not right: the share then over sigma of y stays, and the "
            "guess fills the rest, so that the two add up to 1.",
        ),
        Mistake(
            (
                _walk(mix=lambda y, x0, h: (1 - h) * y + h * x0),
                _walk(width=lambda sigma, then: sigma - then),
                _walk(width=lambda sigma, then: 1 / then - 1 / sigma),
                _walk(width=lambda sigma, then: 2 * (sigma.log() - then.log())),
                _walk(width=lambda sigma, then: sigma.log2() - then.log2()),
                _walk(width=lambda sigma, then: (sigma.log() - then.log()) / 2),
            ),
            "The width h is the difference of the natural logarithms of the two levels, so that exp(-h) is "
            "then over sigma; with another one too much or too little of the noise is taken away.",
        ),
        Mistake(
            (
                _walk(span=lambda sigma, then: sigma - then),
                _walk(span=lambda sigma, then: sigma),
                _walk(span=lambda sigma, then: then),
            ),
            "You make r of the levels themselves: both widths are measured in the logarithm of the level, "
            "in which the formula of the method is derived.",
        ),
        Mistake(
            (_slopes, _slopes_to_the_end),
            "You extrapolate the slope in sigma: that is another method of two steps; in this one it is the "
            "guess of x_0 that is extrapolated, which moves far less than the slope.",
        ),
        Mistake(
            lambda denoise, y, sigmas: sample_2m(denoise, sigmas[0] * y, sigmas),
            "You scale y by the first level: it comes with that much noise already.",
        ),
        Mistake(
            _asks_again,
            "Denoise is called twice in a step: the whole point is that the second guess costs nothing, for "
            "it is the answer of the step before; keep it.",
        ),
        Mistake(
            _walk(pairs=lambda sigmas: itertools.pairwise(sigmas[:-1])),
            "The loop stops before the step to 0: the noise of the last level stays in every sample.",
        ),
        Mistake(
            _walk(pairs=lambda sigmas: list(itertools.pairwise(sigmas))[:1]),
            "This is the result of the first step, as if the return stood inside the loop.",
        ),
    ],
    hints=[
        "A step mixes y with a guess of x_0: the share then over sigma of y stays, which is exp(-h), and the "
        "guess fills the rest.",
        "The guess that is mixed in is not the last answer of denoise alone, but goes on in the direction in "
        "which the answers move: by the change since the last one, divided by 2 r. r is the last width over "
        "this one.",
        "Two steps have no such change to use: the first, where nothing has been asked before, and the last, "
        "where h is infinite. What you keep for the next step is the answer itself, and the width.",
    ],
)
