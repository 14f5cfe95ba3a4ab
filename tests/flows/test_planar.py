"""The planar flow's condition: any weights give an invertible step, up to the edge and past it."""

import math

import pytest
import torch

from course_utils import flows


def planar(w, u, b=0.0):
    flow = flows.Planar(len(w)).double()
    with torch.no_grad():
        for weight, value in [(flow.w, w), (flow.u, u), (flow.b, b)]:
            weight.copy_(torch.tensor(value, dtype=torch.float64))
    return flow


@pytest.mark.parametrize("u", [[-0.9, 3.0], [-1.0, 0.0], [-5.0, 1.0], [-30.0, 0.0], [8.0, 0.0]])
def test_the_direction_in_use_meets_the_condition(u):
    flow = planar([2.0, 0.0], u)
    along = (flow.w @ flow.direction()).item()
    softplus = max(2 * u[0], 0) + math.log1p(math.exp(-abs(2 * u[0])))
    assert along == pytest.approx(softplus - 1, abs=1e-12) and along >= -1
    across = torch.tensor([0.0, 1.0], dtype=torch.float64)  # only the part along w is changed
    assert (flow.direction() @ across).item() == u[1]
    x = torch.linspace(-4, 4, 400, dtype=torch.float64)
    z, log_det = flow(torch.stack([x, 0 * x], 1))
    assert (z[1:, 0] > z[:-1, 0]).all() and log_det.isfinite().all()


def test_without_the_condition_the_plane_folds():
    w, u = torch.tensor([2.0, 0.0]), torch.tensor([-5.0, 1.0])
    x = torch.linspace(-4, 4, 401)[:, None] * torch.tensor([1.0, 0.0])
    z = x + torch.tanh(x @ w)[:, None] * u
    assert not (z[1:, 0] > z[:-1, 0]).all()


def test_the_inverse_is_right_by_the_edge_and_carries_the_gradient():
    flow = planar([1.5, -0.5], [-2.0, 1.0], 0.3)
    x = torch.randn(200, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    z = flow(x)[0].detach()
    assert torch.allclose(flow.inverse(z), x, rtol=0, atol=1e-10)
    back = torch.autograd.functional.jacobian(lambda one: flow.inverse(one[None])[0], z[0])
    there = torch.autograd.functional.jacobian(lambda one: flow(one[None])[0], x[0])
    assert torch.allclose(back @ there, torch.eye(2, dtype=torch.float64), atol=1e-9)
    (found,) = torch.autograd.grad(flow.inverse(z).sum(), flow.b)
    higher, lower = planar([1.5, -0.5], [-2.0, 1.0], 0.3 + 1e-5), planar([1.5, -0.5], [-2.0, 1.0], 0.3 - 1e-5)
    wanted = (higher.inverse(z).sum() - lower.inverse(z).sum()) / 2e-5
    assert torch.allclose(found, wanted, rtol=1e-5)
