"""scores.karras_sigmas: noise levels that lie close together where it matters."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw, draw_between


def karras_sigmas(n, sigma_min, sigma_max, rho):
    """n levels from sigma_max down to sigma_min, even in sigma^(1 / rho), and then 0: [n + 1]."""
    ramp = torch.linspace(0, 1, n)
    high, low = sigma_max ** (1 / rho), sigma_min ** (1 / rho)
    return torch.cat([(high + ramp * (low - high)) ** rho, torch.zeros(1)])


def _given(*args):
    return lambda rng: args


def _drawn(rng):
    """How many levels, from where to where and how bent, by chance."""
    least, most = draw_between(rng, 0.01, 0.5), draw_between(rng, 2.0, 100.0)
    return draw(rng, 4, 30), least, most, draw_between(rng, 1.5, 8.0)


def _root(sigma, rho):
    return sigma ** (1 / rho)


def _power(mixed, rho):
    return mixed**rho


def _ended(sigmas):
    return torch.cat([sigmas, torch.zeros(1)])


def _levels(share=None, power=_root, back=_power, ends=None, last=_ended):
    """The levels with one part replaced; share: n -> how far along each level is, 0 for the first."""

    def wrong(n, sigma_min, sigma_max, rho):
        along = torch.linspace(0, 1, n) if share is None else share(n)
        high, low = (power(torch.tensor(float(one)), rho) for one in (sigma_max, sigma_min))
        high, low = (high, low) if ends is None else ends(high, low)
        return last(back(high + along * (low - high), rho))

    return wrong


def _same(value, rho):
    return value


def _upwards(high, low):
    return low, high


exercise(
    "scores.karras_sigmas",
    reference=karras_sigmas,
    batch=False,
    inputs={
        "5 levels from 3 to 0.5": _given(5, 0.5, 3.0, 7),
        "10 levels from 80 to 0.002": _given(10, 0.002, 80, 7),
        "4 levels from 10 to 1, rho = 3": _given(4, 1.0, 10.0, 3),
        "2 levels, 2 and 0.3": _given(2, 0.3, 2.0, 5),
        "6 levels from 5 to 0.2, rho = 1": _given(6, 0.2, 5.0, 1),
        "3 levels from 0.04 to 0.01, rho = 2.5": _given(3, 0.01, 0.04, 2.5),
        "40 levels from 157 to 0.03": _given(40, 0.03, 157.0, 7.0),
        "levels drawn at random": _drawn,
        "levels drawn once more": _drawn,
    },
    mistakes=[
        Mistake(
            (
                _levels(power=lambda sigma, rho: sigma**rho, back=lambda mixed, rho: mixed ** (1 / rho)),
                lambda n, low, high, rho: _ended(
                    torch.linspace(float(high) ** rho, float(low) ** rho, n) ** (1 / rho)
                ),
            ),
            "You have rho inverted: the powers are mixed and the root is taken afterwards, so the levels "
            "crowd at the top and the last step falls from there nearly to the bottom.",
        ),
        Mistake(
            (
                _levels(ends=_upwards),
                _levels(ends=_upwards, last=lambda sigmas: torch.cat([torch.zeros(1), sigmas])),
                _levels(last=lambda sigmas: _ended(sigmas).flip(0)),
            ),
            "The levels rise: sampling starts at the largest one, sigma_max, and falls to sigma_min and then "
            "0.",
        ),
        Mistake(
            (
                _levels(last=lambda sigmas: sigmas),
                _levels(ends=_upwards, last=lambda sigmas: sigmas),
            ),
            "The 0 at the end is missing: the n levels are where the network is asked, and the last step "
            "leads from sigma_min to the data, or its noise stays in every sample.",
        ),
        Mistake(
            _levels(share=lambda n: torch.linspace(0, 1, n + 1), last=lambda sigmas: sigmas),
            "You make n + 1 levels down to sigma_min and none is 0: the ramp has n levels, and the 0 comes "
            "after them.",
        ),
        Mistake(
            (
                _levels(share=lambda n: torch.arange(n) / n),
                _levels(share=lambda n: torch.arange(1, n + 1) / n),
                _levels(share=lambda n: torch.arange(1, n + 1) / (n + 1)),
                _levels(share=lambda n: torch.arange(n) / (n + 1)),
            ),
            "The ramp does not run from 0 to 1: from the first to the last of n levels there are n - 1 "
            "steps, and with n in its place sigma_max or sigma_min is never reached.",
        ),
        Mistake(
            (
                _levels(share=lambda n: torch.linspace(0, 1, n + 1)),
                _levels(share=lambda n: torch.arange(n + 1) / (n - 1)),
                _levels(share=lambda n: torch.linspace(0, 1, n - 1)),
            ),
            "The number of levels is off by one: there are n of them from sigma_max to sigma_min, both "
            "counted, and the 0 is one more.",
        ),
        Mistake(
            (
                _levels(power=_same, back=_same),
                lambda n, low, high, rho: torch.linspace(high, 0, n + 1),
            ),
            "The levels are evenly spaced in sigma: nearly all of them are far above the size of the data, "
            "where little is decided, and the one step to the end does the rest.",
        ),
        Mistake(
            _levels(power=lambda sigma, rho: sigma.log(), back=lambda mixed, rho: mixed.exp()),
            "The levels are evenly spaced in the logarithm of sigma: that is the limit of a large rho, with "
            "most of the levels at noise that nobody sees.",
        ),
        Mistake(
            (
                _levels(back=_same),
                _levels(back=lambda mixed, rho: mixed ** (1 / rho)),
            ),
            "You mix the roots and do not raise the result to the power rho: these are no levels yet, and "
            "the first of them is far below sigma_max.",
        ),
        Mistake(
            (
                _levels(power=lambda sigma, rho: sigma / rho),
                _levels(power=lambda sigma, rho: sigma / rho, back=_same),
            ),
            "The exponent needs brackets: ** 1 / rho is the first power, divided by rho, and no root.",
        ),
        Mistake(
            (
                _levels(ends=lambda high, low: (high, high - low)),
                _levels(ends=lambda high, low: (low, 2 * low - high)),
                _levels(ends=lambda high, low: (high, 2 * high - low)),
            ),
            "The mixture of the two roots is off: it begins at that of sigma_max, and the ramp takes it by "
            "the difference of the two to that of sigma_min.",
        ),
        Mistake(
            _levels(power=_same),
            "You raise to the power rho without having taken the roots: the first level is sigma_max to the "
            "power rho, which may be in the millions.",
        ),
        Mistake(
            (
                _levels(share=lambda n: torch.linspace(0, 1, n) ** 7),
                lambda n, low, high, rho: torch.cat(
                    [high + torch.linspace(0, 1, n) ** rho * (low - high), torch.zeros(1)]
                ),
                lambda n, low, high, rho: torch.cat(
                    [high + torch.linspace(0, 1, n) ** (1 / rho) * (low - high), torch.zeros(1)]
                ),
                lambda n, low, high, rho: torch.cat(
                    [low + (1 - torch.linspace(0, 1, n)) ** rho * (high - low), torch.zeros(1)]
                ),
            ),
            "You bend the ramp and not the levels: the two ends are right, but the power belongs to "
            "the mixed roots of the levels, since only so the lowest levels are as dense as they should be.",
        ),
        Mistake(
            (
                _levels(
                    share=lambda n: torch.linspace(0, 1, n + 1),
                    ends=lambda high, low: (high, 0 * low),
                    last=lambda sigmas: sigmas,
                ),
                _levels(share=lambda n: torch.linspace(0, 1, n), ends=lambda high, low: (high, 0 * low)),
            ),
            "You leave sigma_min out: the levels run down to 0 by themselves, so the last but one lies where "
            "the formula happens to put it.",
        ),
        Mistake(
            lambda n, low, high, rho: karras_sigmas(n, low, high, 7),
            "You take 7 for rho, whatever is given: the argument says how densely the low levels lie.",
        ),
        Mistake(
            (
                lambda n, low, high, rho: karras_sigmas(n, low, high, rho)[:-1].square(),
                lambda n, low, high, rho: karras_sigmas(n, low, high, rho).square(),
            ),
            "These are variances: a level is the standard deviation of the noise.",
        ),
    ],
    hints=[
        "Take the root of both ends, the rho-th. Between the roots the levels are evenly spaced.",
        "A ramp from 0 to 1 with n places, both ends among them, mixes the two roots: at 0 it is that of "
        "sigma_max. To the power rho, the mixed roots are levels again.",
        "The step to the data is one more: put a 0 at the end, so that n levels make n steps.",
    ],
)
