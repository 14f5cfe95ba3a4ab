"""Each printed form fails where the corrected one passes, and every line of the table has such a test."""

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from course_utils.autoencoders import LinearAutoencoder
from course_utils.errata import ERRATA, errata_table
from course_utils.exact import LinearGaussian
from course_utils.notation import LECTURES, SYMBOLS, crosswalk

P, Q = torch.tensor([1.0, 0.0]).double(), torch.tensor([0.0, 1.0]).double()


def kl(p, q):
    return sum(float(a) * math.log(float(a) / float(b)) for a, b in zip(p, q, strict=True) if a > 0)


def js(p, q, m, half=0.5):
    return half * kl(p, m) + half * kl(q, m)


def test_js_with_the_sum_for_the_mean():
    assert js(P, P, (P + P) / 2) == 0
    assert js(P, P, P + P) == pytest.approx(-math.log(2))


def test_js_without_the_halves():
    assert js(P, Q, (P + Q) / 2) == pytest.approx(math.log(2))
    assert js(P, Q, (P + Q) / 2, half=1) == pytest.approx(2 * math.log(2))


def test_two_linear_layers_are_not_convex():
    """Flip the sign of both matrices: the same map, the same loss. Half way between, all weights are 0."""
    torch.manual_seed(0)
    x = torch.randn(64, 1, 2, 2) * torch.tensor([3.0, 1.0, 0.3, 0.1]).view(1, 1, 2, 2)
    net = LinearAutoencoder((1, 2, 2), 2)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(400):
        loss = ((net(x) - x) ** 2).flatten(1).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    @torch.no_grad()
    def scaled(s):
        encoded = s * net.encoder[1](x.flatten(1))
        return ((s * net.decoder[0](encoded) - x.flatten(1)) ** 2).sum(1).mean().item()

    assert scaled(-1.0) == pytest.approx(scaled(1.0))
    assert scaled(0.0) > 10 * scaled(1.0)


def test_same_subspace_other_weights():
    """For an invertible A the pair (A W_f, W_g A^-1) has the product, and the loss, of (W_f, W_g)."""
    generator = torch.Generator().manual_seed(0)
    w_f, w_g, a = (
        torch.randn(*s, dtype=torch.float64, generator=generator) for s in [(2, 5), (5, 2), (2, 2)]
    )
    assert torch.allclose(w_g @ torch.linalg.inv(a) @ a @ w_f, w_g @ w_f)
    assert not torch.allclose(a @ w_f, w_f)


def test_the_identity_copies_what_it_never_saw():
    unseen = torch.rand(8, 1, 4, 4)
    wide = LinearAutoencoder((1, 4, 4), 16)
    with torch.no_grad():
        wide.encoder[1].weight.copy_(torch.eye(16))
        wide.decoder[0].weight.copy_(torch.eye(16))
        assert torch.equal(wide(unseen), unseen)


def test_a_latent_model_has_an_explicit_density_and_a_bound_below_it():
    """For every q the bound stays below log p(x), which the model gives; at the posterior the two meet."""
    generator = torch.Generator().manual_seed(0)
    w, x = (torch.randn(*s, dtype=torch.float64, generator=generator) for s in [(3, 2), (5, 3)])
    model = LinearGaussian(w, torch.zeros(3, dtype=torch.float64), 0.5)
    mean, cov = model.posterior(x)
    evidence = torch.distributions.MultivariateNormal(
        torch.zeros(3, dtype=torch.float64), w @ w.T + 0.25 * torch.eye(3, dtype=torch.float64)
    ).log_prob(x)
    assert torch.allclose(model.log_prob(x), evidence)
    assert torch.allclose(model.elbo(x, mean, cov), evidence)
    assert (model.elbo(x, mean + 0.3, 2 * cov) < evidence).all()


# ---- lesson 02: one latent, two pixels; the prior, the posterior and log p(x) are exact

W = torch.tensor([[1.0], [-0.6]]).double()
TINY = LinearGaussian(W, torch.zeros(2).double(), 0.7)
X = torch.tensor([[1.6, 0.1]]).double()
PRIOR = Normal(torch.zeros(1, 1).double(), torch.ones(1, 1).double())


def exact_posterior():
    mean, cov = TINY.posterior(X)
    return Normal(mean, cov.sqrt())


def average(q, function, n=100_001):
    """The average over q of a function of z, on a fine grid of z ten standard deviations either way."""
    z = q.mean + q.stddev * torch.linspace(-10, 10, n).double()[:, None]
    density = q.log_prob(z).exp()
    return ((density * function(z)).sum() / density.sum()).item()


def log_decoder(z):
    return Normal(z @ W.T, 0.7).log_prob(X).sum(1, keepdim=True)


def bound(q):
    return TINY.elbo(X, q.mean, q.variance).item()


def test_the_evidence_is_an_integral_over_the_prior():
    evidence = TINY.log_prob(X).exp().item()
    assert average(PRIOR, lambda z: log_decoder(z).exp()) == pytest.approx(evidence)
    assert average(exact_posterior(), lambda z: log_decoder(z).exp()) > 1.5 * evidence


def test_one_model_has_many_q_each_with_its_own_bound():
    """So the bound needs a second set of parameters; with theta alone it would be a single number."""
    bounds = [bound(Normal(PRIOR.mean + shift, PRIOR.stddev)) for shift in (0.0, 0.4, 0.8)]
    assert len({round(value, 3) for value in bounds}) == 3
    assert max(bounds) < TINY.log_prob(X).item()


def test_the_kl_of_the_bound_is_not_to_be_added():
    q = exact_posterior()
    log_ratio = average(q, lambda z: PRIOR.log_prob(z) - q.log_prob(z))
    reconstruction = average(q, log_decoder)
    assert reconstruction + log_ratio == pytest.approx(TINY.log_prob(X).item())
    assert reconstruction - log_ratio > TINY.log_prob(X).item() + 0.5


