"""The doors out of this process, closed while a student's function is called: it may not end or leave it.

A door that was opened before, `from os import _exit`, stays open; in a process of its own (`process`) that
does no harm.
"""

import builtins
import contextlib
import os
import signal
import sys

_LEAVE = {
    os: ("_exit", "abort", "kill", "killpg", "fork", "forkpty", "execv", "execve", "posix_spawn", "system"),
    signal: ("raise_signal", "pthread_kill"),
}
_ASK = {builtins: ("input",), sys: ("breakpointhook",)}


class Closed(RuntimeError):
    """A function that is checked went for a door."""


@contextlib.contextmanager
def closed():
    """No way out and nobody to ask, inside; the doors are as they were afterwards."""
    shut = []
    try:
        for doors, why in ((_LEAVE, "would end or leave the kernel"), (_ASK, "waits for somebody's answer")):
            for owner, names in doors.items():
                for name in names:
                    if hasattr(owner, name):
                        shut.append((owner, name, getattr(owner, name)))
                        setattr(owner, name, _refusing(f"{owner.__name__}.{name}", why))
        shell = _shell()
        if shell is not None:  # what exit() and quit() call in a notebook
            shut.append((shell, "ask_exit", shell.ask_exit))
            shell.ask_exit = _refusing("exit", "would end or leave the kernel")
        yield
    finally:
        for owner, name, door in reversed(shut):
            setattr(owner, name, door)


def _refusing(door, why):
    def refuse(*args, **kwargs):
        raise Closed(f"{door} {why}, and a check does not let it")

    return refuse


def _shell():
    """The notebook's shell, where there is one."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None
