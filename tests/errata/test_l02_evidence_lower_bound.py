"""One latent, two pixels; the prior, the posterior and log p(x) are exact."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from course_utils.exact import LinearGaussian

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
