"""What every function is tried on besides the exercise's own inputs: one row, other memory, float64."""

import torch
from torch import nn

from course_utils.checks.engine import run
from course_utils.checks.engine.explain import first_difference
from course_utils.checks.engine.form import as_numbers, form_fault, parts_like
from course_utils.checks.engine.values import agree


def trial_fault(exercise, target, function, known):
    """One sentence on an input on which function is not what target is, though it is on all of known; or "".

    target: the reference, or the accepted answer with the function's values. Where target itself raises on an
    input, or has no finite answer, that input is none.
    """
    for probe in known:
        for label, change in _changes(exercise, known).items():
            fault, raised = _fault(exercise, target, function, lambda p=probe, c=change: c(p.make()))
            if fault and any(isinstance(arg, torch.Generator) for arg in probe.make()):
                doubled = _drawing_double(target)
                fault, raised = _fault(exercise, doubled, function, lambda p=probe, c=change: c(p.make()))
            if fault and not (raised and change is not _one_row):
                return f"With {label.format(probe.label)}: {fault[0].lower()}{fault[1:]}"
    return ""


def trial_word(exercise, target, function, known):
    """One sentence where a right function stops on inputs that the lesson may never hand it, or ""."""
    probe = known[0]
    if _fault(exercise, target, function, lambda: _strided(probe.make()))[1]:
        return "It stops on tensors that are not contiguous in memory (a transpose): take .reshape for .view."
    if _fault(exercise, target, function, lambda: _asking(probe.make()))[1]:
        return "It stops where its input asks for gradients: .detach() comes before .numpy()."
    return ""


def _changes(exercise, known):
    """{what the inputs are then: a function of the arguments}"""
    signed = _signed(known)
    changes = {"{}, not contiguous in memory (a slice, a transpose)": _strided}
    changes["{}, in float64"] = double
    changes["{}, values of either sign four times as large"] = lambda args: _fourfold(args, signed)
    if exercise.batch:
        changes["a batch of one (the first row of {})"] = _one_row
    return changes


def small(exercise, probe, rows=64):
    """A maker of the inputs of a probe with its batch cut to so many rows, where the reference takes them."""

    def make():
        return _rows(probe.make(), rows)

    if not exercise.batch:
        return probe.make
    outcome = run.call(exercise.reference, make())
    return probe.make if outcome.fault else make


def _fault(exercise, target, function, make):
    """(a sentence on what is wrong with these inputs, whether the function raised); ("", False) if none."""
    wanted = _quietly(target, make())
    if wanted is None:
        return "", False
    numbers = [as_numbers(part) for part in parts_like(wanted, wanted)]
    if any(one is None or not one.isfinite().all() for one in numbers):
        return "", False
    outcome = run.call(function, make())
    if outcome.fault:
        return outcome.fault, True
    fault = form_fault(outcome.value, wanted, exercise.returns)
    got = [as_numbers(part) for part in parts_like(outcome.value, wanted)]
    if fault or agree(got, numbers, exercise.tolerance):
        return fault, False
    return f"{first_difference(exercise, got, numbers)}.", False


def _drawing_double(function):
    """function with float64 as the default: the same generator then gives its draws in that dtype."""

    def wrapper(*args):
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        try:
            return function(*args)
        finally:
            torch.set_default_dtype(before)

    return wrapper


def _quietly(function, args):
    try:
        return function(*args)
    except Exception:  # what the right answer cannot do either is not asked for
        return None


def _rows(args, rows):
    """The arguments with all tensors of the first one's length cut to so many rows; others as they are."""
    tensors = [arg for arg in args if isinstance(arg, torch.Tensor) and arg.ndim]
    length = len(tensors[0]) if tensors else 0
    return tuple(
        arg[:rows] if isinstance(arg, torch.Tensor) and arg.ndim and len(arg) == length else arg
        for arg in args
    )


def _one_row(args):
    return _rows(args, 1)


def _signed(known):
    """The places of the arguments that take either sign, so that they are no shares, levels or pixels.

    Numbers that are all 1 or -1 are signs, and four times a sign is none.
    """
    made = [probe.make() for probe in known]
    return [
        place
        for place, args in enumerate(zip(*made, strict=True))
        if all(isinstance(arg, torch.Tensor) and arg.is_floating_point() for arg in args)
        and any((arg < 0).any() for arg in args)
        and any((arg > 0).any() for arg in args)
        and any((arg.abs() != 1).any() for arg in args)
    ]


def _fourfold(args, places):
    """The arguments in float64, those at the places four times as large: a value cut off shows there."""
    return tuple(4 * arg if place in places else arg for place, arg in enumerate(double(args)))


def _strided(args):
    """The same values in another order in memory, or with gaps, as after a transpose or a slice."""

    def spread(arg):
        if not isinstance(arg, torch.Tensor) or not arg.ndim:
            return arg
        if arg.ndim == 1:
            return torch.stack([arg, arg], -1)[..., 0]
        return arg.transpose(0, -1).contiguous().transpose(0, -1)

    return tuple(spread(arg) for arg in args)


def _asking(args):
    """The arguments, each tensor asking for gradients."""
    return tuple(
        arg.detach().requires_grad_() if isinstance(arg, torch.Tensor) and arg.is_floating_point() else arg
        for arg in args
    )


def double(args):
    """The arguments in float64, networks among them."""
    changed = []
    for arg in args:
        floating = isinstance(arg, torch.Tensor) and arg.is_floating_point()
        changed.append(arg.double() if floating or isinstance(arg, nn.Module) else arg)
    return tuple(changed)
