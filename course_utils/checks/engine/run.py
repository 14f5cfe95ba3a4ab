"""Calling a student's function: what came back, or what went wrong, in one sentence."""

import contextlib
import dis
import inspect
import io
import linecache
import math
import random
import re
import traceback
import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple
from warnings import catch_warnings

import numpy as np
import torch

from course_utils.checks.engine import doors, process, state
from course_utils.checks.engine.limit import NoRoom, TimeUp, call_within
from course_utils.checks.engine.returned import Unusable, plain
from course_utils.checks.engine.room import bytes_taken
from course_utils.checks.engine.words import count, listing

TIME_LIMIT = 10.0  # seconds a call
ROOM = 4 * 2**30  # bytes that a call may take
_SOURCE_LENGTH, _MOST_PRINTED = 80, 20_000  # characters


class Printed(io.StringIO):
    """What a function prints, up to a length: one that prints without end must not fill the memory."""

    def write(self, text):
        if self.tell() < _MOST_PRINTED:
            super().write(text[:_MOST_PRINTED])
        return len(text)

    def close(self):
        """Stay open: what was printed is still to be read."""


class Outcome(NamedTuple):
    """What one call did: its value, or the fault as a sentence; blank where there was nothing to call.

    left: {what it changed, as in `state`: (before, after)}, all of which has been put back.
    """

    value: Any = None
    fault: str = ""
    blank: bool = False
    error: BaseException | None = None
    left: Mapping = {}


class Told(Exception):
    """The `Outcome` of a call that went wrong somewhere else."""

    def __init__(self, outcome):
        super().__init__(outcome.fault)
        self.outcome = outcome


class Elsewhere:
    """A function that is called in another process, which tells what became of it: see classroom/grading."""

    def called(self, args):
        """The `Outcome` of a call of it."""
        raise NotImplementedError

    def __call__(self, *args):
        """What it returns, as any function; raises Told where it does not return."""
        outcome = self.called(args)
        if outcome.fault or outcome.blank:
            raise Told(outcome)
        return outcome.value


class Watch:
    """How closely the calls of one check are watched, and how much memory there is for them.

    All that a call may change is looked at in the first two; in later ones where those changed something. The
    rest is put back when the check is over.
    """

    def __init__(self):
        self.looks = 2
        self.most = bytes_taken() + ROOM

    def saw(self, left):
        """Note what a call changed."""
        self.looks = math.inf if left else self.looks - 1


_watch = None


@contextlib.contextmanager
def _watching():
    """One `Watch` for all calls inside, doors closed; all that `state` lists is as before afterwards."""
    global _watch
    if _watch is not None:
        yield
        return
    kept, _watch = state.keep(), Watch()
    try:
        with doors.closed():
            yield
    finally:
        _watch = None
        state.mend(kept)
        state.put_back(kept)


def call(function, args, printed=None):
    """Call function(*args) under the limits of time and memory, its prints caught in printed (a Printed).

    What it changes of what `state` lists is put back. Nothing is raised but the reader's own interrupt.
    """
    if isinstance(function, Elsewhere):
        return function.called(args)
    watch = _watch or Watch()
    kept, mended = state.keep(watch.looks > 0), []
    with process.counted():
        outcome = _called(
            lambda: _once(function, args, kept, mended), function, printed or Printed(), watch.most
        )
    left = dict.fromkeys(mended, (None, None)) | state.put_back(kept)
    watch.saw(left)
    return outcome._replace(left=left)


def _once(function, args, kept, mended):
    try:
        value = function(*args)
    finally:
        mended += state.mend(kept)  # before a line of ours meets a patched built-in
    return plain(value)


def _called(once, function, printed, most):
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            value = call_within(TIME_LIMIT, once, most)
    except TimeUp:
        return Outcome(fault=too_long())
    except Unusable as error:
        return Outcome(fault=str(error))
    except Told as told:
        return told.outcome
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not _raises(error):
            raise  # the reader stops the notebook
        fault = too_much() if _out_of_memory(error) else _raised(function, error)
        return Outcome(fault=fault, blank=_unfinished(error), error=error)
    if _holds_blank(value) or (value is None and is_blank(function)):
        return Outcome(blank=True)
    if value is None:
        return Outcome(fault="Your function returns nothing (None): does it end with `return`?")
    return Outcome(value)


