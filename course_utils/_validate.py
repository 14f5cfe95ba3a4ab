"""Kind errors: one sentence that names the argument, what it got and what it wants."""

import difflib
import math
import numbers

import torch


def check_choice(argument, value, options):
    """Return value where it is one of options; ValueError with the nearest match where it is not."""
    options = list(options)
    if isinstance(value, str) and value in options:
        return value
    listed = ", ".join(repr(option) for option in options)
    near = difflib.get_close_matches(value, options, n=1, cutoff=0.5) if isinstance(value, str) else []
    hint = f" Did you mean {near[0]!r}?" if near else ""
    error = ValueError if isinstance(value, str) else TypeError
    raise error(f"{argument} must be one of {listed}; got {value!r}.{hint}")


def check_int(argument, value, minimum=1, maximum=None):
    """Return value as an int where it is a whole number in [minimum, maximum]."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{argument} must be a whole number; got {value!r}.")
    if value < minimum or (maximum is not None and value > maximum):
        upper = "" if maximum is None else f" and at most {maximum}"
        raise ValueError(f"{argument} must be at least {minimum}{upper}; got {value}.")
    return int(value)


def check_number(argument, value, minimum=-math.inf, maximum=math.inf, open_minimum=False):
    """Return value as a float where it is a finite number in [minimum, maximum] (or above minimum)."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{argument} must be a number; got {value!r}.")
    low = value <= minimum if open_minimum else value < minimum
    if not math.isfinite(value) or low or value > maximum:
        lower = "" if minimum == -math.inf else f" {'above' if open_minimum else 'at least'} {minimum:g}"
        upper = "" if maximum == math.inf else f"{' and' if lower else ''} at most {maximum:g}"
        raise ValueError(f"{argument} must be a finite number{lower}{upper}; got {value}.")
    return float(value)


def check_tensor(argument, value, shape=None, floating=True, nonempty=True):
    """Return value where it is a tensor of the named shape.

    shape: a string such as "[N, 2]" or "[B, ...]": a number must match, a letter may be any size, and
    "..." stands for any further axes. Raises TypeError for another type or dtype, ValueError for another
    shape or an empty tensor.
    """
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{argument} must be a torch.Tensor; got {type(value).__name__}.")
    if floating and not value.is_floating_point():
        raise TypeError(f"{argument} must hold floating-point numbers; got {value.dtype}.")
    if shape is not None and not _shape_matches(tuple(value.shape), shape):
        raise ValueError(f"{argument} must have shape {shape}; got {list(value.shape)}.")
    if nonempty and value.numel() == 0:
        raise ValueError(f"{argument} must not be empty; got shape {list(value.shape)}.")
    return value


def check_alike(argument, value, other_argument, other):
    """Raise unless value and other are floating-point tensors of one shape; check_tensor's errors."""
    check_tensor(other_argument, other)
    check_tensor(argument, value)
    if value.shape != other.shape:
        raise ValueError(
            f"{argument} must have the shape of {other_argument}, {list(other.shape)}; "
            f"got {list(value.shape)}."
        )


def _shape_matches(shape, pattern):
    axes = [axis.strip() for axis in pattern.strip("[]").split(",") if axis.strip()]
    if axes and axes[-1] == "...":
        axes.pop()
        shape = shape[: len(axes)] if len(shape) >= len(axes) else None
    if shape is None or len(shape) != len(axes):
        return False
    return all(not axis.isdigit() or int(axis) == size for axis, size in zip(axes, shape, strict=True))
