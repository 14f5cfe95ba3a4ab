"""Small wrong answers made mechanically from a right one, and what a check says of each.

Two families: the slips that the engine itself knows (an operator, an axis, a constant, a missing call), and
what is wrapped round a whole answer (values cut off, a detach, other random numbers, a mode left on).
A mutant that changes nothing on any input that the lesson can hand is an equivalent: it stands, with the
reason, in lNN_name/equivalents.toml beside this file's tests:

    [name_of_the_exercise]
    "clamp(x, *)" = "pixels lie in [0, 1]"

A * stands for anything.
"""

import functools
import io
import tomllib
from pathlib import Path
from typing import NamedTuple

import torch

from course_utils.checks.engine.judge import judge
from course_utils.checks.engine.kept import kept
from course_utils.checks.engine.slips import slips

LESSONS = Path(__file__).parent / "lessons"
_CLAMPS = {"0, 1": (0, 1), "-5, 5": (-5, 5), "min=1e-3": (1e-3, None), "max=0.999": (None, 0.999)}
_SLIP = "Your values are exactly those of a right answer with one slip"
# How the engine's sentences on what a call draws from and leaves behind begin: they say what is wrong.
_MANNERS = (
    "Your function leaves", "Your function draws", "Your function seeds", "Your function changes",
    "You draw from", "Another seed", "A second call", "Two calls",
)  # fmt: skip


class Result(NamedTuple):
    """kind: killed or alive; how: by bank, slip, manners, word, raised or general; text: what was said."""

    change: str
    kind: str
    how: str
    text: str


def mutants(exercise):
    """(change, function) for every mutant of the exercise's reference."""
    reference = exercise.reference
    yield from ((slip.change, slip.function) for slip in slips(reference))
    (probe, *_), names = kept(exercise).known, exercise.arguments
    for place, (name, arg) in enumerate(zip(names, probe.make(), strict=True)):
        if isinstance(arg, torch.Tensor) and arg.is_floating_point():
            for label, (low, high) in _CLAMPS.items():
                yield (
                    f"clamp({name}, {label})",
                    _with(reference, place, lambda x, a=low, b=high: x.clamp(a, b)),
                )
            if name in exercise.gradient:
                yield f"{name}.detach()", _with(reference, place, torch.Tensor.detach)
        if isinstance(arg, torch.Generator):
            for label, change in _GENERATORS.items():
                yield label, _with(reference, place, change)
    output = probe.output
    if isinstance(output, torch.Tensor) and output.is_floating_point():
        for label, (low, high) in _CLAMPS.items():
            yield f"clamp(result, {label})", _after(reference, lambda x, a=low, b=high: x.clamp(a, b))
    yield "gradients left on", _leaves(reference, True)
    yield "gradients left off", _leaves(reference, False)


def _copy(generator):
    return torch.Generator().set_state(generator.get_state())


_GENERATORS = {
    "torch.Generator().manual_seed(0)": lambda generator: torch.Generator().manual_seed(0),
    "generator.manual_seed(0)": lambda generator: generator.manual_seed(0),
    "a copy of the generator": _copy,
    "torch.default_generator": lambda generator: torch.default_generator,
    "torch.manual_seed(0)": lambda generator: torch.random.default_generator.manual_seed(0),
}


def _with(function, place, change):
    """function, with one argument changed on its way in."""

    @functools.wraps(function)
    def wrapper(*args):
        return function(*args[:place], change(args[place]), *args[place + 1 :])

    return wrapper


def _after(function, change):
    @functools.wraps(function)
    def wrapper(*args):
        return change(function(*args))

    return wrapper


def _leaves(function, mode):
    """function, which leaves the gradients switched on or off."""

    @functools.wraps(function)
    def wrapper(*args):
        value = function(*args)
        torch.set_grad_enabled(mode)
        return value

    return wrapper


def results(exercise):
    """A `Result` for every mutant of an exercise."""
    bank = {mistake.explanation for mistake in exercise.mistakes}
    found = []
    for change, function in mutants(exercise):
        with torch.set_grad_enabled(change != "gradients left on"):
            verdict = judge(exercise, function, io.StringIO())
        if verdict.kind == "right":
            found.append(Result(change, "alive", "", verdict.text))
        elif verdict.kind == "word":  # taken, and the student is told of it
            found.append(Result(change, "killed", "word", verdict.text))
        else:
            found.append(Result(change, "killed", _how(verdict.text, bank), verdict.text))
    return found


def _how(text, bank):
    if any(text.endswith(explanation) for explanation in bank):
        return "bank"
    if text.startswith(_SLIP):
        return "slip"
    if text.startswith(_MANNERS):
        return "manners"
    return "raised" if "our function raised" in text else "general"


def equivalents(lesson):
    """{exercise: {change: reason}} of a lesson, such as "l00_start_here"; empty where it has none."""
    path = LESSONS / lesson / "equivalents.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
