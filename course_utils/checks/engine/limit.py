"""A limit of time and memory on a call into somebody else's Python, on any thread and any system."""

import ctypes
import signal
import sys
import threading
import time

from course_utils.checks.engine.room import bytes_taken

_TICK = 0.1  # seconds between two looks at the memory
_SHORTEST = {"signal": 5e-5, "message": 1e-3}  # seconds between two tries to end what swallows the exception


class TimeUp(BaseException):
    """The call took too long; not an Exception, so that `except Exception` lets it through."""


class NoRoom(BaseException):
    """The call took too much memory."""


def call_within(seconds, function, most=None):
    """Return function(), or raise TimeUp where it has not returned within that many seconds.

    Where this process holds more than `most` bytes, NoRoom is raised. Time spent importing is not counted: a
    first `import sklearn` may take longer, and half an import is worse than a late one. In the main thread of
    Linux and macOS a timer signal interrupts even time.sleep; elsewhere (Windows, a worker thread) an
    exception is sent to this thread, which Python raises at its next bytecode. One that is swallowed is
    raised again, ever sooner, until it meets the place between two rounds of the loop that swallows it. A
    call into C that does not return is not ended, nor what it allocates in one piece: see `process`.
    """
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _by_signal(seconds, function, most)
    return _by_message(seconds, function, most)


class _Watch:
    """When to end a call, and how long to wait until the next look."""

    def __init__(self, seconds, most, shortest):
        self.end = time.monotonic() + seconds
        self.pause = self.first = min(_TICK, seconds / 4)
        self.most = most
        self.shortest = shortest

    def wanted(self):
        """TimeUp or NoRoom where the call is to end now, else None; once it is, the looks come faster."""
        late = time.monotonic() >= self.end
        if not late and not (self.most and bytes_taken() > self.most):
            return None
        self.pause = max(self.pause / 2, self.shortest)
        return TimeUp if late else NoRoom


def _by_signal(seconds, function, most=None):
    def stop(signum, frame):
        if not _running(frame):
            return
        wanted = watch.wanted()
        if wanted:
            signal.setitimer(signal.ITIMER_REAL, watch.pause, watch.pause)
            raise wanted

    watch = _Watch(seconds, most, _SHORTEST["signal"])
    begun = time.monotonic()
    handler = signal.signal(signal.SIGALRM, stop)
    left, interval = signal.setitimer(signal.ITIMER_REAL, watch.first, watch.first)
    try:
        return _timed(function)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler if handler is not None else signal.SIG_DFL)
        if left:  # somebody else's timer was running: give it the rest of its time
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - begun), 1e-3), interval)


def _by_message(seconds, function, most=None):
    watch = _Watch(seconds, most, _SHORTEST["message"])
    lock = threading.Lock()
    over = threading.Event()
    caller = threading.get_ident()

    def look():
        while not over.wait(watch.pause):
            with lock:
                if not over.is_set() and _running(sys._current_frames().get(caller)):
                    wanted = watch.wanted()
                    if wanted:
                        _send(caller, ctypes.py_object(wanted))

    threading.Thread(target=look, daemon=True).start()
    try:
        return _timed(function)
    finally:
        with lock:  # from here on nothing more is sent
            over.set()
        _send(caller, None)  # and what was sent too late is taken back


def _timed(function):
    return function()


def _send(thread, exception):
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), exception)


def _running(frame):
    """Whether the call that is being timed runs in this frame, and is not inside an import statement."""
    while frame is not None and frame.f_code is not _timed.__code__:
        if "importlib._bootstrap" in frame.f_code.co_filename:
            return False
        frame = frame.f_back
    return frame is not None
