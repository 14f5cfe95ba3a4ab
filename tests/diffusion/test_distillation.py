"""One step with the target lands where two steps land, exactly; and a student of that target is told so."""

import itertools
import math

import pytest
import torch

from course_utils import diffusion
from course_utils.diffusion import distillation, samplers
from course_utils.exact import GaussianMixture

SCHEDULE = diffusion.NoiseSchedule.cosine()
PAIRS = samplers.timesteps(SCHEDULE, 8)
MIXTURE = GaussianMixture(
    torch.tensor([[-1.0, 0.5], [2.0, 0.0], [0.0, -1.0]]).double(), torch.tensor([0.3, 0.5, 0.2]).double(),
    torch.tensor([0.5, 0.2, 0.3]).double(),
)  # fmt: skip


def walk(model, pairs, x, watch=None):
    return samplers.ddim(
        model, SCHEDULE, x.shape, x_T=x, timesteps=pairs, num_inference_steps=len(pairs),
        prediction_type="v_prediction", watch=watch,
    )  # fmt: skip


def gaussian(std):
    """v of the exact denoiser of N(0, std^2 I)."""

    def model(x, t):
        signal, sigma = SCHEDULE.rates(t, x)
        x0 = signal * std**2 / (signal**2 * std**2 + sigma**2) * x
        return (signal * x - x0) / sigma

    return model


@pytest.mark.parametrize("model", [gaussian(0.6), diffusion.exact_model(MIXTURE, SCHEDULE, "v_prediction")])
def test_one_step_lands_where_two_land(model):
    """Two by the course's sampler; one by hand, signal_s x_0 + sigma_s (x_t - signal_t x_0) / sigma_t."""
    x_t, seen = torch.randn(50, 2, dtype=torch.float64), []
    end = walk(model, PAIRS, x_t, watch=lambda t, x, x0: seen.append(x))
    stops = [*seen, end][::2]
    for (x_t, x_s), (t, s) in zip(itertools.pairwise(stops), distillation.merged(PAIRS), strict=True):
        rates_t, rates_s = SCHEDULE.rates(t, x_t), SCHEDULE.rates(s, x_t)
        x0 = distillation.two_step_target(x_t, x_s, rates_t, rates_s)
        level_t, level_s = SCHEDULE.alpha_bar(t), SCHEDULE.alpha_bar(s) if s >= 0 else 1.0
        noise = (x_t - math.sqrt(level_t) * x0) / math.sqrt(1 - level_t)
        landed = math.sqrt(level_s) * x0 + math.sqrt(1 - level_s) * noise
        assert torch.allclose(landed, x_s, atol=1e-10)
        assert torch.allclose(distillation.ddim_step(x_t, x0, rates_t, rates_s), landed, atol=1e-10)


def test_for_a_gaussian_it_is_a_number_times_x():
    """A step multiplies x_t by (signal_s signal_t std^2 + sigma_s sigma_t) / variance_t."""
    std, (t, m, s) = 0.6, (800, 500, 200)
    a, b = ([f(SCHEDULE.alpha_bar(i)) for i in (t, m, s)] for f in (math.sqrt, lambda v: math.sqrt(1 - v)))

    def factor(i, j):
        return (a[j] * a[i] * std**2 + b[j] * b[i]) / (a[i] ** 2 * std**2 + b[i] ** 2)

    g, kept = factor(0, 1) * factor(1, 2), b[2] / b[0]
    x = torch.randn(5, 3, dtype=torch.float64)
    rates = SCHEDULE.rates(t, x), SCHEDULE.rates(s, x)
    target = distillation.two_step_target(x, g * x, *rates)
    assert torch.allclose(target, (g - kept) / (a[2] - kept * a[0]) * x, atol=1e-12)


def test_a_student_walks_every_second_step_of_its_teacher():
    assert distillation.merged(PAIRS) == samplers.timesteps(SCHEDULE, 4)
    assert distillation.merged([(9, 4), (4, -1)]) == [(9, -1)]
    with pytest.raises(ValueError, match="even number of pairs, for two make one; got 3"):
        distillation.merged([(9, 6), (6, 4), (4, -1)])


def test_the_loss_is_nothing_for_the_student_that_does_what_two_steps_do():
    """For a Gaussian that student is known: x times a factor at every one of its steps."""
    teacher, x0 = gaussian(0.6), 0.6 * torch.randn(200, 2, dtype=torch.float64)

    def student(x, t):
        x0 = torch.empty_like(x)
        for k in range(0, len(PAIRS), 2):
            (now, middle), (_, s) = PAIRS[k], PAIRS[k + 1]
            point, levels = x, [SCHEDULE.rates(i, x[:1]) for i in (now, middle, s)]
            for (signal, sigma), (later, lower) in itertools.pairwise(levels):
                variance = (0.6 * signal) ** 2 + sigma**2
                point = point * (later * signal * 0.6**2 + lower * sigma) / variance
            target = distillation.two_step_target(x, point, levels[0], levels[2])
            x0 = torch.where((t == now)[:, None], target, x0)
        signal, sigma = SCHEDULE.rates(t, x)
        return (signal * x - x0) / sigma

    loss = distillation.halving_loss(teacher, SCHEDULE, PAIRS)
    assert float(loss(student, x0)) < 1e-18
    assert float(loss(teacher, x0)) > 1e-4
    assert torch.allclose(walk(student, distillation.merged(PAIRS), x0), walk(teacher, PAIRS, x0), atol=1e-10)


def test_low_noise_weighs_its_signal_to_noise_and_high_noise_one():
    """A teacher that always answers x_0 = 0 makes that the target; the student always answers 1."""
    x0 = torch.zeros(20, 1, dtype=torch.float64)
    for t, expected in ((900, 1.0), (200, float(SCHEDULE.snr[200]))):
        loss = distillation.halving_loss(
            lambda x, t: torch.zeros_like(x), SCHEDULE, [(t, t - 50), (t - 50, t - 100)], "sample"
        )
        assert float(loss(lambda x, t: torch.ones_like(x), x0)) == pytest.approx(expected, rel=1e-9)


def test_the_clip_is_the_teachers():
    x0 = torch.zeros(20, 1, dtype=torch.float64)
    loss = distillation.halving_loss(
        lambda x, t: torch.full_like(x, 5.0), SCHEDULE, [(900, 500), (500, -1)], "sample", clip=(-1, 1)
    )
    assert float(loss(lambda x, t: torch.ones_like(x), x0)) == pytest.approx(0, abs=1e-20)


def test_the_condition_goes_to_both():
    told = []

    def model(x, t, y):
        told.append(y)
        return x

    y = torch.arange(4)
    distillation.halving_loss(model, SCHEDULE, PAIRS)(model, torch.randn(4, 2), y)
    assert len(told) == 3 and all(torch.equal(one, y) for one in told)
