"""Exceptions of every kind, and ways to end or leave the process."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import threading

KINDS = {"wrong"}
APART = {
    "segfault", "deep_without_limit", "exits_by_c", "reads_stdin", "starts_a_process", "runs_a_shell",
    "kills_by_c", "closes_all_files",
}  # fmt: skip


class Odd(BaseException):
    pass


class Silent(Exception):
    def __str__(self):
        raise Odd


class Endless(Exception):
    def __str__(self):
        return 7


def raises_keyboard_interrupt(p, q):
    raise KeyboardInterrupt


def raises_generator_exit(p, q):
    raise GeneratorExit


def raises_system_exit(p, q):
    raise SystemExit(0)


def raises_base_exception(p, q):
    raise BaseException("all of it")


def raises_its_own(p, q):
    raise Odd("mine")


def raises_what_cannot_be_said(p, q):
    raise Silent


def raises_what_says_a_number(p, q):
    raise Endless


def raises_stop_iteration(p, q):
    raise StopIteration


def raises_memory_error(p, q):
    raise MemoryError


def raises_assertion(p, q):
    raise AssertionError


def raises_cancelled(p, q):
    raise asyncio.CancelledError


def raises_a_group(p, q):
    raise BaseExceptionGroup("several", [KeyboardInterrupt(), Odd()])


def raises_in_a_circle(p, q):
    error = ValueError("circle")
    error.__cause__ = error
    raise error


def raises_a_long_text(p, q):
    raise ValueError("x" * 10**6)


def raises_lines(p, q):
    raise ValueError("one\ntwo\nthree")


def raises_surrogates(p, q):
    raise ValueError("\ud800 half a letter")


def exits(p, q):
    sys.exit(3)


def exits_at_once(p, q):
    os._exit(0)


def exits_by_c(p, q):
    ctypes.CDLL(None)._exit(5)


def aborts(p, q):
    os.abort()


def kills_itself(p, q):
    os.kill(os.getpid(), signal.SIGKILL)


def kills_its_parent(p, q):
    os.kill(os.getppid(), signal.SIGTERM)


def kills_its_group(p, q):
    os.killpg(0, signal.SIGKILL)


def kills_by_c(p, q):
    ctypes.CDLL(None).raise_ = None
    ctypes.CDLL(None)["raise"](int(signal.SIGKILL))


def raises_a_signal(p, q):
    signal.raise_signal(signal.SIGTERM)


def forks(p, q):
    os.fork()


def becomes_another(p, q):
    os.execv("/bin/true", ["true"])


def starts_a_process(p, q):
    return subprocess.run(["sleep", "100"]).returncode


def runs_a_shell(p, q):
    return os.system("sleep 100")


def segfault(p, q):
    ctypes.string_at(0)


def deep(p, q):
    return deep(p, q)


def deep_without_limit(p, q):
    sys.setrecursionlimit(10**9)
    return deep_text([])


def deep_text(nested):
    for _ in range(10**6):
        nested = [nested]
    return repr(nested)


def closes_all_files(p, q):
    os.closerange(3, 4096)
    os._exit(0)


def asks(p, q):
    return float(input("?"))


def breaks(p, q):
    breakpoint()


def reads_stdin(p, q):
    return float(sys.stdin.readline())


def leaves_by_a_thread(p, q):
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()
    raise Odd
