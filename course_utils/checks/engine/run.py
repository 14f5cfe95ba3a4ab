"""Calling a student's function: what came back, or what went wrong, in one sentence."""

import contextlib
import dis
import inspect
import io
import linecache
import random
import re
import traceback
import warnings
from typing import Any, NamedTuple

import numpy as np
import torch

from course_utils.checks.engine.limit import TimeUp, call_within
from course_utils.checks.engine.words import count, listing

TIME_LIMIT = 10.0  # seconds a call
_SOURCE_LENGTH, _MOST_PRINTED = 80, 20_000  # characters


class Printed(io.StringIO):
    """What a function prints, up to a length: one that prints without end must not fill the memory."""

    def write(self, text):
        if self.tell() < _MOST_PRINTED:
            super().write(text[:_MOST_PRINTED])
        return len(text)


class Modes(NamedTuple):
    """What of torch's a call may change for all that comes after it."""

    gradients: bool
    dtype: torch.dtype
    threads: int


class Outcome(NamedTuple):
    """What one call did: its value, or the fault as a sentence; blank where there was nothing to call."""

    value: Any = None
    fault: str = ""
    blank: bool = False
    error: Exception | None = None
    left: Modes | None = None


def call(function, args, printed=None):
    """Call function(*args) under the time limit, its prints caught in printed (a Printed).

    Modes of torch that the function changes are put back; the outcome's `left` holds what it left.
    """
    before = _modes()
    outcome = _called(function, args, printed)
    left = _modes()
    torch.set_grad_enabled(before.gradients)
    torch.set_default_dtype(before.dtype)
    torch.set_num_threads(before.threads)
    return outcome._replace(left=left)


def _modes():
    return Modes(torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_num_threads())


def _called(function, args, printed):
    try:
        with contextlib.redirect_stdout(printed or Printed()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = call_within(TIME_LIMIT, lambda: function(*args))
    except TimeUp:
        return Outcome(
            fault=f"Your function was stopped after {TIME_LIMIT:g} seconds: is there a loop that never stops?"
        )
    except (Exception, SystemExit) as error:
        return Outcome(fault=_raised(function, error), blank=_unfinished(error), error=error)
    if _holds_blank(value) or (value is None and is_blank(function)):
        return Outcome(blank=True)
    if value is None:
        return Outcome(fault="Your function returns nothing (None): does it end with `return`?")
    return Outcome(value)


def same_error(one, other):
    """Whether two exceptions are of one type and say the same in their first line."""
    return type(one) is type(other) and one is not None and _message(one) == _message(other)


def is_blank(function):
    """Whether there is nothing to call yet: ..., None, or a function with an empty body."""
    if function is ... or function is None:
        return True
    code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
    idle = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "POP_TOP", "RETURN_VALUE", "RETURN_CONST"}
    if code is None or not {step.opname for step in dis.get_instructions(code)} <= idle:
        return False
    return set(code.co_consts[1:] if function.__doc__ else code.co_consts) <= {None, ...}


def wrong_call(name, function, arguments):
    """A sentence where function cannot be called with that many arguments at all, or ""."""
    if not callable(function):
        got = type(function).__name__
        return (
            f"You passed {'an' if got[0].lower() in 'aeiou' else 'a'} {got}, not a function: "
            f'write check("{name}", my_function), with no brackets after the function.'
        )
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return ""
    try:
        signature.bind(*arguments)
    except TypeError:
        return (
            f"Your function takes {count(len(signature.parameters), 'argument')}; "
            f"it is called with {len(arguments)}: {listing(arguments)}."
        )
    return ""


@contextlib.contextmanager
def quiet_room(seed):
    """Seed the global generators and use one thread inside; outside, all is as if nothing had happened.

    One thread: on matrices of this size a second one only waits, for up to half a second on a busy machine.
    """
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.random.default_generator.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
        random.setstate(states[2])
        torch.set_num_threads(threads)


def _unfinished(error):
    """Whether a blank raised it: a bare NotImplementedError (torch's quote a name) or a ... on the way."""
    message = str(error)
    met = isinstance(error, TypeError | AttributeError) and "ellipsis" in message
    return met or (type(error) is NotImplementedError and "'" not in message)


def _holds_blank(value):
    return value is ... or (isinstance(value, tuple | list) and any(part is ... for part in value))


def _message(error):
    """The first line of an error, with nothing in it that changes from run to run."""
    lines = str(error).strip().splitlines()
    return re.sub(r"0x[0-9a-fA-F]+", "0x...", lines[0])[:200].rstrip(".") if lines else ""


def _raised(function, error):
    message = _message(error)
    said = f"{type(error).__name__}: {message}" if message else type(error).__name__
    code = getattr(inspect.unwrap(function), "__code__", None)
    frames = [frame for frame in traceback.walk_tb(error.__traceback__) if frame[0].f_code is code]
    if not frames:
        return f"Your function raised {said}."
    number = frames[-1][1]
    source = linecache.getline(code.co_filename, number).strip()
    where = f"line {number - code.co_firstlineno + 1} of your function"
    if len(source) > _SOURCE_LENGTH:
        source = f"{source[:_SOURCE_LENGTH]}..."
    return f"Your function raised {said} ({where}{': ' + source if source else ''})."
