"""The bounds against distributions whose log p(x) is known."""

import math

import pytest
import torch

from course_utils import vae
from course_utils.exact import LinearGaussian


class LinearBernoulli(torch.nn.Module):
    """One latent, three pixels: log p(x) by quadrature, with a q(z | x) that is not the posterior."""

    def __init__(self):
        super().__init__()
        self.weight = torch.tensor([1.5, -0.7, 0.4], dtype=torch.float64)
        self.bias = torch.tensor([0.2, 0.1, -1.0], dtype=torch.float64)

    def encode(self, x):
        mean = x.flatten(1) @ torch.tensor([[0.4], [-0.2], [0.1]], dtype=x.dtype) - 0.6
        return mean, torch.full_like(mean, -0.5)

    def logits(self, z):
        return (z * self.weight + self.bias).view(-1, 1, 1, 3)

    def log_prob(self, x):
        z = torch.linspace(-9, 9, 4001, dtype=torch.float64)[:, None]
        p = torch.sigmoid(z * self.weight + self.bias)
        likelihood = torch.where(x.flatten(1)[:, None] == 1, p, 1 - p).prod(-1)
        prior = torch.exp(-(z[:, 0] ** 2) / 2) / math.sqrt(2 * math.pi)
        return (likelihood * prior).sum(1).mul(18 / 4000).log()


X = torch.tensor([[1, 0, 1], [0, 0, 0], [1, 1, 0]], dtype=torch.float64).view(3, 1, 1, 3)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_log_bernoulli_is_the_log_of_a_product_of_probabilities():
    logits = torch.randn(2, 1, 2, 2, generator=seeded())
    x = torch.tensor([1.0, 0, 0, 1, 0, 1, 1, 1]).view(2, 1, 2, 2)
    p = 1 / (1 + (-logits).exp())
    expected = torch.where(x == 1, p, 1 - p).flatten(1).prod(1).log()
    assert torch.allclose(vae.log_bernoulli(x, logits), expected, atol=1e-6)
    many = vae.log_bernoulli(x, torch.stack([logits, -logits]))
    assert many.shape == (2, 2) and torch.allclose(many[0], expected, atol=1e-6)


def test_the_probabilities_of_all_images_sum_to_one_and_grey_pixels_have_no_such_sum():
    logits = torch.tensor([0.7, -1.2]).view(1, 1, 1, 2)
    images = torch.cartesian_prod(torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0])).view(4, 1, 1, 2)
    total = vae.log_bernoulli(images, logits.expand(4, -1, -1, -1)).exp().sum()
    assert total == pytest.approx(1, abs=1e-6)
    grey = torch.linspace(0, 1, 2001).view(-1, 1, 1, 1)
    area = vae.log_bernoulli(grey, torch.full_like(grey, 0.0)).exp().mean()
    assert area == pytest.approx(0.5, abs=1e-3)  # p = 1/2 makes every grey value "probability" one half


def test_elbo_is_reconstruction_minus_beta_kl():
    x, logits = X.float(), torch.randn(3, 1, 1, 3, generator=seeded())
    mean, logvar = torch.randn(2, 3, 4, generator=seeded(1))
    bound = vae.elbo(x, logits, mean, logvar)
    normal = torch.distributions.Normal
    kl = torch.distributions.kl_divergence(normal(mean, (logvar / 2).exp()), normal(0.0, 1.0)).sum(1)
    assert torch.allclose(bound.kl, kl, atol=1e-5)
    assert torch.allclose(bound.value, bound.reconstruction - kl, atol=1e-5)
    assert torch.allclose(
        vae.elbo(x, logits, mean, logvar, beta=4).value, bound.reconstruction - 4 * kl, atol=1e-4
    )


