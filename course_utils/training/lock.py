"""One run at a time on a checkpoint: a lock of the operating system's, which ends with its process."""

import contextlib
import errno
import glob
import os
import threading
import weakref
from pathlib import Path

from .storage import CheckpointError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

# file -> the Lock that this process holds on it, for the system's locks keep out other processes only; held
# weakly, for a loop that nobody has any more is at an end.
_HELD = weakref.WeakValueDictionary()


class Lock:
    """The right to write one file, kept in a hidden file beside it until release().

    Raises CheckpointError where another run has it. A run that was killed leaves no lock, for the system ends
    it, and one that was left behind in the same thread cannot be at work: it loses its lock to the next.
    """

    def __init__(self, path):
        self._file = None
        self._path = path = Path(path).resolve()
        self._beside = path.with_name(f".{path.name}.lock")
        self._process, self._thread = os.getpid(), threading.current_thread()
        other = _HELD.get(path)
        if other is not None and other.held:
            if other._thread.is_alive() and other._thread is not self._thread:
                raise self._taken()
            other.release()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._open()
        _HELD[path] = self
        # What runs left that were killed while they wrote.
        for litter in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
            with contextlib.suppress(OSError):
                litter.unlink()

    @property
    def held(self):
        """Whether this lock still keeps others out; a forked child holds none of its parent's."""
        return self._file is not None and self._process == os.getpid()

    def release(self):
        """Let others write; the hidden file goes with the lock."""
        if not self.held:
            return
        file, self._file = self._file, None
        if _HELD.get(self._path) is self:
            del _HELD[self._path]
        if fcntl is None:
            file.close()  # Windows removes no open file
        with contextlib.suppress(OSError):
            self._beside.unlink()
        file.close()

    __del__ = release  # of a loop that was never begun, or was left before its end

    def _open(self):
        while True:
            file = open(self._beside, "a")  # noqa: SIM115 - held until release()
            try:
                _lock(file)
            except OSError as error:
                if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                    file.close()
                    raise self._taken() from None
                return file  # a file system without locks: nobody can be kept out
            # The run before may have removed its file after we opened it and before we locked it.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), os.stat(self._beside)):
                    return file
            file.close()

    def _taken(self):
        return CheckpointError(
            f"checkpoint {self._path} is being written by another run that is at work now; wait for that "
            "run, stop it, or name another file."
        )


def _lock(file):
    """Lock an open file for this process, or raise OSError at once where another process has it."""
    if fcntl is None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
