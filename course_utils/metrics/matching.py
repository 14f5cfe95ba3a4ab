"""How well groups that nobody named agree with labels."""

import torch

from .._double import double
from .._validate import check_int, check_whole

MOST_GROUPS = 10_000  # their table of counts is square


def best_names(groups, labels, k=10):
    """The one-to-one naming of k groups by k labels under which most examples agree: int64 [k].

    groups, labels: int64 [N] in 0..k - 1; entry g is the label that group g is called by. The Hungarian
    method on the table of counts. Source: Kuhn 1955; as a measure of clusters: Xie et al. 2016, eq. 10.
    Raises ValueError where the lengths differ or a number is outside 0..k - 1.
    """
    from scipy.optimize import linear_sum_assignment

    groups = check_whole("groups", groups, "[N]")
    labels = check_whole("labels", labels, f"[{len(groups)}]")
    check_int("k", k, maximum=MOST_GROUPS)
    for name, values in (("groups", groups), ("labels", labels)):
        if not 0 <= int(values.min()) <= int(values.max()) < k:
            low, high = int(values.min()), int(values.max())
            raise ValueError(f"{name} must lie in 0..{k - 1}, for k = {k}; got {low} to {high}.")
    counts = (k * groups + labels).bincount(minlength=k * k).view(k, k)
    return torch.as_tensor(linear_sum_assignment(-counts.cpu().numpy())[1])


def matched_purity(groups, labels, k=10):
    """The share of examples whose group is called by their label, under best_names: a float in [1 / k, 1].

    groups, labels: int64 [N] in 0..k - 1. By luck alone it lies somewhat above 1 / k, for the naming is
    chosen on the same examples.
    """
    named = best_names(groups, labels, k).to(groups.device)[groups.long()]
    return float(double(named == labels).mean())