def too_long(seconds=None):
    """The sentence on a call that was stopped after so many seconds, by default those of a check."""
    seconds = TIME_LIMIT if seconds is None else seconds
    return f"Your function was stopped after {seconds:g} seconds: is there a loop that never stops?"


def too_much():
    """The sentence on a call that wanted more memory than there is for it."""
    return (
        f"Your function takes more memory than a check has for it ({ROOM / 2**30:g} GB): is there a list "
        "that grows without end, or a tensor with an axis too many?"
    )


def _out_of_memory(error):
    kinds = isinstance(error, MemoryError | NoRoom)
    return kinds or (isinstance(error, RuntimeError) and "you tried to allocate" in _text(error))


def _raises(error):
    """Whether an interrupt comes from a `raise` in the code that was called, and not from the keyboard."""
    if process.inside():
        return True
    *_, last = [None, *walk_tb(error.__traceback__)]
    return last is not None and dis.opname[last.tb_frame.f_code.co_code[last.tb_lasti]] == "RAISE_VARARGS"


def walk_tb(link):
    """The links of a traceback, the innermost last."""
    while link is not None:
        yield link
        link = link.tb_next


def same_error(one, other):
    """Whether two exceptions are of one type and say the same in their first line."""
    return type(one) is type(other) and one is not None and _message(one) == _message(other)


def is_blank(function):
    """Whether there is nothing to call yet: ..., None, or a function with an empty body."""
    if function is ... or function is None:
        return True
    code = _code(function)
    idle = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "POP_TOP", "RETURN_VALUE", "RETURN_CONST"}
    if code is None or not {step.opname for step in dis.get_instructions(code)} <= idle:
        return False
    return set(code.co_consts[1:] if getattr(function, "__doc__", "") else code.co_consts) <= {None, ...}


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
    except Exception:  # some built-in functions have none, and an object of the student's may raise anything
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
    """Seed the global generators, close the doors and use one thread inside; outside, all is as it was.

    One thread: on matrices of this size a second one only waits, for up to half a second on a busy machine.
    """
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.random.default_generator.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)
    try:
        with _watching():
            yield
    finally:
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
        random.setstate(states[2])
        torch.set_num_threads(threads)


def _unfinished(error):
    """Whether a blank raised it: a bare NotImplementedError (torch's quote a name) or a ... on the way."""
    message = _text(error)
    met = isinstance(error, TypeError | AttributeError) and "ellipsis" in message
    return met or (type(error) is NotImplementedError and "'" not in message)


def _code(function):
    """The code of a function, of the one that it wraps where it wraps one; None where it has none."""
    try:
        return getattr(inspect.unwrap(function), "__code__", None)
    except Exception:  # wrapped round itself, or an object whose attributes raise
        return None


def _text(error):
    try:
        return str(str(error))
    except BaseException:  # an exception of the student's may raise one
        return ""


def _holds_blank(value):
    return value is ... or (isinstance(value, tuple | list) and any(part is ... for part in value))


def _message(error):
    """The first line of an error, with nothing in it that changes from run to run."""
    lines = _text(error).strip().splitlines()
    return re.sub(r"0x[0-9a-fA-F]+", "0x...", lines[0])[:200].rstrip(".") if lines else ""


def _raised(function, error):
    message = _message(error)
    said = f"{type(error).__name__}: {message}" if message else type(error).__name__
    code = _code(function)
    frames = [frame for frame in traceback.walk_tb(error.__traceback__) if frame[0].f_code is code]
    if not frames:
        return f"Your function raised {said}."
    number = frames[-1][1]
    source = linecache.getline(code.co_filename, number).strip()
    where = f"line {number - code.co_firstlineno + 1} of your function"
    if len(source) > _SOURCE_LENGTH:
        source = f"{source[:_SOURCE_LENGTH]}..."
    return f"Your function raised {said} ({where}{': ' + source if source else ''})."
