"""What the lectures print about the reverse process: each printed form fails, the corrected one holds."""

import itertools
import math

import pytest
import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from course_utils import exact
from course_utils.diffusion import NoiseSchedule

LEVELS = [1.0, 0.8, 0.5, 0.2]  # alpha-bar before any noise and after three steps
LINE = torch.linspace(-8, 8, 16_001, dtype=torch.float64)
DX = float(LINE[1] - LINE[0])


def log_bell(x, mean, variance):
    return -((x - mean) ** 2 / variance + math.log(2 * math.pi * variance)) / 2


def moments(log_weights):
    """Mean and variance of the density with these unnormalised logarithms on the line."""
    weights = torch.softmax(log_weights, 0)
    mean = float(weights @ LINE)
    return mean, float(weights @ (LINE - mean) ** 2)


def test_the_variance_of_the_posterior_is_not_upside_down():
    """A: (1 - a_t)(1 - abar_t) / (1 - abar_{t-1}); brute-force Bayes says the inverse fraction."""
    before, after = LEVELS[2], LEVELS[3]
    alpha = after / before
    log_joint = log_bell(0.3, math.sqrt(alpha) * LINE, 1 - alpha) + log_bell(
        LINE, math.sqrt(before) * 0.9, 1 - before
    )
    variance = moments(log_joint)[1]
    assert variance == pytest.approx((1 - alpha) * (1 - before) / (1 - after))
    assert (1 - alpha) * (1 - after) / (1 - before) > 1 - alpha > variance


def chain(x0, slope=0.5, spread=0.6):
    """The bound of a three-step model N(slope x_t, spread), in the form that runs forwards, by Gaussians.

    Returns the reconstruction, the KL to the prior and the consistency terms of t = 1, 2, as they belong.
    """
    alphas = [b / a for a, b in itertools.pairwise(LEVELS)]
    mean = [math.sqrt(level) * x0 for level in LEVELS]
    var = [1 - level for level in LEVELS]

    def log_p(t):
        """E log N(x_t; slope x_{t+1}, spread), x_{t+1} = sqrt(alpha) x_t + noise."""
        keep = 1 - slope * math.sqrt(alphas[t])
        residual = keep**2 * (var[t] + mean[t] ** 2) + slope**2 * (1 - alphas[t])
        return -(residual / spread + math.log(2 * math.pi * spread)) / 2

    def entropy(t):
        return 0.5 * math.log(2 * math.pi * math.e * (1 - alphas[t - 1]))

    ratio = 1 - alphas[2]
    second_moment = alphas[2] * (var[2] + mean[2] ** 2)
    prior = 0.5 * (ratio + second_moment - 1 - math.log(ratio))
    return log_p(0), prior, [log_p(t) + entropy(t) for t in (1, 2)]


def log_evidence(x0, slope=0.5, spread=0.6):
    variance = 1.0
    for _ in range(3):
        variance = slope**2 * variance + spread
    return float(log_bell(torch.tensor(x0), 0.0, variance))


def test_the_prior_term_of_the_bound_is_subtracted_and_the_sum_ends_before_T():
    """A: minus E log p(x_T) / q adds the KL; with it the printed sum is above log p(x_0)."""
    reconstruction, prior, consistency = chain(0.3)
    assert prior > 0
    assert reconstruction - prior + sum(consistency) < log_evidence(0.3)
    slope, spread = 0.9, 0.19
    reconstruction, prior, consistency = chain(4.0, slope, spread)
    right = reconstruction - prior + sum(consistency)
    printed = reconstruction + prior + sum(consistency)
    assert right < log_evidence(4.0, slope, spread) < printed
    assert len(consistency) == len(LEVELS) - 2  # the term of t = T would need an x_{T+1}


def pair():
    return exact.GaussianMixture(torch.tensor([[-1.0], [1.0]], dtype=torch.float64), 0.25)


def reverse(x_t, before, alpha, prior=None):
    """log q(x_t | x_{t-1}) + log q(x_{t-1}) on the line."""
    prior = pair().diffuse(before).log_prob(LINE[:, None]) if prior is None else prior
    return prior + log_bell(x_t, math.sqrt(alpha) * LINE, 1 - alpha)


def test_a_distribution_over_the_guess_widens_the_step():
    """A: the model "defines the distribution over x_0-hat". A drawn guess adds its variance to beta-tilde."""
    before, alpha, x_t = 0.8, 0.7, 0.4
    after = before * alpha
    tilde = (1 - before) / (1 - after) * (1 - alpha)
    weight = math.sqrt(before) * (1 - alpha) / (1 - after)
    of_x0 = pair().log_prob(LINE[:, None]) + log_bell(x_t, math.sqrt(after) * LINE, 1 - after)
    drawn = tilde + weight**2 * moments(of_x0)[1]
    assert moments(reverse(x_t, before, alpha))[1] == pytest.approx(drawn)
    assert drawn > 1.5 * tilde


