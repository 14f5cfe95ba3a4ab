"""What only a GPU can show. Skipped, with the reason, where torch sees no CUDA device."""

import warnings

import pytest
import torch

from course_utils import training
from course_utils.training import fit

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device here")
PLAIN = {"precision": "fp32", "compile": False, "channels_last": False, "tf32": False, "progress": False}


def make_model():
    training.seed_everything(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.BatchNorm2d(8), torch.nn.ReLU(), torch.nn.Dropout(0.1),
        torch.nn.Conv2d(8, 3, 3, padding=1),
    )  # fmt: skip


def images(n=500):
    levels = torch.randint(0, 256, (n, 3, 16, 16), generator=torch.Generator().manual_seed(1))
    return levels.to(torch.uint8)


def squared(model, x):
    return (model(x) - x).square().sum((1, 2, 3)).mean()


def run(steps=40, loss=squared, **options):
    model = make_model()
    return model, fit(model, loss, images(), steps=steps, batch_size=64, **{**PLAIN, **options})


def test_the_gpu_is_picked_and_the_model_stays_there():
    model, history = run()
    assert training.pick_device().type == "cuda"
    assert all(p.is_cuda for p in model.parameters()) and not model.training
    assert history.steps == len(history.loss) == 40


def test_cpu_and_gpu_take_the_same_road_without_dropout():
    def loss(model, x):
        return squared(torch.nn.Sequential(*(model[i] for i in (0, 1, 2, 4))), x)

    on_cpu = run(loss=loss, device="cpu")[1].loss
    on_gpu = run(loss=loss)[1].loss
    assert on_gpu == pytest.approx(on_cpu, rel=1e-3)


@pytest.mark.parametrize(
    "option",
    [{"precision": "bf16"}, {"precision": "auto"}, {"channels_last": True},
     {"tf32": True}, {"compile": True}, {"compile": None, "precision": "auto", "channels_last": None}],
    ids=str,
)  # fmt: skip
def test_every_switch_trains_along_the_plain_trajectory(option):
    plain = run()[1].loss
    switched = run(**option)[1].loss
    assert switched.shape == plain.shape
    assert switched[0] == pytest.approx(plain[0], rel=0.1)
    assert switched[-5:].mean() < 0.8 * switched[0]
    assert switched[-5:].mean() == pytest.approx(plain[-5:].mean(), rel=0.25)


def test_switches_do_what_they_say():
    seen = []

    def loss(model, x):
        y = model(x)
        last = x.is_contiguous(memory_format=torch.channels_last)
        seen.append((y.dtype, last, torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32))
        return (y.float() - x).square().mean()

    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    run(1, loss)
    run(1, loss, precision="auto", channels_last=None, tf32=True)
    assert seen == [(torch.float32, False, "highest", False), (torch.bfloat16, True, "high", True)]
    assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32) == before


def test_equal_runs_are_equal():
    assert run()[1].loss.tolist() == pytest.approx(run()[1].loss.tolist(), rel=1e-6)


@pytest.mark.parametrize("option", [{}, {"precision": "bf16", "channels_last": True}], ids=str)
def test_a_run_is_resumed_with_its_random_numbers(tmp_path, option):
    path = tmp_path / "run.safetensors"
    run(17, checkpoint=path, ema_decay=0.9, **option)
    model, history = run(40, checkpoint=path, ema_decay=0.9, **option)
    whole, expected = run(40, ema_decay=0.9, **option)
    assert history.loss == pytest.approx(expected.loss, rel=1e-3)
    for one, two in zip(model.parameters(), whole.parameters(), strict=True):
        assert torch.allclose(one, two, atol=1e-3)
    for one, two in zip(history.ema.parameters(), expected.ema.parameters(), strict=True):
        assert torch.allclose(one, two, atol=1e-3)


def test_a_cpu_checkpoint_is_not_taken_for_a_gpu_run(tmp_path):
    path = tmp_path / "run.safetensors"
    run(3, checkpoint=path, device="cpu")
    with pytest.raises(training.CheckpointError, match="device='cpu', and this run has device='cuda'"):
        run(5, checkpoint=path)


def test_the_gpu_is_not_made_to_wait_at_every_step():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            run(300, ema_decay=0.9)
        finally:
            torch.cuda.set_sync_debug_mode("default")
    waits = [w for w in caught if "synchroniz" in str(w.message)]
    assert len(waits) < 100, str(waits[-1].message)


def test_nan_is_found_although_losses_stay_on_the_gpu():
    calls = []

    def loss(model, x):
        calls.append(1)
        return squared(model, x) * (float("nan") if len(calls) == 7 else 1.0)

    with pytest.raises(training.TrainingDiverged, match="at step 7;") as caught:
        run(60, loss)
    assert caught.value.history.steps == 7


def test_random_numbers_outside_are_left_alone():
    model = make_model()
    before = torch.cuda.get_rng_state()
    fit(model, squared, images(), steps=3, **PLAIN)
    assert torch.equal(torch.cuda.get_rng_state(), before)
