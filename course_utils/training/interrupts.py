"""Ctrl-C during a loop: the step in hand is finished first, however many loops are at work."""

import contextlib
import signal
import threading

_running = []  # one list a loop at work; a press of Ctrl-C is noted in each
_before = []  # the handler that the first of them found


@contextlib.contextmanager
def held_interrupt():
    """Yield a list that is empty until Ctrl-C is pressed, so that a step is never cut in half.

    A second press interrupts at once. Several loops, begun and ended in any order, share one handler, and
    the last to end puts back what the first one found. Only the main thread gets signals; elsewhere nothing
    is held.
    """
    pressed = []
    if not _in_main_thread():
        yield pressed
        return
    if signal.getsignal(signal.SIGINT) is not _note:
        _before[:] = [signal.signal(signal.SIGINT, _note)]
    _running.append(pressed)
    try:
        yield pressed
    finally:
        _running[:] = [other for other in _running if other is not pressed]
        # A loop may be thrown away in another thread, which may set no handler; _note then passes on.
        if not _running and _in_main_thread() and signal.getsignal(signal.SIGINT) is _note:
            signal.signal(signal.SIGINT, signal.SIG_DFL if _before[0] is None else _before[0])


def _note(signum, frame):
    if not _running:
        if callable(_before[0]):
            return _before[0](signum, frame)
        if _before[0] == signal.SIG_IGN:
            return None
        raise KeyboardInterrupt
    if all(_running):
        raise KeyboardInterrupt
    for pressed in _running:
        pressed[:] = [True]
    return None


def _in_main_thread():
    return threading.current_thread() is threading.main_thread()
