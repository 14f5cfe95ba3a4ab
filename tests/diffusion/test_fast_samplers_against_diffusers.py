"""Euler, Euler ancestral, Heun and DPM-Solver++(2M) agree with the diffusers library, step for step.

Two of diffusers' spacings, both of its ends. Where its Karras levels lie between the schedule's, ours has
exactly those levels, and the model is asked for the same fraction of an index.
"""

import pytest
import torch
from diffusers import (
    DDIMInverseScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
)

from course_utils.diffusion import NoiseSchedule, inversion, samplers

CLOSE = {"rtol": 1e-5, "atol": 1e-5}
LINEAR = NoiseSchedule.linear()
SHAPE = (3, 2, 4, 4)


def start(seed=0):
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def guess(x, t):
    """Some bounded guess of x_0 that depends on every pixel of x = signal x_0 + sigma noise, and on t."""
    phase = torch.as_tensor(t, dtype=torch.float64).reshape(-1, 1, 1, 1) / 90
    return torch.tanh(1.3 * x + torch.sin(phase) + 0.3 * x.roll(1, dims=-1))


def scheduler(Scheduler, **how):
    made = Scheduler(beta_schedule="linear", beta_start=1e-4, beta_end=0.02, prediction_type="sample", **how)
    made.alphas_cumprod = LINEAR.alphas_cumprod  # theirs are float32
    return made


def theirs(scheduler, count, scaled, **step):
    """Sample from start(); the path in x = y / sqrt(1 + s^2), where scaled says that they walk y."""
    scheduler.set_timesteps(count)
    scheduler.sigmas = scheduler.sigmas.double()
    x = start()
    path, signal = [x], lambda i: 1 / (1 + scheduler.sigmas[i] ** 2).sqrt()
    sample = x / signal(0) if scaled else x
    for i, t in enumerate(scheduler.timesteps):
        point = scheduler.scale_model_input(sample, t) if scaled else sample
        sample = scheduler.step(guess(point, t), t, sample, **step).prev_sample
        path.append(sample * signal(i + 1) if scaled else sample)
    return path, scheduler


def ours(sampler, schedule, pairs, generator=None, times=None):
    """Sample from start(); times: index -> what the model takes for t, where that is not the index."""
    seen = []

    def model(x, t):
        return guess(x, t if times is None else times[int(t[0])])

    x = sampler(
        model, schedule, SHAPE, prediction_type="sample", x_T=start(), timesteps=pairs, generator=generator,
        watch=lambda t, x_t, x0: seen.append(x_t),
    )  # fmt: skip
    return [*seen, x]


def compare(mine, other):
    assert len(mine) == len(other)
    for a, b in zip(mine, other, strict=True):
        torch.testing.assert_close(a, b, **CLOSE)


def between(other):
    """The schedule of a scheduler's own levels, the pairs through all of them, and index -> its t."""
    levels = other.sigmas[other.sigmas > 0].flip(0)
    # diffusers ends at the first level of its own table, or at 0
    if levels[0] == levels[1]:
        levels = levels[1:]
    times = dict(enumerate(other.timesteps.flip(0)))
    return NoiseSchedule.from_sigmas(levels), times


TWO_M = {"algorithm_type": "dpmsolver++", "lower_order_final": False}


@pytest.mark.parametrize("count", [6, 40])
@pytest.mark.parametrize("final", ["data", "first"])
def test_euler_and_2m_evenly_spaced(count, final):
    pairs = samplers.timesteps(LINEAR, count, final=final)
    ends = {"final_sigmas_type": {"data": "zero", "first": "sigma_min"}[final]}
    even = {"timestep_spacing": "trailing", **ends}
    other, _ = theirs(scheduler(EulerDiscreteScheduler, **even), count, scaled=True)
    compare(ours(samplers.euler, LINEAR, pairs), other)
    other, _ = theirs(scheduler(DPMSolverMultistepScheduler, **TWO_M, **even), count, scaled=False)
    compare(ours(samplers.dpm_solver_pp_2m, LINEAR, pairs), other)


