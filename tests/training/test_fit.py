import math

import pytest
import torch

from course_utils import training
from course_utils.training import TrainingDiverged, fit
from course_utils.training.fitting import check_loss

QUIET = {"progress": False, "device": "cpu"}


def linear(dtype=torch.float32, seed=0):
    torch.manual_seed(seed)
    return torch.nn.Linear(3, 2, dtype=dtype)


def data(n=40, dtype=torch.float32):
    generator = torch.Generator().manual_seed(1)
    return tuple(torch.randn(n, k, generator=generator, dtype=dtype) for k in (3, 2))


def squared(model, x, y):
    return (model(x) - y).square().sum(1).mean()


def test_full_batch_training_is_adamw_by_hand():
    x, y = data(dtype=torch.float64)
    model, twin = linear(torch.float64), linear(torch.float64)
    history = fit(model, squared, (x, y), steps=30, batch_size=40, lr=0.05, weight_decay=0.1, **QUIET)
    moments = {p: (torch.zeros_like(p), torch.zeros_like(p)) for p in twin.parameters()}
    losses = []
    for step in range(1, 31):
        loss = squared(twin, x, y)
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, list(twin.parameters()))
        for p, g in zip(twin.parameters(), gradients, strict=True):  # Loshchilov & Hutter 2019, algorithm 2
            m, v = moments[p]
            m.mul_(0.9).add_(0.1 * g)
            v.mul_(0.999).add_(0.001 * g * g)
            root = (v / (1 - 0.999**step)).sqrt() + 1e-8
            p.data -= 0.05 * (m / (1 - 0.9**step) / root + 0.1 * p.data)
    assert history.loss == pytest.approx(losses, rel=1e-6)
    assert torch.allclose(model.weight, twin.weight, rtol=1e-6)


def test_average_does_not_lag():
    model = linear()
    start = model.weight.detach().clone()
    history = fit(model, squared, data(), steps=1, ema_decay=0.9, lr=0.1, **QUIET)
    assert not torch.equal(model.weight, start)
    assert torch.allclose(history.ema.weight, 0.9 * start + 0.1 * model.weight, atol=1e-7)


def test_average_is_the_exponential_mean_of_all_steps():
    model = linear()
    average = training.WeightAverage(model, 0.8)
    update = training.gradient_step(model, squared, training.adamw(model, 0.1), average)
    expected = model.weight.detach().clone()
    for _ in training.steps(update, data(), steps=12, **QUIET):
        expected = 0.8 * expected + 0.2 * model.weight.detach()
    assert torch.allclose(average.model.weight, expected, atol=1e-6)


def test_average_copies_buffers_and_none_is_kept_unless_asked():
    model = torch.nn.BatchNorm1d(3)
    history = fit(model, lambda m, x: m(x).square().mean(), data()[0], steps=3, ema_decay=0.5, **QUIET)
    assert torch.equal(history.ema.running_mean, model.running_mean)
    assert not model.training and not history.ema.training
    assert fit(linear(), squared, data(), steps=1, **QUIET).ema is None


def test_the_model_learns_and_ends_in_eval_mode():
    model = linear()
    x = data(200)[0]
    truth = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])
    history = fit(model, squared, (x, x @ truth.T), epochs=60, batch_size=50, lr=0.1, **QUIET)
    assert history.steps == 240 == len(history.loss)
    assert torch.allclose(model.weight, truth, atol=1e-2)
    assert not model.training and history.seconds > 0


def test_extras_are_recorded_by_name():
    def loss(model, x, y):
        value = squared(model, x, y)
        return value, {"half": value / 2, "one": 1}

    history = fit(linear(), loss, data(), steps=7, **QUIET)
    assert history.extras["half"] == pytest.approx(history.loss / 2)
    assert history.extras["one"].tolist() == [1.0] * 7


def test_uint8_images_reach_the_loss_scaled():
    seen = []

    def loss(model, x):
        seen.append((x.dtype, x.max().item()))
        return model(x.flatten(1)).mean()

    images = torch.full((5, 1, 1, 3), 255, dtype=torch.uint8)
    fit(linear(), loss, images, steps=1, **QUIET)
    assert seen == [(torch.float32, 1.0)]


def test_global_random_numbers_are_as_they_were():
    model = linear()
    before = torch.get_rng_state()
    fit(model, lambda m, x, y: squared(m, x + torch.randn_like(x), y), data(), steps=3, **QUIET)
    assert torch.equal(torch.get_rng_state(), before)


