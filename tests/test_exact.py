"""Closed forms against numerical integration, autograd and torch.distributions."""

import math

import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, MultivariateNormal, Normal
from torch.distributions.kl import kl_divergence

from course_utils.exact import BernoulliMixture, GaussianMixture, LinearGaussian

MEANS = torch.tensor([[-2.0, 0.5], [1.0, 1.0], [0.5, -3.0]], dtype=torch.float64)
STDS = torch.tensor([0.3, 1.0, 0.7], dtype=torch.float64)
WEIGHTS = torch.tensor([0.2, 0.5, 0.3], dtype=torch.float64)


def rand(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def mixture():
    return GaussianMixture(MEANS, STDS, WEIGHTS)


@pytest.fixture
def line():
    """Two unequal modes on a line, for integrals one can do on a grid."""
    means = torch.tensor([[-1.5], [2.0]], dtype=torch.float64)
    return GaussianMixture(means, [0.4, 0.8], [0.35, 0.65])


def test_log_prob_is_that_of_torch_distributions(mixture):
    parts = Independent(Normal(MEANS, STDS[:, None].expand_as(MEANS)), 1)
    truth = MixtureSameFamily(Categorical(WEIGHTS), parts)
    x = 3 * rand(200, 2)
    torch.testing.assert_close(mixture.log_prob(x), truth.log_prob(x), rtol=1e-12, atol=1e-12)


def test_log_prob_far_away_is_finite_and_exact(line):
    x = torch.tensor([[1e3]], dtype=torch.float64)
    nearest = math.log(0.65) - math.log(0.8 * math.sqrt(2 * math.pi)) - 0.5 * (998 / 0.8) ** 2
    assert line.log_prob(x).item() == pytest.approx(nearest, rel=1e-12)
    assert line.score(x).item() == pytest.approx(-998 / 0.64, rel=1e-12)


def test_score_is_the_gradient_of_log_prob(mixture):
    x = (3 * rand(200, 2)).requires_grad_()
    (gradient,) = torch.autograd.grad(mixture.log_prob(x).sum(), x)
    torch.testing.assert_close(mixture.score(x.detach()), gradient, rtol=1e-10, atol=1e-10)


def test_responsibilities_are_bayes_rule(mixture):
    x = rand(50, 2)
    joint = torch.stack(
        [w * Normal(m, s).log_prob(x).sum(1).exp() for w, m, s in zip(WEIGHTS, MEANS, STDS, strict=True)], 1
    )
    torch.testing.assert_close(mixture.responsibilities(x), joint / joint.sum(1, keepdim=True))


def test_samples_have_the_mixtures_moments(mixture):
    x = mixture.sample(200_000, torch.Generator().manual_seed(1))
    mean = WEIGHTS @ MEANS
    second = (WEIGHTS[:, None] * (MEANS.square() + STDS[:, None].square())).sum(0)
    std = (second - mean.square()).sqrt()
    assert x.dtype == torch.float64 and x.shape == (200_000, 2)
    assert ((x.mean(0) - mean).abs() < 5 * std / 200_000**0.5).all()
    torch.testing.assert_close(x.std(0), std, rtol=0.01, atol=0)


def test_samples_repeat_with_their_generator_and_follow_the_global_seed(mixture):
    first, second = (mixture.sample(10, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, second)
    torch.manual_seed(3)
    assert torch.equal(first, mixture.sample(10))


@pytest.mark.parametrize("a", [0.0, 0.05, 0.5, 0.99, 1.0])
def test_diffused_density_is_the_convolution(line, a):
    """p(x_t) = integral p(x_0) N(x_t; sqrt(a) x_0, 1 - a) d x_0, on a grid."""
    x0 = torch.linspace(-12, 12, 24001, dtype=torch.float64)
    x_t = torch.linspace(-4, 4, 41, dtype=torch.float64)
    density = line.log_prob(x0[:, None]).exp()
    if a == 1:
        expected = line.log_prob(x_t[:, None]).exp()
    else:
        kernel = Normal(math.sqrt(a) * x0, math.sqrt(1 - a)).log_prob(x_t[:, None]).exp()
        expected = torch.trapezoid(kernel * density, x0, dim=1)
    torch.testing.assert_close(line.diffuse(a).log_prob(x_t[:, None]).exp(), expected, rtol=1e-7, atol=1e-10)


def test_diffused_moments_are_those_of_noised_samples(mixture):
    a, n = 0.37, 200_000
    x0 = mixture.sample(n, torch.Generator().manual_seed(5))
    x_t = math.sqrt(a) * x0 + math.sqrt(1 - a) * rand(n, 2, seed=6)
    diffused = mixture.diffuse(a)
    mean = diffused.weights @ diffused.means
    second = (diffused.weights[:, None] * (diffused.means.square() + diffused.stds[:, None].square())).sum(0)
    torch.testing.assert_close(x_t.mean(0), mean, rtol=0, atol=0.02)
    torch.testing.assert_close(x_t.square().mean(0), second, rtol=0.02, atol=0)


def test_diffusing_twice_is_diffusing_once(mixture):
    """Levels multiply: x_t at a, noised again at b, is x_0 noised at a b."""
    x = rand(50, 2)
    twice = mixture.diffuse(0.6).diffuse(0.3).log_prob(x)
    torch.testing.assert_close(twice, mixture.diffuse(0.18).log_prob(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("a", [0.02, 0.4, 0.9])
def test_denoise_is_the_posterior_mean_by_brute_force(line, a):
    x0 = torch.linspace(-12, 12, 24001, dtype=torch.float64)
    x_t = torch.linspace(-4, 4, 41, dtype=torch.float64)
    weight = Normal(math.sqrt(a) * x0, math.sqrt(1 - a)).log_prob(x_t[:, None]).exp()
    weight = weight * line.log_prob(x0[:, None]).exp()
    expected = torch.trapezoid(weight * x0, x0, dim=1) / torch.trapezoid(weight, x0, dim=1)
    torch.testing.assert_close(line.denoise(x_t[:, None], a)[:, 0], expected, rtol=1e-7, atol=1e-8)


def test_denoise_is_tweedies_formula(mixture):
    """E[x_0 | x_t] = (x_t + (1 - a) score(x_t)) / sqrt(a) (Efron 2011)."""
    a, x_t = 0.3, 2 * rand(200, 2)
    tweedie = (x_t + (1 - a) * mixture.diffuse(a).score(x_t)) / math.sqrt(a)
    torch.testing.assert_close(mixture.denoise(x_t, a), tweedie, rtol=1e-10, atol=1e-10)


def test_denoise_at_the_ends_of_the_schedule(mixture):
    x = rand(20, 2)
    torch.testing.assert_close(mixture.denoise(x, 1.0), x)
    torch.testing.assert_close(mixture.denoise(x, 0.0), (WEIGHTS @ MEANS).expand(20, 2))


def test_a_schedules_entry_will_do_for_a_level(mixture):
    levels, x = torch.tensor([0.9, 0.25], dtype=torch.float64), rand(5, 2)
    assert torch.equal(mixture.denoise(x, levels[1]), mixture.denoise(x, 0.25))


def test_mixture_keeps_the_dtype_of_its_means():
    for dtype in (torch.float32, torch.float64):
        mixture = GaussianMixture(MEANS.to(dtype), 0.5)
        for x in (torch.zeros(3, 2), torch.zeros(3, 2, dtype=torch.float64)):
            answers = (
                mixture.log_prob(x),
                mixture.score(x),
                mixture.denoise(x, 0.5),
                mixture.diffuse(0.5).stds,
            )
            assert all(answer.dtype == dtype for answer in answers)


def test_a_component_of_weight_zero_is_not_there():
    kept = GaussianMixture(MEANS[:2], STDS[:2], [0.5, 0.5])
    padded = GaussianMixture(MEANS, STDS, [0.5, 0.5, 0.0])
    x = rand(20, 2)
    torch.testing.assert_close(padded.score(x), kept.score(x))
    torch.testing.assert_close(padded.log_prob(x), kept.log_prob(x))


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((torch.zeros(3), 1.0), "means must have shape"),
        ((torch.zeros(0, 2), 1.0), "means must not be empty"),
        ((torch.full((2, 2), math.nan), 1.0), "means must be finite"),
        ((torch.zeros(2, 2), 0.0), "stds must all be positive"),
        ((torch.zeros(2, 2), [1.0, -1.0]), "stds must all be positive"),
        ((torch.zeros(2, 2), [1.0, 1.0, 1.0]), r"stds must have shape \[2\]"),
        ((torch.zeros(2, 2), 1.0, [0.5, 0.6]), "weights must sum to one; got 1.1"),
        ((torch.zeros(2, 2), 1.0, [1.5, -0.5]), "weights must not be negative"),
        ((torch.zeros(2, 2), 1.0, [1.0]), r"weights must have shape \[2\]"),
    ],
)
def test_a_mixture_that_is_none_says_why(arguments, words):
    with pytest.raises(ValueError, match=words):
        GaussianMixture(*arguments)


def test_bad_points_and_levels_say_why(mixture):
    with pytest.raises(ValueError, match=r"x must have shape \[N, 2\]; got \[5, 3\]"):
        mixture.score(torch.zeros(5, 3))
    with pytest.raises(TypeError, match=r"x must be a torch.Tensor; got list"):
        mixture.log_prob([0.0, 0.0])
    with pytest.raises(
        ValueError, match="alpha_cumprod must be a finite number at least 0 and at most 1; got 1.5"
    ):
        mixture.diffuse(1.5)
    with pytest.raises(TypeError, match="alpha_cumprod must be a number"):
        mixture.denoise(torch.zeros(2, 2), torch.tensor([0.1, 0.2]))
    with pytest.raises(ValueError, match="n must be at least 1; got 0"):
        mixture.sample(0)


@pytest.fixture
def linear():
    return LinearGaussian(rand(5, 2, seed=7), rand(5, seed=8), 0.6)


def test_linear_log_prob_is_that_of_one_big_gaussian(linear):
    covariance = linear.W @ linear.W.T + 0.36 * torch.eye(5, dtype=torch.float64)
    x = 2 * rand(100, 5)
    truth = MultivariateNormal(linear.mu, covariance).log_prob(x)
    torch.testing.assert_close(linear.log_prob(x), truth, rtol=1e-12, atol=1e-11)


def test_linear_posterior_is_gaussian_conditioning(linear):
    """From the joint of (z, x): mean W^T C^-1 (x - mu), covariance I - W^T C^-1 W (not the inverse form)."""
    C = linear.W @ linear.W.T + 0.36 * torch.eye(5, dtype=torch.float64)
    gain = linear.W.T @ torch.linalg.inv(C)
    x = rand(30, 5)
    mean, cov = linear.posterior(x)
    torch.testing.assert_close(mean, (x - linear.mu) @ gain.T, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(
        cov, torch.eye(2, dtype=torch.float64) - gain @ linear.W, rtol=1e-10, atol=1e-10
    )


@pytest.mark.parametrize("shared", [True, False])
def test_elbo_plus_the_gap_is_log_prob(linear, shared):
    x, q_mean = rand(30, 5), rand(30, 2, seed=9)
    root = rand(2, 2, seed=10) if shared else rand(30, 2, 2, seed=11)
    q_cov = root @ root.mT + 0.1 * torch.eye(2, dtype=torch.float64)
    mean, cov = linear.posterior(x)
    gap = kl_divergence(MultivariateNormal(q_mean, q_cov), MultivariateNormal(mean, cov))
    elbo = linear.elbo(x, q_mean, q_cov)
    torch.testing.assert_close(elbo + gap, linear.log_prob(x), rtol=0, atol=1e-8)
    assert (gap > 0.01).all()


def test_elbo_is_tight_at_the_posterior(linear):
    x = rand(30, 5)
    elbo = linear.elbo(x, *linear.posterior(x))
    torch.testing.assert_close(elbo, linear.log_prob(x), rtol=0, atol=1e-8)


def test_linear_samples_have_the_models_moments(linear):
    x = linear.sample(200_000, torch.Generator().manual_seed(2))
    torch.testing.assert_close(x.mean(0), linear.mu, rtol=0, atol=0.03)
    torch.testing.assert_close(
        x.T.cov(), linear.W @ linear.W.T + 0.36 * torch.eye(5).double(), rtol=0.05, atol=0.03
    )


def test_the_fitted_model_has_probabilistic_pcas_likelihood():
    """At the optimum log p per point is -(d log 2 pi + sum log kept + (d - k) log rest + d) / 2."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(500, 5, dtype=torch.float64, generator=generator) * torch.tensor([4, 3, 1, 0.8, 0.5])
    x = x @ torch.randn(5, 5, dtype=torch.float64, generator=generator) + 3
    values = torch.linalg.svdvals(x - x.mean(0)).square() / len(x)
    rest = values[2:].mean()
    expected = -0.5 * (5 * math.log(2 * math.pi) + values[:2].log().sum() + 3 * rest.log() + 5)
    model = LinearGaussian.fit(x, 2)
    assert torch.allclose(model.log_prob(x).mean(), expected)
    assert model.sigma**2 == pytest.approx(rest.item())
    for nudged in (
        LinearGaussian(model.W * 1.05, model.mu, model.sigma),
        LinearGaussian(model.W, model.mu + 0.2, model.sigma),
        LinearGaussian(model.W, model.mu, model.sigma * 1.05),
    ):
        assert nudged.log_prob(x).mean() < expected


def test_fit_says_what_it_cannot_fit():
    flat = torch.tensor([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    with pytest.raises(ValueError, match="k must be at least 1 and at most 2"):
        LinearGaussian.fit(flat, 3)
    with pytest.raises(ValueError, match="x must vary in more than k = 2 directions"):
        LinearGaussian.fit(torch.zeros(4, 3), 2)


def test_bad_linear_models_and_posteriors_say_why(linear):
    W = torch.zeros(5, 2)
    for arguments, words in [
        ((torch.zeros(5), torch.zeros(5), 1.0), r"W must have shape \[d, k\]"),
        ((W, torch.zeros(4), 1.0), r"mu must have shape \[5\]; got \[4\]"),
        ((W, torch.zeros(5), 0.0), "sigma must be a finite number above 0; got 0"),
    ]:
        with pytest.raises(ValueError, match=words):
            LinearGaussian(*arguments)
    x, identity = rand(3, 5), torch.eye(2).double()
    with pytest.raises(ValueError, match=r"q_mean must have shape \[3, 2\]; got \[4, 2\]"):
        linear.elbo(x, rand(4, 2), identity)
    with pytest.raises(ValueError, match=r"q_cov must have shape \[2, 2\]; got \[3, 3\]"):
        linear.elbo(x, rand(3, 2), torch.eye(3).double())
    for matrix in (-identity, torch.tensor([[1.0, 0.5], [0.0, 1.0]])):
        with pytest.raises(ValueError, match="q_cov must be symmetric and positive definite"):
            linear.elbo(x, rand(3, 2), matrix)
    with pytest.raises(TypeError, match=r"q_cov must be a torch.Tensor; got float"):
        linear.elbo(x, rand(3, 2), 1.0)
    with pytest.raises(ValueError, match=r"x must have shape \[N, 5\]"):
        linear.posterior(rand(3, 4))


@pytest.fixture
def coins():
    return BernoulliMixture(WEIGHTS, rand(3, 4, seed=5).sigmoid())


ROWS = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 4)  # all 16 of four pixels


def test_a_coin_mixtures_probabilities_are_those_of_torch_and_have_sum_one(coins):
    pixels = Independent(torch.distributions.Bernoulli(coins.p), 1)
    peer = MixtureSameFamily(Categorical(WEIGHTS), pixels)
    assert torch.allclose(coins.log_prob(ROWS), peer.log_prob(ROWS), rtol=1e-12)
    assert float(coins.log_prob(ROWS).exp().sum()) == pytest.approx(1, abs=1e-12)


def test_a_coin_mixture_draws_each_row_as_often_as_it_says(coins):
    drawn = coins.sample(200_000, torch.Generator().manual_seed(0))
    assert drawn.dtype == torch.float64
    counts = (drawn @ torch.tensor([8.0, 4, 2, 1], dtype=torch.float64)).long().bincount(minlength=16)
    assert torch.allclose(counts / 200_000, coins.log_prob(ROWS).exp().float(), atol=0.004)


def test_one_coin_model_is_the_mean_with_half_a_count_and_more_components_fit_better():
    x = BernoulliMixture([0.5, 0.5], [[0.9] * 6, [0.1] * 6]).sample(400, torch.Generator().manual_seed(1))
    one = BernoulliMixture.fit(x, 1, iterations=3)
    assert torch.allclose(one.p[0], (x.sum(0) + 0.5) / 401)
    two = BernoulliMixture.fit(x, 2)
    assert sorted(two.p.mean(1).tolist()) == pytest.approx([0.1, 0.9], abs=0.05)
    assert two.log_prob(x).mean() > one.log_prob(x).mean() + 0.5
    steps = torch.tensor(
        [BernoulliMixture.fit(x, 2, iterations=n).log_prob(x).sum() for n in range(1, 8)]
    ).diff()
    assert steps.min() > -0.1, "EM never goes down, but for what the half counts cost"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: BernoulliMixture([1.0], [[0.5, 1.0]]), "between 0 and 1"),
        (lambda: BernoulliMixture([0.5, 0.4], [[0.5], [0.5]]), "sum 1"),
        (lambda: BernoulliMixture([1.0], [[0.5, 0.5]]).log_prob(torch.full((1, 2), 0.5)), "0 and 1 only"),
        (lambda: BernoulliMixture([1.0], [[0.5, 0.5]]).log_prob(torch.zeros(1, 3)), r"\[N, 2\]"),
        (lambda: BernoulliMixture.fit(torch.zeros(3, 2), 4), "k must be"),
    ],
)
def test_a_coin_mixture_that_is_none_says_why(make, words):
    with pytest.raises(ValueError, match=words):
        make()
