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
    "euler": (samplers.euler, {"num_inference_steps": 100}),
    "euler_ancestral": (samplers.euler_ancestral, {"num_inference_steps": 200}),
    "dpm_solver_pp_2m": (samplers.dpm_solver_pp_2m, {"num_inference_steps": 60}),
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


@pytest.mark.parametrize(
    ("sampler", "order"),
    [(samplers.ddim, 1), (samplers.euler, 1), (samplers.heun, 2), (samplers.dpm_solver_pp_2m, 2)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_orders_in_the_karras_variable(sampler, order):
    """Over a fixed stretch of noise, halving the step divides the error by 2 to the order."""
    one = GaussianMixture(torch.tensor([[0.5]], dtype=F64), 0.4)
    x_T = noise(64, 5, dim=1)

    def error(count):
        # from 10 to 0.1, each solver in steps of one length: 2M's are even in log s, where it is derived
        s = torch.linspace(0.1, 10, count + 1, dtype=F64)
        if sampler is samplers.dpm_solver_pp_2m:
            s = torch.logspace(-1, 1, count + 1, dtype=F64)
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

    assert math.log2(error(400) / error(800)) == pytest.approx(order, abs=0.1)


def test_five_names_are_two_samplers():
    """Ancestral sampling is DDIM at eta 1 and Euler ancestral; DDIM at eta 0 is Euler."""
    schedule = NoiseSchedule.cosine(100)
    how = {"x_T": noise(30, 2), "num_inference_steps": 12}
    model = exact_model(MIXTURE, schedule)

    def draw(sampler, **more):
        return sampler(model, schedule, (30, 2), generator=torch.Generator().manual_seed(3), **how, **more)

    close = {"rtol": 1e-9, "atol": 1e-9}
    with_noise = draw(samplers.ddpm)
    torch.testing.assert_close(draw(samplers.ddim, eta=1.0), with_noise, **close)
    torch.testing.assert_close(draw(samplers.euler_ancestral), with_noise, **close)
    torch.testing.assert_close(draw(samplers.euler), draw(samplers.ddim), **close)
    torch.testing.assert_close(draw(samplers.euler_ancestral, eta=0.0), draw(samplers.ddim), **close)


def test_one_step_is_exact_where_the_guess_of_x0_does_not_move():
    for sampler in (samplers.euler, samplers.heun, samplers.dpm_solver_pp_2m):
        x = sampler(
            lambda x, t: torch.full_like(x, 0.7), NoiseSchedule.linear(), (3, 2), num_inference_steps=1,
            prediction_type="sample",
        )  # fmt: skip
        torch.testing.assert_close(x, torch.full((3, 2), 0.7))


def test_steps_end_at_the_last_and_start_before_the_first():
    schedule = NoiseSchedule.linear(10)
    assert samplers.timesteps(schedule, 5) == [(9, 7), (7, 5), (5, 3), (3, 1), (1, -1)]
    assert samplers.timesteps(schedule)[0] == (9, 8) and len(samplers.timesteps(schedule)) == 10
    assert samplers.timesteps(schedule, 5, final="first") == [(9, 7), (7, 5), (5, 3), (3, 1), (1, 0)]
    assert samplers.timesteps(schedule, final="first")[-1] == (1, 0)


@pytest.mark.parametrize("make", [NoiseSchedule.linear, NoiseSchedule.cosine])
@pytest.mark.parametrize("count", [1, 2, 7, 50, 999, 1000])
def test_karras_spacing_takes_the_nearest_free_indices(make, count):
    schedule = make()
    pairs = samplers.timesteps(schedule, count, spacing="karras")
    visited = [t for t, _ in pairs]
    assert len(set(visited)) == count and visited == sorted(visited, reverse=True) and visited[0] >= 990
    assert [prev for _, prev in pairs] == [*visited[1:], -1]
    if count == 7:  # few enough that all are free
        sigmas = schedule.snr.rsqrt()
        wanted = samplers.karras_sigmas(7, float(sigmas[0]), min(float(sigmas[-1]), 200))
        assert visited == [int((sigmas.log() - s.log()).abs().argmin()) for s in wanted]


def test_karras_levels_have_evenly_spaced_roots():
    sigmas = samplers.karras_sigmas(5, 0.1, 20.0, rho=3.0)
    steps = (sigmas ** (1 / 3)).diff()
    torch.testing.assert_close(steps, steps[:1].expand(4))
    assert (sigmas[0], sigmas[-1]) == (pytest.approx(20), pytest.approx(0.1)) and len(sigmas) == 5
    schedule = NoiseSchedule.from_sigmas(sigmas.flip(0))
    torch.testing.assert_close(schedule.snr.rsqrt(), sigmas.flip(0))
    with pytest.raises(ValueError, match="rise"):
        NoiseSchedule.from_sigmas(sigmas)
    with pytest.raises(ValueError, match="some signal at the last step"):
        samplers.timesteps(NoiseSchedule.linear().zero_terminal_snr(), 5, spacing="karras")
    with pytest.raises(ValueError, match="Did you mean 'karras'"):
        samplers.timesteps(schedule, 5, spacing="karas")


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