def test_nan_stops_with_the_step_and_the_history_kept(tmp_path):
    calls = []

    def spoil(model, inputs, outputs):
        calls.append(1)
        return outputs * (math.nan if len(calls) == 6 else 1.0)

    path, model = tmp_path / "run.safetensors", linear()
    model.register_forward_hook(spoil)
    with pytest.raises(
        TrainingDiverged, match=r"loss became NaN or infinite at step 6; try a smaller lr"
    ) as e:
        fit(model, squared, data(), steps=20, checkpoint=path, save_every=0, **QUIET)
    assert e.value.history.steps == 6 and len(calls) == 6
    assert all(map(math.isfinite, e.value.history.loss[:5])) and math.isnan(e.value.history.loss[5])
    assert training.fit(linear(), squared, data(), steps=5, checkpoint=path, **QUIET).steps == 5


def test_seconds_are_a_budget_too():
    history = fit(linear(), squared, data(), seconds=0.2, **QUIET)
    assert history.steps >= 1
    assert history.seconds >= 0.2


@pytest.mark.parametrize("loss", [lambda m, x, y: 0.5, lambda m, x, y: (m(x).sum(), 3), lambda m, x, y: None])
def test_a_loss_of_another_kind_is_refused(loss, tmp_path):
    with pytest.raises(TypeError, match="loss must return a scalar tensor"):
        fit(linear(), loss, data(), steps=1, checkpoint=tmp_path / "run", **QUIET)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda m, x, y: (m(x) - y).square(), r"got shape \[40, 2\]"),
        (lambda m, x, y: (m(x) - y).square().sum().detach(), "carries no gradient"),
        (lambda m, x, y: y.sum(), "carries no gradient"),
    ],
)
def test_a_loss_that_cannot_train_is_refused_before_anything_changes(loss, words, tmp_path):
    model = linear()
    before = model.weight.detach().clone()
    with pytest.raises(ValueError, match=words):
        fit(model, loss, data(), steps=1, checkpoint=tmp_path / "run", **QUIET)
    assert torch.equal(model.weight, before) and list(tmp_path.iterdir()) == []
    assert not model.training


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({}, ValueError, "exactly one of steps, epochs and seconds; got none"),
        ({"steps": 1, "seconds": 2}, ValueError, "got steps=1, seconds=2"),
        ({"steps": 0}, ValueError, "steps must be at least 1.*; got 0"),
        ({"steps": -5}, ValueError, "steps must be at least 1.*; got -5"),
        ({"steps": 2.5}, TypeError, "steps must be a whole number"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1"),
        ({"seconds": -1}, ValueError, "seconds must be a finite number above 0"),
        ({"seconds": math.nan}, ValueError, "seconds must be a finite number"),
        ({"steps": 1, "batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"steps": 1, "lr": 0}, ValueError, "lr must be a finite number above 0"),
        ({"steps": 1, "weight_decay": -1}, ValueError, "weight_decay must be"),
        ({"steps": 1, "ema_decay": 1.5}, ValueError, "ema_decay must be"),
        ({"steps": 1, "seed": -1}, ValueError, "seed must be at least 0"),
        ({"steps": 1, "precision": "fp16"}, ValueError, "precision must be one of"),
        ({"steps": 1, "save_every": -1}, ValueError, "save_every must be"),
    ],
)
def test_bad_options_are_one_clear_sentence(options, error, words, tmp_path):
    with pytest.raises(error, match=words):
        fit(linear(), squared, data(), checkpoint=tmp_path / "run", **options, **QUIET)
    assert list(tmp_path.iterdir()) == []


def test_bad_models_are_one_clear_sentence():
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module; got function"):
        fit(squared, squared, data(), steps=1, **QUIET)
    with pytest.raises(TypeError, match="loss must be a function"):
        fit(linear(), None, data(), steps=1, **QUIET)
    with pytest.raises(ValueError, match="model must have weights to train"):
        fit(linear().requires_grad_(False), squared, data(), steps=1, **QUIET)
    with pytest.raises(
        TypeError, match=r"data\[0\] must be torch.float32, as the model is; got torch.float64"
    ):
        fit(linear(), squared, data(dtype=torch.float64), steps=1, **QUIET)


def test_check_loss_accepts_both_forms():
    value = torch.ones(1, requires_grad=True).sum()
    assert check_loss(value) == (value, {})
    assert check_loss((value, {"a": 1})) == (value, {"a": 1})


def test_bf16_trains_on_a_cpu():
    model = linear()
    first = fit(model, squared, data(), steps=60, lr=0.05, precision="bf16", **QUIET).loss
    assert first[-10:].mean() < first[:10].mean()
    assert model.weight.dtype == torch.float32
