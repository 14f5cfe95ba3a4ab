"""The page's samplers against the course's, step for step; its measures against closed forms."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from scipy.stats import wasserstein_distance

from course_utils.diffusion import NoiseSchedule, exact_model, samplers
from course_utils.exact import GaussianMixture

MATH = ("shared/noising.js", "shared/random.js", "race/math.js", "race/spacing.js", "race/samplers.js")
MEASURES = ("shared/random.js", "race/math.js", "race/measures.js")
SCHEDULES = {
    "linear": NoiseSchedule.linear(),
    "cosine": NoiseSchedule.cosine(),
    "short": NoiseSchedule.linear(60),
}
NAMES = ("ddpm", "euler_ancestral", "ddim", "heun", "dpm_solver_pp_2m")


def three_modes():
    means = torch.tensor([[-2.0, 0.5], [1.0, 1.5], [0.5, -2.0]], dtype=torch.float64)
    return GaussianMixture(means, torch.tensor([0.3, 0.7, 0.1]), torch.tensor([0.2, 0.7, 0.1]))


def as_page(mixture):
    return {name: getattr(mixture, name).tolist() for name in ("means", "stds", "weights")}


def points(n=40, scale=1.0, seed=1):
    return scale * torch.randn(n, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def flat(tensor):
    return tensor.flatten().tolist()


def sigmas(schedule):
    """sigma / signal at every index, after 0 before any noise."""
    levels = torch.cat([torch.ones(1, dtype=torch.float64), schedule.alphas_cumprod])
    return ((1 - levels) / levels).sqrt()


@pytest.mark.parametrize("spacing", ["trailing", "karras"])
@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_the_visited_levels_are_the_samplers(node, schedule, spacing):
    counts = [1, 2, 3, 7, 10, 30, 59, 60]
    expression = """(() => { const sigmas = m.sigmasOf(m.levelsOf(input.betas));
      return input.counts.map((n) => [...m.visitedLevels(sigmas, n, input.spacing)]); })()"""
    found = node(MATH, expression, betas=schedule.betas.tolist(), counts=counts, spacing=spacing)
    every = sigmas(schedule)
    for count, levels in zip(counts, found, strict=True):
        pairs = samplers.timesteps(schedule, count, spacing=spacing)
        visited = [pairs[0][0], *(prev for _, prev in pairs)]
        assert levels == pytest.approx([float(every[t + 1]) for t in visited], rel=1e-9)


@pytest.mark.parametrize("away", [1.0, 30.0, 1e5])
def test_the_guess_is_the_mixtures(node, away):
    mixture, y, levels = three_modes(), points(scale=away), [0.01, 0.5, 2.0, 100.0, 1e4]
    expression = "input.levels.map((s) => [...m.denoiser(input.mixture)(input.y, s)])"
    found = node(MATH, expression, mixture=as_page(mixture), y=flat(y), levels=levels)
    for s, guess in zip(levels, found, strict=True):
        signal = 1 / math.sqrt(1 + s * s)
        assert guess == pytest.approx(flat(mixture.denoise(signal * y, signal**2)), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("spacing", ["trailing", "karras"])
@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("name", NAMES)
def test_each_sampler_step_for_step_with_the_same_noise(node, monkeypatch, name, schedule, spacing):
    """A way cut short after k levels ends where the library's sampler is shown to be then."""
    mixture, steps, x = three_modes(), 6, points()
    noises = points(40 * steps, seed=2).view(steps, 40, 2)
    pairs, seen = samplers.timesteps(schedule, steps, spacing=spacing), []
    monkeypatch.setattr(samplers.Walk, "noise", lambda walk, x: noises[len(seen) - 1])
    options = {"variance_type": "fixed_large"} if name == "ddpm" else {}
    last = samplers.by_name[name](
        exact_model(mixture, schedule), schedule, x.shape, x_T=x, num_inference_steps=steps, timesteps=pairs,
        watch=lambda t, x, x0: seen.append((t, x)), **options,
    )  # fmt: skip
    every = sigmas(schedule)
    expression = """(() => { const { run } = m.SAMPLERS.find(({ name }) => name === input.name);
      const denoise = m.denoiser(input.mixture);
      const way = (k) => run(denoise, input.start, input.levels.slice(0, k + 1), input.noises);
      return input.levels.map((_, k) => [...way(k)]);
    })()"""
    found = node(
        MATH,
        expression,
        name=name,
        mixture=as_page(mixture),
        start=flat(x * (1 + every[pairs[0][0] + 1] ** 2).sqrt()),
        levels=[float(every[t + 1]) for t in [pairs[0][0], *(prev for _, prev in pairs)]],
        noises=[flat(noise) for noise in noises],
    )
    assert len(found) == steps + 1
    for y, (t, expected) in zip(found, [*seen, (-1, last)], strict=True):
        signal = 1 / math.sqrt(1 + float(every[t + 1]) ** 2)
        assert signal * np.array(y) == pytest.approx(np.array(flat(expected)), rel=1e-6, abs=1e-7)


