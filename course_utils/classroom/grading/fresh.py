"""An exercise with other inputs than those that `check` shows: fresh ones by a seed, the same for all."""

import collections
import dataclasses
import hashlib

import torch

from course_utils.checks.engine import registry, run
from course_utils.checks.engine.judge import judge

from . import makers
from .leaves import forms, leaves
from .wire import travels

_TRIES = 5
_KEPT = 256  # objects that a maker made, of which it is remembered which one made them


class Fresh:
    """An exercise as it is graded.

    exercise: the `Exercise` with fresh inputs; seeds: one for each of its makers; makers: their source, for a
    process that may not know the answer. Where with those inputs the reference itself would be refused, as
    chance may have it where samples are judged, the next ones are taken.
    """

    def __init__(self, name, seed):
        self._made, self._calls = collections.OrderedDict(), 0
        found = registry.find(name)
        self.makers = makers.sources(found)
        for turn in range(_TRIES):
            self.seeds = [_seed(name, seed, turn, place) for place in range(len(found.inputs))]
            inputs = {
                label: self._maker(place, maker) for place, (label, maker) in enumerate(found.inputs.items())
            }
            self.exercise = dataclasses.replace(found, inputs=inputs)
            if found.summary is None or self._accepts_reference():
                return

    def made_by(self, thing):
        """(the place of the maker that made an object last, the number of that call of a maker)."""
        return self._made[id(thing)][:2]

    def _maker(self, place, maker):
        def make(rng):
            args = _own(maker(rng.manual_seed(self.seeds[place])))
            self._calls += 1
            for one in leaves(args):
                if not travels(one):
                    self._made.pop(id(one), None)
                    self._made[id(one)] = place, self._calls, one  # held: no other object can have that id
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
            return args

        return make

    def _accepts_reference(self):
        reference = self.exercise.reference
        verdict = judge(self.exercise, lambda *args: reference(*args), run.Printed())
        return verdict.kind in ("right", "word")


def _own(args):
    """The arguments with tensors of their own: no answer may change the constants of a maker."""
    return forms(args, (one.clone() if type(one) is torch.Tensor else one for one in leaves(args)))


def _seed(name, seed, turn, place):
    text = f"{name} {seed} {turn} {place}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")
