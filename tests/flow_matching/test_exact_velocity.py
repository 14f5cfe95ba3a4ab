"""The exact velocity of a mixture, by closed forms, by brute force, and by sampling with no network."""

import math

import pytest
import torch
from scipy import integrate

from course_utils.divergences import wasserstein1
from course_utils.exact import GaussianMixture
from course_utils.flow_matching import Path, exact_velocity, methods, sample

F64 = torch.float64
MIXTURE = GaussianMixture(
    torch.tensor([[2.0, 0.0], [-1.0, 1.5], [-1.0, -1.5]], dtype=F64),
    torch.tensor([0.3, 0.5, 0.2]),
    torch.tensor([0.5, 0.3, 0.2], dtype=F64),
)
PATHS = {"linear": Path.linear(), "cosine": Path.cosine()}


def normal(n, dim=2, seed=0):
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed), dtype=F64)


def test_of_one_gaussian_it_is_the_textbook_line():
    m, s = 1.5, 0.4
    model = exact_velocity(GaussianMixture(torch.tensor([[m]], dtype=F64), s))
    x, t = normal(50, 1), torch.linspace(0, 1, 50, dtype=F64)
    column = t[:, None]
    slope = (column * s**2 - (1 - column)) / ((1 - column) ** 2 + column**2 * s**2)
    torch.testing.assert_close(model(x, t), m + slope * (x - column * m), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("t", [0.0, 0.2, 0.6, 0.95, 1.0])
@pytest.mark.parametrize("name", PATHS)
def test_it_is_the_mixtures_denoiser_read_as_a_velocity(name, t):
    """exact.GaussianMixture answers for levels whose squares add up to 1; a factor brings x_t there."""
    path, x = PATHS[name], normal(60)
    signal, sigma, signal_slope, sigma_slope = (float(r.flatten()) for r in path.levels(t, x[:1]))
    length = math.hypot(signal, sigma)
    data = MIXTURE.denoise(x / length, (signal / length) ** 2)
    velocity = exact_velocity(MIXTURE, path)(x, t)
    if sigma > 1e-9:
        noise = (x - signal * data) / sigma
        torch.testing.assert_close(velocity, signal_slope * data + sigma_slope * noise, rtol=1e-9, atol=1e-9)
    else:  # the noise cannot be seen any more, and its mean is 0
        torch.testing.assert_close(velocity, signal_slope * data, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("t", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", PATHS)
def test_it_is_the_mean_of_the_lines_that_cross_at_a_point(name, t):
    """E[dx_t / dt | x_t = x] by adaptive quadrature over the data, in one dimension."""
    path = PATHS[name]
    mixture = GaussianMixture(
        torch.tensor([[-1.0], [2.0]], dtype=F64), torch.tensor([0.5, 0.8]), torch.tensor([0.4, 0.6])
    )
    signal, sigma, signal_slope, sigma_slope = (
        float(r.flatten()) for r in path.levels(t, torch.zeros(1, 1, dtype=F64))
    )
    for x in (-1.3, 0.4, 1.7):

        def weight(data, x=x):
            noise = (x - signal * data) / sigma
            p = float(mixture.log_prob(torch.tensor([[data]], dtype=F64)).exp())
            return p * math.exp(-(noise**2) / 2), signal_slope * data + sigma_slope * noise

        mass = integrate.quad(lambda d: weight(d)[0], -8, 10, limit=400, points=[-1, 2])[0]
        mean = integrate.quad(lambda d: math.prod(weight(d)), -8, 10, limit=400, points=[-1, 2])[0] / mass
        found = exact_velocity(mixture, path)(torch.tensor([[x]], dtype=F64), t).item()
        assert found == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("name", PATHS)
def test_it_carries_the_density(name):
    """The continuity equation, d p_t / dt = -div(p_t v), by central differences in float64."""
    path, x, t, h = PATHS[name], normal(30, seed=3), 0.6, 1e-5
    model = exact_velocity(MIXTURE, path)

    def p(x, t):
        signal, sigma = (float(r.flatten()) for r in path.rates(t, x))
        means, stds = signal * MIXTURE.means, (signal**2 * MIXTURE.stds**2 + sigma**2).sqrt()
        return GaussianMixture(means, stds, MIXTURE.weights).log_prob(x).exp()

    change = (p(x, t + h) - p(x, t - h)) / (2 * h)
    divergence = 0
    for axis in range(2):
        step = h * torch.eye(2, dtype=F64)[axis]
        flux = [(p(at, t)[:, None] * model(at, t))[:, axis] for at in (x + step, x - step)]
        divergence = divergence + (flux[0] - flux[1]) / (2 * h)
    torch.testing.assert_close(change, -divergence, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("method", methods)
def test_sampling_without_a_network_gives_the_mixture(method, name):
    """Weights, means and deviations of the modes, and sliced W1, within what 20,000 samples allow."""
    n = 20_000
    steps = {"euler": 100}.get(method, 40)
    x = sample(exact_velocity(MIXTURE, PATHS[name]), (n, 2), steps=steps, method=method, x=normal(n))
    nearest = torch.cdist(x, MIXTURE.means).argmin(1)
    masses = torch.bincount(nearest, minlength=3) / n
    assert (masses - MIXTURE.weights).abs().max() < 0.012  # the deviation of the largest is 0.0035
    for k in range(3):
        here = x[nearest == k]
        assert (here.mean(0) - MIXTURE.means[k]).abs().max() < 0.05
        assert (here - here.mean(0)).std() == pytest.approx(float(MIXTURE.stds[k]), rel=0.08)
    other, another = (MIXTURE.sample(n, torch.Generator().manual_seed(seed)) for seed in (5, 6))
    angles = torch.arange(6) * math.pi / 6
    directions = torch.stack([angles.cos(), angles.sin()]).double()

    def sliced(a, b):
        return torch.stack([wasserstein1(a @ direction, b @ direction) for direction in directions.T])

    floor = sliced(other, another).mean()
    assert sliced(x, other).mean() < 2 * floor + 0.01 and 0.005 < floor < 0.03


def test_any_dtype_comes_back_and_a_network_elsewhere_is_served():
    model = exact_velocity(MIXTURE)
    x = normal(7).float()
    assert model(x, torch.rand(7)).dtype == torch.float32
    assert torch.equal(model(x, 0.25), model(x, torch.full((7,), 0.25)))


def test_far_points_near_the_data_give_finite_answers():
    narrow = exact_velocity(GaussianMixture(torch.tensor([[3.0, 0.0], [-3.0, 0.0]]), 0.01))
    x = torch.tensor([[100.0, -80.0], [0.0, 0.0], [-3.0, 1e-3]])
    for t in (0.0, 0.5, 0.999, 1.0):
        assert narrow(x, t).isfinite().all()
