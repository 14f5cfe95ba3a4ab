"""What guidance samples where everything is known: closed-form variances, the tilted density, Bayes."""

import math

import pytest
import torch

from course_utils.diffusion import NoiseSchedule, exact_model, guidance, samplers
from course_utils.diffusion import guidance_exact as exact
from course_utils.exact import GaussianMixture

F64 = torch.float64
STD, TOTAL, MEAN = 0.6, 1.5, 0.8
CONDITIONAL = GaussianMixture(torch.tensor([[MEAN]], dtype=F64), STD)
DATA = GaussianMixture(torch.zeros(1, 1, dtype=F64), TOTAL)
SCALES = [0.0, 0.5, 1.0, 2.0, 3.0]
MIXTURE = GaussianMixture(
    torch.tensor([[0.0, 0.0], [2.0, 1.0], [-1.0, 2.0]], dtype=F64), 0.6, torch.tensor([0.5, 0.2, 0.3])
)
LABELLED = exact.LabelledMixture(MIXTURE, [0, 1, 0])


def unit_noise(n):
    """Points that have mean 0 and variance 1 to the last digit: the samplers' maps, without the dice."""
    x = torch.randn(n, 1, generator=torch.Generator().manual_seed(0), dtype=F64)
    return (x - x.mean()) / x.std()


def guided(schedule, scale):
    """The exact model of p(x | y) = N(0.8, 0.6^2), guided away from p(x) = N(0, 1.5^2)."""
    return guidance.mixed(exact_model(DATA, schedule), exact_model(CONDITIONAL, schedule), scale)


@pytest.mark.parametrize("scale", SCALES)
def test_deterministic_samplers_have_the_product_of_powers(scale):
    """The maps are linear, so a few points tell the variance; 2 % is for the steps, not for chance."""
    schedule, x_T = NoiseSchedule.linear(), unit_noise(50)
    wanted = STD ** (2 * scale) * TOTAL ** (2 - 2 * scale)
    assert exact.guided_variance(STD, TOTAL, scale) == pytest.approx(wanted, rel=1e-12)
    how = {"x_T": x_T, "shape": x_T.shape}
    by_ddim = samplers.ddim(guided(schedule, scale), schedule, num_inference_steps=1000, **how).var()
    by_heun = samplers.heun(guided(schedule, scale), schedule, num_inference_steps=250, **how).var()
    assert float(by_ddim) == pytest.approx(wanted, rel=0.02)
    assert float(by_heun) == pytest.approx(wanted, rel=0.01)


def asked_once(model):
    """model, which answers for as long as the step stays the same without being asked again."""
    last = {}

    def remembered(x, t):
        if int(t[0]) not in last:
            last.clear()
            last[int(t[0])] = model(x, t)
        return last[int(t[0])]

    return remembered


def test_the_ancestral_sampler_has_a_third_variance():
    """Both variances of the step, between which the truth lies, without dice: var' = gain^2 var + noise."""
    schedule = NoiseSchedule.linear(4000, 1e-4 / 4, 0.02 / 4)
    total, cond = (asked_once(exact_model(one, schedule)) for one in (DATA, CONDITIONAL))
    two_points = torch.tensor([[0.0], [1.0]], dtype=F64)
    models = [guidance.mixed(total, cond, scale) for scale in SCALES]
    small_variance = large_variance = torch.ones(len(SCALES), dtype=F64)
    for t, prev in samplers.timesteps(schedule):
        signal, sigma = (float(each) for each in schedule.rates(t, two_points))
        noise = torch.cat([model(two_points, torch.full((2,), t)) for model in models], dim=1)
        x = two_points.expand_as(noise)  # a column for each scale
        mean, small = schedule.posterior((x - sigma * noise) / signal, x, t)
        gain = mean[1] - mean[0]  # the step is linear in x
        small_variance = gain**2 * small_variance + (float(small) if prev >= 0 else 0.0)
        large_variance = gain**2 * large_variance + (float(schedule.betas[t]) if prev >= 0 else 0.0)
    for scale, *found in zip(SCALES, small_variance.tolist(), large_variance.tolist(), strict=True):
        wanted = exact.guided_variance_sde(STD, TOTAL, scale)
        assert found == pytest.approx([wanted, wanted], rel=0.02), scale


def test_the_ancestral_sampler_itself_draws_it():
    """20,000 draws have a variance within 1 % of their own; the steps take another."""
    schedule = NoiseSchedule.linear()
    x_T = torch.randn(20_000, 1, generator=torch.Generator().manual_seed(2), dtype=F64)
    generator = torch.Generator().manual_seed(3)
    x = samplers.ddpm(guided(schedule, 2.0), schedule, x_T.shape, x_T=x_T, generator=generator)
    assert float(x.var()) == pytest.approx(exact.guided_variance_sde(STD, TOTAL, 2.0), rel=0.04)