@pytest.mark.parametrize("widths, least", [((1.0, 0.1, 0.01, 0.001), -6), ((1.0, 2.0, 10.0, 100.0), -4000)])
def test_the_printed_term_has_no_minimum(widths, least):
    """Towards a width of 0, and of infinity, the KL grows, and minus the KL, to be minimised there, falls."""
    by_width = [Normal(PRIOR.mean, width * PRIOR.stddev) for width in widths]
    printed = [average(q, lambda z, q=q: PRIOR.log_prob(z) - q.log_prob(z)) for q in by_width]
    assert sorted(printed, reverse=True) == printed and printed[-1] < least
    kls = [kl_divergence(q, PRIOR).item() for q in by_width]
    assert sorted(kls) == kls and kls[0] == 0


def test_the_kl_belongs_beside_the_reconstruction():
    """With log p(x) in its place the best encoder is the prior, whatever x; the bound's is the posterior."""
    evidence = TINY.log_prob(X).item()
    posterior = exact_posterior()
    printed = {q: evidence - kl_divergence(q, PRIOR).item() for q in (PRIOR, posterior)}
    assert printed[PRIOR] == pytest.approx(evidence) and printed[posterior] < evidence - 0.2
    assert bound(posterior) == pytest.approx(evidence) and bound(PRIOR) < evidence - 0.2


def test_kl_is_no_distance():
    narrow, wide = Normal(0.0, 0.3), Normal(0.0, 3.0)
    assert kl_divergence(wide, narrow) > 5 * kl_divergence(narrow, wide)
    near, middle, far = (Normal(m, 1.0) for m in (0.0, 1.0, 2.0))
    detour = kl_divergence(near, middle) + kl_divergence(middle, far)
    assert kl_divergence(near, far) > 1.5 * detour


# ---- lesson 03


def test_the_second_place_of_a_normal_is_its_variance():
    """Draws of mu + sigma noise have variance sigma^2, and that density is likelier than one with sigma."""
    sigma = 0.3
    z = 1.0 + sigma * torch.randn(20_000, generator=torch.Generator().manual_seed(0)).double()
    assert z.var().item() == pytest.approx(sigma**2, rel=0.05)
    meant, printed = Normal(1.0, (sigma**2) ** 0.5), Normal(1.0, sigma**0.5)
    assert meant.log_prob(z).mean() > printed.log_prob(z).mean() + 0.2


def test_the_network_gives_the_posterior_and_not_the_prior():
    """Each x has its own mean and a narrower width; only averaged over all x do they make up the prior."""
    x = TINY.sample(50_000, generator=torch.Generator().manual_seed(0))
    means, cov = TINY.posterior(x)
    assert means.std() > 0.5 and cov.item() < 0.5
    assert means.mean().item() == pytest.approx(0, abs=0.02)
    assert (means.var() + cov).item() == pytest.approx(1, rel=0.02)


def test_the_sample_of_z_needs_the_moments_of_z():
    """mu and Sigma of p(x | z) are as wide as an image: the decoder cannot take what they give."""
    mean, cov = TINY.posterior(X)
    z = mean + torch.randn(1, 1).double() * cov.sqrt()
    decoded = z @ W.T
    assert decoded.shape == X.shape
    printed = decoded + 0.7 * torch.randn(1, 2).double()  # mu_{x|z} + z_0 sqrt(Sigma_{x|z})
    assert printed.shape == X.shape != z.shape
    with pytest.raises(RuntimeError):
        printed @ W.T


def test_a_conditional_model_needs_a_conditional_q():
    """Two labels, two decoders: q(z | x, y) closes both gaps, one q(z | x) for both cannot."""
    models = [LinearGaussian(sign * W, torch.zeros(2).double(), 0.7) for sign in (1, -1)]
    for model in models:
        assert model.elbo(X, *model.posterior(X)).item() == pytest.approx(model.log_prob(X).item())
    means, x = torch.linspace(-3, 3, 121).double()[:, None], X.expand(121, 2)
    gaps = [
        sum(model.log_prob(x) - model.elbo(x, means, (std**2).view(1, 1)) for model in models).min()
        for std in torch.linspace(0.1, 2, 39).double()
    ]
    assert min(gaps) > 1


def test_independent_axes_are_neither_independent_given_x_nor_singled_out():
    x = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    weight = torch.tensor([[1.0, 0.8], [0.5, 0.6], [-1.0, 0.2]]).double()
    model = LinearGaussian(weight, torch.zeros(3).double(), 0.5)
    _, cov = model.posterior(x)
    assert abs(cov[0, 1] / (cov[0, 0] * cov[1, 1]).sqrt()) > 0.3
    turn = torch.tensor([[math.cos(0.7), -math.sin(0.7)], [math.sin(0.7), math.cos(0.7)]]).double()
    turned = LinearGaussian(weight @ turn, torch.zeros(3).double(), 0.5)
    assert torch.allclose(turned.log_prob(x), model.log_prob(x))
    assert not torch.allclose(turned.W, model.W)


def test_no_cell_of_a_table_is_split_by_a_bar():
    for table in (errata_table(), crosswalk()):
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_tables_name_only_what_exists():
    assert {erratum.lecture for erratum in ERRATA} <= set(LECTURES)
    assert errata_table("01").count("\n") == 1 + sum(erratum.lesson == "01" for erratum in ERRATA)
    assert all(set(symbol.elsewhere) <= set(LECTURES) for symbol in SYMBOLS)
    assert crosswalk("D").count("\n") < crosswalk().count("\n")
    with pytest.raises(ValueError, match="lecture must be one of"):
        crosswalk("F")
