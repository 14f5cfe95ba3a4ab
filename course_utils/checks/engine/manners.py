"""What a function must leave as it found it, and where its random numbers may come from.

All of this is judged beside the reference: whatever the right answer does itself is no fault.
"""

import random
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from course_utils.checks.engine import run, state
from course_utils.checks.engine.form import as_numbers, parts


def manners(exercise, function, probe):
    """(one sentence on what a call must not change or draw, one on what it had better not), or ""s."""
    ours, theirs = _seen(exercise.reference, probe), _seen(function, probe)
    if theirs is None:
        return "", ""
    fault = _fault(exercise, function, probe, ours, theirs)
    return fault, state.word({name: one for name, one in theirs.left.items() if name not in ours.left})


def _fault(exercise, function, probe, ours, theirs):
    """One sentence on the first of these: what it leaves switched, its arguments, its random numbers."""
    left, kept = theirs.left, ours.left
    if "gradients" in left and "gradients" not in kept:
        return (
            f"Your function leaves gradients switched {'on' if left['gradients'][1] else 'off'} for all that "
            "comes after it: use `with torch.enable_grad():` or `with torch.no_grad():`, which put back "
            "what was."
        )
    if "torch's default dtype" in left and "torch's default dtype" not in kept:
        return "Your function changes torch's default dtype, and every tensor made after it has another one."
    if "torch's number of threads" in left and "torch's number of threads" not in kept:
        return "Your function changes the number of threads of torch for all that comes after it."
    touched = _argument_touched(exercise, function, probe)
    if touched:
        return touched
    if ours.generator is None:
        return _SEEDED if theirs.dice != ours.dice and _seeds(function, probe) else ""
    if theirs.dice != ours.dice:
        return (
            "Your function draws from torch's, NumPy's or Python's global random numbers, or seeds them: "
            "hand `generator=generator` to everything random that you call, and leave the global ones alone."
        )
    return _generator_fault(exercise, function, probe, ours, theirs)


_SEEDED = (
    "Your function seeds the global random numbers: whatever is drawn after it is the same every time, in a "
    "training loop the same noise at each step."
)


_RANDOM = {
    "rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "uniform_", "normal_",
    "random_", "exponential_", "bernoulli_", "rand_like", "randn_like", "randint_like", "poisson",
}  # fmt: skip


class _Draws(TorchFunctionMode):
    """Remembers which generators random functions of torch are handed."""

    def __init__(self):
        super().__init__()
        self.generators = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if getattr(func, "__name__", "") in _RANDOM:
            given = [one for one in (*args, *kwargs.values()) if isinstance(one, torch.Generator)]
            self.generators.append(given[0] if given else None)
        return func(*args, **kwargs)


class _Seen(NamedTuple):
    """One call: what it left behind, the caller's generator with its last state, and what was drawn from."""

    left: Mapping
    dice: bytes
    generator: torch.Generator | None
    drawn: list
    end: torch.Tensor | None
    value: object


def _seen(function, probe):
    """What one call of function leaves behind; None where it does not return. All is put back."""
    args = probe.make()
    generator = next((arg for arg in args if isinstance(arg, torch.Generator)), None)
    draws = _Draws()
    with run.quiet_room(2):
        with draws:
            outcome = run.call(function, args)
        dice = _dice()
    if outcome.fault or outcome.blank:
        return None
    end = generator.get_state() if generator is not None else None
    return _Seen(outcome.left, dice, generator, draws.generators, end, outcome.value)


def _dice():
    """The state of all global random numbers."""
    _, keys, place, *_ = np.random.get_state()
    return (
        torch.get_rng_state().numpy().tobytes() + keys.tobytes() + repr((place, random.getstate())).encode()
    )


def _seeds(function, probe):
    """Whether the global random numbers after a call do not depend on those before it."""
    ends = []
    for seed in (876_543, 765_432):  # no seeds that anybody writes
        with run.quiet_room(seed):
            before = _dice()
            run.call(function, probe.make())
            ends.append(torch.get_rng_state())
            if _dice() == before:
                return False
    return torch.equal(*ends)


def _argument_touched(exercise, function, probe):
    """One sentence where an argument has a gradient, asks for one or is in another mode afterwards, or ""."""
    marks = []
    for one in (exercise.reference, function):
        args = probe.make()
        run.call(one, args)
        marks.append([_mark(arg) for arg in args])
    for name, kept, left in zip(exercise.arguments, *marks, strict=True):
        if kept != left:
            return (
                f"Your function leaves its mark on {name}: it asks for gradients, holds one, or is in "
                "another mode (training or not) than before. Work on a copy, x.detach().clone(), and put "
                "back what you switch."
            )
    return ""


def _mark(arg):
    if isinstance(arg, torch.Tensor):
        return arg.requires_grad, arg.is_leaf and arg.grad is not None
    if isinstance(arg, nn.Module):
        return arg.training, [(one.requires_grad, one.grad is not None) for one in arg.parameters()]
    return None


def _generator_fault(exercise, function, probe, ours, theirs):
    """One sentence on a generator that is not used as the reference uses it, or ""."""
    own = [one for one in theirs.drawn if one is not None and one is not theirs.generator]
    if own and not any(one is not ours.generator for one in ours.drawn):
        return (
            "You draw from a generator of your own, so the draws are the same at every call, and a network "
            "learns from a handful of noises: draw from the generator that you are given."
        )
    start = _generator(probe.make()).get_state()
    if torch.equal(theirs.end, start) and not torch.equal(ours.end, start):
        return (
            "Your function leaves the generator where it was (it draws from a copy, seeds it again, or does "
            "not use it): the next call then draws the same numbers once more."
        )
    again = _repeated(exercise, function, probe)
    if again:
        return again
    second = _seen(function, probe)
    if second is not None and not torch.equal(second.end, theirs.end):
        return "Two calls draw differently often from equal generators: does your function keep old draws?"
    return ""


def _repeated(exercise, function, probe):
    """One sentence where another seed, or a second call on one generator, changes nothing, or ""."""
    results = {}
    for one in (exercise.reference, function):
        args, other = probe.make(), probe.make()
        _generator(other).set_state(torch.Generator().manual_seed(987_654_321).get_state())
        first, another = run.call(one, args).value, run.call(one, other).value
        ends = (_generator(given).get_state() for given in (args, other))
        joined = torch.equal(*ends)
        results[one] = _alike(first, run.call(one, args).value), _alike(first, another), joined
    kept, left = results[exercise.reference], results[function]
    if left[2] and not kept[2]:
        return (
            "Your function seeds the generator on its way: from there on the draws are the same at every "
            "call, so that a training meets the same few noises again and again."
        )
    if left[1] and not kept[1]:
        return "Another seed of the generator gives the same numbers: they do not come from that generator."
    if left[0] and not kept[0]:
        return (
            "A second call with the same generator gives the same numbers again: you seed the generator, "
            "copy it, or keep what you drew, so that every step of a training meets the same noise."
        )
    return ""


def _generator(args):
    return next(arg for arg in args if isinstance(arg, torch.Generator))


def _alike(one, other):
    """Whether two outputs are the same to the last bit; not where a call failed."""
    pairs = [(as_numbers(a), as_numbers(b)) for a, b in zip(parts(one), parts(other), strict=False)]
    return all(a is not None and b is not None and torch.equal(a, b) for a, b in pairs)
