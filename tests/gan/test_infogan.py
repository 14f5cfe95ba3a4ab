"""The information bound against exact information of known channels; Q's head and the trunk it shares."""

import math

import pytest
import torch

from course_utils.gan import infogan


def channel(error, k=10):
    """Every pair (c, x) of a channel that names a wrong one of k with probability `error`, 90 pairs a c.

    Returns c, x [N], in the channel's proportions, for an error of 0.1, 0.2 and so on.
    """
    wrong = round(90 * error / (k - 1))
    pairs = [(c, x) for c in range(k) for x in range(k) for _ in range(90 - 9 * wrong if c == x else wrong)]
    c, x = torch.tensor(pairs).T
    return c, x


@pytest.mark.parametrize("error", [0.1, 0.5, 0.9])
def test_with_the_posterior_the_bound_is_the_information(error):
    """I = log K - H(e) - e log(K - 1): a symmetric channel, whose posterior is the channel itself."""
    c, x = channel(error)
    posterior = torch.full((10, 10), math.log(error / 9), dtype=torch.float64)
    posterior.fill_diagonal_(math.log(1 - error))
    entropy = -sum(p * math.log(p) for p in (error, 1 - error))
    exact = math.log(10) - entropy - error * math.log(9)
    assert infogan.categorical_bound(posterior[x], c).item() == pytest.approx(exact, abs=1e-9)
    for seed in range(5):  # any other Q is told less
        noise = torch.randn(10, 10, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        assert infogan.categorical_bound((posterior + noise)[x], c) < exact


def test_a_category_tells_at_most_log_10():
    c = torch.arange(10)
    for sureness in (0.0, 1.0, 10.0, 1e4):
        bound = infogan.categorical_bound(sureness * torch.eye(10, dtype=torch.float64)[c], c).item()
        assert bound <= math.log(10) + 1e-12
    assert bound == pytest.approx(math.log(10))
    assert infogan.categorical_bound(torch.zeros(10, 10), c).abs() < 1e-6


@pytest.mark.parametrize(("noise", "gap"), [(0.05, 0.03), (0.3, 0.1), (1.0, 0.2)])
def test_a_number_through_noise_is_bounded_by_its_information(noise, gap):
    """x = c + noise, c uniform: I = h(x) - h(x | c). The posterior is a Gaussian cut at -1 and 1, and Q
    is the Gaussian of its mean and variance: the bound lies below I by E KL(P(c | x) || Q)."""
    unit = torch.distributions.Normal(torch.tensor(0.0, dtype=torch.float64), 1.0)
    x, d = torch.linspace(-8, 8, 16_001, dtype=torch.float64), 1e-3
    p = 0.5 * (unit.cdf((x + 1) / noise) - unit.cdf((x - 1) / noise))
    information = -(d * torch.xlogy(p, p)).sum().item() - 0.5 * math.log(2 * math.pi * math.e * noise**2)

    even = (torch.arange(600, dtype=torch.float64) + 0.5) / 600
    c, u = torch.meshgrid(2 * even - 1, unit.icdf(even), indexing="ij")
    x, c = (c + noise * u).flatten(), c.flatten()
    low, high = (-1 - x) / noise, (1 - x) / noise
    mass = unit.cdf(high) - unit.cdf(low)
    density_low, density_high = unit.log_prob(low).exp(), unit.log_prob(high).exp()
    shift = (density_low - density_high) / mass
    var = 1 + (low * density_low - high * density_high) / mass - shift**2
    mean, log_std = x + noise * shift, 0.5 * (noise**2 * var).log()
    bound = infogan.gaussian_bound(mean[:, None], log_std[:, None], c[:, None]).item()
    assert information - gap < bound < information
    assert infogan.gaussian_bound(mean[:, None] + 0.1, log_std[:, None], c[:, None]).item() < bound


def test_a_number_is_a_gaussian_s_log_density_plus_log_2():
    generator = torch.Generator().manual_seed(0)
    mean, log_std, c = (torch.rand(7, 2, generator=generator, dtype=torch.float64) for _ in range(3))
    exact = torch.distributions.Normal(mean, log_std.exp()).log_prob(c).mean(0) + math.log(2)
    assert torch.allclose(infogan.gaussian_bound(mean, log_std, c), exact)


def test_the_whole_bound_is_one_entry_a_code():
    codes = infogan.draw_codes(50, generator=torch.Generator().manual_seed(0))
    guess = infogan.Guess(torch.randn(50, 10), torch.randn(50, 2), torch.zeros(50, 2))
    bound = infogan.infogan_bound(guess, codes)
    assert bound.shape == (3,)
    assert bound[0] == infogan.categorical_bound(guess.logits, codes.category)
    assert torch.equal(bound[1:], infogan.gaussian_bound(guess.mean, guess.log_std, codes.numbers))


def test_codes_are_uniform_and_join_the_noise():
    codes = infogan.draw_codes(5_000, generator=torch.Generator().manual_seed(0))
    assert (codes.category.bincount(minlength=10) / 5_000 - 0.1).abs().max() < 0.02
    assert codes.numbers.abs().max() <= 1 and codes.numbers.mean(0).abs().max() < 0.03
    assert (codes.numbers.var(0) - 1 / 3).abs().max() < 0.02
    z = torch.randn(5_000, 4)
    joined = codes.joined(z)
    assert torch.equal(joined[:, :4], z) and torch.equal(joined[:, 4:14].argmax(1), codes.category)
    assert torch.equal(joined[:, 14:], codes.numbers) and (joined[:, 4:14].sum(1) == 1).all()


def test_q_shares_the_trunk():
    torch.manual_seed(0)
    D, x = infogan.InfoDiscriminator(width=4, hidden=8), torch.rand(6, 1, 8, 8)
    logits, guess = D(x)
    assert logits.shape == (6, 1) and torch.equal(logits, D.head(D.features(x)))
    assert [part.shape for part in guess] == [(6, 10), (6, 2), (6, 2)]
    codes = infogan.draw_codes(6, generator=torch.Generator().manual_seed(0))
    infogan.infogan_bound(guess, codes).sum().backward()
    trunk = D.body[0].weight.grad
    assert trunk is not None and trunk.abs().sum() > 0 and D.head.weight.grad is None


def test_a_doubtful_guess_can_become_sure_and_a_sure_one_has_a_floor():
    D = infogan.InfoDiscriminator(width=4, hidden=8)
    features = torch.zeros(1, D.head.in_features)
    for bias, floor in [(40.0, 0.9), (0.0, 0.9), (-40.0, 0.0)]:
        with torch.no_grad():
            D.q[2].bias[12:] = bias
        guess = D.guess(features)
        (gradient,) = torch.autograd.grad(guess.log_std.sum(), [D.q[2].bias])
        assert (gradient[12:] >= floor).all() and (guess.log_std >= -3).all()
        assert bias < 0 or guess.log_std[0, 0].item() == pytest.approx(bias, abs=0.05)


def test_one_row_weighs_as_much_as_another():
    """A mean over the batch: the bound of two halves is that of the whole."""
    codes = infogan.draw_codes(8, generator=torch.Generator().manual_seed(0))
    guess = infogan.Guess(torch.randn(8, 10), torch.randn(8, 2), torch.randn(8, 2))
    halves = [
        infogan.infogan_bound(
            infogan.Guess(*(t[part] for t in guess)), infogan.Codes(*(t[part] for t in codes))
        )
        for part in (slice(0, 4), slice(4, 8))
    ]
    assert torch.allclose((halves[0] + halves[1]) / 2, infogan.infogan_bound(guess, codes), atol=1e-5)


def test_bad_input_is_told():
    with pytest.raises(ValueError, match="category must have shape"):
        infogan.categorical_bound(torch.zeros(3, 10), torch.zeros(2, dtype=torch.int64))
    with pytest.raises(ValueError, match="mean must have the shape of numbers"):
        infogan.gaussian_bound(torch.zeros(3, 2), torch.zeros(3, 2), torch.zeros(3, 1))
