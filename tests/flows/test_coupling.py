"""Couplings: what stays, what may be seen, the bound on the scale, and the masks."""

import math

import pytest
import torch
from flow_examples import shaken
from torch import nn

from course_utils import flows
from course_utils.flows import masks, nets


def test_masks_split_in_two_and_swap():
    assert masks.halves(5).tolist() == [True, True, False, False, False]
    assert masks.every_other(5).tolist() == [True, False, True, False, True]
    assert masks.checkerboard(2, 3).tolist() == [[[True, False, True], [False, True, False]]]
    assert (
        masks.channels(4).shape == (4, 1, 1)
        and masks.channels(4).flatten().tolist() == [True] * 2 + [False] * 2
    )
    for make, sizes in [(masks.halves, (5,)), (masks.every_other, (4,)), (masks.checkerboard, (3, 4))]:
        assert torch.equal(make(*sizes, swap=True), ~make(*sizes))


@pytest.mark.parametrize(
    "name", ["additive coupling", "affine coupling", "checkerboard coupling", "channel coupling"]
)
def test_one_part_stays_and_decides_alone(name):
    flow = shaken(name)
    shape = {"checkerboard coupling": (2, 4, 3), "channel coupling": (4, 3, 2)}.get(name, (2,))
    mask = flow.mask.expand(shape)
    x, other = torch.randn(2, 6, *shape, dtype=torch.float64)
    z = flow(x)[0]
    assert torch.equal(z[:, mask], x[:, mask]) and not torch.allclose(z[:, ~mask], x[:, ~mask])
    mixed = torch.where(mask, x, other)  # the same part that stays, another to be changed
    if name == "additive coupling":
        assert torch.allclose(flow(mixed)[0] - mixed, z - x)
    else:
        assert torch.equal(flow(mixed)[1], flow(x)[1])


@pytest.mark.parametrize("make", [flows.AdditiveCoupling, flows.AffineCoupling])
@pytest.mark.parametrize("stay", [1, 3, 15])
def test_the_network_starts_as_one_that_is_given_only_what_stays(make, stay):
    """PyTorch's own layer of so many inputs: weights and biases uniform on +-1 / sqrt(inputs)."""
    torch.manual_seed(0)
    mask = torch.arange(16) < stay
    net, alone = make(mask, hidden=(4_000, 4)).net, nn.Linear(stay, 4_000)
    for ours, wanted in ((net[0].weight[:, mask], alone.weight), (net[0].bias, alone.bias)):
        assert ours.abs().max() <= 1 / math.sqrt(stay) + 1e-6
        assert ours.std().item() == pytest.approx(wanted.std().item(), rel=0.05)
    assert net[0].weight.requires_grad and net[2].weight.abs().max() <= 1 / math.sqrt(4_000)


def test_affine_coupling_is_the_paper_s_formula():
    net = nn.Linear(3, 6).double()
    flow, x = flows.AffineCoupling(masks.halves(3), net, bound=None), torch.randn(5, 3, dtype=torch.float64)
    out = net(torch.cat([x[:, :1], torch.zeros_like(x[:, 1:])], 1))
    t, s = out[:, 1:3], out[:, 4:6]
    z, log_det = flow(x)
    assert torch.allclose(z[:, 1:], x[:, 1:] * s.exp() + t) and torch.allclose(log_det, s.sum(1))
    bounded = flows.AffineCoupling(masks.halves(3), net, bound=0.5)
    assert torch.allclose(bounded(x)[1], (0.5 * torch.tanh(s / 0.5)).sum(1))


def test_a_bounded_scale_cannot_overflow_and_an_unbounded_one_can():
    x = torch.tensor([[1e4, 1.0]])
    net = nn.Linear(2, 4)
    nn.init.ones_(net.weight)
    bounded, free = (flows.AffineCoupling(masks.halves(2), net, bound=bound) for bound in (2.0, None))
    assert bounded(x)[1].item() == pytest.approx(2.0) and bounded(x)[0].isfinite().all()
    assert not free(x)[0].isfinite().all()
    assert (bounded(x)[0][0, 1] - net(x * bounded.mask)[0, 1]).abs() <= math.exp(2.0) * 1.01


@pytest.mark.parametrize("make", [flows.NICE, flows.RealNVP, flows.MAF])
def test_stacks_start_as_the_identity_up_to_order(make):
    x = torch.randn(5, 4)
    z, log_det = make(4)(x)
    assert torch.allclose(z, x) and torch.equal(log_det, torch.zeros(5))


def test_nice_keeps_the_volume_but_for_its_last_stretch():
    flow = shaken("nice")
    _, log_det = flow(torch.randn(5, 2, dtype=torch.float64))
    assert torch.allclose(log_det, flow.steps[-1].log_scale.sum().expand(5))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: flows.AffineCoupling(torch.ones(3)), "mask must hold True and False"),
        (lambda: flows.AffineCoupling(torch.ones(3, dtype=torch.bool)), "got 3 True of 3"),
        (lambda: flows.AdditiveCoupling(torch.zeros(2, dtype=torch.bool)), "got 0 True of 2"),
        (lambda: flows.AffineCoupling(masks.channels(2)), r"mask must have shape \[D\]"),
        (lambda: flows.AffineCoupling(masks.halves(2), bound=0), "bound must be a finite number above 0"),
        (lambda: flows.AffineCoupling(masks.halves(2), bound=math.nan), "bound must be a finite number"),
        (lambda: masks.halves(1), "dim must be at least 2"),
        (lambda: masks.checkerboard(1, 4), "height must be at least 2"),
        (lambda: nets.convolutional(0, 2), "c_in must be at least 1"),
        (lambda: nets.dense(2, 0), "n_out must be at least 1"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()
