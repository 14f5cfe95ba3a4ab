"""The command: what it prints, its exit code, and what a machine that is taken away does to it."""

import contextlib
import signal
import threading

from .run import train

ENDING = ("SIGTERM", "SIGHUP")  # a queue takes the machine back; a connection is lost


def main(recipe, data, out=None, **options):
    """Run `train` and print what came of it; 0, or 130 where the keyboard or the system stopped it."""
    with ended_as_by_the_keyboard():
        record = train(recipe, data, out, **options)
    if record["training"]["interrupted"]:
        return 130
    if "metrics" not in record:  # the first of several processes tells
        return 0
    did = record["training"]
    name, seconds = record["data"]["name"], did["seconds"]
    print(f"{recipe} on {name}: {did['steps']} steps in {seconds:.0f} s on {did['device']}")
    for name, value in record["metrics"].items():
        print(f"  {name}: {value:.5g}")
    return 0


@contextlib.contextmanager
def ended_as_by_the_keyboard():
    """Inside, what else ends a process is taken for Ctrl-C, so that the step in hand is done and saved."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    before = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _interrupt(*_):
    signal.raise_signal(signal.SIGINT)
