"""ActNorm: what the first batch sets, and what no later one does."""

import pytest
import torch

from course_utils import flows


@pytest.mark.parametrize("shape", [(500, 3), (40, 3, 5, 4)])
def test_the_first_batch_leaves_at_mean_0_and_deviation_1(shape):
    generator = torch.Generator().manual_seed(0)
    scale = torch.tensor([0.1, 3.0, 20.0]).view(-1, *[1] * (len(shape) - 2))
    x = (torch.randn(shape, generator=generator) + 7) * scale
    norm = flows.ActNorm(3)
    z, log_det = norm(x)
    axes = [0, *range(2, len(shape))]
    assert torch.allclose(z.mean(axes), torch.zeros(3), atol=1e-4)
    assert torch.allclose(z.std(axes, correction=0), torch.ones(3), atol=1e-4)
    places = x[0, 0].numel()
    assert torch.allclose(log_det, -places * x.std(axes, correction=0).log().sum(), rtol=1e-4)
    before = [norm.shift.clone(), norm.log_scale.clone()]
    norm(100 * x - 3)
    assert torch.equal(norm.shift, before[0]) and torch.equal(norm.log_scale, before[1])
    assert norm.shift.requires_grad and norm.log_scale.requires_grad


def test_a_batch_in_eval_mode_sets_nothing_and_a_loaded_norm_stays():
    norm, x = flows.ActNorm(2), 5 + torch.randn(50, 2)
    assert torch.equal(norm.eval()(x)[0], x)
    norm.train()(x)
    other = flows.ActNorm(2)
    other.load_state_dict(norm.state_dict())
    other(9 * x)
    assert torch.equal(other.shift, norm.shift)


@pytest.mark.parametrize("first", [[[1.0, 0.1], [2.0, 0.1]] * 500, [[1.5, 0.1]]])
def test_a_constant_channel_is_moved_and_not_blown_up(first):
    norm = flows.ActNorm(2).requires_grad_(False)
    z, log_det = norm(torch.tensor(first))
    assert z[:, 1].abs().max() < 1e-6, "rounding is no deviation"
    deviation = torch.tensor(first)[:, 0].std(correction=0)
    assert log_det[0] == pytest.approx(-float(deviation.log()) if len(first) > 1 else 0.0)
    later, _ = norm(torch.tensor([[1.0, 1.1]]))
    assert later[0, 1] == pytest.approx(1.0), "a later batch that varies keeps its size"


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_a_first_batch_that_is_broken_sets_nothing(bad):
    norm, x = flows.ActNorm(2), torch.randn(9, 2, generator=torch.Generator().manual_seed(0))
    with pytest.raises(ValueError, match="NaN or infinity"):
        norm(torch.where(x > 1, bad, x))
    assert not norm.set and norm(x)[0].std(0, correction=0).tolist() == pytest.approx([1, 1], rel=1e-4)


def test_another_number_of_channels_is_told():
    with pytest.raises(ValueError, match=r"x must have shape \[B, 3, ...\]"):
        flows.ActNorm(3)(torch.zeros(2, 4, 5, 5))
    with pytest.raises(ValueError, match="dim must be at least 1"):
        flows.ElementwiseAffine(0)
