"""Checks that the faces share: labels, names of classes, points of a map."""

import math

from ..._validate import check_kind, check_whole


def check_labels(labels, other, count):
    """Return labels [N] on the CPU where they are whole numbers from 0, as many as `other` has: count.

    Raises TypeError for another dtype, ValueError for another length or a negative label.
    """
    check_whole("labels", labels, "[N]")
    if len(labels) != count:
        raise ValueError(f"labels must be as many as {other}, {count}; got {len(labels)}.")
    if labels.min() < 0:
        raise ValueError(f"labels must be at least 0; got {int(labels.min())}.")
    return labels.cpu()


def check_names(names, labels):
    """The classes' names as text, their numbers where names is None; ValueError where one is missing."""
    needed = int(labels.max()) + 1
    if names is None:
        return [str(label) for label in range(needed)]
    names = [str(name) for name in check_kind("names", names, tuple | list, "a list of names")]
    if len(names) < needed:
        raise ValueError(f"names must name every class up to {needed - 1}; got {len(names)} names.")
    return names


def check_point(name, value):
    """Return value as two floats; ValueError where it is not two finite numbers."""
    try:
        point = [float(number) for number in value]
    except (TypeError, ValueError):
        point = []
    if len(point) != 2 or not all(map(math.isfinite, point)):
        raise ValueError(f"{name} must be two finite numbers; got {value!r}.")
    return point
