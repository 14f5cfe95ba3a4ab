"""From an exercise and a function to a verdict."""

import inspect
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from course_utils.checks.engine import run
from course_utils.checks.engine.explain import explain
from course_utils.checks.engine.form import adapted, as_numbers, form_fault, form_word, parts_like
from course_utils.checks.engine.gradients import gradient_fault, gradients, same
from course_utils.checks.engine.kept import kept, measure
from course_utils.checks.engine.manners import manners
from course_utils.checks.engine.surrogate import by_gradient
from course_utils.checks.engine.trials import double, small, trial_fault, trial_word
from course_utils.checks.engine.values import agree, close

_FEW = 5_000  # values in an argument: with more, a slip in the shapes may fill the memory
_SLOW = 1.0  # seconds


class Verdict(NamedTuple):
    """kind: right, word, blank or wrong; text: the sentence for it; function: what to go on with."""

    kind: str
    text: str
    function: Callable


def judge(exercise, function, printed):
    """The verdict on a function; what it prints in its first call goes to printed (a StringIO)."""
    if run.is_blank(function):
        return Verdict("blank", "", exercise.reference)
    fault = run.wrong_call(exercise.name, function, exercise.arguments)
    if fault:
        return Verdict("wrong", fault, exercise.reference)
    if exercise.by_gradient:
        with run.quiet_room(0):
            turned = kept(exercise).turned()
        verdict = judge(turned, by_gradient(exercise, function), printed)
        right = verdict.kind in ("right", "word")
        return verdict._replace(function=function if right else exercise.reference)
    with run.quiet_room(0):
        known = kept(exercise).known
    with run.quiet_room(0):  # whether they were kept or made just now, the function meets the same dice
        outputs, fault = _outputs(exercise, known, function, printed)
        if outputs is None:
            return Verdict("wrong" if fault else "blank", fault, exercise.reference)
        return _compare(exercise, function, known, outputs)


def _outputs(exercise, known, function, printed):
    """The function's output for every probe, or None with a fault (empty where it is a blank)."""
    outputs = []
    for index, probe in enumerate(known):
        args = probe.make()
        outcome = run.call(function, args, None if index else printed)
        if outcome.blank:
            return None, ""
        if outcome.fault:
            mistake = outcome.error and raising_mistake(exercise, known, outputs, outcome.error)
            fault = f"{outcome.fault} {mistake.explanation}" if mistake else outcome.fault
            return None, fault if index == 0 else f"With {probe.label}: {fault[0].lower()}{fault[1:]}"
        changed = _changed(function, args, kept(exercise).fresh(probe))
        if changed:
            return None, (
                f"Your function changes its input {changed} in place, and whoever called it still "
                "needs that: make a new tensor instead (no +=, no x[...] = ..., no method that ends in _)."
            )
        outputs.append(outcome.value)
    torch.random.default_generator.manual_seed(1)  # not what the first call found
    again = run.call(function, known[0].make())
    repeat = exercise.tolerance if exercise.summary is None else 1e-6
    if again.fault or not _identical(again.value, outputs[0], repeat):
        return None, _not_repeatable(exercise, known[0])
    return outputs, ""


def _not_repeatable(exercise, probe):
    if any(isinstance(arg, torch.Generator) for arg in probe.make()):
        return (
            "Two calls with equal generators give different samples: hand `generator=generator` to "
            "everything random that you call."
        )
    given = " The noise is an argument: draw none of your own." if "noise" in exercise.arguments else ""
    return (
        "Two calls with the same input give different results: there is something random in your function, "
        f"or it remembers the call before.{given}"
    )