def test_reparameterise_has_the_moments_and_the_gradient_of_its_normal():
    mean = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    logvar = torch.tensor([0.0, 2 * math.log(3)], dtype=torch.float64, requires_grad=True)
    z = vae.reparameterise(mean.expand(200_000, 2), logvar.expand(200_000, 2), seeded())
    assert torch.allclose(z.mean(0), mean, atol=0.03)
    assert torch.allclose(z.std(0), torch.tensor([1.0, 3.0], dtype=torch.float64), atol=0.03)
    z.square().mean(0).sum().backward()  # E z^2 = mean^2 + exp(logvar)
    assert torch.allclose(mean.grad, 2 * mean.detach(), atol=0.05)
    assert torch.allclose(logvar.grad, logvar.detach().exp(), atol=0.1)


def test_the_bounds_stand_in_order_below_the_exact_value():
    model = LinearBernoulli()
    exact = model.log_prob(X)
    x = X.repeat_interleave(20_000, 0)

    def bound(k):
        return vae.iwae(model, x, k, seeded()).view(3, -1).mean(1)

    mean, logvar = model.encode(x)
    logits = model.logits(vae.reparameterise(mean, logvar, seeded()))
    elbo = vae.elbo(x, logits, mean, logvar).value.view(3, -1).mean(1)
    assert torch.allclose(bound(1), elbo, atol=0.02)  # K = 1 is the ELBO
    bounds = torch.stack([elbo, bound(4), bound(16), bound(64)])
    assert (bounds.diff(dim=0) > 0).all()
    assert (bounds < exact + 1e-3).all()
    assert torch.allclose(bounds[-1], exact, atol=0.05)


def test_a_last_chunk_that_is_shorter_counts_too():
    model, x = LinearBernoulli(), X.repeat_interleave(20_000, 0)
    whole, parts = (vae.iwae(model, x, 5, seeded(), chunk=size).view(3, -1).mean(1) for size in (5, 2))
    assert torch.allclose(whole, parts, atol=0.01)


def test_log_mean_weight_survives_underflow():
    weights = torch.tensor([0.5, 1.5, 4.0], dtype=torch.float64)
    assert vae.log_mean_weight(weights.log()) == pytest.approx(math.log(2))
    assert vae.log_mean_weight(weights.log() - 2000) == pytest.approx(math.log(2) - 2000)


def test_effective_sample_size():
    assert vae.effective_sample_size(torch.full((8,), -900.0)) == pytest.approx(8)
    assert vae.effective_sample_size(torch.tensor([0.0, -1000.0, -1000.0])) == pytest.approx(1)
    weights = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    assert vae.effective_sample_size(weights.log()) == pytest.approx(36 / 14)


def test_importance_weights_of_the_posterior_are_all_log_p():
    """q = posterior: every weight is p(x), so one sample is exact."""
    w = torch.randn(4, 2, dtype=torch.float64, generator=seeded())
    model = LinearGaussian(w, torch.zeros(4, dtype=torch.float64), 0.7)
    x = model.sample(5, seeded(1))
    mean, cov = model.posterior(x)
    q = torch.distributions.MultivariateNormal(mean, cov)
    z = mean + torch.randn(3, 5, 2, dtype=torch.float64, generator=seeded(2)) @ torch.linalg.cholesky(cov).T
    likelihood = vae.log_normal(x, z @ w.T, torch.full((4,), 2 * math.log(0.7), dtype=torch.float64))
    prior = vae.log_normal(z, torch.zeros(2).double(), torch.zeros(2).double())
    log_weights = likelihood + prior - q.log_prob(z)
    assert torch.allclose(log_weights, model.log_prob(x).expand(3, 5), atol=1e-8)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (
            lambda: vae.elbo(X, X[:, :, :, :2], X[:, 0, 0], X[:, 0, 0]),
            r"logits must have shape \[3, 1, 1, 3\]",
        ),
        (lambda: vae.elbo(X, X, X[:, 0, 0], X[:, 0, 0, :1]), r"logvar must have shape \[3, 3\]"),
        (lambda: vae.elbo(X, X, X[:, 0, 0], X[:, 0, 0], beta=-1), "beta must be a finite number at least 0"),
        (lambda: vae.iwae(LinearBernoulli(), X, 0), "k must be at least 1"),
        (lambda: vae.reparameterise(X[:, 0, 0], X[:2, 0, 0]), r"logvar must have the shape of mean"),
    ],
)
def test_bad_input(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
