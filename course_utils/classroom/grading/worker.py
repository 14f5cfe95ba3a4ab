"""The process that calls one answer. It holds no reference: it is given inputs and tells what came of them.

Whatever the answer does in here, to torch, to this module or to the engine's, changes only what is told; and
what is told is compared elsewhere, as values.
"""

import ast
import contextlib
import inspect
import linecache
import sys
import types

import torch
from torch import nn

from course_utils.checks.engine import manners, run

from . import changes, wire
from .guard import settle
from .leaves import forms, leaves, placed
from .makers import ENTRY

_FILE = "<the submission>"
_MADE = 8  # calls of makers whose objects are kept


def work(sock, settings):
    """Serve one judge over that socket until it hangs up. settings: of the server."""
    channel = wire.Channel(sock)
    settle(channel, settings)
    run.TIME_LIMIT, run.ROOM = settings["seconds"], settings["room"]
    try:
        order, _ = channel.receive()
        answer = Answer(order)
        with run.quiet_room(0):
            channel.send(answer.load())
            while True:
                order, asking = channel.receive()
                told = answer.back(order["gradients"]) if "gradients" in order else answer.call(order, asking)
                channel.send(told)
    except EOFError:
        return


class Answer:
    """One answer, and what its last call left for gradients to go back through."""

    def __init__(self, order):
        self.order, self.function, self.graph = order, None, ([], [])
        self.makers, self.made = None, {}

    def load(self):
        """Run the statements of the submission that the answer needs: {"blank", "fault", "parameters"}."""
        module = sys.modules["__main__"] = types.ModuleType("__main__")
        text = "\n".join(self.order["statements"])
        linecache.cache[_FILE] = len(text), None, text.splitlines(True), _FILE
        outcome = run.call(lambda: self._run(vars(module), text), ())
        if outcome.fault:
            said = outcome.fault.replace("Your function raised", "What your function needs raises", 1)
            return {"blank": False, "fault": said, "parameters": []}
        self.function = vars(module).get(self.order["function"])
        fault = run.wrong_call(self.order["exercise"], self.function, self.order["arguments"])
        blank = run.is_blank(self.function)
        return {"blank": blank, "fault": "" if blank else fault, "parameters": _parameters(self.function)}

    def _run(self, scope, text):
        for statement in ast.parse(text).body:
            exec(compile(ast.Module([statement], []), _FILE, "exec"), scope)
        for function, (sources, name) in self.order["helpers"].items():
            scope[function] = vars(_installed(sources))[name]
        return 0

    def call(self, order, asking):
        """Call the answer; all that `remote` wants to know of it."""
        given, ways = self._arguments(order, asking)
        before = [changes.before(one) for one in leaves(given)]
        changes.throw(order["dice"])
        torch.set_default_dtype(order["dtype"])
        notes = manners._Draws() if order["notes"] else contextlib.nullcontext()
        with notes:
            outcome = run.call(self.function, given)
        torch.set_default_dtype(torch.float32)
        generators = [one for one in leaves(given) if isinstance(one, torch.Generator)]
        drawn = {
            "none" if one is None else "given" if any(one is g for g in generators) else "own"
            for one in (notes.generators if order["notes"] else ())
        }
        found = [changes.change(one, then) for one, then in zip(leaves(given), before, strict=True)]
        parts = [one for one in leaves(outcome.value) if isinstance(one, torch.Tensor) and one.requires_grad]
        self.graph = parts, ways
        return {
            "value": outcome.value, "fault": outcome.fault, "blank": outcome.blank,
            "error": _error(outcome.error), "left": {k: _plain(v) for k, v in outcome.left.items()},
            "drawn": sorted(drawn), "changes": found, "dice": changes.changed_dice(order["dice"]),
        }  # fmt: skip

    def back(self, sent):
        """The gradients at the arguments for those sent to the parts of the last result."""
        parts, ways = self.graph
        pairs = [(part, one) for part, one in zip(parts, sent, strict=True) if one is not None]
        outcome = run.call(_sent_back, ([part for part, _ in pairs], ways, [one for _, one in pairs]))
        return {"found": outcome.value, "fault": outcome.fault, "error": _error(outcome.error)}

    def _arguments(self, told, asking):
        """(the arguments, what gradients are asked for)."""
        made = None
        ways, given = [], []
        asking = {id(one): one for one in asking}
        for one in leaves(told["args"]):
            if isinstance(one, wire.Thing):
                made = self._made(*told["made"]) if made is None and one.place else made
                one = placed(made, one.place) if one.place else torch.Generator()
                form = told["forms"][len(given)]
                if isinstance(one, nn.Module):
                    one.to(form["dtype"]) if form["dtype"] else None
                    one.train(form["training"])
                    ways += [p for p in one.parameters() if p.requires_grad]
                if form["state"] is not None:
                    torch.Generator.set_state(one, form["state"])
            elif id(one) in asking:
                ways.append(one.requires_grad_())
                one = one if one.told_leaf else one.clone()
            given.append(one)
        return forms(told["args"], iter(given)), ways

    def _made(self, probe, number):
        """The arguments that a maker makes in a call of that number, from the makers' source alone."""
        if self.makers is None:
            self.makers = list(vars(_installed(self.order["makers"]))[ENTRY].values())
        if number not in self.made:  # else it is the second call with these very objects
            rng = torch.Generator().manual_seed(self.order["seeds"][probe])
            self.made = dict(list(self.made.items())[-_MADE:]) | {number: self.makers[probe](rng)}
        return self.made[number]


def _installed(sources):
    """The last of the modules that are made of these sources, {name: source}."""
    for name, source in sources.items():
        module = sys.modules[name] = types.ModuleType(name)
        module.__package__ = name.rpartition(".")[0]
        exec(compile(source, f"<{name}>", "exec"), vars(module))
    return module


def _sent_back(parts, ways, sent):
    if not parts or not ways:
        return [None] * len(ways)
    return list(torch.autograd.grad(parts, ways, sent, allow_unused=True, retain_graph=True))


def _error(error):
    if error is None:
        return None
    return [type(error).__name__, run._text(error)[:2000]]


def _plain(pair):
    return [one if type(one) in (bool, int, float, str, torch.dtype) else None for one in pair]


def _parameters(function):
    with contextlib.suppress(Exception):
        return [str(name)[:60] for name in inspect.signature(function).parameters][:20]
    return []
