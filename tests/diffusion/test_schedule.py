"""Schedules and the forward process: their printed formulas, exact posteriors, and what is refused."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from course_utils.diffusion import NoiseSchedule, schedules

F64 = torch.float64
SCHEDULES = {
    **{name: make() for name, make in schedules.by_name.items()},
    "linear, 50 steps": NoiseSchedule.linear(50, 1e-3, 0.3),
    "cosine without offset": NoiseSchedule.cosine(200, s=0.0),
}


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_tables_are_float64_and_belong_together(schedule):
    levels = np.cumprod(1 - schedule.betas.numpy())
    assert schedule.betas.dtype == schedule.alphas_cumprod.dtype == F64
    np.testing.assert_allclose(schedule.alphas, 1 - schedule.betas.numpy(), rtol=0, atol=0)
    np.testing.assert_allclose(schedule.alphas_cumprod, levels, rtol=1e-12)
    np.testing.assert_allclose(schedule.snr, levels / (1 - levels), rtol=1e-9)
    np.testing.assert_allclose(schedule.log_snr, np.log(levels) - np.log1p(-levels), rtol=1e-9, atol=1e-12)
    assert (np.diff(levels) < 0).all() and len(schedule) == len(levels)


@pytest.mark.parametrize("name", schedules.by_name)
def test_every_schedule_is_reached_by_its_name_and_has_any_length(name):
    make = getattr(NoiseSchedule, name)
    assert make is schedules.by_name[name] and len(make()) == 1000 and len(make(37)) == 37
    assert len(make(num_train_timesteps=20)) == 20 and make.__doc__
    start, end = make().alphas_cumprod[[0, -1]].tolist()
    assert start > 0.99 and end < 0.01, "it must go from nearly no noise to nearly nothing else"
    with pytest.raises(ValueError, match="num_train_timesteps"):
        make(0)


def test_linear_betas_are_those_of_the_paper():
    betas = NoiseSchedule.linear().betas
    np.testing.assert_allclose(betas, np.linspace(1e-4, 0.02, 1000), rtol=1e-12)


@pytest.mark.parametrize("s", [0.008, 0.0])
def test_cosine_levels_are_the_printed_formula_up_to_the_cut(s):
    schedule = NoiseSchedule.cosine(1000, s=s)
    f = np.cos((np.arange(1001) / 1000 + s) / (1 + s) * np.pi / 2) ** 2
    np.testing.assert_allclose(schedule.alphas_cumprod[:999], (f / f[0])[1:1000], rtol=1e-9)
    assert float(schedule.betas[-1]) == 0.999


def test_sigmoid_levels_are_the_printed_formula_up_to_the_cut():
    start, end, tau = -3.0, 3.0, 1.2
    low, high = 1 / (1 + math.exp(-start / tau)), 1 / (1 + math.exp(-end / tau))
    u = np.arange(1001) / 1000
    gamma = (high - 1 / (1 + np.exp(-(u * (end - start) + start) / tau))) / (
        high - low
    )  # Jabri et al., alg. 2
    schedule = NoiseSchedule.sigmoid(1000, start, end, tau)
    np.testing.assert_allclose(schedule.alphas_cumprod[:999], gamma[1:1000], rtol=1e-9)


def test_rescaling_multiplies_the_signal_to_noise_ratio():
    schedule = NoiseSchedule.cosine(100)
    np.testing.assert_allclose(schedule.rescale(0.25).snr, schedule.snr / 4, rtol=1e-9)


def test_zero_terminal_snr_ends_in_noise_alone_and_keeps_the_first_level():
    plain = NoiseSchedule.linear()
    mended = plain.zero_terminal_snr()
    assert float(mended.alphas_cumprod[-1]) == 0
    assert float(mended.alphas_cumprod[0]) == pytest.approx(float(plain.alphas_cumprod[0]), rel=1e-12)
    # what stays of each root is a straight line of the root that was
    was, now = plain.alphas_cumprod.sqrt(), mended.alphas_cumprod.sqrt()
    np.testing.assert_allclose(np.diff(now) / np.diff(was), (now[0] / (was[0] - was[-1])).item(), rtol=1e-6)


def test_add_noise_is_the_kernel_in_one_jump():
    schedule, t = NoiseSchedule.linear(), torch.tensor([0, 10, 999])
    x0, noise = torch.randn(2, 3, 1, 4, 4, generator=torch.Generator().manual_seed(0), dtype=F64)
    levels = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))[[0, 10, 999], None, None, None]
    expected = np.sqrt(levels) * x0.numpy() + np.sqrt(1 - levels) * noise.numpy()
    np.testing.assert_allclose(schedule.add_noise(x0, noise, t), expected, rtol=1e-12)
    assert schedule.add_noise(x0.float(), noise.float(), 3).dtype == torch.float32


@pytest.mark.parametrize("t", [1, 7, 49])
def test_posterior_is_bayes_by_integration(t):
    """q(x_{t-1} | x_t, x_0) from the two kernels, normalised by numerical integration over x_{t-1}."""
    schedule = SCHEDULES["linear, 50 steps"]
    x0, x_t = 0.7, -0.4
    before, alpha = float(schedule.alphas_cumprod[t - 1]), float(schedule.alphas[t])

    def joint(x):
        prior = stats.norm.pdf(x, math.sqrt(before) * x0, math.sqrt(1 - before))
        return prior * stats.norm.pdf(x_t, math.sqrt(alpha) * x, math.sqrt(1 - alpha))

    grid = np.linspace(-9, 9, 2_000_001)
    total, first, second = (integrate.trapezoid(joint(grid) * grid**k, grid) for k in range(3))
    mean, variance = schedule.posterior(torch.tensor([[x0]], dtype=F64), torch.tensor([[x_t]], dtype=F64), t)
    assert mean.item() == pytest.approx(first / total, abs=1e-9)
    assert variance.item() == pytest.approx(second / total - (first / total) ** 2, abs=1e-9)


def test_posterior_of_a_long_step_is_that_of_a_schedule_with_only_those_steps():
    schedule = NoiseSchedule.linear(60, 1e-3, 0.2)
    visited = torch.tensor([9, 29, 59])
    short = NoiseSchedule.from_alphas_cumprod(
        torch.cat([torch.ones(1), schedule.alphas_cumprod[visited]]), 1.0
    )
    x0, x_t = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(1), dtype=F64)
    for i, (t, prev) in enumerate([(9, -1), (29, 9), (59, 29)]):
        for ours, theirs in zip(
            schedule.posterior(x0, x_t, t, prev), short.posterior(x0, x_t, i), strict=True
        ):
            torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-14)


def test_the_last_step_back_is_x0_itself():
    x0, x_t = torch.randn(2, 4, 2, dtype=F64)
    mean, variance = NoiseSchedule.linear().posterior(x0, x_t, torch.zeros(4, dtype=torch.int64))
    torch.testing.assert_close(mean, x0, rtol=1e-12, atol=1e-12)
    assert not variance.any()


def test_the_chain_and_the_jump_have_the_same_moments_exactly():
    """Mean and variance of x_t pushed through the steps one by one, as numbers."""
    schedule, mean, variance = SCHEDULES["linear, 50 steps"], 1.0, 0.0
    for t in range(50):
        alpha = float(schedule.alphas[t])
        mean, variance = math.sqrt(alpha) * mean, alpha * variance + 1 - alpha
        signal, sigma = schedule.rates(t, torch.zeros(1, 1, dtype=F64))
        assert (signal.item(), sigma.item() ** 2) == (pytest.approx(mean), pytest.approx(variance))


def test_level_before_the_first_index_is_one():
    signal, sigma = NoiseSchedule.linear().rates(-1, torch.zeros(2, 3))
    assert (signal.item(), sigma.item()) == (1, 0)


@pytest.mark.parametrize("t", [-1, 1000, torch.tensor([0, 1000])])
def test_a_step_outside_the_schedule_is_an_index_error(t):
    x = torch.zeros(2, 3)
    for call in (NoiseSchedule.linear().add_noise, NoiseSchedule.linear().posterior):
        with pytest.raises(IndexError, match=r"t must lie in 0\.\.999"):
            call(x, x, t)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda s: NoiseSchedule([0.1, 0.2]), None, None),
        (lambda s: NoiseSchedule([0.1, 1.2]), ValueError, r"betas must all lie in \(0, 1\]"),
        (lambda s: NoiseSchedule([0.0, 0.2]), ValueError, r"betas must all lie in \(0, 1\]"),
        (lambda s: NoiseSchedule(torch.rand(3, 2)), ValueError, "betas must have shape"),
        (lambda s: NoiseSchedule.from_alphas_cumprod([1.0, 0.5, 0.6]), ValueError, "levels must fall"),
        (lambda s: NoiseSchedule.from_alphas_cumprod([1.0, 0.5, -0.1]), ValueError, "and not below 0"),
        (lambda s: NoiseSchedule.linear(0), ValueError, "num_train_timesteps"),
        (lambda s: NoiseSchedule.cosine(s=-1.0), ValueError, "s must be"),
        (
            lambda s: s.add_noise(torch.zeros(2, 3), torch.zeros(2), 1),
            ValueError,
            "noise must have the shape",
        ),
        (lambda s: s.add_noise(torch.zeros(2), torch.zeros(2), 0.5), TypeError, "t must be a whole number"),
        (lambda s: s.posterior(torch.zeros(2), torch.zeros(3), 1), ValueError, "x_t must have the shape"),
        (lambda s: s.convert(torch.zeros(2), torch.zeros(2), 1, "eps", "sample"), ValueError, "epsilon"),
        (lambda s: s.rescale(0.0), ValueError, "factor must be"),
    ],
)
def test_bad_input_gets_a_sentence(call, error, words):
    schedule = NoiseSchedule.linear()
    if error is None:
        assert len(call(schedule)) == 2
        return
    with pytest.raises(error, match=words):
        call(schedule)
