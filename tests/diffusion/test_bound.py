"""The bound against exact answers: a chain of Gaussians, whose joint density is one Gaussian."""

import math

import pytest
import torch

from course_utils import exact
from course_utils.diffusion import NoiseSchedule, bound, exact_model

MEAN, STD = 0.7, 0.6
BETAS = torch.tensor([0.1, 0.3, 0.5, 0.7], dtype=torch.float64)


def gaussian():
    return exact.GaussianMixture(torch.tensor([[MEAN]], dtype=torch.float64), torch.tensor([STD]))


def joint_of_q(betas):
    """Mean and covariance of (x_0, ..., x_T) when the data are N(MEAN, STD^2)."""
    means, cov = [MEAN], torch.full((1, 1), STD**2, dtype=torch.float64)
    for beta in betas.tolist():
        keep = math.sqrt(1 - beta)
        means.append(keep * means[-1])
        row = keep * cov[-1]
        corner = (keep**2 * cov[-1, -1] + beta).reshape(1, 1)
        cov = torch.cat([torch.cat([cov, row[:, None]], 1), torch.cat([row[None], corner], 1)])
    return torch.tensor(means, dtype=torch.float64), cov


def joint_of_p(betas, variances):
    """The same for the model: x_T ~ N(0, 1), then downwards with E[x_0 | x_t] put into the posterior."""
    steps = len(betas)
    q_mean, q_cov = joint_of_q(betas)
    levels = torch.cat([torch.ones(1), (1 - betas).cumprod(0)]).double()
    means, cov = [0.0], torch.ones(1, 1, dtype=torch.float64)
    for t in range(steps, 0, -1):
        after, before, beta = levels[t], levels[t - 1], betas[t - 1]
        gain = q_cov[0, t] / q_cov[t, t]  # the regression of x_0 on x_t
        of_x0 = before.sqrt() * beta / (1 - after)
        of_xt = (1 - beta).sqrt() * (1 - before) / (1 - after)
        slope = of_x0 * gain + of_xt
        shift = of_x0 * (MEAN - gain * q_mean[t])
        means.append(float(slope * means[-1] + shift))
        row = slope * cov[-1]
        corner = (slope**2 * cov[-1, -1] + variances[t - 1]).reshape(1, 1)
        cov = torch.cat([torch.cat([cov, row[:, None]], 1), torch.cat([row[None], corner], 1)])
    order = torch.arange(steps, -1, -1)
    return torch.tensor(means, dtype=torch.float64)[order], cov[order][:, order]


def kl_of_joints(betas, variances):
    m, a = joint_of_q(betas)
    n, b = joint_of_p(betas, variances)
    inverse = torch.linalg.inv(b)
    logs = torch.logdet(b) - torch.logdet(a)
    return float((torch.trace(inverse @ a) + (n - m) @ inverse @ (n - m) - len(m) + logs) / 2)


def small_and_large(betas):
    levels = (1 - betas).cumprod(0)
    small = betas.clone()  # and beta itself at the first step
    small[1:] = betas[1:] * (1 - levels[:-1]) / (1 - levels[1:])
    return {"fixed_small": small, "fixed_large": betas}


@pytest.mark.parametrize("kind", ["fixed_small", "fixed_large"])
def test_the_sum_is_the_entropy_and_the_divergence_of_the_two_chains(kind):
    """E[sum of terms] = H(x_0) + KL(q(x_0, ..., x_T) || p(x_0, ..., x_T)), by 5 x 5 matrices."""
    generator = torch.Generator().manual_seed(0)
    schedule, data = NoiseSchedule(BETAS), gaussian()
    terms = bound.bound_terms(
        exact_model(data, schedule), schedule, data.sample(400_000, generator),
        variance_type=kind, generator=generator,
    )  # fmt: skip
    assert terms.shape == (5, 400_000)
    entropy = 0.5 * math.log(2 * math.pi * math.e * STD**2)
    wanted = entropy + kl_of_joints(BETAS, small_and_large(BETAS)[kind])
    error = 4 * float(terms.sum(0).std()) / 400_000**0.5
    assert error < 0.015
    assert float(terms.sum(0).mean()) == pytest.approx(wanted, abs=error)


