"""Two sets of measurements, one a seed, and what may be said of their difference."""

import math

import torch

from .. import claims
from .._validate import check_finite, check_kind, check_tensor
from ..metrics import frechet_distance, nearest_distances

CLAIMS = ("better", "worse", "undecided")
LEAST_SEEDS, LEAST_SAMPLES = 3, 100
CONFIDENCE = 0.95
ALIKE = 0.01  # two images are the same where their pixels differ by less, root mean square
FEW = 0.1  # of the images of a set: so many may be in another by chance


def difference(ours, baseline):
    """(mean of ours less that of baseline, low, high): a 95 % interval by Welch's t, as claims.difference.

    ours, baseline: lists of numbers, one a seed, two at least.
    """
    a, b = (torch.as_tensor(one, dtype=torch.float64) for one in (ours, baseline))
    return float(a.mean() - b.mean()), *claims.difference(a, b, CONFIDENCE)


def finding(low, high, lower_is_better=True):
    """What an interval of ours less baseline's says: "better", "worse" or "undecided"."""
    below, above = ("better", "worse") if lower_is_better else ("worse", "better")
    return below if high < 0 else above if low > 0 else "undecided"


def check_draws(argument, value, shape):
    """Return value where it is a list of images [N, *shape], one a seed, N >= 100, finite, in [0, 1]."""
    check_kind(argument, value, list | tuple, "a list of tensors, one for each seed")
    if not value:
        raise ValueError(f"{argument} is an empty list: a tensor of samples for each seed is wanted.")
    for k, one in enumerate(value):
        name = f"{argument}[{k}]"
        check_finite(name, check_tensor(name, one, f"[N, {', '.join(map(str, shape))}]"))
        if len(one) < LEAST_SAMPLES:
            raise ValueError(f"{name} holds {len(one)} images; at least {LEAST_SAMPLES} are wanted.")
        if float(one.min()) < 0 or float(one.max()) > 1:
            raise ValueError(f"{name} must lie in [0, 1]; clamp it, or undo the scaling of the training.")
    return value


def in_common(draws, others=None):
    """The largest share of the images of one set [N, ...] that another holds, too; a float in [0, 1].

    Of any two of draws or, where others are given, of any of draws and any of others.
    """
    pairs = (
        [(a, b) for a in draws for b in others]
        if others is not None
        else [(a, b) for k, a in enumerate(draws) for b in draws[:k]]
    )
    return max((_held(a.flatten(1), b.flatten(1)) for a, b in pairs), default=0.0)


def _held(rows, others):
    near = nearest_distances(rows, others)
    return float((near < ALIKE * math.sqrt(rows.shape[1])).float().mean())


def distances(draws, held_out, features):
    """The Frechet distance of each set to held_out, by features(images) [N, F], a list; from n samples each.

    n is the smallest set's size; the rows are drawn without replacement, with seed 0.
    """
    n = min(len(one) for one in draws)
    with torch.no_grad():
        real = features(held_out)
        rows = (
            one[torch.randperm(len(one), generator=torch.Generator().manual_seed(0))[:n]] for one in draws
        )
        return [frechet_distance(features(one), real) for one in rows]


def compared(draws, baseline, held_out, features):
    """(ours, baseline's) distances, with one n for all sets of both."""
    found = distances([*draws, *baseline], held_out, features)
    return found[: len(draws)], found[len(draws) :]


def spoken(numbers):
    """Measured numbers in the brackets that no test compares: " (here 0.31 to 0.35)"."""
    low, high = min(numbers), max(numbers)
    one = f"{low:.3g}" if math.isclose(low, high) else f"{low:.3g} to {high:.3g}"
    return f" (here {one})"
