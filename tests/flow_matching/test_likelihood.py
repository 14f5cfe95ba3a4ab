"""The likelihood of a flow against the mixture's own density."""

import pytest
import torch

from course_utils.diffusion import PlaneNet
from course_utils.exact import GaussianMixture
from course_utils.flow_matching import FlowNet, Path, exact_velocity, log_prob

F64 = torch.float64
MIXTURE = GaussianMixture(
    torch.tensor([[1.5, 0.0], [-1.0, 1.0]], dtype=F64), torch.tensor([0.4, 0.6]), torch.tensor([0.3, 0.7])
)


def points(n, seed=0):
    return MIXTURE.sample(n, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("path", [Path.linear(), Path.cosine()], ids=repr)
def test_it_is_the_mixtures_log_density(path):
    x = points(200)
    found = log_prob(exact_velocity(MIXTURE, path), x)
    torch.testing.assert_close(found, MIXTURE.log_prob(x), rtol=0, atol=1e-3)


def test_it_is_of_second_order_in_the_steps():
    x = points(50)
    errors = [
        (log_prob(exact_velocity(MIXTURE), x, steps) - MIXTURE.log_prob(x)).abs().max() for steps in (50, 100)
    ]
    assert 3.2 < errors[0] / errors[1] < 5


def test_it_integrates_to_1_for_a_network_that_was_never_trained():
    torch.manual_seed(0)
    model = FlowNet(PlaneNet(16, 1)).double()
    axis = torch.linspace(-6, 6, 97, dtype=F64)
    grid = torch.cartesian_prod(axis, axis)
    mass = log_prob(model, grid, steps=60).exp().sum() * (axis[1] - axis[0]) ** 2
    assert mass.item() == pytest.approx(1, abs=2e-3)
    assert all(weight.grad is None for weight in model.parameters())


@pytest.mark.parametrize("probe", ["gaussian", "rademacher"])
def test_probes_are_right_on_average(probe):
    """4,000 probes at one point; the error of their mean is a few times their deviation / sqrt(4,000)."""
    x = points(1).expand(4_000, 2)
    found = log_prob(exact_velocity(MIXTURE), x, 60, probe=probe, generator=torch.Generator().manual_seed(0))
    error = (found.mean() - MIXTURE.log_prob(x)[0]).abs()
    assert error < 4 * found.std() / 4_000**0.5 + 1e-3 and found.std() > 1e-3


def test_rademacher_has_nothing_to_guess_where_the_axes_are_apart():
    """The variance of a Rademacher probe comes from the entries beside the diagonal alone."""
    one = GaussianMixture(torch.zeros(1, 2, dtype=F64), 0.5)
    x = points(20)
    generator = torch.Generator().manual_seed(0)
    guessed = log_prob(exact_velocity(one), x, 100, probe="rademacher", generator=generator)
    torch.testing.assert_close(guessed, log_prob(exact_velocity(one), x, 100), rtol=0, atol=1e-12)
    gaussian = log_prob(exact_velocity(one), x, 100, probe="gaussian", generator=generator)
    assert (gaussian - guessed).abs().max() > 0.1


def test_a_flow_that_moves_all_alike_shifts_the_density():
    shift = torch.tensor([3.0, -1.0], dtype=F64)
    x = points(10)
    standard = torch.distributions.MultivariateNormal(shift, torch.eye(2, dtype=F64))
    moved = log_prob(lambda x, t: shift.expand_as(x), x, steps=3)
    torch.testing.assert_close(moved, standard.log_prob(x), rtol=1e-12, atol=1e-12)


def test_images_and_no_grad():
    model = exact_velocity(GaussianMixture(torch.zeros(1, 6, dtype=F64), 0.5))
    x = torch.randn(3, 1, 2, 3, generator=torch.Generator().manual_seed(0), dtype=F64)
    with torch.no_grad():
        found = log_prob(lambda x, t: model(x.flatten(1), t).view_as(x), x, steps=40)
    torch.testing.assert_close(found, log_prob(model, x.flatten(1), steps=40))
    assert found.shape == (3,) and not found.requires_grad and not x.requires_grad


def test_another_probe_is_refused():
    with pytest.raises(ValueError, match="Did you mean 'rademacher'"):
        log_prob(exact_velocity(MIXTURE), points(2), probe="rademacer")