def test_the_shape_comes_from_the_numerator():
    """D: intractable for want of q(z_t). Without it, normalising is enough; without q(z_{t-1}) it is not."""
    before, alpha, x_t = 0.8, 0.7, 0.0
    after = pair().diffuse(before * alpha)
    with_both = reverse(x_t, before, alpha) - after.log_prob(torch.tensor([[x_t]], dtype=torch.float64))
    assert float(with_both.exp().sum() * DX) == pytest.approx(1)
    wanted = moments(with_both)
    assert moments(reverse(x_t, before, alpha)) == pytest.approx(wanted)
    flat = moments(reverse(x_t, before, alpha, prior=torch.zeros_like(LINE)))
    assert abs(flat[1] / wanted[1] - 1) > 0.1


def test_the_bound_without_its_prior_term_is_no_bound():
    """D: E log Pr(x | z_1) minus the KLs of t = 2..T, with an equals sign; L_T is missing."""
    beta, x0 = 0.1, 3.0  # one step only, so that no KL of t >= 2 is left: T = 1
    mean, variance = math.sqrt(1 - beta) * x0, beta
    slope, spread = 1.0, beta
    residual = (x0 - slope * mean) ** 2 + slope**2 * variance
    printed = -(residual / spread + math.log(2 * math.pi * spread)) / 2
    prior = float(kl_divergence(Normal(mean, math.sqrt(variance)), Normal(0.0, 1.0)))
    evidence = float(log_bell(torch.tensor(x0), 0.0, slope**2 + spread))
    assert printed - prior < evidence < printed


def weights_and_kl(dim, variance, apart=0.7):
    """KL of two Gaussians in dim dimensions with this variance I, and their squared distance."""
    identity = torch.eye(dim, dtype=torch.float64)
    one, other = (
        MultivariateNormal(torch.full((dim,), mean, dtype=torch.float64), variance * identity)
        for mean in (0.0, apart)
    )
    return float(kl_divergence(one, other)), dim * apart**2


def test_one_over_the_variance_and_the_noise_of_all_steps():
    """C: the weight has ||Sigma||_2^2 below; the spectral norm of variance I is the variance. And the net
    sees sqrt(alpha_t) x_0 + sqrt(1 - alpha_t) epsilon, which has hardly any noise, whatever t is."""
    kl, square = weights_and_kl(3, 0.04)
    spectral = float(torch.linalg.matrix_norm(0.04 * torch.eye(3).double(), 2))
    assert kl == pytest.approx(square / (2 * 0.04))
    assert square / (2 * spectral**2) > 20 * kl
    schedule = NoiseSchedule.linear(1000)
    assert float(schedule.alphas.sqrt().min()) > 0.98
    assert float(schedule.alphas_cumprod.sqrt()[-1]) < 0.01


def test_the_norm_of_sigma_times_the_identity_grows_with_the_dimensions():
    """E: 1 / (2 ||sigma I||^2); and where the variances differ, a constant is missing."""
    kl, square = weights_and_kl(3, 0.04)
    frobenius = float(torch.linalg.matrix_norm(0.2 * torch.eye(3).double()))
    assert square / (2 * frobenius**2) == pytest.approx(kl / 3)
    tilde, beta, apart = 0.02, 0.04, 0.1
    exactly = float(kl_divergence(Normal(0.0, math.sqrt(tilde)), Normal(apart, math.sqrt(beta))))
    ratio = tilde / beta
    constant = (ratio - 1 - math.log(ratio)) / 2
    assert exactly == pytest.approx(apart**2 / (2 * beta) + constant, rel=1e-5)
    assert constant > 0.05


def test_every_term_of_the_bound_needs_a_name_of_its_own():
    """E: the KL of (x_{t-1} | x_t) is called L_t, t = 2..T, beside L_T for the prior and L_0."""
    steps = 4
    printed = ["L_4", *(f"L_{t}" for t in range(2, steps + 1)), "L_0"]
    ours = ["L_4", *(f"L_{t - 1}" for t in range(2, steps + 1)), "L_0"]
    assert len(set(printed)) == steps < len(set(ours)) == steps + 1


def true_over_beta(std, before=0.8, alpha=0.7):
    """Var(x_{t-1} | x_t) / beta for data N(0, std^2), by brute force."""
    prior = log_bell(LINE, 0.0, before * std**2 + 1 - before)
    return moments(reverse(0.0, before, alpha, prior))[1] / (1 - alpha)


def test_beta_is_the_largest_variance_only_for_data_of_unit_variance():
    """E: the variance lies between beta-tilde and beta. For data N(0, 9) it is above beta."""
    tilde = (1 - 0.8) / (1 - 0.8 * 0.7)
    assert true_over_beta(1e-4) == pytest.approx(tilde, rel=1e-4)
    assert true_over_beta(0.5) == pytest.approx((tilde + 1) / 2, abs=0.5 * (1 - tilde))
    assert true_over_beta(1.0) == pytest.approx(1)
    assert true_over_beta(3.0) > 1.1
