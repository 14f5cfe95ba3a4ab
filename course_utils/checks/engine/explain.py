"""What to say of a wrong answer that is in no bank: what is right about it, and how the rest is off."""

import itertools

import torch

from course_utils.checks.engine.form import as_numbers, form_fault
from course_utils.checks.engine.layout import moved, right_but_at, shape_clue
from course_utils.checks.engine.values import agree, close, difference, relation
from course_utils.checks.engine.words import listing, number

_LABELS_LENGTH = 80


def explain(exercise, known, outputs, numbers):
    """One sentence on outputs that match nothing in the bank. numbers: their values, one list a probe."""
    for probe, output in zip(known, outputs, strict=True):
        fault = form_fault(output, probe.output, exercise.returns)
        if fault and "shape" not in fault:  # a type is the same whatever the input
            return fault
        if fault:
            clue = _shape_clue(exercise, known, numbers) if "(the values" not in fault else ""
            return f"With {probe.label}: {fault[0].lower()}{fault[1:-1]}{clue}."
    if exercise.summary is not None:
        return _off_statistic(exercise, known, outputs, numbers)
    right = [agree(one, probe.numbers, exercise.tolerance) for one, probe in zip(numbers, known, strict=True)]
    wrong = [(one, probe) for one, probe, good in zip(numbers, known, right, strict=True) if not good]
    # The first input is an ordinary one; right only on some later one may be chance, as where p equals q.
    if right[0] or sum(right) >= len(wrong):
        one, probe = wrong[0]
        off = first_difference(exercise, one, probe.numbers)
        return f"{_right_with(known, right)}; with {probe.label} {off}."
    swapped = _swapped(exercise, known, numbers)
    if swapped:
        return swapped
    part = next(i for i in range(len(wrong[0][0])) if _part_is_wrong(exercise, wrong, i))
    lead, said = _lead(exercise, wrong, part), _all_over(exercise, known, numbers, part)
    if not said:
        one, probe = wrong[0]
        said = f"With {probe.label} {_what_differs(one[part], probe.numbers[part])}."
    return f"{lead}{said[0].lower()}{said[1:]}" if lead else said


def _all_over(exercise, known, numbers, part):
    """What is true of that part of the result for all inputs, not of the wrong ones alone; or ""."""
    got, want = [one[part] for one in numbers], [probe.numbers[part] for probe in known]
    given = _input_returned(exercise, known, got)
    if given:
        return f"What you return is {given} as it came in."
    said = relation(got, want, _sizes(exercise, known)) or moved(got, want)
    if said:
        return said
    where, first = right_but_at(got, want, exercise.tolerance)
    if not where:
        return ""
    what = _what_differs(got[first], want[first])
    return f"All values are right but {where}: with {known[first].label} {what}."


def _input_returned(exercise, known, got):
    """The name of the argument that is returned, unchanged, for all inputs; or ""."""
    made = [[as_numbers(arg) for arg in probe.make()] for probe in known]
    for index, name in enumerate(exercise.arguments):
        given = [args[index] for args in made]
        if all(value is not None and close(one, value, 1e-6) for one, value in zip(got, given, strict=True)):
            return name
    return ""


def _shape_clue(exercise, known, numbers):
    """What is true of the first part with a wrong shape, for all inputs, in brackets; or ""."""
    if exercise.summary is not None or any(one is None for one in numbers):
        return ""
    want = [probe.numbers for probe in known]
    parts = range(min(len(one) for one in [*numbers, *want]))
    off = [i for i in parts if any(a[i].shape != b[i].shape for a, b in zip(numbers, want, strict=True))]
    if not off:
        return ""
    got, want = [one[off[0]] for one in numbers], [one[off[0]] for one in want]
    given = _input_returned(exercise, known, got)
    clue = f"it is {given} as it came in" if given else shape_clue(got, want)
    return f" ({clue})" if clue else ""


