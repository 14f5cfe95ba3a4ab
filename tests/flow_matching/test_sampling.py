"""The solvers: their orders, what they do exactly, and what they refuse."""

import math

import pytest
import torch

from course_utils.exact import GaussianMixture
from course_utils.flow_matching import FlowNet, Path, exact_velocity, methods, sample

F64 = torch.float64
ORDERS = {"euler": 1, "midpoint": 2, "heun": 2}
CALLS = {"euler": 1, "midpoint": 2, "heun": 2}


def normal(n, dim=2, seed=0):
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed), dtype=F64)


def test_every_method_has_an_order_here():
    assert set(ORDERS) == set(methods)


@pytest.mark.parametrize("method", methods)
@pytest.mark.parametrize("path", [Path.linear(), Path.cosine()], ids=repr)
def test_halving_the_step_divides_the_error_by_two_to_the_order(method, path):
    """Of a mixture: for one Gaussian on the line the midpoint rule happens to be of third order."""
    mixture = GaussianMixture(torch.tensor([[1.5, 0.0], [-1.0, 0.5]], dtype=F64), torch.tensor([0.5, 0.8]))
    model, x = exact_velocity(mixture, path), normal(16)
    coarse, half, fine = (sample(model, x.shape, x=x, steps=n, method=method) for n in (80, 160, 320))
    slope = math.log2((coarse - half).norm() / (half - fine).norm())
    assert slope == pytest.approx(ORDERS[method], abs=0.15)


@pytest.mark.parametrize("method", methods)
def test_the_flow_of_a_gaussian_is_exact_on_the_way_too(method):
    m, s, x, seen = 0.7, 0.4, normal(20, 1), []
    model = exact_velocity(GaussianMixture(torch.tensor([[m]], dtype=F64), s))
    sample(model, x.shape, x=x, steps=400, method=method, watch=lambda t, x: seen.append((t, x)))
    for t, at in seen[::80]:
        torch.testing.assert_close(at, t * m + x * math.hypot(1 - t, t * s), rtol=0, atol=4e-3)


@pytest.mark.parametrize("method", methods)
def test_one_step_is_exact_where_the_flow_is_straight(method):
    shift = torch.tensor([3.0, -1.0], dtype=F64)
    x = normal(10)
    moved = sample(lambda x, t: shift.expand_as(x), x.shape, x=x, steps=1, method=method)
    torch.testing.assert_close(moved, x + shift, rtol=0, atol=1e-14)


@pytest.mark.parametrize("method", methods)
def test_there_and_back_is_where_it_began(method):
    model = exact_velocity(GaussianMixture(torch.tensor([[1.0, 0.0], [-1.0, 0.0]], dtype=F64), 0.5))
    x = normal(50)
    there = sample(model, x.shape, x=x, steps=80, method=method)
    back = sample(model, x.shape, x=there, steps=80, method=method, start=1.0, end=0.0)
    close = 0.3 if method == "euler" else 1e-2
    torch.testing.assert_close(back, x, rtol=0, atol=close)
    half = sample(model, x.shape, x=x, steps=40, method=method, end=0.5)
    whole = sample(model, x.shape, x=half, steps=40, method=method, start=0.5)
    torch.testing.assert_close(whole, there, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("method", methods)
def test_the_model_is_asked_at_the_right_times(method):
    asked, seen = [], []

    def model(x, t):
        assert t.shape == (3,) and t.dtype == F64 and len(t.unique()) == 1
        asked.append(t[0].item())
        return torch.ones_like(x)

    sample(model, (3, 1), x=normal(3, 1), steps=4, method=method, watch=lambda t, x: seen.append(t))
    assert seen == [0.0, 0.25, 0.5, 0.75, 1.0] and len(asked) == 4 * CALLS[method]
    wanted = {
        "euler": [0, 0.25, 0.5, 0.75],
        "midpoint": [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875],
        "heun": [0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1.0],
    }[method]
    assert asked == pytest.approx(wanted, abs=1e-15)


@pytest.mark.parametrize("steps", [1, 3, 7, 49])
def test_the_last_time_is_exactly_the_end(steps):
    seen = []
    sample(lambda x, t: x, (1, 1), steps=steps, watch=lambda t, x: seen.append(t))
    assert seen[-1] == 1.0 and len(seen) == steps + 1


def test_noise_is_the_generators_and_in_the_dtype_of_the_weights():
    net = torch.nn.Linear(2, 2).double()
    model = FlowNet(lambda x, t: net(x))
    model.layer = net
    one, same, other = (
        sample(model, (4, 2), steps=1, generator=torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
    )
    assert torch.equal(one, same) and not torch.equal(one, other) and one.dtype == F64
    assert not one.requires_grad
    torch.manual_seed(3)
    first = sample(lambda x, t: 0 * x, (5, 2), steps=1)
    torch.manual_seed(3)
    assert torch.equal(first, torch.randn(5, 2))


def test_what_cannot_be_is_refused():
    model = exact_velocity(GaussianMixture(torch.zeros(1, 2), 1.0))
    with pytest.raises(ValueError, match="Did you mean 'euler'"):
        sample(model, (3, 2), method="eular")
    with pytest.raises(ValueError, match="x must be given where the walk does not begin with noise"):
        sample(model, (3, 2), start=0.5)
    with pytest.raises(ValueError, match="end must be a finite number at least 0 and at most 1"):
        sample(model, (3, 2), end=1.5)
    with pytest.raises(ValueError, match="steps must be at least 1"):
        sample(model, (3, 2), steps=0)
    with pytest.raises(ValueError, match=r"x must have the shape \[3, 2\]; got \[4, 2\]"):
        sample(model, (3, 2), x=torch.zeros(4, 2))
