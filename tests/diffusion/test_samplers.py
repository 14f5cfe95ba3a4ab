"""Samplers with exact denoisers: masses, widths and slopes that are known without a network."""

import math

import pytest
import torch

from course_utils.diffusion import NoiseSchedule, PlaneNet, exact_model, samplers, time_embedding
from course_utils.exact import GaussianMixture

F64 = torch.float64
MEANS = torch.tensor([[2.0, 0.0], [-1.0, 1.5], [-1.0, -1.5]], dtype=F64)
MIXTURE = GaussianMixture(MEANS, 0.3, torch.tensor([0.5, 0.3, 0.2], dtype=F64))
SAMPLERS = {
    "ddpm, fixed_small": (samplers.ddpm, {"num_inference_steps": 200}),
    "ddpm, fixed_large": (samplers.ddpm, {"num_inference_steps": 200, "variance_type": "fixed_large"}),
    "ddim, eta 0": (samplers.ddim, {"num_inference_steps": 100}),
    "ddim, eta 0.5": (samplers.ddim, {"num_inference_steps": 100, "eta": 0.5}),
    "ddim, eta 1": (samplers.ddim, {"num_inference_steps": 200, "eta": 1.0}),
    "heun": (samplers.heun, {"num_inference_steps": 60}),
}


def noise(n, seed, dim=2):
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed), dtype=F64)


@pytest.mark.parametrize("name", SAMPLERS)
def test_masses_of_the_modes_within_a_hundredth(name):
    """20,000 samples of a known mixture with no network; sampling noise alone has a deviation of 0.0035."""
    sampler, how = SAMPLERS[name]
    schedule = NoiseSchedule.linear()
    x = sampler(
        exact_model(MIXTURE, schedule), schedule, (20_000, 2), x_T=noise(20_000, 0),
        generator=torch.Generator().manual_seed(1), **how,
    )  # fmt: skip
    masses = torch.bincount(torch.cdist(x, MEANS).argmin(1), minlength=3) / len(x)
    assert (masses - MIXTURE.weights).abs().max() < 0.01
    assert (x - MEANS[torch.cdist(x, MEANS).argmin(1)]).std() == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize(("count", "expected"), [(5, 0.614), (10, 0.815), (50, 0.963)])
def test_ddim_of_a_unit_gaussian_shrinks_by_cosines(count, expected):
    """Every step multiplies by cos(theta_t - theta_prev), theta = arccos sqrt(alpha-bar): known exactly."""
    levels = NoiseSchedule.linear().alphas_cumprod[torch.linspace(0, 999, count).round().long()]
    levels = torch.cat([torch.ones(1, dtype=F64), levels])
    schedule = NoiseSchedule.from_alphas_cumprod(levels, 1.0)  # only the steps that are visited
    unit = GaussianMixture(torch.zeros(1, 1, dtype=F64), 1.0)
    x_T = noise(20, 4, dim=1)
    x = samplers.ddim(exact_model(unit, schedule), schedule, (20, 1), num_inference_steps=count, x_T=x_T)
    product = levels.sqrt().acos().diff().cos().prod()
    torch.testing.assert_close(x, product * x_T, rtol=1e-9, atol=1e-12)
    assert product.item() == pytest.approx(expected, abs=6e-4)


def test_heun_is_second_order_and_ddim_first_order_in_the_karras_variable():
    """Over a fixed stretch of noise, halving the step divides Heun's error by 4 and DDIM's by 2."""
    one = GaussianMixture(torch.tensor([[0.5]], dtype=F64), 0.4)
    x_T = noise(64, 5, dim=1)

    def error(sampler, count):
        # levels evenly spaced in s = sigma / signal from 0.1 to 10, so that every step is as long as the next
        s = torch.linspace(0.1, 10, count + 1, dtype=F64)
        schedule = NoiseSchedule.from_alphas_cumprod(
            torch.cat([torch.ones(1, dtype=F64), 1 / (1 + s**2)]), 1.0
        )
        path = []
        sampler(
            exact_model(one, schedule), schedule, (64, 1), num_inference_steps=count + 1, x_T=x_T,
            watch=lambda t, x_t, x0: path.append(x_t),
        )  # fmt: skip
        signal, _ = schedule.rates(0, x_T)
        first, _ = schedule.rates(count, x_T)
        # exact: (y - m) / sqrt(std^2 + s^2) stays as it is along the probability-flow ODE
        scale = ((0.4**2 + s[0] ** 2) / (0.4**2 + s[-1] ** 2)).sqrt()
        exact = 0.5 + (x_T / first - 0.5) * scale
        return (path[-1] / signal - exact).abs().max()

    slopes = {f: math.log2(error(f, 400) / error(f, 800)) for f in (samplers.heun, samplers.ddim)}
    assert slopes[samplers.heun] == pytest.approx(2, abs=0.1)
    assert slopes[samplers.ddim] == pytest.approx(1, abs=0.1)


def test_steps_end_at_the_last_and_start_before_the_first():
    schedule = NoiseSchedule.linear(10)
    assert samplers.timesteps(schedule, 5) == [(9, 7), (7, 5), (5, 3), (3, 1), (1, -1)]
    assert samplers.timesteps(schedule)[0] == (9, 8) and len(samplers.timesteps(schedule)) == 10


def test_what_one_sampler_alone_takes_is_checked():
    model, schedule = (lambda x, t: x), NoiseSchedule.linear(10)
    with pytest.raises(ValueError, match="fixed_small"):
        samplers.ddpm(model, schedule, (5, 2), variance_type="fixed")
    with pytest.raises(ValueError, match="eta must be"):
        samplers.ddim(model, schedule, (5, 2), num_inference_steps=5, eta=1.5)


def test_plane_net_uses_the_time_and_checks_its_input():
    net = PlaneNet(16, 2, embedding=8)
    x = torch.randn(6, 2)
    early, late = net(x, torch.zeros(6, dtype=torch.int64)), net(x, torch.full((6,), 50))
    assert early.shape == (6, 2) and not torch.allclose(early, late)
    with pytest.raises(ValueError, match="x_t must have shape"):
        net(torch.randn(6, 3), torch.zeros(6, dtype=torch.int64))
    with pytest.raises(ValueError, match="dim must be even"):
        time_embedding(torch.arange(3), 5)
