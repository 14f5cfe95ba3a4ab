"""What the lectures print about energies, scores and the way back: each printed form fails, ours holds."""

import math

import pytest
import torch
from torch.distributions import Normal

from course_utils.diffusion.sde import VP, exact_score, probability_flow, reverse
from course_utils.exact import GaussianMixture, LinearGaussian

LINE = torch.linspace(-8, 8, 16_001, dtype=torch.float64)
DX = float(LINE[1] - LINE[0])


def pair(std=0.5):
    means = torch.tensor([[-1.5], [1.5]], dtype=torch.float64)
    return GaussianMixture(means, std, torch.tensor([0.3, 0.7], dtype=torch.float64))


def test_a_density_is_no_probability():
    """A: "the probability of x belong to the dataset". That number is 40 here, and 4 in millimetres."""
    in_centimetres, in_millimetres = (
        Normal(0.0, std).log_prob(torch.tensor(0.0)).exp() for std in (0.01, 0.1)
    )
    assert float(in_centimetres) > 39
    assert float(in_centimetres) == pytest.approx(10 * float(in_millimetres))
    x = torch.linspace(-0.1, 0.1, 20_001, dtype=torch.float64)
    total = Normal(0.0, 0.01).log_prob(x).exp().sum() * float(x[1] - x[0])
    assert float(total) == pytest.approx(1)  # a probability is an integral of it


def test_the_reverse_process_draws_another_point_and_the_flow_returns():
    """A: the process is reversed "to reconstruct x_0". From the noise of one mode both modes come out."""
    mixture, sde = pair(0.2), VP()
    score, generator = exact_score(sde, mixture), torch.Generator().manual_seed(0)
    x0 = torch.full((2_000, 1), 1.5, dtype=torch.float64)
    signal, sigma = sde.marginal(1.0)
    x_1 = signal * x0 + sigma * torch.randn(x0.shape, generator=generator, dtype=torch.float64)
    drawn = reverse(sde, score, x_1, steps=200, generator=generator)
    assert float((drawn < 0).double().mean()) == pytest.approx(0.3, abs=0.05)
    starts = mixture.sample(20, generator=generator)
    there = probability_flow(sde, score, starts, steps=400, start=0.0, end=1.0)
    assert torch.allclose(probability_flow(sde, score, there, steps=400), starts, atol=1e-2)
    fresh = reverse(sde, score, there, steps=200, generator=generator)
    assert float((fresh - starts).abs().max()) > 1


def flipped(beta, x_t):
    """Mean and variance of q(x_{t-1} | x_t) by Bayes' rule on a line, and the score at x_t."""
    before = pair()
    stds = ((1 - beta) * before.stds**2 + beta).sqrt()
    after = GaussianMixture(math.sqrt(1 - beta) * before.means, stds, before.weights)
    log_joint = before.log_prob(LINE[:, None]) - (x_t - math.sqrt(1 - beta) * LINE) ** 2 / (2 * beta)
    weights = torch.softmax(log_joint, 0)
    mean = float(weights @ LINE)
    score = float(after.score(torch.tensor([[x_t]], dtype=torch.float64)))
    return mean, float(weights @ (LINE - mean) ** 2), score


def test_small_steps_are_flipped_by_the_score_alone():
    """B: "we can not do this". dx = -x / 2 du + dw: mean x - (f - score) du, variance du."""
    x_t, off = 0.4, []
    for beta in (0.02, 0.002):
        mean, variance, score = flipped(beta, x_t)
        ours = x_t - (-x_t / 2 - score) * beta
        off.append(abs(mean - ours))
        assert variance == pytest.approx(beta, rel=5 * beta)
        without = abs(mean - (x_t + x_t / 2 * beta))  # no score: all its share is lost
        assert without > 0.9 * abs(score) * beta > 3 * off[-1]
    assert off[1] < off[0] / 50  # the error falls with the square of the step


def test_the_normaliser_is_the_integral_of_the_exponential():
    """E: Z is printed as the integral of p, which is 1 whatever f is."""
    for stiff in (1.0, 3.0):
        f = 1 - stiff * (LINE**2 - 1) ** 2
        z = float(f.exp().sum() * DX)
        p = f.exp() / z
        printed = float(p.sum() * DX)
        assert printed == pytest.approx(1)
        assert abs(z - 1) > 0.2
        assert float((f.exp() / printed).sum() * DX) == pytest.approx(z)  # so it normalises nothing


def test_f_may_be_zero_and_the_score_is_its_gradient():
    """E: a "non-zero score". f is 0 at the top of this bell, and its gradient the score at any offset."""
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None].requires_grad_()
    one = GaussianMixture(torch.zeros(1, 1).double(), 0.8)
    for offset in (0.0, 5.0):
        f = (-(x**2) / (2 * 0.8**2) + offset).squeeze(1)
        gradient = torch.autograd.grad(f.sum(), x)[0]
        assert torch.allclose(gradient, one.score(x.detach()))
    f = (-(x**2) / (2 * 0.8**2)).squeeze(1)
    assert f[4].item() == 0.0 and f[4].exp().item() > 0
    apart = one.log_prob(x.detach()) - f.detach()
    assert float(apart.max() - apart.min()) < 1e-12  # f and the log-density differ by log Z alone
    assert not torch.allclose(f[:, None], one.score(x.detach()), atol=0.1)


def test_a_vae_has_no_normaliser_to_approximate():
    """E: "we can only approximate it (... as in VAE)". The density of a latent model integrates to 1."""
    for slope, sigma in ((0.5, 0.3), (2.0, 1.0)):
        model = LinearGaussian(torch.tensor([[slope]]).double(), torch.tensor([0.2]).double(), sigma)
        assert float(model.log_prob(LINE[:, None]).exp().sum() * DX) == pytest.approx(1, abs=1e-3)
        x = torch.tensor([[1.3]]).double()
        joint = Normal(0.0, 1.0).log_prob(LINE) + Normal(slope * LINE + 0.2, sigma).log_prob(x[0])
        evidence = float(joint.exp().sum() * DX)  # the integral over z, another one for each x
        assert evidence == pytest.approx(float(model.log_prob(x).exp()))
        mean, cov = model.posterior(x)
        posterior = Normal(float(mean), math.sqrt(float(cov))).log_prob(LINE).exp()
        assert torch.allclose(joint.exp() / evidence, posterior)
        assert float(model.elbo(x, mean + 0.3, cov)) < math.log(evidence)


def test_it_is_the_product_that_is_kept_from_zero():
    """E: alpha_t in [eps, 1 - eps]. The cosine's product ends at 0; with its factors cut it nearly does."""
    steps, eps = 1000, 1e-3
    share = torch.arange(steps + 1, dtype=torch.float64) / steps
    product = ((share * math.pi).cos() + 1) / 2
    alphas = product[1:] / product[:-1]
    x0, epsilon = 0.7, -0.4
    assert float(product[-1]) == 0.0
    x_t = product[-1].sqrt() * x0 + (1 - product[-1]).sqrt() * epsilon
    assert not ((x_t - (1 - product[-1]).sqrt() * epsilon) / product[-1].sqrt()).isfinite()
    assert float(alphas.clamp(eps, 1 - eps).cumprod(0)[-1]) < eps**2
    kept = product[-1].clamp(eps, 1 - eps)
    x_t = kept.sqrt() * x0 + (1 - kept).sqrt() * epsilon
    assert float((x_t - (1 - kept).sqrt() * epsilon) / kept.sqrt()) == pytest.approx(x0)
