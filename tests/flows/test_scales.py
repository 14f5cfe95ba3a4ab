"""Squeeze, Split and Glow: shapes, what goes where, sizes, and samples that come back as images."""

import pytest
import torch
from flow_examples import shaken
from safetensors.torch import save

from course_utils import flows


def test_squeeze_makes_channels_of_a_block():
    x = torch.arange(16.0).view(1, 1, 4, 4)
    z, _ = flows.Squeeze()(x)
    assert z.shape == (1, 4, 2, 2)
    assert z[0, :, 0, 0].tolist() == [0, 1, 4, 5] and z[0, :, 1, 0].tolist() == [8, 9, 12, 13]
    assert flows.Squeeze(4)(x)[0].flatten().tolist() == list(range(16))


def test_split_sends_half_on_and_lets_half_go():
    x = torch.randn(3, 4, 2, 2)
    rest = flows.Flow([flows.Flatten((2, 2, 2)), flows.ElementwiseAffine(8)], 8)
    torch.nn.init.constant_(rest.steps[1].log_scale, 2.0)
    z, log_det = flows.Split(rest, (4, 2, 2))(x)
    assert torch.equal(z[:, 8:], x[:, 2:].flatten(1))
    assert torch.equal(z[:, :8], rest(x[:, :2])[0]) and torch.allclose(log_det, torch.full((3,), 16.0))


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 8, 8), (3, 16, 16)])
def test_glow_takes_images_to_rows_and_back(shape):
    torch.manual_seed(0)
    flow, x = flows.Glow(shape, depth=2, width=8), torch.rand(6, *shape)
    z, log_det = flow(x)
    assert z.shape == (6, x[0].numel()) and log_det.shape == flow.log_prob(x).shape == (6,)
    assert torch.allclose(flow.inverse(z), x, atol=1e-4)
    drawn = flow.sample(5, torch.Generator().manual_seed(0))
    assert drawn.shape == (5, *shape) and drawn.isfinite().all()
    assert drawn.min() > -2e-6 and drawn.max() < 1 + 2e-6  # alpha = 1e-6 lets no sample pass by more


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 8, 8)])
def test_glow_fits_in_3_megabytes(shape):
    flow = flows.Glow(shape, levels=2, depth=16, width=96).half()
    assert len(save(flow.state_dict())) < 3e6


def test_what_leaves_early_is_normalised_by_what_stays():
    flow, x = shaken("glow"), torch.rand(2, 1, 8, 8, dtype=torch.float64)
    steps = flow.steps[1].steps
    z, early = flow(x)[0], flow.steps[0](x)[0]
    for step in list(steps)[:-2]:
        early, _ = step(early)
    shift, scale = steps[-2].shift_and_scale(early)
    wanted = early[:, 2:] * scale[:, 2:].exp() + shift[:, 2:]
    assert torch.allclose(z[:, 32:], wanted.flatten(1))
    assert not torch.allclose(scale[0, 2:], scale[1, 2:])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: flows.Squeeze()(torch.zeros(1, 1, 3, 4)), "divisible by 2; got 3 x 4"),
        (lambda: flows.Squeeze(1), "factor must be at least 2"),
        (lambda: flows.Split(flows.Flatten((1, 2, 2)), (3, 2, 2)), "even number of channels"),
        (lambda: flows.Glow((1, 28, 28), levels=3), "divisible by 8"),
        (lambda: flows.Glow((1, 8, 8), depth=0), "depth must be at least 1"),
        (lambda: flows.Flatten((1, 2, 2))(torch.zeros(1, 2, 2, 2)), "x must have shape"),
        (lambda: flows.Glow((1, 8, 8), alpha=0.5), "alpha must be a finite number"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()
