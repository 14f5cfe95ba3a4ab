"""Paths from noise to data: their ends, their derivatives, their times, and every kind of prediction."""

import itertools

import pytest
import torch

from course_utils.diffusion import NoiseSchedule
from course_utils.diffusion import predictions as of_diffusion
from course_utils.flow_matching import Path, predictions

F64 = torch.float64
SCHEDULE = NoiseSchedule.cosine(50)
PATHS = {"linear": Path.linear(), "cosine": Path.cosine(), "of_schedule": Path.of_schedule(SCHEDULE)}


def pairs(n=40, dim=3, seed=0):
    return torch.randn(2, n, dim, generator=torch.Generator().manual_seed(seed), dtype=F64)


def times(n=40, seed=1, low=0.01, high=0.99):
    return low + (high - low) * torch.rand(n, generator=torch.Generator().manual_seed(seed), dtype=F64)


def truth(name, path, noise, data, t):
    """What a perfect model of each kind would say, from the textbook formulas and no code of the library."""
    signal, sigma = path.rates(t, data)
    h = 1e-6
    ahead, behind = (path.interpolate(noise, data, t + step) for step in (h, -h))
    return {
        "epsilon": noise,
        "sample": data,
        "v_prediction": signal * noise - sigma * data,
        "score": -(path.interpolate(noise, data, t) - signal * data) / sigma**2,
        "velocity": (ahead - behind) / (2 * h),
    }[name]


def test_the_line_is_what_its_name_says():
    noise, data = pairs()
    t = times()
    path = Path.linear()
    torch.testing.assert_close(path.interpolate(noise, data, t), t[:, None] * data + (1 - t[:, None]) * noise)
    assert torch.equal(path.velocity(noise, data, t), data - noise)


