"""The exercises: what one consists of, and how those of all lessons are found."""

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from course_utils._validate import check_choice
from course_utils.checks.engine.words import listing


class Mistake(NamedTuple):
    """A typical wrong answer (or a tuple of its forms), and what it does to the model or the number."""

    function: Callable | tuple
    explanation: str

    @property
    def forms(self):
        """The wrong functions that this explanation is for."""
        return self.function if isinstance(self.function, tuple) else (self.function,)


class Accepted(NamedTuple):
    """Another answer that is taken as right, with a remark."""

    function: Callable
    remark: str


@dataclass(frozen=True)
class Exercise:
    """All that a check knows about one function; `exercise` says what each part means."""

    name: str
    reference: Callable
    inputs: Mapping[str, Callable]
    mistakes: Sequence[Mistake]
    hints: Sequence[str]
    accepted: Sequence[Accepted]
    gradient: Sequence[str]
    returns: Sequence[str]
    summary: Callable | None
    expected: Callable | None
    tolerance: float
    batch: bool
    by_gradient: bool
    right: Sequence[Callable]
    module: str

    @property
    def arguments(self):
        """The names of the reference's arguments."""
        return list(inspect.signature(self.reference).parameters)


_EXERCISES = {}
_LESSONS = Path(__file__).parent.parent / "lessons"


def exercise(
    name,
    *,
    reference,
    inputs,
    mistakes,
    hints,
    accepted=(),
    gradient=(),
    returns=(),
    summary=None,
    expected=None,
    tolerance=1e-4,
    batch=True,
    by_gradient=False,
    right=(),
):
    """Register an exercise; a file with one call to this is all that a new one needs.

    name: "topic.name"; the file is lessons/lNN_lesson/name.py. reference: the right function. inputs: {what
    they are, in a few words: maker}; maker(torch.Generator) returns the tuple of arguments, the same for the
    same generator; sizes should differ between makers. mistakes: `Mistake`s; one that raises is named where
    the answer raises the same on the same input. accepted: `Accepted`s. hints: from a nudge to nearly there.
    gradient: the arguments whose gradient, from every part of the result, must be the reference's, and none
    where that sends none; a mistake or an accepted answer may differ in this alone. returns: what the parts
    of a returned tuple are called. For random samples, summary(output, *args) gives {what it measures:
    number}, and only that is compared, with expected(*args), the same from theory, or with the reference's
    own; tolerance is then a band on those numbers, else a relative error. batch: whether the first axis is
    one of independent rows, so that one row alone is an input too. by_gradient: the function makes a
    surrogate, of which the gradients count and not the value. right: other right answers, for the tests
    alone; long ones stand in tests/checks/lessons.
    """
    if name in _EXERCISES:
        raise ValueError(f"name must be new; got {name!r}, which is registered already.")
    _EXERCISES[name] = Exercise(
        name, reference, inputs, mistakes, hints, accepted, gradient, returns, summary, expected, tolerance,
        batch, by_gradient, right, module=sys._getframe(1).f_globals["__name__"],
    )  # fmt: skip


def find(name):
    """The exercise of that name; ValueError with the nearest name where there is none."""
    check_choice("name of the exercise", name, names())
    return _EXERCISES[name]


def names():
    """Every exercise's name, lesson by lesson; the first call imports them all."""
    import_lessons(_LESSONS, "course_utils.checks.lessons")
    return list(_EXERCISES)


@functools.cache
def import_lessons(folder, package):
    """Import each exercise, folder/lNN_lesson/name.py, as part of the package; helpers start with _.

    Raises ValueError for a file that does not register the one exercise that it is named after.
    """
    for path in sorted(folder.glob("*/[!_]*.py")):
        module = f"{package}.{path.parent.name}.{path.stem}"
        importlib.import_module(module)
        found = [one.name for one in _EXERCISES.values() if one.module == module]
        if [name.rpartition(".")[2] for name in found] != [path.stem]:
            raise ValueError(
                f"{path.parent.name}/{path.name} must register one exercise, with a name that ends in "
                f".{path.stem}; it registers {listing(found) if found else 'none'}."
            )
