"""A folder that cannot be written and a disk that is full are found before the first step."""

import contextlib
import errno
import os
from pathlib import Path

import pytest
import torch
from full_disk import files_of_at_most
from training_workload import make_model, run

from course_utils import training
from course_utils.training import CheckpointError, restoring, storage


def never():
    pytest.fail("a step was done")


def unwritable(tmp_path):
    """Files that nobody can write, root neither."""
    (tmp_path / "file").write_text("")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere" / "at all")
    yield tmp_path / "file" / "run"
    yield tmp_path / "file" / "deep" / "run"
    yield tmp_path / "gone" / "run"
    if Path("/proc/self").exists():
        yield Path("/proc/self/run")


def test_an_unwritable_folder_is_found_before_the_first_step(tmp_path):
    for path in unwritable(tmp_path):
        with pytest.raises(CheckpointError, match="cannot be written .*nothing was trained") as raised:
            run(9, checkpoint=path, watch=never)
        assert str(raised.value).count("\n") == 0 and "Errno" not in str(raised.value)


@contextlib.contextmanager
def with_a_users_rights():
    """Inside, root, who may write everywhere and who runs the tests in CI, is nobody in particular."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no users of that kind")
def test_a_folder_of_somebody_elses_is_found_before_the_first_step(tmp_path):
    run(2, checkpoint=tmp_path / "mine")  # all that is imported late is there
    (tmp_path / "theirs").mkdir(mode=0o500)
    with with_a_users_rights(), pytest.raises(CheckpointError, match="Permission denied"):
        run(9, checkpoint=tmp_path / "theirs" / "run", watch=never)


def test_a_full_disk_is_found_before_the_first_step(tmp_path):
    path = tmp_path / "new" / "run"
    with files_of_at_most(100_000), pytest.raises(CheckpointError, match="cannot be written .*nothing was"):
        run(9, checkpoint=path, watch=never)
    assert list(tmp_path.iterdir()) == []
    run(2, checkpoint=path)
    before = path.read_bytes()
    with files_of_at_most(100_000), pytest.raises(CheckpointError, match="nothing was trained"):
        run(9, checkpoint=path, watch=never)
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


def test_a_disk_that_fills_up_later_costs_no_saved_step(tmp_path):
    path = tmp_path / "run"
    run(2, checkpoint=path)
    before, limits = path.read_bytes(), contextlib.ExitStack()
    with limits, pytest.raises(CheckpointError, match="could not be written .* still holds an earlier step"):
        run(9, checkpoint=path, watch=lambda: limits.enter_context(files_of_at_most(1_000)))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    assert run(3, checkpoint=path)[1].steps == 3


def test_the_trial_is_as_large_as_what_will_be_written(tmp_path):
    path, model = tmp_path / "run", make_model()
    optimiser = training.adamw(model)
    optimiser.zero_grad()
    model(torch.rand(5, 6)).sum().backward()
    expected = sum(map(restoring.size_of, (model, optimiser)))
    optimiser.step()
    state = {"model": model.state_dict(), "optimiser": optimiser.state_dict()}
    storage.write_atomically(path, storage.dump(state))
    assert 0 < path.stat().st_size - expected < 5_000  # the header


def test_an_unreadable_checkpoint_is_said_to_be_so(tmp_path, monkeypatch):
    path = tmp_path / "run"
    run(2, checkpoint=path)

    def refuse(self):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(CheckpointError, match=r"cannot be resumed: it cannot be read \(Permission denied\)"):
        run(9, checkpoint=path, watch=never)