@pytest.mark.parametrize("name", PATHS)
def test_the_ends_are_noise_and_data(name):
    noise, data = pairs()
    path = PATHS[name]
    torch.testing.assert_close(path.interpolate(noise, data, 1.0), data, rtol=0, atol=1e-12)
    start = path.interpolate(noise, data, 0.0)
    left = 0.0 if name != "of_schedule" else SCHEDULE.alphas_cumprod[-1].sqrt()
    torch.testing.assert_close(start, left * data + (1 - left**2) ** 0.5 * noise, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", PATHS)
def test_the_velocity_is_the_derivative_of_the_path(name):
    noise, data = pairs()
    path, t = PATHS[name], times()
    if name == "of_schedule":
        t = ((t * 50).floor() + 0.5) / 50  # at a step itself the slope jumps
    torch.testing.assert_close(
        path.velocity(noise, data, t), truth("velocity", path, noise, data, t), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("name", PATHS)
def test_time_finds_the_t_of_a_ratio(name):
    path, t = PATHS[name], times(low=0.0, high=1.0)
    signal, sigma = (rate[:, 0] for rate in path.rates(t, torch.zeros(40, 2, dtype=F64)))
    for factor in (1.0, 7.0):
        torch.testing.assert_close(path.time(factor * signal, factor * sigma), t, rtol=0, atol=1e-9)
    one, none = torch.ones(1), torch.zeros(1)
    assert path.time(one, none).item() == pytest.approx(1, abs=1e-12)
    assert path.time(none, one).item() == pytest.approx(0, abs=1e-12)


def test_a_number_and_a_tensor_of_times_agree_to_the_last_bit():
    noise, data = pairs()
    for path in PATHS.values():
        one = path.interpolate(noise, data, 0.3)
        assert torch.equal(one, path.interpolate(noise, data, torch.full((40,), 0.3, dtype=F64)))


def test_a_schedule_gives_its_own_levels_as_a_path():
    """Index i of the schedule is t = 1 - (i + 1) / T of the path, for images as for points."""
    path, i = PATHS["of_schedule"], torch.arange(50)
    noise, x0 = torch.randn(2, 50, 1, 2, 3, generator=torch.Generator().manual_seed(2), dtype=F64)
    torch.testing.assert_close(
        path.interpolate(noise, x0, 1 - (i + 1) / 50), SCHEDULE.add_noise(x0, noise, i), rtol=0, atol=1e-6
    )
    torch.testing.assert_close(
        path.interpolate(noise, x0, 1 - (i.double() + 1) / 50),
        SCHEDULE.add_noise(x0, noise, i),
        rtol=0,
        atol=1e-12,
    )


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_a_path_gives_its_own_ratios_as_a_schedule(name):
    path = PATHS[name]
    schedule = path.schedule(20)
    signal, sigma = path.rates(1 - torch.arange(1, 21, dtype=F64) / 20, torch.zeros(20, 1, dtype=F64))
    torch.testing.assert_close(schedule.snr.sqrt(), (signal / sigma)[:, 0], rtol=1e-9, atol=1e-12)
    assert len(schedule) == 20 and schedule.alphas_cumprod[-1] < 1e-30  # pure noise at t = 0
    there_and_back = Path.of_schedule(path.schedule(400))
    signal, sigma = there_and_back.rates(torch.tensor([0.25, 0.5, 0.75], dtype=F64), torch.zeros(3, 1))
    torch.testing.assert_close(
        path.time(signal[:, 0], sigma[:, 0]), torch.tensor([0.25, 0.5, 0.75], dtype=F64), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize(("source", "target"), list(itertools.product(predictions, predictions)))
@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_every_kind_converts_to_every_other_and_back(name, source, target):
    noise, data = pairs()
    path, t = PATHS[name], times()
    x_t = path.interpolate(noise, data, t)
    output = predictions[source].of(data, noise, *path.levels(t, data))
    close = 1e-6 if "velocity" in (source, target) else 1e-9  # a difference quotient's digits
    torch.testing.assert_close(output, truth(source, path, noise, data, t), rtol=close, atol=close)
    converted = path.convert(output, x_t, t, source, target)
    torch.testing.assert_close(converted, truth(target, path, noise, data, t), rtol=close, atol=close)
    back = path.convert(converted, x_t, t, target, source)
    torch.testing.assert_close(back, output, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", of_diffusion)
def test_on_a_schedule_the_kinds_are_those_of_diffusion(kind):
    noise, data = pairs()
    i = torch.arange(40)
    x_t, t = SCHEDULE.add_noise(data, noise, i), 1 - (i.double() + 1) / 50
    mine = PATHS["of_schedule"].convert(data, x_t, t, "sample", kind)
    torch.testing.assert_close(mine, SCHEDULE.convert(data, x_t, i, "sample", kind), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("t", [0.0, 1.0])
@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_a_velocity_says_everything_at_both_ends(name, t):
    noise, data = pairs()
    path = PATHS[name]
    x_t, v = path.interpolate(noise, data, t), path.velocity(noise, data, t)
    torch.testing.assert_close(path.convert(v, x_t, t, "velocity", "sample"), data, rtol=0, atol=1e-12)
    torch.testing.assert_close(path.convert(v, x_t, t, "velocity", "epsilon"), noise, rtol=0, atol=1e-12)


def test_what_does_not_fit_is_refused():
    noise, data = pairs()
    path = Path.linear()
    with pytest.raises(ValueError, match="t must lie between 0, noise, and 1, data; got -0.1"):
        path.interpolate(noise, data, -0.1)
    with pytest.raises(ValueError, match=r"t must lie .* got 0.5 to 999"):
        path.velocity(noise, data, torch.tensor([0.5, 999.0]))
    with pytest.raises(ValueError, match="data must have the shape of noise"):
        path.interpolate(noise, data[:, :2], 0.5)
    with pytest.raises(ValueError, match="Did you mean 'velocity'"):
        path.convert(data, noise, 0.5, "velocty", "sample")
    with pytest.raises(ValueError, match="target must be one of"):
        path.convert(data, noise, 0.5, "sample", "speed")


def test_a_path_says_what_it_is():
    assert repr(Path.linear()) == "Path.linear()" and "50 steps" in repr(PATHS["of_schedule"])


@pytest.mark.parametrize("name", PATHS)
def test_answers_keep_the_dtype_of_the_data(name):
    noise, data = pairs().float()
    path, t = PATHS[name], times().float()
    assert path.interpolate(noise, data, t).dtype == path.velocity(noise, data, t).dtype == torch.float32