def test_the_integral_of_the_third_variance():
    """At scale 2 it is elementary: with b = S^2 - s^2 and v = s^2 + u, (v + b)^2 / v^4 from s^2 up."""
    s2, b = STD**2, TOTAL**2 - STD**2
    integral = 1 / s2 + b / s2**2 + b**2 / (3 * s2**3)
    wanted = STD**8 * TOTAL**-4 * integral
    assert exact.guided_variance_sde(STD, TOTAL, 2) == pytest.approx(wanted, rel=1e-9)
    assert exact.guided_variance_sde(STD, TOTAL, 1) == pytest.approx(STD**2, rel=1e-9)
    assert exact.guided_variance_sde(STD, TOTAL, 0) == pytest.approx(TOTAL**2, rel=1e-9)


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0, 5.0])
def test_the_tilted_variance_by_brute_force(scale):
    """p(x)^(1 - s) p(x | y)^s on a fine grid."""
    x = torch.linspace(-12, 12, 20_001, dtype=F64)
    log_tilted = scale * -0.5 * ((x - MEAN) / STD) ** 2 + (1 - scale) * -0.5 * (x / TOTAL) ** 2
    weights = log_tilted.softmax(0)
    mean = (weights * x).sum()
    assert exact.tilted_variance(STD, TOTAL, scale) == pytest.approx(
        float((weights * (x - mean) ** 2).sum()), rel=1e-6
    )


def test_the_three_differ_except_at_zero_and_one():
    for scale in SCALES:
        three = [
            f(STD, TOTAL, scale)
            for f in (exact.tilted_variance, exact.guided_variance_sde, exact.guided_variance)
        ]
        if scale in (0.0, 1.0):
            assert three == pytest.approx([three[0]] * 3, rel=1e-9)
        elif scale > 1:  # the samples are narrower than the density that they are said to come from
            assert three[0] > 1.1 * three[1] > 1.1**2 * three[2]


def test_a_scale_without_a_tilted_density():
    with pytest.raises(ValueError, match="positive precision"):
        exact.tilted_variance(1.5, 0.6, 3.0)


def test_labels_by_bayes():
    x = torch.randn(30, 2, generator=torch.Generator().manual_seed(4), dtype=F64)
    shares = MIXTURE.responsibilities(x)
    torch.testing.assert_close(LABELLED.log_class(x, 1), shares[:, 1].log())
    torch.testing.assert_close(LABELLED.log_class(x, 0), (shares[:, 0] + shares[:, 2]).log())
    y = torch.arange(30) % 2
    mixed = torch.where(y == 1, LABELLED.log_class(x, 1), LABELLED.log_class(x, 0))
    torch.testing.assert_close(LABELLED.log_class(x, y), mixed)
    torch.testing.assert_close(LABELLED.prior, torch.tensor([0.8, 0.2], dtype=F64))
    given = LABELLED.given(0).log_prob(x) + math.log(0.8)
    torch.testing.assert_close(given, LABELLED.log_class(x, 0) + MIXTURE.log_prob(x))


def test_labels_do_not_notice_the_noise():
    """q(x_t) of the labelled mixture, class by class, is the noise added to each class."""
    noisy = LABELLED.diffuse(0.3)
    x = torch.randn(10, 2, generator=torch.Generator().manual_seed(5), dtype=F64)
    torch.testing.assert_close(noisy.given(0).log_prob(x), LABELLED.given(0).diffuse(0.3).log_prob(x))
    schedule = NoiseSchedule.cosine()
    at = LABELLED.log_prob_at(schedule, 1)(x, torch.full((10,), 400))
    wanted = LABELLED.diffuse(schedule.alphas_cumprod[400]).log_class(x, 1)
    torch.testing.assert_close(at, wanted)
    with pytest.raises(ValueError, match="one step for all points"):
        LABELLED.log_prob_at(schedule, 1)(x, torch.arange(10))


@pytest.mark.parametrize("scale", [0.0, 1.0, 2.5])
def test_the_tilted_density_is_p_times_a_power(scale):
    x = torch.randn(20, 2, generator=torch.Generator().manual_seed(6), dtype=F64)
    wanted = MIXTURE.log_prob(x) + scale * LABELLED.log_class(x, 1)
    torch.testing.assert_close(LABELLED.tilted_log_prob(x, 1, scale), wanted)
    if scale == 1:
        offset = wanted - LABELLED.given(1).log_prob(x)
        torch.testing.assert_close(offset, torch.full_like(offset, math.log(0.2)))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: exact.LabelledMixture(MIXTURE, [0, 2, 0]), r"each of 0..2; got only \[0, 2\]"),
        (lambda: exact.LabelledMixture(MIXTURE, [0, 1]), r"labels must have shape \[3\]"),
        (lambda: LABELLED.given(2), "y must be at least 0 and at most 1; got 2"),
        (lambda: LABELLED.tilted_log_prob(torch.zeros(1, 2), 0, -1.0), "guidance_scale"),
    ],
)  # fmt: skip
def test_bad_input(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
