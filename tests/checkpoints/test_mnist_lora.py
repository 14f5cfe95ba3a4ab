"""Handwriting taught a bold font: the stored changes and samples, and what they show."""

import pytest
import torch

from course_utils import checkpoints, lora, metrics
from course_utils.checkpoints import mnist_lora as recipes


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("mnist_lora")


@pytest.fixture(scope="module")
def base():
    return checkpoints.load("mnist_diffusion")[0]


X, T, Y = torch.randn(2, 1, 28, 28), torch.tensor([100, 600]), torch.tensor([3, 8])


def test_every_row_has_samples(shipped):
    study, _ = shipped
    assert study.names == ("base_0", "lora_0", "lora_1", "lora_2", "full_0", "last_0")
    assert len({study(name).numpy().tobytes() for name in study.names}) == 6
    assert all(study(name).shape == (100, 1, 28, 28) and study(name).std() > 0.1 for name in study.names)
    with pytest.raises(ValueError, match="Did you mean 'lora_0'"):
        study("lora0")


@torch.no_grad()
def test_scale_0_is_the_base_and_merged_is_unmerged(shipped, base):
    study, _ = shipped
    assert torch.equal(study.adapted(base, scale=0.0)(X, T, Y), base(X, T, Y))
    adapted = study.adapted(base)
    out = adapted(X, T, Y)
    assert torch.allclose(lora.merge_lora(adapted)(X, T, Y), out, atol=1e-5)
    assert float((out - base(X, T, Y)).abs().max()) > 0.1
    assert not torch.allclose(study.adapted(base, seed=1)(X, T, Y), out, atol=0.01)


def test_the_changes_are_few_weights_and_of_low_rank(shipped, base):
    study, record = shipped
    few = sum(one.numel() for one in study.changes[0].parameters())
    whole = sum(one.numel() for one in base.parameters())
    share = record["metrics"]["share_trained_lora"]
    assert share == pytest.approx(few / (few + whole), abs=1e-6) and share < 0.1
    last = base.last[-1].weight.numel() + base.last[-1].bias.numel()
    assert record["metrics"]["share_trained_last"] == pytest.approx(last / whole, abs=1e-6)
    merged = lora.merge_lora(study.adapted(base))
    change = (merged.before.conv1.weight - base.before.conv1.weight).flatten(1)
    assert torch.linalg.matrix_rank(change.double(), rtol=1e-3) == 4


def test_the_metrics_are_those_of_the_stored_samples(shipped):
    study, record = shipped
    judge, _ = checkpoints.load("mnist_classifier")
    labels = torch.arange(100) % 10
    rows = [study(f"lora_{seed}") for seed in range(3)]
    agreed = [float(metrics.agreement(judge, x, labels)) for x in rows]
    assert record["metrics"]["read_as_asked_lora"] == pytest.approx(sum(agreed) / 3, abs=1e-5)
    ink = [float(x.mean()) for x in rows]
    assert record["metrics"]["ink_lora"] == pytest.approx(sum(ink) / 3, abs=1e-5)


def test_lora_comes_nearer_to_the_font_than_the_base_and_the_last_layer(shipped):
    found = shipped[1]["metrics"]
    for what in ("distance", "distance_to_nearest"):
        assert found[f"{what}_lora"] < 0.8 * min(found[f"{what}_base"], found[f"{what}_last"])


def test_only_what_a_way_trains_asks_for_gradients(base):
    def asks(way):
        return {name for name, w in recipes.prepared(way, base, 4).named_parameters() if w.requires_grad}

    assert asks("last") == {"last.2.weight", "last.2.bias"}
    assert asks("full") == {name for name, _ in base.named_parameters()}
    assert all(".parametrizations.weight.0." in name for name in asks("lora"))
