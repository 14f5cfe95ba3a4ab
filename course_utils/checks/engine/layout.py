"""Right values in the wrong places: exchanged axes, another order, a shift by one, a shape that is off."""

import functools
import itertools
import math

import torch

from course_utils.checks.engine.values import close

_TOLERANCE = 1e-4
_MOST_ROWS = 64  # comparing all rows with all is not worth it beyond


def moved(got, want):
    """A sentence on how the right values of all inputs come to stand elsewhere, or "".

    got, want: lists of tensors, one a set of inputs, not all equal. What is said holds for each of them.
    """
    pairs, axes = list(zip(got, want, strict=True)), want[0].ndim
    if not axes or any(one.shape != other.shape or one.ndim != axes for one, other in pairs):
        return ""
    for text, holds in itertools.chain(_turned(axes), _shifts(axes), _reordered(axes)):
        if all(holds(one, other) for one, other in pairs):
            return text
    if all(_equal(one.flatten().sort().values, other.flatten().sort().values) for one, other in pairs):
        return (
            "Your values are the right ones in other places: is something reshaped that should be transposed?"
        )
    return ""


def right_but_at(got, want, tolerance):
    """(where, which): the one place along an axis at which all wrong values stand, as "the last"; or "".

    which: the number of the first pair that is wrong there. Along that axis the wrong pairs have 3 or more.
    """
    wrong = {
        index: (one - other).abs() > tolerance * max(float(other.abs().max()), 0.1)
        for index, (one, other) in enumerate(zip(got, want, strict=True))
        if one.shape == other.shape and not close(one, other, tolerance)
    }
    if not wrong or not all(one.isfinite().all() and one.ndim == got[0].ndim for one in got):
        return "", 0
    for axis in range(got[0].ndim):
        masks = [_rows(mask, axis).any(1) for mask in wrong.values()]
        places = [mask.nonzero().flatten().tolist() for mask in masks]
        if any(len(one) != 1 or len(mask) < 3 for one, mask in zip(places, masks, strict=True)):
            continue
        starts = {one[0] for one in places}
        ends = {one[0] - len(mask) for one, mask in zip(places, masks, strict=True)}
        if ends != {-1} and len(starts) > 1:
            continue
        inner = "the first" if starts == {0} else f"those at index {min(starts)}"
        along = f" along axis {axis}" if got[0].ndim > 1 else ""
        return f"{'the last' if ends == {-1} else inner}{along}", next(iter(wrong))
    return "", 0


def shape_clue(got, want):
    """What is right about results with wrong shapes, in words for a bracket; true of all inputs, or "".

    got, want: lists of tensors, one a set of inputs, not all of equal shapes.
    """
    pairs = list(zip(got, want, strict=True))
    if len({one.ndim for one in got}) > 1 or len({one.ndim for one in want}) > 1:
        return ""
    found = itertools.chain(
        _exchanged(want[0].ndim), _diagonal(), _reduced(want[0].ndim), _unreduced(got[0].ndim), _longer(want)
    )
    for text, holds in found:
        if all(holds(one, other) for one, other in pairs):
            return text
    return ""


def _equal(one, other):
    return one.shape == other.shape and close(one, other, _TOLERANCE)


def _turned(axes):
    """(sentence, test of one pair) for axes that have changed places or run backwards."""
    for one, other in itertools.combinations(range(axes), 2):
        yield (
            f"Your values are the right ones, with axes {one} and {other} exchanged.",
            lambda got, want, one=one, other=other: _equal(got, want.transpose(one, other)),
        )
    for axis in range(axes):
        along = f" along axis {axis}" if axes > 1 else ""
        yield (
            f"Your values are the right ones in reverse order{along}.",
            lambda got, want, axis=axis: _equal(got, want.flip(axis)),
        )


def _reordered(axes):
    """(sentence, test of one pair) for rows in another order."""
    for axis in range(axes):
        along = f" along axis {axis}" if axes > 1 else ""
        yield (
            f"Your values are the right ones in another order{along}.",
            functools.partial(_same_rows, axis=axis),
        )


