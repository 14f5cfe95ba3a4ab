"""Which of a schedule's steps a sampler visits, and where it ends."""

import itertools
import math

import torch

from ..._validate import check_choice, check_int, check_number, quoted
from ..schedule import check_schedule

SPACINGS = ("trailing", "karras")
ENDS = {"data": -1, "first": 0}
# Of sigma / signal: beyond it one part in 40,000 of the variance is signal, and steps are lost.
HIGHEST = 200.0


def karras_sigmas(n, sigma_min=0.002, sigma_max=80.0, rho=7.0):
    """n noise levels sigma / signal, falling from sigma_max to sigma_min, float64 [n].

    Source: Karras et al. 2022, eq. 5. Their rho-th roots are evenly spaced, so a large rho gives most of the
    steps to low noise. The 0 at the end of the paper's list is the data itself, and left out.
    """
    n = check_int("n", n)
    rho = check_number("rho", rho, 0, open_minimum=True)
    low = check_number("sigma_min", sigma_min, 0, open_minimum=True)
    high = check_number("sigma_max", sigma_max, low)
    return torch.linspace(high ** (1 / rho), low ** (1 / rho), n, dtype=torch.float64) ** rho


def timesteps(schedule, num_inference_steps=None, spacing="trailing", final="data"):
    """The pairs (t, prev) that a sampler walks, as many as num_inference_steps.

    spacing: "trailing", evenly in the index from t = T - 1 down; "karras", as `karras_sigmas` between the
    schedule's own ends, or from 200 where it ends higher, each at the nearest index that is free. final:
    "data", the last prev is -1, x_0 itself; "first", it is 0, with the noise of the schedule's first level
    left in (final_sigmas_type "zero" and "sigma_min" of diffusers). Raises ValueError for more steps than
    the schedule has, or an unknown name.
    """
    check_schedule(schedule)
    total = len(schedule)
    count = total if num_inference_steps is None else check_int("num_inference_steps", num_inference_steps)
    if count > total:
        raise ValueError(f"num_inference_steps must be at most {total}, the schedule's length; got {count}.")
    check_choice("spacing", spacing, SPACINGS)
    visited = _evenly(total, count) if spacing == "trailing" else _as_karras(schedule, count)
    pairs = list(zip(visited, [*visited[1:], ENDS[check_choice("final", final, ENDS)]], strict=True))
    return [(t, prev) for t, prev in pairs if t > prev]  # where 0 is visited, there is no way from 0 to 0


def checked(pairs, total):
    """The pairs (t, prev), where they are a way down in a schedule of so many steps; ValueError if not."""
    if not isinstance(pairs, tuple | list) or not all(_is_pair(one) for one in pairs):
        raise TypeError(f"timesteps must be a list of pairs (t, prev); got {quoted(pairs)}.")
    pairs = [(check_int("t", t, 0, total - 1), check_int("prev", prev, -1)) for t, prev in pairs]
    falls = all(t > prev for t, prev in pairs)
    if not pairs or not falls or any(a[1] != b[0] for a, b in itertools.pairwise(pairs)):
        raise ValueError(
            "timesteps must be pairs (t, prev), each t above its prev and each prev the next pair's t, as "
            f"samplers.timesteps gives them; got {str(pairs)[:80]}."
        )
    return pairs


def _is_pair(one):
    return isinstance(one, tuple | list) and len(one) == 2


def _evenly(total, count):
    return [round(total - i * total / count) - 1 for i in range(count)]


def _as_karras(schedule, count):
    logs = -schedule.log_snr / 2  # of sigma / signal
    if not math.isfinite(logs[-1]):
        raise ValueError(
            "spacing 'karras' needs some signal at the last step, and this schedule ends at signal-to-noise "
            "ratio 0; use 'trailing'."
        )
    wanted = karras_sigmas(count, float(logs[0].exp()), min(float(logs[-1].exp()), HIGHEST)).log()
    nearest = (logs - wanted[:, None]).abs().argmin(1).tolist()
    for i in range(count - 2, -1, -1):  # no index twice: up from the data, then down from the noise
        nearest[i] = max(nearest[i], nearest[i + 1] + 1)
    for i in range(count):
        nearest[i] = min(nearest[i], len(schedule) - 1 if i == 0 else nearest[i - 1] - 1)
    return nearest
