"""The judge's end: a server that forks workers, and one worker at a time to talk to."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from course_utils.checks.engine.process import Ended

from . import wire

_ROOT = Path(__file__).resolve().parents[3]
_PACKAGE = _ROOT / "course_utils"
_START = 300.0  # seconds until torch is imported, on the slowest of machines
_LOAD = 20.0  # seconds for the statements that an answer needs: imports, constants
_OFTEN = 3  # times as long in all, however often the worker says that an import goes on
_GRACE = 1.5  # times the limit of a call, in which its process must have told how the call ended


class Limits(NamedTuple):
    """seconds: that a call may take; room: bytes of memory that it may take."""

    seconds: float = 10.0
    room: int = 2 * 2**30


class Gone(Exception):
    """The worker is no more. ended: how it ended."""

    def __init__(self, ended):
        super().__init__(str(ended))
        self.ended = ended


class Sandbox:
    """A server, started fresh; `ask` talks to its worker, which `new` replaces. Close it in the end.

    limits: a `Limits`; walled: whether to try for namespaces; folder: where its own folder is made. fences:
    which of them there are, see `wall`.
    """

    def __init__(self, limits, walled=True, folder=None):
        self.limits, self.walled, self.inside = limits, walled, folder
        self.channel = self.process = None
        self._start()

    def _start(self):
        self.folder = tempfile.mkdtemp(prefix="grading-", dir=self.inside)
        settings = {
            "folder": self.folder, "readable": _readable(), "covered": _covered(),
            "seconds": self.limits.seconds, "room": self.limits.room, "walled": self.walled,
        }  # fmt: skip
        self.control, theirs = socket.socketpair()
        code = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from {__package__} import server; " + (
            "server.main(int(sys.argv[1]), sys.argv[2])"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", code, str(theirs.fileno()), json.dumps(settings)],
            pass_fds=[theirs.fileno()], env=_environment(), cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        self.control.settimeout(_START)
        self.fences = self._line()
        if self.fences is None:
            raise RuntimeError("The process that calls the answers could not be started: is torch installed?")

    def new(self):
        """Begin a worker of its own for an answer; the last one is ended."""
        self.end()
        if self.process.poll() is not None:  # an answer took the server down, where nothing better guards it
            self.close()
            self._start()
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.control, [b"+"], [theirs.fileno()])
        self.channel = wire.Channel(ours)

    def ask(self, message, seconds=None):
        """(the worker's answer to a message, its tensors that ask for gradients); raises Gone."""
        patience = seconds or _GRACE * self.limits.seconds + 1
        until = time.monotonic() + _OFTEN * patience
        try:
            self.channel.send(message)
            while time.monotonic() < until:
                answer, asking = self.channel.receive(patience)
                if not isinstance(answer, dict):
                    raise wire.Garbled("no dict")
                if "alive" not in answer:
                    return answer, asking
            raise wire.Late
        except wire.Late:
            self.end()
            raise Gone(Ended(begun=True, late=True)) from None
        except wire.Garbled as error:
            self.end()
            raise Gone(Ended(failed=str(error))) from None
        except (EOFError, OSError):
            raise Gone(self.end()) from None
        except BaseException:
            self.end()
            raise

    def load(self, order):
        """The worker's word on the statements of an answer, a dict."""
        return self.ask(order, _LOAD)[0]

    def end(self):
        """End the worker, if there is one, with all that it began; how it `Ended`."""
        if self.channel is None:
            return Ended()
        self.channel.sock.close()
        self.channel = None
        try:
            self.control.sendall(b"-")
            return Ended(begun=True, **(self._line() or {}))
        except OSError:
            return Ended(begun=True)

    def close(self):
        """End the server and all of its processes, and remove its folder."""
        with contextlib.suppress(OSError):
            self.end()
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _line(self):
        """The next line that the server says, out of JSON; None where it says no more."""
        said = b""
        with contextlib.suppress(OSError):
            while not said.endswith(b"\n"):
                part = self.control.recv(1)
                if not part:
                    break
                said += part
        return json.loads(said) if said.endswith(b"\n") else None


def _environment():
    return {
        "PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/tmp", "TMPDIR": "/tmp", "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0",
    }  # fmt: skip


def _readable():
    """What an answer may read: Python with its libraries, the system's, and the course."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    found = [sys.prefix, sys.base_prefix, *(sysconfig.get_path(name) for name in names)]
    found += ["/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime"]
    found += ["/dev/null", "/dev/zero", "/dev/urandom", str(_PACKAGE), str(_ROOT / "data")]
    return [path for path in dict.fromkeys(found) if os.path.lexists(path)]


def _covered():
    """What an answer finds empty: the exercises with their answers, and what lies beside them."""
    checks = _PACKAGE / "checks"
    answering = (checks / "lessons", checks / "reasons", _PACKAGE / "museum", _PACKAGE / "capstone")
    return [str(folder) for folder in answering]
