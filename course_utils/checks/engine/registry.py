"""The exercises: what one consists of, and where to find it without importing the others."""

import functools
import importlib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from course_utils._validate import check_choice


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

    @property
    def arguments(self):
        """The names of the reference's arguments."""
        return list(inspect.signature(self.reference).parameters)


_EXERCISES = {}


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
):
    """Register an exercise; a call to this is all that a new one needs.

    name: "topic.name", written out in the call (it is found by reading the file). reference: the right
    function. inputs: {what they are, in a few words: maker}; maker(torch.Generator) returns the tuple of
    arguments, the same for the same generator; sizes should differ between makers. mistakes: `Mistake`s; one
    that raises is named where the answer raises the same on the same input. accepted: `Accepted`s. hints:
    from a nudge to nearly there. gradient: the arguments whose gradient, from every part of the result, must
    be the reference's, and none where that sends none; a mistake or an accepted answer may differ in this
    alone. returns: what the parts of a returned tuple are called. For random samples, summary(output, *args)
    gives {what it measures: number}, and only that is compared, with expected(*args), the same from theory,
    or with the reference's own; tolerance is then a band on those numbers, else a relative error.
    """
    if name in _EXERCISES:
        raise ValueError(f"name must be new; got {name!r}, which is registered already.")
    _EXERCISES[name] = Exercise(
        name, reference, inputs, mistakes, hints, accepted, gradient, returns, summary, expected, tolerance
    )


def find(name):
    """The exercise of that name, importing only the file that holds it; ValueError with the nearest name."""
    module = _index()[check_choice("exercise", name, _index())]
    importlib.import_module(f"course_utils.checks.{module}")
    return _EXERCISES[name]


def names():
    """Every exercise's name, in the order of the files, with none of them imported."""
    return list(_index())


@functools.cache
def _index():
    """{exercise name: file name}, from reading the files for calls of `exercise`."""
    found = {}
    for path in sorted(Path(__file__).parent.parent.glob("[!_]*.py")):
        for name in re.findall(r'^exercise\(\s*"([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE):
            found[name] = path.stem
    return found
