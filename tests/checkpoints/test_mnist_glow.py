"""The shipped flow of real digits: its bits are those of its provenance, and it can be walked both ways."""

import math

import pytest
import torch

from course_utils import checkpoints, data, flows


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("mnist_glow")


def test_its_bits_are_those_that_its_provenance_states(shipped):
    model, record = shipped
    x = data.load("mnist_5k", split="test").images[::4]
    generator = torch.Generator().manual_seed(3)  # not the recipe's
    grey = (255 * x).round()
    y = (grey + torch.rand(x.shape, generator=generator)).clamp(max=255.999) / 256
    with torch.no_grad():
        nats = 784 * math.log(256) - model.log_prob(y).mean()
    stated = record["metrics"]["test_bits_per_dimension"]
    assert nats.item() / (784 * math.log(2)) == pytest.approx(stated, abs=0.03) and stated < 1.5
    assert record["metrics"]["train_bits_per_dimension"] < stated < math.log2(256)


def test_blank_paper_is_likelier_than_any_digit(shipped):
    """A high likelihood is not "in distribution"."""
    model, record = shipped
    x = data.load("mnist_5k", split="test").images[:200]
    with torch.no_grad():
        digits = model.log_prob(flows.dequantise((255 * x).round(), 256, torch.Generator().manual_seed(0)))
        blank = model.log_prob(flows.dequantise(0 * x[:20], 256, torch.Generator().manual_seed(0)))
    assert blank.min() > digits.max()
    assert record["metrics"]["blank_bits_per_dimension"] < record["metrics"]["test_bits_per_dimension"]


def test_there_and_back_in_float32(shipped):
    model, _ = shipped
    x = (data.load("mnist_5k", split="test").images[:20] * 255 + 0.5) / 256
    with torch.no_grad():
        assert torch.allclose(model.inverse(model(x)[0]), x, atol=1e-3)
    drawn = model.sample(8, torch.Generator().manual_seed(1))
    assert drawn.shape == (8, 1, 28, 28) and drawn.isfinite().all() and 0.03 < drawn.mean() < 0.4
