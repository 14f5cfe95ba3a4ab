"""A time limit on a call into somebody else's Python, on any thread and any system."""

import ctypes
import signal
import threading
import time


class TimeUp(BaseException):
    """The call took too long; not an Exception, so that `except Exception` lets it through."""


def call_within(seconds, function):
    """Return function(), or raise TimeUp where it has not returned within that many seconds.

    In the main thread of Linux and macOS a timer signal interrupts even time.sleep; elsewhere (Windows, a
    worker thread) an exception is sent to this thread, which Python raises at its next bytecode.
    """
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _by_signal(seconds, function)
    return _by_message(seconds, function)


def _by_signal(seconds, function):
    def stop(signum, frame):
        raise TimeUp

    begun = time.monotonic()
    handler = signal.signal(signal.SIGALRM, stop)
    # The interval fires again where the first exception was swallowed by a bare `except:`.
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
    thread = ctypes.c_ulong(threading.get_ident())

    def stop():
        with lock:
            if not over.is_set():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeUp))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        return function()
    finally:
        with lock:  # from here on the timer sends nothing more
            over.set()
        timer.cancel()
        ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)  # and what it sent too late is taken back
