"""Two real processes come to the end that one alone comes to; and what stops one of them stops both."""

import itertools
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys

import processes_stages
import processes_workload
import pytest
import torch
from processes_workload import RUNS, STEPS, small_vae, weights
from safetensors.torch import load_file
from torch.utils.data import DataLoader

from course_utils.training import storage


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start(rank, port, *arguments):
    place = {
        "RANK": rank,
        "WORLD_SIZE": 2,
        "LOCAL_RANK": rank,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
    }
    environment = {
        **os.environ,
        **{name: str(value) for name, value in place.items()},
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.Popen([sys.executable, *map(str, arguments)], env=environment)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the stages of two processes have reported: starting them costs more than all of their work."""
    folder, port = tmp_path_factory.mktemp("two"), free_port()
    for name, run in RUNS.items():
        run(20, checkpoint=folder / f"{name}.run")
    shutil.copy(folder / "unet.run", folder / "shards.run")
    pair = [start(rank, port, processes_stages.__file__, folder) for rank in (0, 1)]
    try:
        codes = [process.wait(timeout=500) for process in pair]
    finally:
        for process in pair:
            process.kill()
    assert codes == [0, -9]  # the last stage kills process 1
    return folder


@pytest.fixture(scope="module")
def said(folder):
    return lambda stage: [json.loads((folder / f"{stage}.{rank}.json").read_text()) for rank in (0, 1)]


@pytest.fixture(scope="module")
def alone():
    """The weights and the losses of each run in this process alone."""
    ends = {name: run() for name, run in RUNS.items()}
    return {
        name: {**weights(models), "loss": torch.from_numpy(history.loss)}
        for name, (models, history) in ends.items()
    }


def assert_equal(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.allclose(found[name], value, rtol=0, atol=1e-6), name


@pytest.mark.parametrize("name", RUNS)
def test_two_processes_end_where_one_does(folder, alone, name):
    for rank in (0, 1):
        assert_equal(load_file(folder / f"{name}.{rank}"), alone[name])


@pytest.mark.parametrize("name", RUNS)
def test_a_run_goes_on_in_two_processes_and_then_in_one(folder, said, alone, name):
    assert said("resuming") == [dict.fromkeys(RUNS, 35)] * 2
    models, history = RUNS[name](checkpoint=folder / f"{name}.run")
    assert history.steps == STEPS
    assert_equal({**weights(models), "loss": torch.from_numpy(history.loss)}, alone[name])


def test_a_model_that_is_cut_in_two_ends_where_a_whole_one_does(folder, said, alone):
    for steps, held in said("sharding"):
        assert steps == 35 and len(held) == 2 and held == pytest.approx([0.5, 0.5], abs=0.02)
    for rank in (0, 1):
        assert_equal(load_file(folder / f"shards.{rank}"), alone["unet"])
    models, history = RUNS["unet"](checkpoint=folder / "shards.run")
    assert_equal({**weights(models), "loss": torch.from_numpy(history.loss)}, alone["unet"])


def test_each_process_loads_its_own_part_only(said):
    alone = small_vae(6, data=processes_stages.Watched())[1].loss
    stream = small_vae(6, data=DataLoader(processes_stages.Stream(), 7))[1].loss
    batches = {"dataset": [7, 7, 7, 7, 6, 6], "loader": [7, 7, 7, 7, 7, 5]}
    for kind, sizes in batches.items():
        asked = [one[kind]["asked"] for one in said("loading")]
        assert sorted(itertools.chain(*asked)) == list(range(40))
        assert [len(one) for one in asked] == [sum(n // 2 for n in sizes), sum(n - n // 2 for n in sizes)]
    for one in said("loading"):
        assert one["dataset"]["loss"] == pytest.approx(alone)
        assert one["workers"]["loss"] == one["dataset"]["loss"]
        assert one["stream"] == pytest.approx(stream)
        assert all(map(math.isfinite, one["loader"]["loss"]))


def test_means_count_rows_in_a_step_and_processes_elsewhere(said):
    (mean, in_step, shared, *first), (mean_there, in_step_there, shared_there, *second) = said("averages")
    assert mean == mean_there == [0.5, 5.0]
    assert in_step == in_step_there == pytest.approx(10 * 4 / 7)
    assert shared[0] == 3 and shared_there[0] == 4
    assert sorted(shared[1:] + shared_there[1:]) == list(range(7))
    assert (first, second) == ([2, 0, True], [2, 1, False])


def test_what_stops_one_process_stops_both_after_the_same_step(folder, said):
    assert said("interrupt") == [[4, True]] * 2
    assert small_vae(6, checkpoint=folder / "interrupted")[1].steps == 6
    first, second = said("seconds")
    assert first == second and first[0] > 0 and first[1] >= 0.2
    first, second = said("divergence")
    assert first == second and first["error"] == "TrainingDiverged"
    assert first["says"].startswith("loss became NaN or infinite at step 3;")


@pytest.mark.parametrize(
    ("stage", "error", "says"),
    [
        ("one_row", "ValueError", "a batch must have a row for each of the 2 processes; got one of 1"),
        ("other_settings", "ValueError", "the 2 processes must train alike"),
        ("unused", "ValueError", "loss must reach every weight"),
        ("not_averaged", "RuntimeError", "the weights differ between the 2 processes"),
        ("batch_norm", "ValueError", "take torch.nn.GroupNorm"),
    ],
)
def test_what_cannot_go_well_is_one_sentence_in_both(said, stage, error, says):
    first, second = said(stage)
    assert first == second and first["error"] == error
    assert says in first["says"] and first["says"].count(". ") == 0


def test_a_killed_process_ends_the_others_and_the_file_is_whole(folder):
    said = json.loads((folder / "kill.0.json").read_text())
    assert not (folder / "kill.1.json").exists()
    assert said["error"] == "ProcessLost" and f"what {folder / 'killed'} holds" in said["says"]
    assert said["says"].startswith(
        "another of the 2 processes has ended or does not answer, so process 0 stops"
    )
    assert storage.parse((folder / "killed").read_bytes())["parts"]["history"]["values"]["loss"].numel() == 5
    resumed, whole = small_vae(9, checkpoint=folder / "killed"), small_vae(9)
    assert_equal(weights(resumed[0]), weights(whole[0]))


def test_torchrun_ends_after_a_step_when_it_is_interrupted(tmp_path):
    path, options = tmp_path / "run", ["--nproc-per-node=2", "--master-addr=127.0.0.1"]
    command = [sys.executable, "-m", "torch.distributed.run", *options, f"--master-port={free_port()}"]
    run = subprocess.Popen(
        [*command, processes_workload.__file__, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env={**os.environ, "TMPDIR": str(tmp_path), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        for _ in range(8):  # both print, so that the fourth step at least has begun
            assert run.stdout.readline() == "at work\n"
        run.send_signal(signal.SIGINT)
        said = run.communicate(timeout=100)[0]
    finally:
        run.terminate()  # not killed, for torchrun ends its processes itself
        run.wait(timeout=100)
    steps = storage.parse(path.read_bytes())["parts"]["history"]["values"]["loss"].numel()
    assert said.count("Stopped by the keyboard") == 1 and f"after step {steps}; {path} is saved" in said
    resumed, whole = small_vae(steps + 2, checkpoint=path), small_vae(steps + 2)
    assert_equal(weights(resumed[0]), weights(whole[0]))
