"""A time limit on a call into somebody else's Python, on any thread and any system."""

import ctypes
import signal
import sys
import threading
import time


class TimeUp(BaseException):
    """The call took too long; not an Exception, so that `except Exception` lets it through."""


def call_within(seconds, function):
    """Return function(), or raise TimeUp where it has not returned within that many seconds.

    Time spent importing is not counted: a first `import sklearn` may take longer, and half an import is worse
    than a late one. In the main thread of Linux and macOS a timer signal interrupts even time.sleep;
    elsewhere (Windows, a worker thread) an exception is sent to this thread, which Python raises at its next
    bytecode.
    """
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _by_signal(seconds, function)
    return _by_message(seconds, function)


def _by_signal(seconds, function):
    def stop(signum, frame):
        if not _importing(frame):
            raise TimeUp

    begun = time.monotonic()
    handler = signal.signal(signal.SIGALRM, stop)
    # It fires again after the interval: during an import, or where a bare `except:` swallowed the first.
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, seconds / 4)
    try:
        return function()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler if handler is not None else signal.SIG_DFL)
        if left:  # somebody else's timer was running: give it the rest of its time
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - begun), 1e-3), interval)


def _by_message(seconds, function):
    lock = threading.Lock()
    over = threading.Event()
    caller = threading.get_ident()

    def watch():
        pause = seconds
        while not over.wait(pause):
            pause = seconds / 4
            with lock:
                if not over.is_set() and not _importing(sys._current_frames().get(caller)):
                    _send(caller, ctypes.py_object(TimeUp))

    threading.Thread(target=watch, daemon=True).start()
    try:
        return function()
    finally:
        with lock:  # from here on nothing more is sent
            over.set()
        _send(caller, None)  # and what was sent too late is taken back


def _send(thread, exception):
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), exception)


def _importing(frame):
    """Whether the call that is being timed is inside an import statement."""
    while frame is not None and frame.f_code is not call_within.__code__:
        if "importlib._bootstrap" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False
