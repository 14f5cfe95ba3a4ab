"""A new flow is one small class: written here in under 25 lines, it is a step like any other."""

import inspect
import math

import pytest
import torch
from torch import nn

from course_utils import flows
from course_utils.widgets import PlaneWarp


class Sinh(nn.Module):
    """z = sinh(a x + b) with a > 0, each coordinate for itself: tails that a Gaussian has not."""

    def __init__(self, dim):
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(dim))
        self.shift = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        """x [B, D] -> z [B, D], log_det [B]."""
        inner = x * self.log_scale.exp() + self.shift
        return inner.sinh(), (inner.cosh().log() + self.log_scale).sum(1)

    def inverse(self, z):
        """z [B, D] -> x [B, D]."""
        return (z.asinh() - self.shift) * torch.exp(-self.log_scale)


def new(dim=2):
    """A flow of the new step between others, with weights away from the identity."""
    torch.manual_seed(0)
    flow = flows.Flow([flows.AffineCoupling(flows.masks.halves(dim)), Sinh(dim), flows.Planar(dim)], dim)
    for weight in flow.parameters():
        nn.init.normal_(weight, 0, 0.3)
    return flow.double()


def test_it_is_under_25_lines():
    assert len(inspect.getsource(Sinh).splitlines()) < 25


@pytest.mark.parametrize("dim", [2, 5])
def test_it_goes_there_and_back_and_its_log_determinant_is_autograds(dim):
    flow, x = new(dim), torch.randn(50, dim, dtype=torch.float64)
    z, log_det = flow(x)
    assert torch.allclose(flow.inverse(z), x, rtol=0, atol=1e-10)
    for row in range(5):
        jacobian = torch.autograd.functional.jacobian(lambda one: flow(one[None])[0][0], x[row])
        assert torch.allclose(log_det[row], torch.linalg.slogdet(jacobian).logabsdet, rtol=0, atol=1e-9)


def test_its_density_integrates_to_one():
    axis = torch.linspace(-12, 12, 1_201, dtype=torch.float64)
    with torch.no_grad():
        total = new().log_prob(torch.cartesian_prod(axis, axis)).exp().sum() * (axis[1] - axis[0]) ** 2
    assert abs(float(total) - 1) < 1e-3


def test_it_learns_and_the_widget_shows_it():
    """x = asinh(z) / 2 with z of N(0, 1): log |det| is known, and so is the best likelihood."""
    x = torch.randn(4_000, 2, generator=torch.Generator().manual_seed(0)).asinh() / 2
    flow = flows.Flow([Sinh(2)], 2)
    optimiser = torch.optim.Adam(flow.parameters(), 0.02)
    for _ in range(150):
        optimiser.zero_grad()
        loss = -flow.log_prob(x).mean()
        loss.backward()
        optimiser.step()
    assert flow.steps[0].log_scale.detach().tolist() == pytest.approx([math.log(2)] * 2, abs=0.05)
    warp = PlaneWarp(flow, x[:100], point=[0.2, -0.1])
    z, log_det = flow(torch.tensor([[0.2, -0.1]]))
    assert warp.numbers.z == pytest.approx(z[0].tolist(), abs=1e-4)
    assert sum(warp.numbers.log_dets) == pytest.approx(log_det.item(), abs=1e-4)