@pytest.mark.parametrize("count", [6, 40])
@pytest.mark.parametrize("final", ["data", "first"])
def test_euler_and_2m_with_karras_levels(count, final):
    ends = {"final_sigmas_type": {"data": "zero", "first": "sigma_min"}[final], "use_karras_sigmas": True}
    other, made = theirs(scheduler(EulerDiscreteScheduler, **ends), count, scaled=True)
    levels, times = between(made)
    low, high = LINEAR.snr[[0, -1]].rsqrt().tolist()
    mine = samplers.karras_sigmas(count, low, high)
    torch.testing.assert_close(mine, made.sigmas[:count], rtol=1e-4, atol=1e-6)
    pairs = samplers.timesteps(levels, final=final)
    mine = ours(samplers.euler, levels, pairs, times=times)
    compare(mine, other[: len(mine)])  # the last of theirs goes from the first level to itself
    made = scheduler(DPMSolverMultistepScheduler, **TWO_M, **ends)
    other, made = theirs(made, count, scaled=False)
    levels, times = between(made)
    mine = ours(samplers.dpm_solver_pp_2m, levels, samplers.timesteps(levels, final=final), times=times)
    compare(mine, other[: len(mine)])


@pytest.mark.parametrize("karras", [False, True])
def test_heun(karras):
    made = scheduler(HeunDiscreteScheduler, timestep_spacing="trailing", use_karras_sigmas=karras)
    made.set_timesteps(12)
    made.sigmas = made.sigmas.double()
    y = start() * (1 + made.sigmas[0] ** 2).sqrt()
    sigmas = made.sigmas
    for t in made.timesteps:
        y = made.step(guess(made.scale_model_input(y, t), t), t, y).prev_sample
    once = [0, *range(1, len(made.timesteps), 2)]  # theirs has every level twice, but for the first
    levels = NoiseSchedule.from_sigmas(sigmas[once].flip(0))
    times = dict(enumerate(made.timesteps[once].flip(0)))
    pairs = samplers.timesteps(levels)
    assert len(pairs) == 12
    torch.testing.assert_close(ours(samplers.heun, levels, pairs, times=times)[-1], y, **CLOSE)


@pytest.mark.parametrize("count", [6, 40])
def test_euler_ancestral(count):
    """Theirs rounds to float32 at each step, and takes no x_0; test_samplers compares ours with DDIM."""
    made = scheduler(EulerAncestralDiscreteScheduler, timestep_spacing="trailing")
    made.register_to_config(prediction_type="epsilon")
    other, _ = theirs(made, count, scaled=True, generator=torch.Generator().manual_seed(5))
    pairs = samplers.timesteps(LINEAR, count)
    mine, elsewhere = (
        samplers.euler_ancestral(
            guess, LINEAR, SHAPE, x_T=start(), timesteps=pairs, generator=torch.Generator().manual_seed(seed)
        )
        for seed in (5, 6)
    )
    torch.testing.assert_close(mine, other[-1].double(), rtol=1e-4, atol=1e-4)
    assert not torch.allclose(elsewhere, mine, rtol=1e-2), "other noise must be noticed"


@pytest.mark.parametrize("algorithm", ["dpmsolver++", "dpmsolver"])
def test_ddim_and_euler_are_dpm_solver_of_first_order(algorithm):
    made = scheduler(
        DPMSolverMultistepScheduler, solver_order=1, algorithm_type=algorithm, timestep_spacing="trailing",
        final_sigmas_type="sigma_min",
    )  # fmt: skip
    other, _ = theirs(made, 20, scaled=False)
    for sampler in (samplers.ddim, samplers.euler):
        compare(ours(sampler, LINEAR, samplers.timesteps(LINEAR, 20, final="first")), other)


def test_inversion():
    """DDIM the other way, from the data up; diffusers steps from the level below to the next."""
    count = 20
    other = DDIMInverseScheduler(
        beta_start=1e-4, beta_end=0.02, beta_schedule="linear", prediction_type="epsilon", clip_sample=False,
        timestep_spacing="trailing", set_alpha_to_one=True,
    )  # fmt: skip
    other.alphas_cumprod = LINEAR.alphas_cumprod
    other.set_timesteps(count)
    x = start()
    for t in other.timesteps:
        x = other.step(guess(x, t), int(t), x).prev_sample
    pairs = samplers.timesteps(LINEAR, count)
    mine = inversion.invert(
        lambda x, t: guess(x, t), LINEAR, start(), prediction_type="epsilon", timesteps=pairs
    )
    torch.testing.assert_close(mine, x, **CLOSE)