def _compare(exercise, function, known, outputs):
    numbers = [
        measure(exercise, probe.make, output, probe.output)
        for probe, output in zip(known, outputs, strict=True)
    ]
    if all(agree(one, probe.numbers, exercise.tolerance) for one, probe in zip(numbers, known, strict=True)):
        return _right(exercise, function, known, outputs, numbers)
    for accepted in exercise.accepted:
        if matches(exercise, accepted.function, known, numbers):
            return _right(exercise, function, known, outputs, numbers, accepted)
    mistake = named_mistake(exercise, known, numbers)
    if mistake:
        return Verdict("wrong", mistake.explanation, exercise.reference)
    slip = named_slip(exercise, known, numbers)
    text = (
        f"Your values are exactly those of a right answer with one slip: {slip.text}."
        if slip
        else explain(exercise, known, outputs, numbers)
    )
    return Verdict("wrong", text, exercise.reference)


def named_mistake(exercise, known, numbers):
    """The banked mistake that gives these numbers, or None.

    Where none gives them all, the probes on which they are finite decide: one fault at a time is enough, and
    a sum taken for a mean is still that where the same function also returns NaN for 0 log 0.
    """
    finite = [i for i, one in enumerate(numbers) if one and all(part.isfinite().all() for part in one)]
    for chosen in (range(len(known)), finite if len(finite) > 1 else []):
        subset, values = [known[i] for i in chosen], [numbers[i] for i in chosen]
        if not subset or matches(exercise, exercise.reference, subset, values):
            continue
        for mistake in exercise.mistakes:
            if any(matches(exercise, form, subset, values) for form in mistake.forms):
                return mistake
    return None


def named_slip(exercise, known, numbers):
    """The one small change to the reference that gives these numbers, or None; see slips.py."""
    largest = max(
        (arg.numel() for arg in kept(exercise).fresh(known[0]) if isinstance(arg, torch.Tensor)), default=0
    )
    if exercise.summary is not None or largest > _FEW or any(one is None for one in numbers):
        return None
    finite = [all(part.isfinite().all() for part in one) for one in numbers]
    if sum(finite) < min(2, len(finite)):  # many slips give NaN
        return None
    slips = kept(exercise).slips()
    return next((slip for slip in slips if matches(exercise, slip.function, known, numbers)), None)


def raising_mistake(exercise, known, outputs, error):
    """The banked mistake that raises this error on the probe after those outputs, or None.

    It must also give those outputs on the probes before: the same message may come from something else.
    """
    before, probe = known[: len(outputs)], known[len(outputs)]
    numbers = [measure(exercise, p.make, o, p.output) for p, o in zip(before, outputs, strict=True)]
    for mistake in exercise.mistakes:
        for form in mistake.forms:
            alike = run.same_error(kept(exercise).error(form, probe), error)
            if alike and matches(exercise, form, before, numbers):
                return mistake
    return None


def matches(exercise, other, known, numbers):
    """Whether another function gives these numbers on every probe; not where it raises on one."""
    # Two random samples differ by more than a sample and the truth do.
    slack = 1.0 if exercise.summary is None else 1.5
    return all(
        agree(one, kept(exercise).numbers(other, probe), slack * exercise.tolerance)
        for probe, one in zip(known, numbers, strict=True)
    )


def _right(exercise, function, known, outputs, numbers, accepted=None):
    """The verdict on right values, or those of an accepted answer: the form and the gradient still count."""
    target = accepted.function if accepted else exercise.reference
    for probe, output in zip(known, outputs, strict=True):
        fault = form_fault(output, probe.output, exercise.returns)
        if fault:
            return Verdict("wrong", fault, exercise.reference)
    few = known[0]._replace(make=small(exercise, known[0]))
    fault, left = manners(exercise, function, few)
    if fault:
        return Verdict("wrong", fault, exercise.reference)
    if exercise.summary is None:
        fault = trial_fault(exercise, target, function, known)
        if fault:
            return Verdict("wrong", fault, exercise.reference)
    fault = _gradient_fault(exercise, function, target, known, numbers)
    if fault:
        accepted = None if accepted else _accepted_gradient(exercise, function, known, numbers)
    if fault and not accepted:
        return Verdict("wrong", fault, exercise.reference)
    word = form_word(outputs[0], known[0].output)
    if word:
        function = adapted(function, known[0].output)
    word = (accepted.remark if accepted else "") or word or left or _double_word(exercise, function, known[0])
    word = word or (trial_word(exercise, target, function, known) if exercise.summary is None else "")
    word = word or _slow_word(exercise, function, known)
    return Verdict("word" if word else "right", word, function)


