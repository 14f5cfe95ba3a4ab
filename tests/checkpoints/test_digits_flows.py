"""The shipped flows of the small digits: their bits are those of their provenance, and they invert."""

import math

import pytest
import torch

from course_utils import checkpoints, data
from course_utils.checkpoints import digits_flows as recipes


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("digits_flows")


def nats(flow, levels, seed):
    """The mean of log p of levels [B, 1, 8, 8] with noise of its own kind, less 64 log 17, by hand."""
    noise = torch.rand(levels.shape, generator=torch.Generator().manual_seed(seed)).clamp(1e-4, 1 - 1e-4)
    with torch.no_grad():
        return flow.log_prob((levels + noise) / 17).double() - 64 * math.log(17)


@pytest.mark.parametrize("name", recipes.NAMES)
def test_the_bits_are_those_that_the_provenance_states(shipped, name):
    model, record = shipped
    levels = (16 * data.load("digits", split="test").images).round()
    bits = -nats(model(name), levels, seed=3).mean() / (64 * math.log(2))
    stated = record["metrics"][f"{name}_test_bits_per_dimension"]
    assert float(bits) == pytest.approx(stated, abs=0.03)
    assert record["metrics"][f"{name}_train_bits_per_dimension"] < stated < math.log2(17)
    runs = [record["metrics"][f"{name}_test_bits_of_run_{number}"] for number in range(3)]
    assert runs[0] == pytest.approx(stated, abs=1e-3) and max(runs) - min(runs) < 0.1
    torch.testing.assert_close(model.test_bits[recipes.NAMES.index(name)], torch.tensor(runs))


@pytest.mark.parametrize("name", recipes.NAMES)
def test_blank_paper_is_no_digit_to_them(shipped, name):
    """Not so with mnist_glow: here strokes fill the picture, and paper without any is far from all digits."""
    levels = (16 * data.load("digits", split="test").images).round()
    blank, digits = (nats(shipped[0](name), x, seed=0) for x in (torch.zeros(50, 1, 8, 8), levels))
    assert blank.mean() < digits.quantile(0.1)


@pytest.mark.parametrize("name", recipes.NAMES)
@torch.no_grad()
def test_there_and_back(shipped, name):
    flow = shipped[0](name)
    x = ((16 * data.load("digits", split="test").images[:50]).round() + 0.5) / 17
    torch.testing.assert_close(flow.inverse(flow(x)[0]), x, atol=1e-3, rtol=0)
    drawn = flow.sample(50, torch.Generator().manual_seed(0))
    assert drawn.shape == (50, 1, 8, 8) and drawn.isfinite().all()
    assert float(drawn.min()) > -1e-3 and float(drawn.max()) < 1 + 1e-3
    assert float(drawn.mean()) == pytest.approx(float(x.mean()), abs=0.06)


@torch.no_grad()
def test_the_log_determinant_is_that_of_the_jacobian(shipped):
    """At one digit, by an independent way: the Jacobian's 64 x 64 numbers."""
    x = ((16 * data.load("digits", split="test").images[:1]).round() + 0.5).double() / 17
    for name in recipes.NAMES:
        flow = checkpoints.load("digits_flows")[0](name).double()
        J = torch.autograd.functional.jacobian(lambda x, flow=flow: flow(x)[0].flatten(), x).view(64, 64)
        torch.testing.assert_close(flow(x)[1][0], torch.linalg.slogdet(J)[1], rtol=1e-7, atol=1e-5)


def test_an_unknown_name_is_refused(shipped):
    with pytest.raises(ValueError, match="Did you mean 'glow'"):
        shipped[0]("glows")