def _same_rows(got, want, axis):
    ours, theirs = _rows(got, axis), _rows(want, axis)
    if len(ours) > _MOST_ROWS or not (ours.isfinite().all() and theirs.isfinite().all()):
        return False
    slack = _TOLERANCE * max(float(want.abs().max()), 0.1)
    met, own = ((torch.cdist(one, theirs, p=torch.inf) <= slack).sum(0) for one in (ours, theirs))
    return torch.equal(met, own)


def _rows(tensor, axis):
    """What stands at each index of that axis, as the rows of a matrix."""
    front = tensor.movedim(axis, 0)
    return front.reshape(len(front), math.prod(front.shape[1:]))


def _shifts(axes):
    """(sentence, test of one pair) for values that stand one place off."""
    for axis in range(axes):
        along = f" along axis {axis}" if axes > 1 else ""
        yield (
            f"Your values stand one place too late{along}: what is wanted at index 0 is at index 1, and so "
            "on.",
            lambda got, want, axis=axis: _shifted(want, got, axis),
        )
        yield (
            f"Your values stand one place too early{along}: what is wanted at index 1 is at index 0, and so "
            "on.",
            lambda got, want, axis=axis: _shifted(got, want, axis),
        )


def _shifted(early, late, axis):
    size = early.shape[axis]
    return size > 2 and _equal(early.narrow(axis, 0, size - 1), late.narrow(axis, 1, size - 1))


def _exchanged(axes):
    for one, other in itertools.combinations(range(axes), 2):
        yield (
            f"the values are right, with axes {one} and {other} exchanged",
            lambda got, want, one=one, other=other: _equal(got, want.transpose(one, other)),
        )


def _diagonal():
    def square(got, want):
        size = want.numel()
        if size < 2 or got.numel() != size * size or list(got.squeeze().shape) != [size, size]:
            return False
        return _equal(got.squeeze().diagonal(), want.flatten())

    yield (
        "the right values are on its diagonal: does a row meet a column somewhere, each value every other",
        square,
    )


def _reductions(axes):
    """(dims, name, function) for the sums and means over all axes, over one and over all but one."""
    chosen = [(None, "all axes" if axes > 1 else "all of them")]
    if axes > 1:
        chosen += [(axis, f"axis {axis}") for axis in range(axes)]
    if axes > 2:
        rest = [tuple(one for one in range(axes) if one != axis) for axis in range(axes)]
        chosen += [(dims, f"all axes but {axis}") for axis, dims in enumerate(rest)]
    for dims, over in chosen:
        yield dims, f"mean over {over}", torch.mean
        yield dims, f"sum over {over}", torch.sum


def _reduced(axes):
    """Results that are sums or means of what is wanted."""
    for dims, name, reduce in _reductions(axes):
        yield (
            f"it is what is wanted after a {name}",
            lambda got, want, dims=dims, reduce=reduce: _equal(got.flatten(), reduce(want, dims).flatten()),
        )


def _unreduced(axes):
    """Results of which the sums or means are wanted."""
    for dims, name, reduce in _reductions(axes):
        yield (
            f"the values are right, and a {name} is missing",
            lambda got, want, dims=dims, reduce=reduce: _equal(reduce(got, dims).flatten(), want.flatten()),
        )


def _longer(want):
    """Results with one entry too many or too few at an end of an axis."""
    for axis in range(want[0].ndim):
        along = f" along axis {axis}" if want[0].ndim > 1 else ""
        for end, start in (("first", 1), ("last", 0)):
            yield (
                f"the values are right, and the {end}{along} is missing",
                lambda got, want, axis=axis, start=start: _without(want, got, axis, start),
            )
            yield (
                f"the values are right, and there is one too many before the first{along}"
                if start
                else f"the values are right, and there is one too many after the last{along}",
                lambda got, want, axis=axis, start=start: _without(got, want, axis, start),
            )


def _without(long, short, axis, start):
    if long.ndim != short.ndim or short.shape[axis] < 2 or long.shape[axis] != short.shape[axis] + 1:
        return False
    return _equal(long.narrow(axis, start, short.shape[axis]), short)
