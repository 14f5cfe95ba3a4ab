"""Labelled mixtures to try guidance on, and the student's own, as plain values for the page."""

import math

import torch

from ...diffusion.guidance_exact import LabelledMixture
from ...exact import GaussianMixture

KEYS = ("means", "stds", "labels", "weights")
MOST = 16  # components: the page draws a mark for each and computes all of them at every step


def _preset(means, stds, labels):
    means = torch.tensor(means, dtype=torch.float64)
    return LabelledMixture(GaussianMixture(means, torch.tensor(stds, dtype=torch.float64)), labels)


def _circle(count, radius):
    angles = [2 * math.pi * k / count for k in range(count)]
    return [[radius * math.cos(angle), radius * math.sin(angle)] for angle in angles]


# Name: what it is called in the page, and the mixture.
PRESETS = {
    "two": ("two, overlapping", _preset([[-0.8, 0.0], [0.8, 0.0]], [0.8, 0.8], [0, 1])),
    "three": (
        "three, two modes each",
        _preset(
            [[-2.1, 1.5], [0.0, 0.1], [2.1, 1.3], [1.3, -0.5], [-1.4, -1.5], [0.5, -2.2]],
            [0.45] * 6,
            [0, 0, 1, 1, 2, 2],
        ),
    ),
    "broad": ("broad and narrow", _preset([[0.0, 0.0], [1.1, 0.6]], [1.1, 0.4], [0, 1])),
    "eight": ("eight modes in turn", _preset(_circle(8, 2.0), [0.35] * 8, [k % 2 for k in range(8)])),
}


def check_mixture(mixture):
    """The student's mixture as a LabelledMixture in the plane, or None for None.

    mixture: a LabelledMixture, or a dict of means [K, 2], stds (one number or [K]), labels [K] and, where
    they differ, weights [K]. Raises TypeError or ValueError where these do not make two classes or more.
    """
    if mixture is None:
        return None
    if isinstance(mixture, dict):
        mixture = _from_dict(mixture)
    if not isinstance(mixture, LabelledMixture):
        got = type(mixture).__name__
        raise TypeError(
            f"mixture must be a LabelledMixture or a dict with means, stds and labels; got {got}."
        )
    means = mixture.mixture.means
    if means.shape[1] != 2:
        raise ValueError(f"mixture must have two dimensions; got {means.shape[1]}.")
    if len(means) > MOST:
        raise ValueError(f"mixture must have at most {MOST} components; got {len(means)}.")
    if mixture.classes < 2:
        raise ValueError("mixture must have at least two labels: one label alone leaves nothing to guide.")
    if not bool((mixture.prior > 0).all()):
        raise ValueError(f"mixture must give each label some weight; got {mixture.prior.tolist()}.")
    return mixture


def _from_dict(values):
    unknown = [key for key in values if key not in KEYS]
    missing = [key for key in KEYS[:3] if key not in values]
    if unknown or missing:
        wrong = f"no {missing[0]!r}" if missing else f"also {unknown[0]!r}"
        raise ValueError(
            f"mixture must have the keys means, stds, labels and, if you like, weights; got {wrong}."
        )
    means = torch.as_tensor(values["means"], dtype=torch.float64)
    return LabelledMixture(GaussianMixture(means, values["stds"], values.get("weights")), values["labels"])


def listed(own):
    """The mixtures to choose from as JSON-able dicts, the student's own (a LabelledMixture or None) first."""
    given = {} if own is None else {"yours": ("your mixture", own)}
    return [
        {
            "name": name,
            "caption": caption,
            "means": labelled.mixture.means.tolist(),
            "stds": labelled.mixture.stds.tolist(),
            "weights": labelled.mixture.weights.tolist(),
            "labels": labelled.labels.tolist(),
        }
        for name, (caption, labelled) in {**given, **PRESETS}.items()
    ]
