"""What judging asks for again and again: the right answers of an exercise, and those of its bank and slips.

All are the same however often an answer is judged, and a bank that trains something is dear. They are kept
for the exercises judged last; large ones are worked out anew.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from course_utils.checks.engine.form import as_numbers, form_fault, parts_like
from course_utils.checks.engine.slips import slips
from course_utils.checks.engine.surrogate import by_gradient

_EXERCISES = 2  # an exercise, and the one on its gradients
_LARGE = 50_000  # values
_PATIENCE = 0.6  # seconds to look for a slip, so that a check stays under one
_LATEST = {}  # id of the exercise: what is kept of it, the oldest first


class Probe(NamedTuple):
    """One set of inputs with the right output for it, and the numbers by which outputs are compared."""

    label: str
    make: Callable[[], tuple]
    output: Any
    numbers: list


class Kept:
    """What is known of one exercise: its probes, and what the functions in its bank answer to each."""

    def __init__(self, exercise):
        self.exercise = exercise
        self.known = _probes(exercise)
        self._turned = None
        self._in_time = None  # how many slips the patience lasted for; None while it never ran out
        self._answers = {}
        self._fresh = {}
        self._places = {probe.label: place for place, probe in enumerate(self.known)}
        self._last = None  # the function called last, and on which probe

    def turned(self):
        """The exercise as one on the gradients that its function sends."""
        self._turned = self._turned or by_gradient(self.exercise)
        return self._turned

    def slips(self):
        """The slips of the reference, the likeliest first, as many as there is time for.

        Where time ran out once, it ends there for good: the same answer gets the same verdict again.
        """
        begun = time.process_time()
        for index, slip in enumerate(slips(self.exercise.reference)[: self._in_time], start=1):
            yield slip
            if time.process_time() - begun > _PATIENCE:  # a function that trains something
                self._in_time = index
                return

    def fresh(self, probe):
        """The inputs of a probe as no function has met them: to look at, and never to be handed on."""
        if probe.label not in self._fresh:
            self._fresh[probe.label] = probe.make()
        return self._fresh[probe.label]

    def numbers(self, function, probe):
        """The numbers of a function of ours on a probe; None where it raises or has none."""
        return self._answer(function, probe)[0]

    def error(self, function, probe):
        """What a function of ours raises on a probe, or None."""
        return self._answer(function, probe)[1]

    def _answer(self, function, probe):
        place = self._places[probe.label]
        if (function, place) in self._answers:
            return self._answers[function, place]
        # A probe may go on from what the function did with those before it: steps in a row.
        begin = place if self._last == (function, place - 1) else 0
        for one in range(begin, place + 1):
            found = self._called(function, self.known[one])
            if sum(part.numel() for part in found[0] or ()) <= _LARGE:
                self._answers[function, one] = found
        self._last = function, place
        return found

    def _called(self, function, probe):
        """(the numbers, what was raised) of one call."""
        try:
            output = function(*probe.make())
        except Exception as raised:  # a mistake may be one that raises
            return None, raised.with_traceback(None)  # which would keep all that the call had made
        return measure(self.exercise, probe.make, output, probe.output), None


def kept(exercise):
    """What is kept of an exercise, worked out where it is not one of those judged last."""
    one = _LATEST.get(id(exercise))
    if one is not None:  # it holds its exercise, so that no other can have that id
        return one
    new = _LATEST[id(exercise)] = Kept(exercise)
    while len(_LATEST) > _EXERCISES:
        del _LATEST[next(iter(_LATEST))]
    return new


def _probes(exercise):
    made = []
    for index, (label, maker) in enumerate(exercise.inputs.items()):

        def make(maker=maker, index=index):
            return maker(torch.Generator().manual_seed(1000 + index))

        output = exercise.reference(*make())
        if exercise.expected is None:
            numbers = measure(exercise, make, output, output)
        else:
            numbers = [torch.tensor(list(exercise.expected(*make()).values()), dtype=torch.float64)]
        made.append(Probe(label, make, output, numbers))
    return made


def measure(exercise, make, output, wanted):
    """The numbers by which an output for make() is compared, as a list of tensors; None where it has none."""
    if exercise.summary is None:
        numbers = [as_numbers(part) for part in parts_like(output, wanted)]
        return None if any(part is None for part in numbers) else numbers
    if form_fault(output, wanted, exercise.returns):
        return None
    values = exercise.summary(as_numbers(output), *make()).values()
    return [torch.tensor([float(value) for value in values], dtype=torch.float64)]