def _right_with(known, right):
    labels = listing([probe.label for probe, good in zip(known, right, strict=True) if good])
    if len(labels) > _LABELS_LENGTH:
        return f"Right for {sum(right)} of the {len(right)} inputs tried"
    return f"Right with {labels}"


def _part_is_wrong(exercise, wrong, part):
    return not all(close(one[part], probe.numbers[part], exercise.tolerance) for one, probe in wrong)


def _lead(exercise, wrong, part):
    """Which parts of a tuple are right, as the beginning of a sentence."""
    if not exercise.returns:
        return ""
    good = [name for i, name in enumerate(exercise.returns) if not _part_is_wrong(exercise, wrong, i)]
    start = f"Your {listing(good)} {'is' if len(good) == 1 else 'are'} right; for" if good else "For"
    return f"{start} the {exercise.returns[part]}: "


def first_difference(exercise, one, numbers):
    """A clause on the first part of a result that is not the right one. one, numbers: lists of tensors."""
    for index, (got, want) in enumerate(zip(one, numbers, strict=True)):
        if not close(got, want, exercise.tolerance):
            where = f"(the {exercise.returns[index]}) " if exercise.returns else ""
            return where + _what_differs(got, want)
    raise AssertionError("a probe that disagrees has a part that disagrees")


def _what_differs(got, want):
    lost = want.isfinite() & ~got.isfinite()
    if not lost.any():
        return difference(got, want)
    kind = "NaN" if got[lost].isnan().any() else "an infinite value"
    if not want.ndim:
        return f"your result is {kind}, and {number(want)} is wanted"
    return f"there is {kind} in your result, and finite values are wanted"


def _swapped(exercise, known, numbers):
    for order in itertools.permutations(range(len(exercise.returns))):
        moved = [[one[i] for i in order] for one in numbers]
        if all(
            agree(one, probe.numbers, exercise.tolerance) for one, probe in zip(moved, known, strict=True)
        ):
            return f"The values are right and their order is not: return {listing(exercise.returns)}."
    return ""


def _sizes(exercise, known):
    """{what it is: its value for each probe} for whole numbers, and for every axis that all probes have."""
    sizes = {}
    made = [probe.make() for probe in known]
    for index, name in enumerate(exercise.arguments):
        tensors = [args[index] for args in made]
        if all(type(tensor) is int for tensor in tensors):
            sizes[name] = tensors
        if not all(isinstance(tensor, torch.Tensor) for tensor in tensors):
            continue
        for axis in range(min(tensor.ndim for tensor in tensors)):
            sizes[f"the size of axis {axis} of {name}"] = [tensor.shape[axis] for tensor in tensors]
        sizes[f"the number of values in {name}"] = [tensor.numel() for tensor in tensors]
        if all(tensor.ndim for tensor in tensors):
            sizes[f"the number of values in one row of {name}"] = [t[0].numel() for t in tensors]
    return sizes


def _off_statistic(exercise, known, outputs, numbers):
    """The statistic that is furthest off, over all probes."""
    for probe, output in zip(known, outputs, strict=True):
        if not as_numbers(output).isfinite().all():
            return f"With {probe.label} there are values among your samples that are not finite (NaN or inf)."
    # Large numbers in shares of what is wanted: 10151.07 for 10151.88 says less than 0.4 for 0.
    gaps = [
        (one[0] - probe.numbers[0]).abs() / probe.numbers[0].abs().clamp(min=1.0)
        for one, probe in zip(numbers, known, strict=True)
    ]
    worst = max(range(len(gaps)), key=lambda i: float(gaps[i].max()))
    probe, place = known[worst], int(gaps[worst].argmax())
    name = list(exercise.summary(as_numbers(outputs[worst]), *probe.make()))[place]
    got, want = float(numbers[worst][0][place]), float(probe.numbers[0][place])
    return f"With {probe.label} the {name} is {got:.2f}; about {want:.2f} is wanted."
