"""The gradients that a function sends to its arguments, and how wrong ones are off."""

from typing import NamedTuple

import torch
from torch import nn

from course_utils.checks.engine import run
from course_utils.checks.engine.form import parts_like
from course_utils.checks.engine.values import close
from course_utils.checks.engine.words import number

_TOLERANCE = 1e-3
_ROUNDING = 1e-5  # beside what the other parts of a result send


class Gradient(NamedTuple):
    """What reaches an argument from one part of a result: a flat float64 tensor, or None; error: its kind."""

    value: torch.Tensor | None = None
    error: str = ""


def gradients(exercise, function, probe):
    """{argument: a Gradient for each part of the result} for those that the exercise names.

    Each argument is asked for in a call of its own.
    """
    return {name: _gradients(function, exercise.arguments.index(name), probe) for name in exercise.gradient}


def same(got, want):
    """Whether two such dictionaries agree; no gradient and a gradient of zeros train alike."""
    return not any(_off(got[name], want[name]) for name in want)


def gradient_fault(got, want, returns):
    """One sentence on the first argument whose gradient differs from the wanted one, or "".

    returns: what the parts of a returned tuple are called; empty where it is no tuple.
    """
    for argument in want:
        off = _off(got[argument], want[argument])
        if not off:
            continue
        first, name = off[0], argument
        one, other = got[argument][first].value, want[argument][first].value
        if len(got[argument]) > 1 and any(part.value is not None for part in got[argument]):
            name = f"{argument} from the {returns[first] if returns else f'value {first + 1}'}"
        if other is None or not other.any():
            return f"Your values are right, but a gradient reaches {name}, and none should: detach it there."
        if one is None:
            because = f" ({got[argument][first].error})" if got[argument][first].error else ""
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


def _off(got, want):
    """The numbers of the parts whose gradients differ."""
    sizes = [float(one.value.abs().max()) for one in want if one.value is not None]
    noise = _ROUNDING * max(sizes, default=0.0)
    pairs = enumerate(zip(got, want, strict=True))
    return [index for index, (one, other) in pairs if not _same(one.value, other.value, noise)]


def _same(got, want, noise):
    """noise: what may arrive where nothing should; a log-determinant has gradients that cancel, nearly."""
    if got is None or want is None:
        return all(one is None or bool((one.abs() <= noise).all()) for one in (got, want))
    return close(got, want, _TOLERANCE)


def _gradients(function, index, probe):
    """The gradient from each part of the result to one argument."""
    args = list(probe.make())
    arg = args[index]
    leaves = list(arg.parameters()) if isinstance(arg, nn.Module) else [arg.requires_grad_()]
    outcome = run.call(function, args)
    wanted = len(parts_like(probe.output, probe.output))
    if outcome.error is not None:
        error = f"{type(outcome.error).__name__} once the input asks for a gradient"
        return [Gradient(error=error)] * wanted
    found = [_gradient(part, leaves) for part in parts_like(outcome.value, probe.output)]
    return found if len(found) == wanted else [Gradient()] * wanted


def _gradient(value, leaves):
    """The gradient of a sum with unequal weights: with equal ones, a mixed-up order would not be seen."""
    if not isinstance(value, torch.Tensor) or not value.requires_grad:
        return Gradient()
    weights = torch.linspace(1, 2, value.numel(), dtype=value.dtype).view_as(value)
    total = (weights * value).sum()
    outcome = run.call(_backward, (total, leaves))  # a backward of the student's own may do anything too
    if outcome.fault:
        kind = type(outcome.error).__name__ if outcome.error else "stopped"
        return Gradient(error=f"{kind} on the way back")
    found = outcome.value
    if all(gradient is None for gradient in found):
        return Gradient()
    filled = [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(leaves, found, strict=True)]
    return Gradient(torch.cat([gradient.flatten() for gradient in filled]).double())


def _backward(total, leaves):
    return torch.autograd.grad(total, leaves, allow_unused=True, retain_graph=True)
