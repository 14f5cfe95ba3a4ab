"""Work in a process of its own, which may hang, crash, fill the memory or leave; only its answer comes back.

The process is a fork of this one: it holds all that this one holds, functions typed into a notebook too, and
nothing that it does to that is seen here. It may start no process and send no signal, talks to no socket and
no screen, and is ended, with whatever it started, when it has said its say or keeps silent too long. What
comes back is JSON: no object of the other side is ever made here.

`possible` says where: on Linux, and where no GPU is at hand (a fork of a process that uses one cannot
compute gradients). macOS ends forks of a process with threads, Windows has none, and a new process on those
could not be handed a function out of a notebook. There the work has to run here, and what takes this process
down does so: a crash, `os._exit` reached by other ways than `os._exit`, memory taken in one piece, and one
call into C that never returns, which nothing in Python can stop.
"""

import contextlib
import faulthandler
import functools
import gc
import json
import os
import select
import signal
import sys
import time
import warnings
from typing import Any, NamedTuple

import torch

from course_utils.checks.engine.room import bytes_reserved

_OURS = 120.0  # seconds that the work may keep silent between two calls
_MOST = 1_000_000  # bytes of what is said
_FILES = 2**26  # bytes of a file that the process may write
_leave = os._exit  # a check closes that door for the function
_line = None  # where this process, if it is one of those, talks to


class Ended(NamedTuple):
    """How a process ended. said: what its work returned; None where it broke off.

    begun: whether it had begun a call; late: whether it was ended for its silence during one; signal and
    code: by which signal it died, or with which exit code it left; failed: what its work raised.
    """

    said: Any = None
    begun: bool = False
    late: bool = False
    signal: int = 0
    code: int = 0
    failed: str = ""


@functools.cache
def possible():
    """Whether a fork is safe here."""
    return sys.platform == "linux" and hasattr(os, "fork") and not torch.accelerator.is_available()


@contextlib.contextmanager
def counted():
    """A call whose time the other side counts; does nothing outside such a process."""
    _say(b"(")
    try:
        yield
    finally:
        _say(b")")


def apart(work, seconds, room):
    """How work(), run in a process of its own, ended: an `Ended`; what it returns must be JSON.

    seconds: for how long one call that is `counted` may last; room: the memory that may be taken, in bytes.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads: none is used in there
        child = os.fork()
    if child == 0:
        _child(work, writing, room)  # does not return
    os.close(writing)
    try:
        said, begun, late = _listen(reading, seconds)
        status = _end(child, late)
    except BaseException:  # the reader interrupts the notebook
        _end(child, True)
        raise
    finally:
        os.close(reading)
    try:
        return Ended(begun=begun, **json.loads(said))
    except (ValueError, TypeError):
        died, code = (os.WTERMSIG(status), 0) if os.WIFSIGNALED(status) else (0, os.WEXITSTATUS(status))
        return Ended(begun=begun, late=late, signal=died, code=code)


def _listen(reading, seconds):
    """(what the process said last, whether a call had begun, whether it was silent for too long)"""
    heard, inside, begun = b"", False, False
    until = time.monotonic() + _OURS
    while time.monotonic() < until:
        if not select.select([reading], [], [], max(until - time.monotonic(), 0))[0]:
            continue
        part = os.read(reading, 2**16)
        if not part or len(heard) > _MOST:
            return heard.lstrip(b"()"), begun, False
        heard = (heard + part).lstrip(b"()") if not heard else heard + part
        if b"(" in part or b")" in part:
            begun, inside = True, part.rstrip().endswith(b"(")
        until = time.monotonic() + (seconds if inside else _OURS)
    return b"", begun, inside


def _end(child, at_once):
    """End the process and its children; the status of its end, its own if it has one."""
    deadline = time.monotonic() + (0 if at_once else 1.0)
    done, status = 0, 0
    with contextlib.suppress(ChildProcessError):  # where the notebook lets nobody wait for children
        while not done and time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            if not done:
                time.sleep(0.001)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    if not done:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            _, status = os.waitpid(child, 0)
    return status


def _child(work, writing, room):
    """Do the work, say what came of it and leave; whatever happens, nothing returns from here."""
    code = 1
    try:
        _settle(writing, room)
        try:
            told = {"said": work()}
        except BaseException as error:
            told = {"failed": f"{type(error).__name__}: {error}"}
        text = json.dumps(told).encode()
        while text:
            text = text[os.write(writing, text) :]
        code = 0
    finally:
        _leave(code)


def _settle(writing, room):
    """Cut this process off from what it shares with the one that it comes from."""
    global _line
    _line = writing
    os.setsid()  # an interrupt of the notebook goes to its whole group
    _die_with_parent()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    sys.stdin = sys.__stdin__ = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    faulthandler.disable()
    gc.freeze()  # what is there already is not looked at again, and so not copied
    torch.set_num_threads(1)  # the threads of this process stayed behind
    _limit(room)
    sys.addaudithook(_refuse)


def _die_with_parent():
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))  # PR_SET_PDEATHSIG


def _limit(room):
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = bytes_reserved() + room
    if most == resource.RLIM_INFINITY or wanted < most:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILES, _FILES))


_CLOSED = {
    "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.exec", "os.kill", "os.killpg",
    "subprocess.Popen", "socket.connect", "socket.bind",
}  # fmt: skip


def _refuse(event, args):
    if event == "import":
        _say(b"(")  # the clock starts anew: a first import may take long
    if event in _CLOSED:
        raise PermissionError(f"{event} is not for a function that is checked")


def inside():
    """Whether this is such a process."""
    return _line is not None


def _say(sign):
    if _line is not None:
        with contextlib.suppress(OSError):
            os.write(_line, sign)
