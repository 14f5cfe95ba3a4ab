"""What the lectures print about the forward process: each printed form fails, the corrected one holds."""

import math

import pytest
import torch

from course_utils.diffusion import NoiseSchedule

BETAS = torch.linspace(1e-4, 0.02, 1000).double()


def variances(shrink, add, start=1.0):
    """The variance after each of the steps x <- sqrt(shrink) x + sqrt(add) noise, [T]."""
    found = []
    for one, other in zip(shrink.tolist(), add.tolist(), strict=True):
        start = one * start + other
        found.append(start)
    return torch.tensor(found, dtype=torch.float64)


def test_one_alpha_for_all_steps_does_not_preserve_the_variance():
    assert (variances(1 - BETAS, BETAS) - 1).abs().max() < 1e-9
    for alpha in (0.98, 0.99, 0.9999):
        assert (variances(torch.full_like(BETAS, alpha), BETAS) - 1).abs().max() > 0.5


def test_the_product_falls_to_zero_and_not_the_alphas():
    alphas = 1 - BETAS
    assert [alphas[0].item(), alphas[-1].item()] == pytest.approx([0.9999, 0.98])
    assert (alphas.diff() < 0).all() and alphas.prod() < 1e-4


def test_alphas_from_zero_do_not_fit_a_product_from_one():
    alphas = {t: 0.9 - 0.1 * t for t in range(4)}  # T = 4, as printed: 0..3
    bar = {t: math.prod(alphas[i] for i in range(1, t + 1)) for t in range(4)}
    assert bar[0] == 1  # alpha_0 does nothing
    with pytest.raises(KeyError):
        math.prod(alphas[i] for i in range(1, 4 + 1))


def test_a_step_centred_on_the_last_x_grows():
    grown = variances(torch.ones_like(BETAS), BETAS)
    assert (grown.diff() > 0).all() and grown[-1] == pytest.approx(1 + BETAS.sum().item()) and grown[-1] > 11


def test_a_trace_of_the_start_is_left():
    left = (1 - BETAS).prod().sqrt().item()
    assert 0.006 < left < 0.007
    assert left * 0.5 * math.sqrt(256 * 256) > 0.8  # a brightness of 0.5, in noises of a 256 x 256 mean


def test_a_product_needs_its_brackets():
    product_of_ones = math.prod([1.0] * 3)
    as_printed = product_of_ones - 0.3  # the last beta of 0.1, 0.2, 0.3
    assert math.prod([0.9, 0.8, 0.7]) == pytest.approx(0.504) and as_printed == pytest.approx(0.7)


def two_steps(alpha, before):
    """The noise after two steps, as a standard deviation, from its two parts."""
    return math.hypot(math.sqrt(alpha * (1 - before)), math.sqrt(1 - alpha))


def test_alpha_is_one_minus_beta():
    """The lecture's own next line, sqrt(alpha_t) x_{t-1} + ..., against its kernel's mean and variance."""
    beta, x = 0.1, torch.tensor([2.0])
    noise = torch.randn(200_000, generator=torch.Generator().manual_seed(0))
    draws = {a: math.sqrt(a) * x + math.sqrt(1 - a) * noise for a in (1 - beta, beta)}
    assert draws[1 - beta].mean() == pytest.approx(math.sqrt(1 - beta) * 2, abs=0.01)
    assert draws[1 - beta].var() == pytest.approx(beta, rel=0.02)
    assert draws[beta].mean() < 0.7 and draws[beta].var() > 0.8


def test_the_inner_root_is_one_too_many():
    alpha, before = 0.7, 0.9
    right = math.sqrt(alpha * (1 - before) + (1 - alpha))
    printed = math.sqrt(alpha * (1 - before) + math.sqrt(1 - alpha))
    assert right == pytest.approx(two_steps(alpha, before)) == pytest.approx(math.sqrt(1 - alpha * before))
    assert printed > 1.2 * right


def test_the_second_half_is_noise_with_one_end_and_not_with_the_other():
    levels = {end: (1 - torch.linspace(1e-4, end, 1000).double()).cumprod(0) for end in (0.02, 0.04)}
    assert levels[0.04][500] < 0.007 and (levels[0.04] < 0.01).double().mean() > 0.5
    assert 0.07 < levels[0.02][500] < 0.09 and 0.3 < (levels[0.02] < 0.01).double().mean() < 0.34


def test_the_papers_prior_term_needs_an_end_of_002():
    """Ho et al. (2020, section 4) report L_T of about 1e-5 bits per dimension; x_0^2 of a pixel in [-1, 1] is
    a third on average."""
    bits = {}
    for end in (0.02, 0.04):
        level = NoiseSchedule.linear(beta_end=end).alphas_cumprod[-1]
        bits[end] = (0.5 * (level / 3 - level - torch.log1p(-level)) / math.log(2)).item()
    assert 0.5e-5 < bits[0.02] < 2e-5 and bits[0.04] < 1e-8


def test_given_x0_the_mean_is_not_zero():
    generator = torch.Generator().manual_seed(0)
    x0, noise = (torch.randn(200_000, generator=generator, dtype=torch.float64) for _ in range(2))
    level = 0.6
    x_t = math.sqrt(level) * x0 + math.sqrt(1 - level) * noise
    assert abs(x_t.mean()) < 0.01 and x_t.var() == pytest.approx(1, abs=0.01)  # q(x_t)
    of_one = math.sqrt(level) * 1.5 + math.sqrt(1 - level) * noise  # q(x_t | x_0 = 1.5)
    assert of_one.mean() == pytest.approx(math.sqrt(0.6) * 1.5, abs=0.01)
    assert of_one.var() == pytest.approx(0.4, abs=0.01)