def _gradient_fault(exercise, function, target, known, numbers):
    """One sentence where the gradient is not that of target, whose values these are; "" where it is."""
    want, got = gradients(exercise, target, known[0]), gradients(exercise, function, known[0])
    if same(got, want):
        return ""
    if not any(one.error for parts in got.values() for one in parts):
        for mistake in exercise.mistakes:
            for form in mistake.forms:
                alike = matches(exercise, form, known, numbers)
                if alike and same(got, gradients(exercise, form, known[0])):
                    return mistake.explanation
    return gradient_fault(got, want, exercise.returns)


def _accepted_gradient(exercise, function, known, numbers):
    """The accepted answer with these values, the right ones, and this other gradient, or None."""
    got = gradients(exercise, function, known[0])
    for accepted in exercise.accepted:
        alike = matches(exercise, accepted.function, known, numbers)
        if alike and same(got, gradients(exercise, accepted.function, known[0])):
            return accepted
    return None


def _double_word(exercise, function, probe):
    """One sentence where float64 input loses its precision or is refused, or ""."""
    given = probe.make()
    floating = any(isinstance(arg, torch.Tensor) and arg.is_floating_point() for arg in given)
    if not floating or exercise.summary is not None:
        return ""
    wanted = exercise.reference(*double(given))
    outcome = run.call(function, double(probe.make()))
    if outcome.fault:
        return (
            "It works for float32 input only: some tensor or dtype in it does not follow the input's, "
            "as torch.zeros_like(x) would."
        )
    lost = [
        part
        for part, other in zip(parts_like(outcome.value, wanted), parts_like(wanted, wanted), strict=False)
        if isinstance(part, torch.Tensor) and isinstance(other, torch.Tensor) and part.dtype != other.dtype
    ]
    if not lost:
        return ""
    return f"Float64 input comes back as {str(lost[0].dtype).removeprefix('torch.')}: keep the input's dtype."


def _slow_word(exercise, function, known):
    """One sentence where a right answer takes very long beside the reference, or ""."""
    ours, theirs = (_seconds(one, known[0]) for one in (exercise.reference, function))
    if theirs < _SLOW or theirs < 20 * ours:
        return ""
    return (
        f"It is slow: {theirs:.1f} s on an input for which {max(ours, 1e-3):.3f} s is enough. Is there a "
        "loop over what one operation on the whole tensor does?"
    )


def _seconds(function, probe):
    args = probe.make()
    begun = time.monotonic()
    run.call(function, args)
    return time.monotonic() - begun


def _identical(one, other, tolerance):
    ours, theirs = as_numbers(one), as_numbers(other)
    if ours is None or theirs is None:
        return type(one) is type(other)
    return close(ours, theirs, tolerance)


def _changed(function, args, fresh):
    """The name of the first argument that is not what it was, or ""."""
    for index, (arg, before) in enumerate(zip(args, fresh, strict=True)):
        if isinstance(arg, nn.Module):
            pairs = zip(arg.state_dict().values(), before.state_dict().values(), strict=True)
        else:
            pairs = [(arg, before)] if isinstance(arg, torch.Tensor) else []
        for now, then in pairs:
            if not _as_it_was(now, then):
                return _argument_name(function, index)
    return ""


def _as_it_was(now, then):
    if now.shape != then.shape or now.dtype != then.dtype or now.device != then.device:
        return False
    if now.untyped_storage().nbytes() < then.untyped_storage().nbytes():  # there is nothing left to read
        return False
    return torch.equal(now.nan_to_num(), then.nan_to_num())


def _argument_name(function, index):
    try:
        return list(inspect.signature(function).parameters)[index]
    except Exception:  # a built-in, or an object of the student's
        return f"number {index + 1}"
