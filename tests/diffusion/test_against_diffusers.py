"""Step for step the schedules, the forward process and the samplers agree with the diffusers library."""

import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler, HeunDiscreteScheduler
from diffusers.models.embeddings import get_timestep_embedding

from course_utils.diffusion import NoiseSchedule, samplers, time_embedding

CLOSE = {"rtol": 1e-5, "atol": 1e-5}
OURS = {
    "linear": lambda T: NoiseSchedule.linear(T, 1e-4 * 1000 / T, 0.02 * 1000 / T),
    "squaredcos_cap_v2": NoiseSchedule.cosine,
}
KINDS = ["epsilon", "sample", "v_prediction"]


def theirs(Scheduler, name, steps=1000, **kwargs):
    how = {"clip_sample": False, "timestep_spacing": "trailing", **kwargs}
    ends = {"beta_start": 1e-4 * 1000 / steps, "beta_end": 0.02 * 1000 / steps}
    return Scheduler(num_train_timesteps=steps, beta_schedule=name, **ends, **how)


def guess(x_t, t):
    """Some bounded guess of x_0 that depends on every pixel and on the time."""
    return torch.tanh(
        1.3 * x_t + torch.sin(t.double() / 90)[:, None, None, None] + 0.3 * x_t.roll(1, dims=-1)
    )


def network(kind, schedule):
    """A function of the point and the time, as a network would be, in the form of any prediction."""
    return lambda x_t, t: schedule.convert(guess(x_t, t), x_t, t, "sample", kind)


def start(seed=0):
    """Noise in float64, so that what differs is the mathematics."""
    return torch.randn(3, 2, 4, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def walk(scheduler, model, count, x, **step):
    """Sample with a diffusers scheduler; every x on the way, the end last."""
    scheduler.set_timesteps(count)
    path = [x]
    for t in scheduler.timesteps:
        path.append(scheduler.step(model(path[-1], t.expand(len(x))), t, path[-1], **step).prev_sample)
    return path


def compare(sampler, scheduler, schedule, count, kind, seeds=(3, 3), last=True, eta=None, **kwargs):
    mine, other = (torch.Generator().manual_seed(seed) for seed in seeds)
    extra = {} if eta is None else {"eta": eta}
    model = network(kind, schedule)
    scheduler.alphas_cumprod = schedule.alphas_cumprod  # theirs are float32, and test_schedules compares them
    path = walk(scheduler, model, count, start(), generator=other, **extra)
    seen = []
    x = sampler(
        model, schedule, start().shape, num_inference_steps=count, prediction_type=kind, x_T=start(),
        generator=mine, watch=lambda t, x_t, x0: seen.append(x_t), **extra, **kwargs,
    )  # fmt: skip
    seen.append(x)
    assert len(seen) == len(path) == count + 1
    for ours, theirs in list(zip(seen, path, strict=True))[: None if last else -1]:
        torch.testing.assert_close(ours, theirs, **CLOSE)


@pytest.mark.parametrize("steps", [1000, 100])
@pytest.mark.parametrize("name", OURS)
def test_schedules(name, steps):
    other = theirs(DDPMScheduler, name, steps)
    torch.testing.assert_close(OURS[name](steps).betas.float(), other.betas, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(OURS[name](steps).alphas_cumprod.float(), other.alphas_cumprod, **CLOSE)


def test_zero_terminal_snr():
    other = theirs(DDIMScheduler, "linear", rescale_betas_zero_snr=True)
    ours = NoiseSchedule.linear().zero_terminal_snr().alphas_cumprod.float()
    torch.testing.assert_close(ours, other.alphas_cumprod, **CLOSE)


@pytest.mark.parametrize("name", OURS)
def test_add_noise_and_velocity(name):
    other, schedule = theirs(DDPMScheduler, name), OURS[name](1000)
    x0, noise, t = start(1), start(2), torch.tensor([0, 500, 998])
    x_t = schedule.add_noise(x0, noise, t)
    torch.testing.assert_close(x_t, other.add_noise(x0, noise, t), **CLOSE)
    velocity = schedule.convert(x0, x_t, t, "sample", "v_prediction")
    torch.testing.assert_close(velocity, other.get_velocity(x0, noise, t), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("variance", ["fixed_small", "fixed_large"])
@pytest.mark.parametrize(("count", "steps"), [(100, 100), (25, 1000)])
def test_ddpm(kind, variance, count, steps):
    """Where steps are left out, diffusers adds noise of variance beta in the last step too; we do not."""
    other = theirs(DDPMScheduler, "linear", steps, prediction_type=kind, variance_type=variance)
    last = variance == "fixed_small" or count == steps
    compare(samplers.ddpm, other, OURS["linear"](steps), count, kind, last=last, variance_type=variance)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_ddim(name, kind, eta):
    other = theirs(DDIMScheduler, name, prediction_type=kind, set_alpha_to_one=True)
    compare(samplers.ddim, other, OURS[name](1000), 20, kind, eta=eta)


def test_other_noise_would_be_noticed():
    other = theirs(DDIMScheduler, "linear", set_alpha_to_one=True)
    with pytest.raises(AssertionError):
        compare(samplers.ddim, other, OURS["linear"](1000), 20, "epsilon", seeds=(3, 4), eta=0.5)


def test_clipping():
    other = theirs(DDPMScheduler, "linear", 100, clip_sample=True, clip_sample_range=0.5)
    compare(samplers.ddpm, other, OURS["linear"](100), 100, "epsilon", clip=(-0.5, 0.5))


def test_heun():
    """Karras's variables: diffusers walks y = x / sqrt(alpha-bar), and takes our one step as two calls."""
    schedule = OURS["linear"](1000)
    other = HeunDiscreteScheduler(1000, beta_start=1e-4, beta_end=0.02, timestep_spacing="trailing")
    other.set_timesteps(20)
    model = network("epsilon", schedule)
    y = start() / schedule.rates(999, start())[0]
    for t in other.timesteps:
        scaled = other.scale_model_input(y, t)
        y = other.step(model(scaled, t.long().expand(len(y))), t, y).prev_sample
    x = samplers.heun(model, schedule, start().shape, num_inference_steps=20, x_T=start())
    torch.testing.assert_close(x, y, **CLOSE)


def test_time_embedding():
    t = torch.tensor([0, 1, 37, 999])
    other = get_timestep_embedding(t, 32, flip_sin_to_cos=False, downscale_freq_shift=0)
    torch.testing.assert_close(time_embedding(t, 32), other)