def test_only_the_large_variance_closes_the_gap():
    """The lesson's claim, from the matrices alone: with beta the gap falls as 1 / T, with beta-tilde not."""
    gaps = {"fixed_small": [], "fixed_large": []}
    for steps in (16, 64, 256):
        betas = NoiseSchedule.cosine(steps).betas
        for kind, variances in small_and_large(betas).items():
            gaps[kind].append(kl_of_joints(betas, variances))
    large = gaps["fixed_large"]
    assert large[2] > 0 and 3 * large[2] < large[1] and 3 * large[1] < large[0] < 0.03
    assert min(gaps["fixed_small"]) > 0.5


@pytest.mark.parametrize("kind", ["fixed_small", "fixed_large"])
def test_every_term_by_integration(kind):
    """A model with one answer, 0.4, to all: then no term depends on the noise, and x_t may be any."""
    schedule = NoiseSchedule(BETAS)
    levels = [1.0, *(1 - BETAS).cumprod(0).tolist()]
    x0, guess = 1.3, 0.4
    got = bound.bound_terms(
        lambda x, t: torch.full_like(x, guess), schedule, torch.full((1, 1), x0, dtype=torch.float64),
        prediction_type="sample", variance_type=kind,
    )[:, 0]  # fmt: skip
    line = torch.linspace(-15, 15, 300_001, dtype=torch.float64)

    def bell(mean, variance):
        return -((line - mean).square() / variance + math.log(2 * math.pi * variance)) / 2

    def divergence(one, other):
        return float((one.exp() * (one - other)).sum() * (line[1] - line[0]))

    assert float(got[0]) == pytest.approx(0.5 * math.log(2 * math.pi * 0.1) + (x0 - guess) ** 2 / 0.2)
    for k in range(1, 4):
        after, before, beta = levels[k + 1], levels[k], float(BETAS[k])

        def mean(x, after=after, before=before, beta=beta, x_t=-0.8):
            of_xt = math.sqrt(1 - beta) * (1 - before) * x_t
            return (math.sqrt(before) * beta * x + of_xt) / (1 - after)

        of_q = (1 - before) / (1 - after) * beta
        of_p = of_q if kind == "fixed_small" else beta
        wanted = divergence(bell(mean(x0), of_q), bell(mean(guess), of_p))
        assert float(got[k]) == pytest.approx(wanted, abs=1e-8)
    last = divergence(bell(math.sqrt(levels[4]) * x0, 1 - levels[4]), bell(0.0, 1.0))
    assert float(got[4]) == pytest.approx(last, abs=1e-8)


def test_images_sum_over_their_pixels():
    schedule = NoiseSchedule.linear(3)
    images = torch.randn(2, 1, 2, 2, generator=torch.Generator().manual_seed(0))

    def model(x, t):
        return 0.5 * x

    options = {"prediction_type": "v_prediction"}
    whole = bound.bound_terms(model, schedule, images, generator=torch.Generator().manual_seed(1), **options)
    flat = bound.bound_terms(
        model, schedule, images.flatten(1), generator=torch.Generator().manual_seed(1), **options
    )
    assert whole.shape == (4, 2)
    assert torch.allclose(whole, flat)
    assert whole.dtype == torch.float32


def test_bad_names_are_named():
    schedule = NoiseSchedule.linear(3)
    with pytest.raises(ValueError, match="variance_type must be"):
        bound.bound_terms(lambda x, t: x, schedule, torch.zeros(2, 1), variance_type="small")
    with pytest.raises(ValueError, match="prediction_type must be"):
        bound.bound_terms(lambda x, t: x, schedule, torch.zeros(2, 1), prediction_type="noise")
    with pytest.raises(TypeError, match="x0"):
        bound.bound_terms(lambda x, t: x, schedule, [1.0])