def test_euler_ancestral_is_ddpm_with_the_posteriors_variance(monkeypatch):
    mixture, schedule, x, steps = three_modes(), SCHEDULES["linear"], points(), 8
    noises = points(40 * steps, seed=2).view(steps, 40, 2)
    found = {}
    for name in ("ddpm", "euler_ancestral"):
        queue = list(noises)
        monkeypatch.setattr(samplers.Walk, "noise", lambda walk, x, queue=queue: queue.pop(0))
        found[name] = samplers.by_name[name](
            exact_model(mixture, schedule), schedule, x.shape, x_T=x, num_inference_steps=steps
        )
    assert torch.allclose(found["ddpm"], found["euler_ancestral"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_calls_are_those_that_the_library_makes(node, name):
    counts, x = [2, 3, 10, 11, 60], points(3)
    expression = """(() => { const sampler = m.SAMPLERS.find(({ name }) => name === input.name);
      return input.counts.map((calls) => [sampler.steps(calls), m.callsMade(sampler, calls)]); })()"""
    exact = exact_model(three_modes(), SCHEDULES["linear"])
    for calls, (steps, expected) in zip(
        counts, node(MATH, expression, name=name, counts=counts), strict=True
    ):
        made = []
        samplers.by_name[name](
            lambda x, t, made=made: made.append(t) or exact(x, t),
            SCHEDULES["linear"], x.shape, x_T=x, num_inference_steps=steps,
        )  # fmt: skip
        assert len(made) == expected
        assert calls - 1 <= expected <= calls


def flow(node, mixture, y, s, lowest):
    expression = "[...m.flow(m.denoiser(input.mixture), input.y, input.s, input.lowest)]"
    values = {"mixture": as_page(mixture), "y": flat(y), "s": s, "lowest": lowest}
    return np.array(node(MATH, expression, **values)).reshape(-1, 2)


@pytest.mark.parametrize("s", [1.0, 157.0, 2e4])
def test_the_exact_end_on_one_gaussian_is_the_closed_form(node, s):
    """There the ODE scales y - m by the root of the variances' ratio."""
    mean, std = torch.tensor([[1.0, -0.5]], dtype=torch.float64), 0.4
    y = mean + math.sqrt(s * s + std**2) * points()
    expected = mean + std * points()
    found = flow(node, GaussianMixture(mean, std), y, s, 1e-3 * std)
    assert found == pytest.approx(expected.numpy(), abs=2e-5)


def test_the_exact_end_on_a_mixture_is_another_solvers(node):
    mixture, y, s, lowest = three_modes(), 20 * points(20), 20.0, 1e-4

    def slope(log_s, flat_y):
        level = math.exp(log_s)
        signal = 1 / math.sqrt(1 + level**2)
        here = torch.tensor(flat_y).view(-1, 2)
        return (here - mixture.denoise(signal * here, signal**2)).flatten().numpy()

    way = (math.log(s), math.log(lowest))
    solved = solve_ivp(slope, way, flat(y), method="DOP853", rtol=1e-9, atol=1e-9)
    found = flow(node, mixture, y, s, lowest)
    assert found == pytest.approx(solved.y[:, -1].reshape(-1, 2), abs=1e-5)


@pytest.mark.parametrize(("name", "order"), [("ddim", 1), ("heun", 2), ("dpm_solver_pp_2m", 2)])
def test_halving_the_steps_shows_the_order(node, name, order):
    """On one Gaussian, with levels even in log s, down to one so low that nothing is left to go."""
    std, s = 0.5, 20.0
    expression = """(() => { const { run } = m.SAMPLERS.find(({ name }) => name === input.name);
      const mixture = { means: [[0, 0]], stds: [input.std], weights: [1] };
      const y = [input.s, -0.3 * input.s], ratio = 1e-4 / input.s;
      return [80, 160, 320].map((n) => {
        const levels = Float64Array.from({ length: n + 1 }, (_, k) => input.s * ratio ** (k / n));
        return run(m.denoiser(mixture), y, levels)[0];
      }); })()"""
    found = np.array(node(MATH, expression, name=name, s=s, std=std))
    exact = s * math.sqrt((std**2 + 1e-8) / (std**2 + s**2))
    errors = np.abs(found - exact)
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx([order, order], abs=0.12)


def test_even_noise_is_normal_and_more_even_than_chance(node):
    expression = "[0, 1].map((seed) => [...m.evenNormals(m.stream(seed), 300)])"
    first, second = (np.array(each).reshape(-1, 2) for each in node(MATH, expression))
    assert not np.allclose(first, second)
    quantiles = np.array(node(MEASURES, "[...m.normalQuantiles(3000)]"))
    for drawn in (first, second):
        assert drawn.mean(0) == pytest.approx([0, 0], abs=0.01)
        assert np.cov(drawn.T) == pytest.approx(np.eye(2), abs=0.03)
        for direction in ([1, 0], [0.6, 0.8]):
            assert wasserstein_distance(drawn @ direction, quantiles) < 0.03  # 0.06 for independent draws


def test_quantiles_and_quotas(node):
    quantiles = np.array(node(MEASURES, "[...m.normalQuantiles(1000)]"))
    normal = torch.distributions.Normal(0.0, 1.0)
    expected = normal.icdf((torch.arange(1000, dtype=torch.float64) + 0.5) / 1000)
    assert quantiles == pytest.approx(expected.numpy(), abs=1e-4)
    found = node(MEASURES, "[[1/3, 1/3, 1/3], [0.8, 0.2], [1, 0]].map((w) => m.quotas(w, 100))")
    assert sorted(found[0]) == [33, 33, 34]
    assert found[1:] == [[80, 20], [100, 0]]


def test_the_reference_is_the_mixture_seen_from_each_direction(node):
    """The exact distribution function at the j-th of M values is (j + 1/2) / M, up to a few parts in M."""
    mixture, count = three_modes(), 3000
    found = np.array(
        node(MEASURES, "m.referenceOf(input.mixture, 3000).map((v) => [...v])", mixture=as_page(mixture))
    )
    assert found.shape == (16, count)
    for d, values in enumerate(found):
        angle = math.pi * (d + 0.5) / 16
        centres = mixture.means @ torch.tensor([math.cos(angle), math.sin(angle)], dtype=torch.float64)
        seen = torch.distributions.Normal(centres, mixture.stds)
        cdf = seen.cdf(torch.tensor(values)[:, None]) @ mixture.weights
        assert cdf.numpy() == pytest.approx((np.arange(count) + 0.5) / count, abs=3 / count)


def test_sliced_w1_is_the_mean_of_scipys(node):
    mixture, x = three_modes(), points(100, 2.0)
    expression = """(() => { const reference = m.referenceOf(input.mixture, 1000);
      return { reference: reference.map((v) => [...v]), w1: m.slicedW1(input.x, reference) }; })()"""
    found = node(MEASURES, expression, mixture=as_page(mixture), x=flat(x))
    angles = math.pi * (np.arange(16) + 0.5) / 16
    seen = x.numpy() @ np.stack([np.cos(angles), np.sin(angles)])
    each = [wasserstein_distance(seen[:, d], found["reference"][d]) for d in range(16)]
    assert found["w1"] == pytest.approx(np.mean(each), rel=1e-9)


def test_sliced_w1_of_a_shift_is_its_mean_length_seen(node):
    """Of true draws moved by r in the plane: the mean of r |cos| over the directions, which is 2 r / pi."""
    expression = """(() => {
      const reference = m.referenceOf({ means: [[0, 0]], stds: [1], weights: [1] }, 9600);
      const even = m.evenNormals(m.stream(0), 9600);
      return [0, 3].map((r) => m.slicedW1(even.map((v, i) => v + (i % 2 ? 0 : r)), reference)); })()"""
    still, moved = node(MEASURES, expression)
    assert still < 0.01
    assert moved == pytest.approx(6 / math.pi, rel=0.01)


def test_the_masses_are_the_mean_posteriors(node):
    mixture, x = three_modes(), points(200, 1.5)
    found = node(MEASURES, "m.modeMasses(input.mixture, input.x)", mixture=as_page(mixture), x=flat(x))
    expected = mixture.responsibilities(x).mean(0)
    assert found["masses"] == pytest.approx(expected.tolist(), abs=1e-10)
    assert found["gap"] == pytest.approx(float((expected - mixture.weights).abs().max()), abs=1e-6)


def test_the_density_is_the_mixtures(node):
    mixture, x = three_modes(), points(50, 1.5)
    found = node(MATH, "[...m.density(input.mixture, input.x)]", mixture=as_page(mixture), x=flat(x))
    logs = mixture.log_prob(x)
    assert found == pytest.approx((logs - logs.max()).exp().tolist(), rel=1e-6, abs=1e-9)
