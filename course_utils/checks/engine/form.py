"""The form of a result: its type, shape and dtype, apart from its values."""

import functools
import numbers

import numpy as np
import torch

from course_utils.checks.engine.words import article, count, listing


def parts(value):
    """The values in a returned tuple or list; a list of the value itself where it is one."""
    return list(value) if isinstance(value, tuple | list) else [value]


def parts_like(value, wanted):
    """The parts of value where wanted is a tuple (a tensor unpacks as one), else value as one part."""
    if not isinstance(wanted, tuple):
        return [value]
    if isinstance(value, torch.Tensor | np.ndarray) and len(np.shape(value)) == 1:
        return list(value)
    return parts(value)


def as_numbers(value):
    """A float64 tensor of value, detached from everything; None where it holds no real numbers."""
    try:
        if isinstance(value, list | tuple):
            value = _array(value)
        if isinstance(value, list | tuple):
            value = torch.stack([as_numbers(part) for part in value])
        elif isinstance(value, str):
            return None
        value = torch.as_tensor(value).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        return None
    return None if value.is_complex() else value.to(torch.float64).clone()


def _array(value):
    """A list of plain numbers (or lists of them) as an array: a tensor for each would take seconds."""
    leaf = value
    while isinstance(leaf, list | tuple) and leaf:
        leaf = leaf[0]
    if not isinstance(leaf, numbers.Real):
        return value
    try:
        array = np.array(value)
    except (TypeError, ValueError, RuntimeError):  # rows of unequal length, a tensor that wants gradients
        return value
    return array if array.dtype.kind in "biuf" else value


def form_fault(value, wanted, returns):
    """One sentence where value has another type or shape than wanted, or "". returns: names of the parts."""
    if isinstance(wanted, tuple):
        return _tuple_fault(value, wanted, returns)
    if isinstance(value, tuple) or as_numbers(value) is None:
        kind = "an int" if isinstance(wanted, int) else "a tensor of real numbers"
        return f"Your function returns {article(_type(value))}; {kind} is wanted."
    shape, wanted_shape = list(as_numbers(value).shape), list(as_numbers(wanted).shape)
    if shape != wanted_shape:
        return _shape_fault(value, wanted, shape, wanted_shape)
    if isinstance(wanted, int) and not _is_whole(value):
        return (
            f"Your function returns {article(_type(value))}; an int is wanted, for a layer takes "
            "no other size: use // or int(...)."
        )
    return ""


def _tuple_fault(value, wanted, returns):
    got = parts_like(value, wanted)
    names = listing(returns) if returns else count(len(wanted), "value")
    if len(got) != len(wanted) and isinstance(value, torch.Tensor | np.ndarray) and np.ndim(value):
        return f"Your function returns one {_holder(value)} alone; {len(wanted)} values are wanted: {names}."
    if len(got) != len(wanted):
        return f"Your function returns {count(len(got), 'value')}; {len(wanted)} are wanted: {names}."
    for index, (one, other) in enumerate(zip(got, wanted, strict=True)):
        fault = form_fault(one, other, ())
        if fault:
            name = returns[index] if returns else f"value {index + 1}"
            fault = fault.replace("Your result", f"Your {name}", 1)
            return fault.replace("Your function returns", f"For the {name} your function returns", 1)
    return ""


def _shape_fault(value, wanted, shape, wanted_shape):
    kind = "a single number (shape [])" if not wanted_shape else f"shape {wanted_shape}"
    got = "is a single number (shape [])" if not shape else f"has shape {shape}"
    one, other = as_numbers(value).flatten(), as_numbers(wanted).flatten()
    same = one.shape == other.shape and torch.allclose(one, other, rtol=1e-3, atol=1e-5)
    return f"Your result {got}; {kind} is wanted{' (the values are right)' if same else ''}."


def form_word(value, wanted):
    """One sentence where the values are fine, but come as another type or dtype than wanted; else ""."""
    for one, other in zip(parts_like(value, wanted), parts_like(wanted, wanted), strict=True):
        if isinstance(other, torch.Tensor) and not isinstance(one, torch.Tensor):
            return (
                f"Your function returns {article(_type(one))} where a tensor is expected; the "
                "notebook goes on with your function and turns its result into a tensor."
            )
        if isinstance(other, torch.Tensor) and one.dtype != other.dtype:
            got, want = str(one.dtype).removeprefix("torch."), str(other.dtype).removeprefix("torch.")
            where = f"for {want} input" if other.is_floating_point() else f"where {want} is expected"
            return (
                f"Your result is {got} {where}; the notebook goes on with your function and "
                f"turns its result into {want}."
            )
        if isinstance(other, int) and not isinstance(one, numbers.Integral):
            return (
                f"Your function returns {article(_type(one))} where an int is expected; the notebook goes on "
                "with your function and turns its result into an int."
            )
    return ""


def adapted(function, wanted):
    """The function with its results given wanted's types, floats in its first floating argument's dtype."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        value = function(*args, **kwargs)
        given = [*args, *kwargs.values()]
        tensors = [arg for arg in given if isinstance(arg, torch.Tensor) and arg.is_floating_point()]
        like = tensors[0] if tensors else torch.empty(0)
        fixed = [
            int(one) if isinstance(other, int) else _tensor(one, other, like)
            for one, other in zip(parts_like(value, wanted), parts_like(wanted, wanted), strict=True)
        ]
        return tuple(fixed) if isinstance(wanted, tuple) else fixed[0]

    return wrapper


def _tensor(value, wanted, like):
    value = value if isinstance(value, torch.Tensor | np.ndarray | numbers.Real) else as_numbers(value)
    whole = isinstance(wanted, torch.Tensor) and not wanted.is_floating_point()
    return torch.as_tensor(value).to(dtype=wanted.dtype if whole else like.dtype, device=like.device)


def _is_whole(value):
    integral = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    kind = getattr(value, "dtype", None)
    return integral or (isinstance(value, torch.Tensor) and not kind.is_floating_point)


def _holder(value):
    return "tensor" if isinstance(value, torch.Tensor) else "NumPy array"


def _type(value):
    if isinstance(value, np.generic | np.ndarray):
        return f"NumPy {'array' if isinstance(value, np.ndarray) else value.dtype}"
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} tensor"
    return type(value).__name__
