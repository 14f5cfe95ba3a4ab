"""Cutting a worker off: what Python itself can hold back, before the limits and privileges go (`wall`)."""

import contextlib
import gc
import os
import re
import sys
import time

import torch

from . import wall, wire

_CLOSED = re.compile(
    r"os\.(fork|forkpty|posix_spawn|system|exec|kill|killpg|chmod|chown|link|symlink|remove|rename|rmdir)"
    r"|subprocess\.Popen|socket\.(connect|bind|getaddrinfo|sendto|gethostby\w+)|signal\.pthread_kill"
)


def settle(channel, settings):
    """Cut this process off from what it shares with the others, and take its privileges."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    sys.stdin = sys.__stdin__ = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    gc.freeze()  # what is there already is not looked at again, and so not copied
    torch.set_num_threads(1)
    wall.settle(settings["reserved"], settings["room"], settings["user"])
    guarded = (
        None if settings["fences"]["files"] else [*settings["readable"], os.path.realpath(settings["folder"])]
    )
    sys.addaudithook(_guard(channel, guarded, settings["covered"]))


def _guard(channel, readable, covered):
    """An audit hook: no process, no signal, no network; where readable is not None, no other files either.

    The last folder of readable is the one that may be written to.
    """
    closed, real = _CLOSED.fullmatch, os.path.realpath
    seen, clock, kinds = [0.0], time.monotonic, (str, bytes)
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    alive, looks = wire.pack({"alive": True}), ("open", "os.listdir", "os.scandir")

    def within(path, folders):
        return any(path == one or path.startswith(one.rstrip("/") + "/") for one in folders)

    def guard(event, args):
        if event == "import" and clock() - seen[0] > 0.5:
            seen[0] = clock()
            with contextlib.suppress(OSError):
                channel.sock.sendall(alive)  # the judge's patience begins anew: a first import may take long
        if closed(event):
            raise PermissionError(f"{event} is not for an answer that is graded")
        if readable is not None and event in looks and isinstance(args[0], kinds):
            path = real(os.fsdecode(args[0]))
            writes = event == "open" and bool((args[2] or 0) & writing)
            if not within(path, readable[-1:] if writes else readable) or within(path, covered):
                raise PermissionError("an answer that is graded reads no files")

    return guard
