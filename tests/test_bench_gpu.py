"""bench/gpu.py: its plumbing on the CPU with tiny sizes, its budgets, and that no GPU means no number."""

import json
import os
import subprocess
import sys

import pytest
import torch
from pretended import pretended_gpu

from bench import _gpu_steps, gpu
from course_utils import counting
from course_utils.checkpoints import digits_diffusion

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def found():
    kept = []
    nothing = ["--version"]  # in the place of tests: what is tried is how they are run
    budgets = {**gpu.BUDGETS, "digits": 0.0}
    result = gpu.run(CPU, _gpu_steps.TINY, lambda found: kept.append(json.dumps(found)), budgets, nothing)
    assert len(kept) == len(gpu.BUDGETS) and json.loads(kept[-1]) == result
    return result


def test_the_budgets_fill_one_run_of_eight_minutes():
    assert sum(gpu.BUDGETS.values()) <= gpu.TOTAL == 480
    dear = sum(gpu.COSTS.get(name, 15.0) for name in _gpu_steps.VARIANTS)
    assert dear <= gpu.BUDGETS["switches"]
    assert set(gpu.COSTS) <= set(_gpu_steps.VARIANTS)


def test_every_section_and_every_switch_is_there(found):
    assert list(found) == ["device", *gpu.BUDGETS]
    assert not [part for part in found.values() if "failed" in part]
    assert "pytest" in found["correctness"]["said"] and not found["correctness"]["passed"]
    variants = found["switches"]["variants"]
    assert list(variants) == list(_gpu_steps.VARIANTS)
    needs = {name for name, on in _gpu_steps.VARIANTS.items() if _gpu_steps.NEEDS_GPU & set(on)}
    assert {name for name, seen in variants.items() if seen is None} == needs
    plain = variants[gpu.PLAIN]
    for seen in filter(None, variants.values()):
        assert seen["bytes"] is None and seen["images_a_second"] > 0
        assert seen["ratio"] == seen["images_a_second"] / plain["images_a_second"]
        (share,), (one,) = seen["utilisation"].values(), plain["utilisation"].values()
        assert share / one == pytest.approx(seen["ratio"])
    assert found["digits"]["steps"] > 0 and 0 <= found["digits"]["read_as_asked"] <= 1


def test_the_table_has_a_row_for_each(found):
    rows = gpu.table(found)
    assert all(len(row) == 4 and all(isinstance(text, str) for text in row) for row in rows)
    said = [row[0] for row in rows]
    for name in _gpu_steps.VARIANTS:
        assert sum(text.startswith(f"U-Net, {name}") for text in said) == 1
    assert any(row[1] == "cannot run here" for row in rows)


def test_a_section_that_fails_does_not_stop_the_next(monkeypatch):
    def broken(*args):
        raise RuntimeError("out of memory")

    for name in ("chip", "switches", "digits", "correctness"):
        monkeypatch.setattr(gpu, name, broken)
    found = gpu.run(CPU, _gpu_steps.TINY, lambda found: None)
    assert all(found[name]["failed"] == "RuntimeError: out of memory" for name in gpu.BUDGETS)
    assert [row[0] for row in gpu.table(found)][-4:] == [f"{name} failed" for name in gpu.BUDGETS]


@pytest.mark.parametrize(
    "name, peak",
    [
        ("NVIDIA H200", 989e12),
        ("NVIDIA A100-PCIE-40GB", 312e12),
        ("NVIDIA H100 PCIe", None),
        ("Tesla T4", None),
    ],
)
def test_a_stated_peak_is_taken_only_for_the_chip_that_it_is_of(monkeypatch, name, peak):
    monkeypatch.setattr(gpu, "about", lambda device: {"name": name})
    peaks = gpu.peaks_of(_gpu_steps.TINY, CPU)
    assert peaks.get("of the stated peak") == peak and peaks["of the measured products"] > 0


def test_time_that_is_used_up_is_said():
    assert _gpu_steps.Sizes().seconds > 1  # a variant of the real run is not begun with too little time left
    seen = gpu.switches(_gpu_steps.TINY._replace(seconds=1.01), CPU, lambda: 0.0)["variants"]
    assert all(one == {"not_measured": "the section's time was used up"} for one in seen.values())


def test_a_switch_that_fails_does_not_hide_the_others(monkeypatch):
    def measured(name, sizes, device):
        if name == "compile":
            raise RuntimeError("no compiler")
        return _gpu_steps.Measured(10.0, 2**30, 0.5)

    monkeypatch.setattr(_gpu_steps, "measure", measured)
    found = gpu.switches(_gpu_steps.TINY, CPU, lambda: 100.0)["variants"]
    assert found.pop("compile") == {"not_measured": "it failed: no compiler"}
    assert {one["ratio"] for one in found.values()} == {1.0}


@pytest.mark.parametrize("name", ["fused AdamW", "compile"])
def test_a_switch_trains_as_the_plain_loop_does(name):
    """The losses of a few steps from the same weights and noise (in channels-last order it is another)."""
    losses = []
    for switches in ((), _gpu_steps.VARIANTS[name]):
        step = _gpu_steps.make_step(_gpu_steps.TINY, CPU, switches)
        torch.manual_seed(1)
        losses.append([float(step()) for _ in range(4)])
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)


@pytest.mark.parametrize("switches", [(), ("fused",)], ids=str)
def test_no_step_mixes_devices(switches):
    with pretended_gpu("cuda") as device:
        loss = _gpu_steps.make_step(_gpu_steps.TINY, device, switches)()
    assert loss.device.type == "cuda" and loss.shape == ()


def test_a_step_counts_three_forward_passes_but_for_the_first_layer():
    sizes = _gpu_steps.TINY
    net = _gpu_steps.build(sizes, CPU)
    whole = counting.count(
        net, (torch.zeros(sizes.batch, 3, 8, 8), torch.zeros(sizes.batch, dtype=torch.long))
    )
    assert _gpu_steps.step_flops(sizes) == whole.step
    assert _gpu_steps.standing_bytes(sizes) == 16 * sum(one.numel() for one in net.parameters())


def test_the_judge_reads_real_digits_as_what_they_are():
    from course_utils import checkpoints

    data = digits_diffusion.digits("test")
    judge = checkpoints.load("digit_classifier")[0]
    assert (judge(data.images).argmax(1) == data.labels).float().mean() > 0.95


def test_the_tests_that_need_cuda_are_found():
    assert "tests/training/test_cuda.py" in gpu.cuda_tests()


def test_without_a_gpu_it_says_so_in_one_sentence_and_writes_nothing():
    before = gpu.STORED.read_bytes() if gpu.STORED.exists() else None
    told = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}  # also where there is one
    done = subprocess.run(
        [sys.executable, "-m", "bench.gpu"],
        cwd=gpu.ROOT,
        env=told,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == gpu.NOTHING and not any(letter.isdigit() for letter in done.stdout)
    assert (gpu.STORED.read_bytes() if gpu.STORED.exists() else None) == before
