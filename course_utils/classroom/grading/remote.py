"""A student's function, as the engine sees it: each call goes to a worker, and is told and repeated here."""

import builtins
import contextlib
import inspect

import torch
from torch import nn
from torch.overrides import _get_current_function_mode_stack as function_modes

from course_utils.checks.engine.apart import broke_off
from course_utils.checks.engine.returned import stand_in
from course_utils.checks.engine.run import Elsewhere, Outcome, too_long

from . import changes, wire
from .leaves import forms, leaves, places
from .sandbox import Gone

_KINDS = {"LinAlgError": torch.linalg.LinAlgError, "OutOfMemoryError": torch.OutOfMemoryError}


class Remote(Elsewhere):
    """An answer in a worker of its own.

    sandbox: a `Sandbox`; fresh: a `Fresh` exercise; answer: an `Answer` out of a notebook; helpers: {the name
    of another answer that it calls: what stands in for that one, as `makers.reference` gives it}.
    """

    def __init__(self, sandbox, fresh, answer, helpers=None):
        self.sandbox, self.fresh = sandbox, fresh
        self.order = {
            "statements": answer.statements, "function": answer.function, "exercise": fresh.exercise.name,
            "arguments": fresh.exercise.arguments, "makers": fresh.makers, "seeds": fresh.seeds,
            "helpers": helpers or {},
        }  # fmt: skip
        self.calls = 0
        self.running = False

    def load(self):
        """(whether it is a blank, one sentence on why it cannot be called at all or "")."""
        self.sandbox.new()
        self.calls += 1
        try:
            told = self.sandbox.load(self.order)
        except Gone as gone:
            return False, _gone(gone, self.sandbox.limits.seconds)
        self.running = True
        self.__signature__ = _signature(told.get("parameters"))
        return told.get("blank") is True, _text(told.get("fault"))

    def called(self, args):
        """The `Outcome` of a call over there; what it did to its arguments is done to these."""
        if not self.running:
            self.load()
        self.calls += 1
        try:
            told, asking = self.sandbox.ask(self._call(args))
            return self._outcome(args, told, asking)
        except Gone as gone:
            self.running = False
            return Outcome(fault=_gone(gone, self.sandbox.limits.seconds))
        except (AttributeError, KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
            self.running = False
            self.sandbox.end()
            return Outcome(fault=_nonsense(f"{type(error).__name__}: {error}"))

    def _call(self, args):
        """A call as a message."""
        given, shapes, made = [], [], None
        for one, place in zip(leaves(list(args)), places(list(args)), strict=True):
            form = None
            if type(one) is torch.Generator:
                form = {"state": one.get_state(), "dtype": None, "training": False}
                one = wire.Thing("generator")
            elif not wire.travels(one):
                made = self.fresh.made_by(one)
                state = torch.Generator.get_state(one) if isinstance(one, torch.Generator) else None
                form = {"state": state, "dtype": _dtype(one), "training": _trains(one)}
                one = wire.Thing(type(one).__name__, place)
            given.append(one)
            shapes.append(form)
        return {
            "args": forms(list(args), iter(given)), "forms": shapes, "made": made, "dice": changes.dice(),
            "dtype": torch.get_default_dtype(), "notes": bool(function_modes()),
        }  # fmt: skip

    def _outcome(self, args, told, asking):
        _draw(told["drawn"], args)
        for one, change in zip(leaves(list(args)), told["changes"], strict=True):
            if change is not None:
                changes.repeat(one, change)
        if told["dice"] is not None:
            changes.throw(told["dice"])
        return Outcome(
            value=_value(self, told["value"], asking, args),
            fault=_text(told["fault"]),
            blank=told["blank"] is True,
            error=_error(told["error"]),
            left={str(name)[:100]: (before, after) for name, (before, after) in told["left"].items()},
        )

    def back(self, call, sent):
        """The gradients at the arguments of that call, its last, for those sent to its results."""
        if call != self.calls or not self.running:
            raise RuntimeError("the function was called again before its gradients were asked for")
        try:
            told, _ = self.sandbox.ask({"gradients": sent})
        except Gone as gone:
            self.running = False
            raise RuntimeError(_gone(gone, self.sandbox.limits.seconds)) from None
        if told["fault"]:
            raise _error(told["error"]) or RuntimeError(_text(told["fault"]))
        return told["found"]


class _Through(torch.autograd.Function):
    """The results of a call, with a way back through the worker to what they were made from."""

    @staticmethod
    def forward(ctx, remote, call, values, *ways):
        ctx.remote, ctx.call = remote, call
        ctx.like = [(way.shape, way.dtype) for way in ways]
        ctx.set_materialize_grads(False)
        return tuple(values)

    @staticmethod
    def backward(ctx, *sent):
        found = ctx.remote.back(ctx.call, list(sent))
        if not isinstance(found, list) or len(found) != len(ctx.like):
            raise RuntimeError("gradients came back that are none")
        for one, (shape, dtype) in zip(found, ctx.like, strict=True):
            if one is not None and (type(one), one.shape, one.dtype) != (torch.Tensor, shape, dtype):
                raise RuntimeError("a gradient came back that is none")
        return None, None, None, *found


def _value(remote, value, asking, args):
    """The value told, its tensors that ask for gradients tied to those arguments that do."""
    value = forms(value, (_stand_in(one) for one in leaves(value)))
    asking = [one for one in asking if any(one is leaf for leaf in leaves(value))]
    ways = []
    for one in leaves(list(args)):
        if isinstance(one, nn.Module):
            ways += [weight for weight in one.parameters() if weight.requires_grad]
        elif isinstance(one, torch.Tensor) and one.requires_grad:
            ways.append(one)
    if not asking or not ways:
        return value
    with torch.enable_grad():
        tied = _Through.apply(remote, remote.calls, asking, *ways)
    found = {id(one): new for one, new in zip(asking, tied, strict=True)}
    return forms(value, (found.get(id(one), one) for one in leaves(value)))


def _stand_in(one):
    """A value, or in place of an object that did not travel another of a type of that name."""
    return stand_in(one.name) if isinstance(one, wire.Thing) else one


def _signature(names):
    """A signature with the names that the answer gives its arguments, for sentences that name one."""
    names = [name for name in names if str(name).isidentifier()] if isinstance(names, list) else []
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(name, kind) for name in dict.fromkeys(names)])


