"""A flow and a diffusion model are one model at other times; Euler's steps on the line are DDIM's."""

import itertools

import pytest
import torch

from course_utils import diffusion
from course_utils.diffusion import NoiseSchedule, exact_model, samplers
from course_utils.exact import GaussianMixture
from course_utils.flow_matching import Path, as_denoiser, exact_velocity, retime, sample

F64 = torch.float64
MIXTURE = GaussianMixture(
    torch.tensor([[2.0, 0.0], [-1.0, 1.5], [-1.0, -1.5]], dtype=F64), torch.tensor([0.3, 0.5, 0.2])
)
PATHS = {"linear": Path.linear(), "cosine": Path.cosine()}


def normal(n, seed=0):
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(seed), dtype=F64)


@pytest.mark.parametrize("kind", diffusion.predictions)
@pytest.mark.parametrize("name", PATHS)
def test_a_flow_read_as_a_denoiser_is_the_exact_one(name, kind):
    schedule = NoiseSchedule.linear(30, 1e-3, 0.2)
    flow = exact_velocity(MIXTURE, PATHS[name])
    x, t = normal(30), torch.arange(30)
    mine = as_denoiser(flow, PATHS[name], schedule, kind)(x, t)
    torch.testing.assert_close(mine, exact_model(MIXTURE, schedule, kind)(x, t), rtol=1e-9, atol=1e-9)


def ddim_on(path, steps, x):
    """DDIM with a guess of x_0, on the schedule that has the ratios of the path at its times."""
    schedule = path.schedule(steps)
    model = as_denoiser(exact_velocity(MIXTURE, path), path, schedule, "sample")
    return samplers.ddim(model, schedule, x.shape, num_inference_steps=steps, prediction_type="sample", x_T=x)


@pytest.mark.parametrize("steps", [1, 2, 5, 20])
def test_eulers_steps_on_the_line_are_those_of_ddim(steps):
    """DDIM keeps data and noise and mixes them anew; a straight line in t mixes them just so."""
    x = normal(40)
    euler = sample(exact_velocity(MIXTURE), x.shape, x=x, steps=steps)
    torch.testing.assert_close(euler, ddim_on(Path.linear(), steps, x), rtol=0, atol=1e-10)


@pytest.mark.parametrize("steps", [2, 5, 20])
def test_on_the_circle_they_are_not(steps):
    """Euler leaves the circle along its tangent, DDIM goes round; the difference falls with the steps."""
    x = normal(40)
    gaps = [
        (sample(exact_velocity(MIXTURE, Path.cosine()), x.shape, x=x, steps=n) - ddim_on(Path.cosine(), n, x))
        .abs()
        .max()
        for n in (steps, 16 * steps)
    ]
    assert gaps[0] > 1e-3 and gaps[1] < gaps[0] / 4


def test_both_flows_carry_a_noise_to_the_same_data():
    """In y = x / signal and s = sigma / signal there is one flow only, whatever the path."""
    x = normal(40)
    ends = [
        sample(exact_velocity(MIXTURE, p), x.shape, x=x, steps=500, method="heun") for p in PATHS.values()
    ]
    torch.testing.assert_close(*ends, rtol=0, atol=1e-3)


@pytest.mark.parametrize(("source", "target"), list(itertools.product(PATHS, PATHS)))
def test_a_model_retimed_is_the_exact_one_of_the_other_path(source, target):
    model = retime(exact_velocity(MIXTURE, PATHS[source]), PATHS[source], PATHS[target])
    x, t = normal(40), torch.linspace(0, 1, 40, dtype=F64)
    torch.testing.assert_close(
        model(x, t), exact_velocity(MIXTURE, PATHS[target])(x, t), rtol=1e-9, atol=1e-9
    )
    assert model(x.float(), t.float()).dtype == torch.float32


def test_a_schedule_as_a_path_has_the_exact_velocity_too():
    schedule = NoiseSchedule.cosine(100)
    path, i, x = Path.of_schedule(schedule), torch.arange(100), normal(100)
    t = 1 - (i.double() + 1) / 100
    data = exact_model(MIXTURE, schedule, "sample")(x, i)
    velocity = path.convert(data, x, t, "sample", "velocity")
    torch.testing.assert_close(exact_velocity(MIXTURE, path)(x, t), velocity, rtol=1e-9, atol=1e-9)


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="Did you mean 'epsilon'"):
        as_denoiser(exact_velocity(MIXTURE), Path.linear(), NoiseSchedule.linear(), "epsilom")
