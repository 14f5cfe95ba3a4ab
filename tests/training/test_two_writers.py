"""Two runs on one file: the second is told so, no file is ever torn, and who is dead keeps nobody out."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import types

import pytest
import torch
import training_workload
from training_workload import run

from course_utils import training
from course_utils.training import CheckpointError, lock, storage

TAKEN = "is being written by another run that is at work now; wait for that run, stop it, or name another"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.safetensors"


@contextlib.contextmanager
def another_process(path, steps=10_000):
    """A run at work on the file in a process of its own."""
    command = [sys.executable, training_workload.__file__, str(path), str(steps)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline() == "step\n"
        yield child
    finally:
        child.kill()
        child.communicate()


def test_a_second_run_is_told_and_a_dead_one_keeps_nobody_out(path):
    with another_process(path) as child:
        with pytest.raises(CheckpointError, match=TAKEN):
            run(9, checkpoint=path)
        while not path.exists():
            time.sleep(0.01)
        (path.parent / f".{path.name}.0123.part").write_bytes(b"half")  # as a kill in a write leaves it
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert (path.parent / f".{path.name}.lock").exists()
    steps = storage.parse(path.read_bytes())["parts"]["history"]["values"]["loss"].numel()
    _, history = run(steps + 2, checkpoint=path)
    assert history.steps == steps + 2
    assert list(path.parent.iterdir()) == [path]


def test_a_run_in_another_thread_is_at_work_too(path):
    entered, leave, said = threading.Event(), threading.Event(), []

    def wait():
        entered.set()
        leave.wait(500)

    first = threading.Thread(target=lambda: run(1, checkpoint=path, watch=wait))
    first.start()
    assert entered.wait(500)
    try:
        run(1, checkpoint=path)
    except CheckpointError as error:
        said.append(str(error))
    leave.set()
    first.join()
    assert len(said) == 1 and TAKEN in said[0]
    assert run(1, checkpoint=path)[1].steps == 1


def loop(path, steps):
    settings = {"device": "cpu", "progress": False, "checkpoint": path, "save_every": 0}
    return training.steps(lambda x: 0.0, torch.zeros(3), steps=steps, **settings)


def test_a_loop_left_in_its_middle_yields_to_the_next(path):
    """A cell that raised in the loop's body is run again: the first loop is held by the traceback only."""
    left = loop(path, 9)
    next(left)
    assert list(loop(path, 3)) == [2, 3]
    with pytest.raises(CheckpointError, match="began after this one, which saves no more"):
        next(left)


def test_the_lock_goes_with_the_run_whatever_ends_it(path):
    def fail():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        run(3, checkpoint=path, watch=fail)
    assert list(path.parent.iterdir()) == []
    loop(path, 3)  # never begun
    assert list(path.parent.iterdir()) == [] and not len(lock._HELD)
    list(loop(path, 3))
    path.write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match="cannot be resumed"):
        list(loop(path, 3))
    assert list(path.parent.iterdir()) == [path] and not len(lock._HELD)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_does_not_give_its_parents_lock_away(path):
    held = lock.Lock(path)
    child = os.fork()
    if child == 0:
        held.release()
        try:
            lock.Lock(path)
        except CheckpointError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    held.release()


def test_two_writers_never_tear_a_file(path):
    payloads, errors, seen = (b"a" * 200_000, b"b" * 200_000), [], set()
    storage.write_atomically(path, payloads[0])

    def write(payload):
        try:
            for _ in range(100):
                storage.write_atomically(path, payload)
        except OSError as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(payload,)) for payload in payloads]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        seen.add(path.read_bytes())
    assert not errors and seen <= set(payloads)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("system", "asked"), [("nt", 3), ("posix", 1)])
def test_windows_is_asked_again_while_somebody_reads_the_file(path, monkeypatch, system, asked):
    calls = []

    def busy(*names):
        calls.append(names)
        if len(calls) < 3:
            raise PermissionError("in use")

    monkeypatch.setattr(storage, "os", types.SimpleNamespace(name=system, replace=busy))
    monkeypatch.setattr(storage.time, "sleep", lambda seconds: None)
    with contextlib.nullcontext() if system == "nt" else pytest.raises(PermissionError):
        storage._replace("new", path)
    assert len(calls) == asked