def _dtype(one):
    if not isinstance(one, nn.Module):
        return None
    return next((weight.dtype for weight in one.parameters() if weight.is_floating_point()), None)


def _trains(one):
    return isinstance(one, nn.Module) and one.training is True  # others may note that they are looked at


def _draw(drawn, args):
    """Ask for no number at all from the generators that were drawn from, so that whoever notes it does so."""
    given = next((one for one in leaves(list(args)) if isinstance(one, torch.Generator)), None)
    sources = {"none": None, "given": given, "own": torch.Generator()}
    for name in drawn:
        torch.rand(0, generator=sources[name])


def _error(told):
    """An exception of the type and with the words of the one that was raised over there."""
    if told is None:
        return None
    name, words = (str(one) for one in told)
    kind = _KINDS.get(name) or getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        with contextlib.suppress(TypeError):
            return kind(words)
    return type(name if name.isidentifier() else "Exception", (Exception,), {})(words)


def _text(text):
    return text[:4000] if isinstance(text, str) else _nonsense("no text")


def _gone(gone, seconds):
    """One sentence on a worker that is no more."""
    if gone.ended.failed:
        return _nonsense(gone.ended.failed)
    return too_long(seconds) if gone.ended.late else broke_off(gone.ended)


def _nonsense(what):
    return f"The process in which your function runs answers with nonsense ({what[:200]})."
