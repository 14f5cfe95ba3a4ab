"""Mixtures to flow to, on a line and in the plane, and the student's own, as plain values for the page."""

import math

from ...exact import GaussianMixture

MOST = 16  # components: all of them are computed at every step
LARGEST = 20.0  # |mean| + 3 std: the noise beside it would be a point

# Name: what it is called in the page, and the mixture.
PRESETS = {
    "two": ("two bumps on a line", GaussianMixture([[-1.5], [1.5]], 0.35)),
    "three": ("three bumps on a line", GaussianMixture([[-2.0], [0.0], [2.0]], 0.3, [0.3, 0.2, 0.5])),
    "eight": (
        "eight Gaussians in the plane",
        GaussianMixture(
            [[2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)] for k in range(8)], 0.15
        ),
    ),
}


def check_mixture(mixture):
    """The student's mixture where the page can draw it, or None for None; TypeError or ValueError else."""
    if mixture is None:
        return None
    if not isinstance(mixture, GaussianMixture):
        raise TypeError(f"mixture must be an exact.GaussianMixture or None; got {type(mixture).__name__}.")
    if mixture.dim not in (1, 2):
        raise ValueError(f"mixture must have one dimension or two; got {mixture.dim}.")
    if len(mixture.means) > MOST:
        raise ValueError(f"mixture must have at most {MOST} components; got {len(mixture.means)}.")
    if not bool((mixture.weights > 0).all()):
        raise ValueError(f"mixture must give each component some weight; got {mixture.weights.tolist()}.")
    reach = float((mixture.means.abs().amax(1) + 3 * mixture.stds).max())
    if reach > LARGEST:
        raise ValueError(
            f"mixture must lie within {LARGEST:g} of 0, beside noise of variance 1; got {reach:.3g}."
        )
    return mixture


def listed(own):
    """The mixtures to choose from as JSON-able dicts, the student's own (or None) first."""
    given = {} if own is None else {"yours": ("your mixture", own)}
    return [
        {
            "name": name,
            "caption": caption,
            "means": mixture.means.tolist(),
            "stds": mixture.stds.tolist(),
            "weights": mixture.weights.tolist(),
        }
        for name, (caption, mixture) in {**given, **PRESETS}.items()
    ]


def half_of(mixture):
    """Half the side of the picture: noise and every mode to 3.2 standard deviations, as in state.js."""
    return max(3.2, float((mixture.means.abs().amax(1) + 3.2 * mixture.stds).max()))
