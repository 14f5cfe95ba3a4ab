"""A mixture of Gaussians on a line, as the faces take it."""

import math

from ..._validate import check_number


def check_mixture(means, stds, weights):
    """The three lists as floats; TypeError or ValueError where they do not describe a mixture."""
    lists = {"means": means, "stds": stds, "weights": weights}
    for name, values in lists.items():
        if not isinstance(values, (list, tuple)) or len(values) == 0:
            raise TypeError(f"{name} must be a list of numbers, one a mode; got {values!r}.")
        if len(values) != len(means):
            raise ValueError(f"{name} must hold {len(means)} numbers, as means does; got {len(values)}.")
    means = [check_number("means", value) for value in means]
    stds = [check_number("stds", value, 0, open_minimum=True) for value in stds]
    weights = [check_number("weights", value, 0) for value in weights]
    if abs(sum(weights) - 1) > 1e-6:
        raise ValueError(f"weights must add up to 1; got a sum of {sum(weights):g}.")
    return means, stds, weights


def axis_limits(means, stds, mean, std):
    """The x axis: every mode with room on both sides for q to be dragged clear of p."""
    low = min(m - 3.5 * s for m, s in zip(means, stds, strict=True))
    high = max(m + 3.5 * s for m, s in zip(means, stds, strict=True))
    room = 0.35 * (high - low)
    return [
        float(min(math.floor(low - room), mean - 2 * std)),
        float(max(math.ceil(high + room), mean + 2 * std)),
    ]
