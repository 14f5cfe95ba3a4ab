import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import training_workload
from training_workload import make_data, make_model, noisy_loss, run

from course_utils import training
from course_utils.training import resume, storage


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def assert_same_run(first, second):
    (model, history), (other, other_history) = first, second
    for one, two in ((model, other), (history.ema, other_history.ema)):
        state, other_state = one.state_dict(), two.state_dict()
        assert state.keys() == other_state.keys()
        for name in state:
            assert torch.equal(state[name], other_state[name]), name
    assert history.loss.tolist() == other_history.loss.tolist()


def test_equal_runs_are_equal_whatever_the_global_state():
    first = run(20)
    torch.manual_seed(99)
    torch.rand(7)
    assert_same_run(first, run(20))


def test_another_seed_gives_another_run():
    assert run(5)[1].loss.tolist() != run(5, seed=2)[1].loss.tolist()


@pytest.mark.parametrize("stop", [1, 3, 4, 5, 8])
def test_stopping_after_any_step_changes_nothing(tmp_path, stop):
    path = tmp_path / "run.safetensors"
    run(stop, checkpoint=path)
    assert_same_run(run(9, checkpoint=path), run(9))


def test_a_finished_run_is_restored_without_another_step(tmp_path):
    path = tmp_path / "run.safetensors"
    first = run(6, checkpoint=path)
    second = run(6, checkpoint=path, watch=lambda: pytest.fail("a step was done"))
    assert_same_run(first, second)
    assert second[1].steps == 6 and not second[1].interrupted


def test_sigkill_at_random_steps(tmp_path):
    total, moments = 250, [random.randint(1, 150) for _ in range(3)]
    script = str(Path(training_workload.__file__))
    children = []
    for index in range(len(moments)):
        command = [sys.executable, script, str(tmp_path / f"{index}.safetensors"), str(total)]
        children.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    for child, moment in zip(children, moments, strict=True):
        for _ in range(moment):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    whole = run(total)
    for index, child in enumerate(children):
        child.communicate()
        assert child.returncode == -signal.SIGKILL, moments
        path = tmp_path / f"{index}.safetensors"
        assert_same_run(run(total, checkpoint=path), whole)


def test_ctrl_c_finishes_the_step_saves_and_says_so(tmp_path, capsys):
    path, calls = tmp_path / "run.safetensors", []

    def interrupt():
        calls.append(1)
        if len(calls) == 4:
            signal.raise_signal(signal.SIGINT)

    _, history = run(9, checkpoint=path, watch=interrupt, save_every=1e6)
    said = capsys.readouterr().out
    assert history.steps == 4 and history.interrupted
    assert said.count("\n") == 1 and "after step 4" in said and str(path) in said
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert_same_run(run(9, checkpoint=path), run(9))


def test_an_interrupt_inside_the_loss_loses_that_step_only(tmp_path, capsys):
    path, calls = tmp_path / "run.safetensors", []

    def interrupt():
        calls.append(torch.rand(3))
        if len(calls) == 4:
            raise KeyboardInterrupt

    same_draws = lambda: torch.rand(3)  # noqa: E731
    _, history = run(9, checkpoint=path, watch=interrupt, save_every=1e6)
    assert history.steps == 3 and "after step 3" in capsys.readouterr().out
    assert_same_run(run(9, checkpoint=path, watch=same_draws), run(9, watch=same_draws))


def test_a_second_ctrl_c_interrupts_at_once_and_saves_nothing(tmp_path):
    path = tmp_path / "run.safetensors"

    def impatient(model, x):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(9, checkpoint=path, loss=impatient)
    assert not path.exists()


@pytest.mark.parametrize(
    ("options", "name"),
    [({"lr": 0.01}, "lr=0.001"), ({"seed": 2}, "seed=1"), ({"precision": "bf16"}, "bf16=False")],
)
def test_other_settings_are_refused_and_the_file_kept(tmp_path, options, name):
    path = tmp_path / "run.safetensors"
    run(3, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(training.CheckpointError, match=name):
        run(9, checkpoint=path, **options)
    assert path.read_bytes() == before


def test_other_data_and_another_model_are_refused(tmp_path):
    path = tmp_path / "run.safetensors"
    options = {"steps": 3, "checkpoint": path, "progress": False, "device": "cpu"}
    training.fit(make_model(), noisy_loss, make_data(), **options)
    with pytest.raises(training.CheckpointError, match="data="):
        training.fit(make_model(), noisy_loss, make_data() + 1, **options)
    wider = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Linear(8, 6))
    before = wider[0].weight.clone()
    with pytest.raises(training.CheckpointError, match=r"0\.weight \[16, 6\], and this run has \[8, 6\]"):
        training.fit(wider, noisy_loss, make_data(), **options)
    assert torch.equal(wider[0].weight, before)


@pytest.mark.parametrize("damage", [lambda b: b[:100], lambda b: b"", lambda b: b"not one" * 50])
def test_a_damaged_file_is_one_clear_sentence(tmp_path, damage):
    path = tmp_path / "run.safetensors"
    run(3, checkpoint=path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(training.CheckpointError, match=r"cannot be resumed.*delete the file"):
        run(9, checkpoint=path)


def test_a_foreign_safetensors_file_is_refused(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "run.safetensors"
    save_file({"a": torch.ones(2)}, path)
    with pytest.raises(training.CheckpointError, match="not a training checkpoint"):
        run(9, checkpoint=path)


def test_a_folder_is_no_checkpoint(tmp_path):
    with pytest.raises(ValueError, match="checkpoint must be a file"):
        run(9, checkpoint=tmp_path)


def test_a_crash_while_writing_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    storage.write_atomically(path, b"old")

    def crash(*names):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(OSError, match="disk full"):
        storage.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_nested_state_comes_back_as_it_was():
    tied = torch.arange(3.0)
    state = {"a": [1, 2.5, None, (True, "x")], 3: {"t": tied, "again": tied}, "half": torch.ones(2).half()}
    back = storage.parse(storage.dump(state))
    assert back["a"] == state["a"] and isinstance(back["a"][3], tuple)
    assert torch.equal(back[3]["again"], tied) and back["half"].dtype == torch.float16
    assert back.keys() == state.keys()


def test_generators_are_parts_too(tmp_path):
    generator = torch.Generator().manual_seed(4)
    keeper = resume.Keeper(tmp_path / "file", {"noise": generator}, {})
    keeper.save()
    first = torch.rand(3, generator=generator)
    keeper.resume()
    assert torch.equal(torch.rand(3, generator=generator), first)
