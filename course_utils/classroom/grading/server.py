"""The process that others are forked from: it has imported torch once, knows no answers, and runs none.

Started fresh for each judge, with an empty environment, it walls itself in (`wall`), then forks a worker for
each answer that is asked for: a nurse, and in a process namespace of its own, where there is one, the worker.
One answer's worker at a time; when it is over, nothing of it runs on.
"""

import contextlib
import json
import os
import signal
import socket
import sys

from . import wall


def main(control, settings):
    """Serve until the socket with that number closes. settings: JSON, as `sandbox` makes it."""
    settings = json.loads(settings)
    sock = socket.socket(fileno=control)
    wall.die_with_parent()
    fences = {"network": False, "files": False}
    if settings["walled"]:
        fences = wall.build(settings["folder"], settings["readable"], settings["covered"])
    settings |= {"fences": fences, "reserved": _prepare()}
    settings["user"] = wall.nobody_can_read(settings["readable"], fences["files"])
    wall.shut(fences, settings["folder"])
    sock.sendall(json.dumps(fences).encode() + b"\n")
    while True:
        order, given, *_ = socket.recv_fds(sock, 1, 1)
        if not order:
            return
        status = _worked(sock, given[0], settings)
        sock.sendall(json.dumps(status).encode() + b"\n")


def _prepare():
    """Import what answers use, wake what wakes at its first use; the addresses that this process holds."""
    import torch

    from course_utils.checks.engine import manners, room, run  # noqa: F401

    from . import worker  # noqa: F401

    torch.set_num_threads(1)
    x = torch.ones(1, 1, 4, 4, requires_grad=True)
    layer = torch.nn.Conv2d(1, 1, 3)
    torch.optim.Adam(layer.parameters()).step()
    (layer(x).sum() + (x[0, 0] @ x[0, 0]).sum() + torch.linalg.svd(x[0, 0].detach()).S.sum()).backward()
    return room.bytes_reserved()


def _worked(sock, given, settings):
    """Fork a worker on that socket, and end it when the judge says so or hangs up; how it ended."""
    nurse = os.fork()
    if nurse == 0:
        sock.close()
        _nurse(given, settings)  # does not return
    os.close(given)
    asked = sock.recv(1)  # the judge has what it wants, or no patience any more
    with contextlib.suppress(ProcessLookupError):
        os.kill(nurse, signal.SIGTERM)
    _, status = os.waitpid(nurse, 0)
    wall.end_children()
    wall.sweep()
    if not asked:
        os._exit(0)
    died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return {"signal": died, "code": 0 if died else os.WEXITSTATUS(status)}


def _nurse(given, settings):
    """Watch over one worker: end it where asked to, then end all that it left; leave as it left."""
    status = 0
    try:
        wall.die_with_parent()
        wall.adopt()
        if settings["fences"]["files"]:
            wall.alone()
        worker = os.fork()
        if worker == 0:
            _work(given, settings)  # does not return
        os.close(given)

        def end(signum, frame):
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

        signal.signal(signal.SIGTERM, _after(end))
        _, status = os.waitpid(worker, 0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        wall.end_children()
    finally:
        if os.WIFSIGNALED(status):
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL) if os.WTERMSIG(status) != signal.SIGKILL else 0
            os.kill(os.getpid(), os.WTERMSIG(status))
        os._exit(os.WEXITSTATUS(status))


def _after(end):
    """A handler that leaves a worker which is about to go by itself the time to do so."""

    def handler(signum, frame):
        signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, 0.05)

    return handler


def _work(given, settings):
    code = 1
    try:
        from . import worker

        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        worker.work(socket.socket(fileno=given), settings)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
