"""What the page draws, in Python: the presets, the curve through control points, the wasted share."""

from typing import NamedTuple

import torch

from ...diffusion import NoiseSchedule, schedules

# Name on both sides of the wire: a function of T that makes the schedule. The page computes these itself, as
# math.js has them; any other that is found in `schedules` goes to it as numbers.
PRESETS = {
    "linear": lambda steps: NoiseSchedule.linear(steps, 1e-4, 0.02),
    "linear_0.04": lambda steps: NoiseSchedule.linear(steps, 1e-4, 0.04),
    "cosine": lambda steps: NoiseSchedule.cosine(steps, s=0.008),
    "cosine_no_offset": lambda steps: NoiseSchedule.cosine(steps, s=0.0),
    "sigmoid": lambda steps: NoiseSchedule.sigmoid(steps),
}
LEAST_SIGNAL = 0.01


def makers():
    """Name -> a function of T, of every schedule that can be asked for by name."""
    return {**schedules.by_name, **PRESETS}


def sent(steps):
    """Name -> alpha-bars [T] as a list, of the schedules that the page does not compute itself."""
    found = {name: make(steps) for name, make in makers().items() if name not in PRESETS}
    return {name: schedule.alphas_cumprod.tolist() for name, schedule in found.items()}


class Numbers(NamedTuple):
    """alpha_bar, snr and beta at the step on show; left_at_end: sqrt(alpha-bar_T); wasted: a share."""

    alpha_bar: float
    snr: float
    beta: float
    left_at_end: float
    wasted: float


def numbers(schedule, step):
    """The Numbers of a NoiseSchedule at step 1 to T."""
    at = step - 1
    return Numbers(
        alpha_bar=float(schedule.alphas_cumprod[at]),
        snr=float(schedule.snr[at]),
        beta=float(schedule.betas[at]),
        left_at_end=float(schedule.alphas_cumprod[-1].sqrt()),
        wasted=wasted_share(schedule),
    )


def wasted_share(schedule):
    """The share of a NoiseSchedule's steps with alpha-bar below 0.01, under 1 % of the variance signal."""
    return float((schedule.alphas_cumprod < LEAST_SIGNAL).double().mean())


def through(points, steps):
    """The NoiseSchedule of so many steps whose log-SNR is the monotone cubic through points.

    points: [[step, log-SNR], ...], at least two, from step 1 to T, the log-SNR falling.
    """
    at = torch.arange(1, steps + 1, dtype=torch.float64)
    levels = torch.sigmoid(monotone(torch.tensor(points, dtype=torch.float64), at))
    return NoiseSchedule.from_alphas_cumprod(torch.cat([torch.ones(1, dtype=torch.float64), levels]), 1.0)


def monotone(points, x):
    """The piecewise cubic through points [K, 2] at x [N] that is monotone wherever they are: PCHIP.

    Fritsch & Butland 1984 inside, three points at the ends; float64 in and out.
    """
    widths, rises = points[:, 0].diff(), points[:, 1].diff() / points[:, 0].diff()
    slopes = _slopes(widths, rises)
    k = (torch.searchsorted(points[:, 0].contiguous(), x) - 1).clamp(0, len(widths) - 1)
    width, share = widths[k], (x - points[k, 0]) / widths[k]
    square = share**2 * (3 - 2 * share)
    tangents = slopes[k] * share * (1 - share) ** 2 + slopes[k + 1] * share**2 * (share - 1)
    return points[k, 1] * (1 - square) + points[k + 1, 1] * square + width * tangents


def _slopes(widths, rises):
    """The slopes at K points, from the K - 1 widths and rises between them."""
    if len(rises) == 1:
        return rises.repeat(2)
    one, two = 2 * widths[1:] + widths[:-1], widths[1:] + 2 * widths[:-1]
    mean = (one + two) / (one / rises[:-1] + two / rises[1:])
    inside = torch.where(rises[:-1] * rises[1:] > 0, mean, torch.zeros_like(mean))
    ends = [_slope_at_end(*widths[:2], *rises[:2]), _slope_at_end(*widths[-2:].flip(0), *rises[-2:].flip(0))]
    return torch.cat([ends[0][None], inside, ends[1][None]])


def _slope_at_end(width, next_width, rise, next_rise):
    slope = ((2 * width + next_width) * rise - width * next_rise) / (width + next_width)
    if slope * rise <= 0:
        return torch.zeros_like(rise)
    return 3 * rise if rise * next_rise < 0 and abs(slope) > 3 * abs(rise) else slope
