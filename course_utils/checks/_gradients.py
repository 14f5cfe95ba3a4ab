"""The gradients that a function sends to its arguments, and how wrong ones are off."""

from typing import NamedTuple

import torch
from torch import nn

from course_utils.checks import _run
from course_utils.checks._values import close
from course_utils.checks._words import number

_TOLERANCE = 1e-3


class Gradient(NamedTuple):
    """What reaches one argument: a flat float64 tensor, or None; error: of what kind, where one came."""

    value: torch.Tensor | None = None
    error: str = ""


def gradients(exercise, function, probe):
    """{argument: Gradient} for those that the exercise names, each asked for in a call of its own."""
    return {name: _gradient(function, exercise.arguments.index(name), probe) for name in exercise.gradient}


def same(got, want):
    """Whether two such dictionaries agree; no gradient and a gradient of zeros train alike."""
    return all(_same(got[name].value, want[name].value) for name in want)


def gradient_fault(got, want):
    """One sentence on the first argument whose gradient differs from the wanted one, or ""."""
    for name in want:
        one, other = got[name].value, want[name].value
        if _same(one, other):
            continue
        if other is None or not other.any():
            return f"Your values are right, but a gradient reaches {name}, and none should: detach it there."
        if one is None:
            because = f" ({got[name].error})" if got[name].error else ""
            return (
                f"Your values are right, but no gradient reaches {name}{because}, so training "
                "cannot change what it comes from: no .item(), .detach(), .numpy(), float(...), "
                "torch.tensor(...) or no_grad on the way."
            )
        return f"Your values are right, but {_what_arrives(one, other, name)}"
    return ""


def _what_arrives(got, want, name):
    scale = float(want.abs().max())
    if float(got.abs().max()) <= _TOLERANCE * scale:
        return f"what reaches {name} on one way is taken away on another: its gradient is zero."
    if close(got, -want, _TOLERANCE):
        return f"the gradient that reaches {name} has the opposite sign, so training makes it worse."
    share = float(got @ want / (want @ want))
    if close(got, share * want, _TOLERANCE) and share > 1:
        return f"the gradient that reaches {name} is {number(share)} times the right one."
    parts = got * want.sign()
    if (parts >= -_TOLERANCE * scale).all() and (parts <= want.abs() + _TOLERANCE * scale).all():
        return f"only a part of the gradient reaches {name}: is something on the way detached?"
    return f"the gradient that reaches {name} is not theirs: is something detached or mixed up on the way?"


def _same(got, want):
    if got is None or want is None:
        return all(one is None or not one.any() for one in (got, want))
    return close(got, want, _TOLERANCE)


def _gradient(function, index, probe):
    """The gradient of a sum with unequal weights: with equal ones, a mixed-up order would not be seen."""
    args = list(probe.make())
    arg = args[index]
    leaves = list(arg.parameters()) if isinstance(arg, nn.Module) else [arg.requires_grad_()]
    outcome = _run.call(function, args)
    if outcome.error is not None:
        return Gradient(error=f"{type(outcome.error).__name__} once the input asks for a gradient")
    value = outcome.value
    if not isinstance(value, torch.Tensor) or not value.requires_grad:
        return Gradient()
    weights = torch.linspace(1, 2, value.numel(), dtype=value.dtype).view_as(value)
    found = torch.autograd.grad((weights * value).sum(), leaves, allow_unused=True)
    if all(gradient is None for gradient in found):
        return Gradient()
    filled = [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(leaves, found, strict=True)]
    return Gradient(torch.cat([gradient.flatten() for gradient in filled]).double())
