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


# ---- lesson 04: densities on a line, the best discriminator, and a game of two numbers

LINE = torch.linspace(-15, 15, 6001, dtype=torch.float64)
STEP = float(LINE[1] - LINE[0])


def bell(mean):
    return Normal(torch.tensor(mean).double(), 1.0).log_prob(LINE).exp()


def worth(d, p, q):
    """V(G, D) without its factor dx: the sum over the last axis of p log D + q log(1 - D)."""
    return (torch.xlogy(p, d) + torch.xlogy(q, 1 - d)).sum(-1)


def best(p, q):
    return (p / (p + q)).clamp(1e-15, 1 - 1e-15)


def at_best(mean):
    """V at the best discriminator: unit bells, the data at 0, the fakes at mean."""
    p, q = bell(0.0), bell(mean)
    return STEP * worth(best(p, q), p, q).item()


def test_the_best_answer_is_a_maximum():
    d = torch.linspace(0.01, 0.99, 99).double()
    f = 0.3 * d.log() + 0.1 * (1 - d).log()
    assert d[f.argmax()].item() == pytest.approx(0.3 / 0.4)
    assert f.argmin().item() in (0, 98)


def test_a_discriminator_that_is_held_sends_the_generator_past_the_data():
    """Data at 0, fakes were at 2: against that D the value falls on and on as the fakes go left."""
    held = torch.sigmoid(2 - 2 * LINE).clamp(1e-15, 1 - 1e-15)
    values = [STEP * worth(held, bell(0.0), bell(mean)).item() for mean in (2.0, 0.0, -2.0, -4.0)]
    assert values == sorted(values, reverse=True) and values[-1] < values[1] - 5


def test_the_value_at_the_best_discriminator_is_no_minimum_over_g():
    values = {mean: at_best(mean) for mean in (0.0, 1.0, 2.0)}
    for mean, value in values.items():
        middle = (bell(0.0) + bell(mean)) / 2
        kls = [STEP * (one * (one / middle).log()).sum().item() for one in (bell(0.0), bell(mean))]
        assert value == pytest.approx(sum(kls) - 2 * math.log(2), abs=1e-6)
    assert values[0.0] == pytest.approx(-2 * math.log(2), abs=1e-6)
    assert values[2.0] > values[1.0] + 0.1 > values[0.0] + 0.2


def test_a_thin_sheet_has_averages_and_no_density():
    """z on a line, x = (z, 2 z): averages over z and over x agree; the share per area grows without end."""
    z = torch.linspace(-1, 1, 200_001).double()
    x = torch.stack([z, 2 * z], dim=1)
    logit = x @ torch.tensor([0.7, -0.2]).double()
    over_x, over_z = (1 - torch.sigmoid(logit)).log().mean(), -(1 + (0.3 * z).exp()).log().mean()
    assert over_x.item() == pytest.approx(over_z.item())
    per_area = [(x.norm(dim=1) < r).double().mean().item() / (math.pi * r**2) for r in (0.1, 0.01, 0.001)]
    assert per_area[1] > 9 * per_area[0] and per_area[2] > 9 * per_area[1]


def test_descent_may_work_without_convexity_and_stochastic_descent_may_not():
    """(ab - 1)^2 is not convex, and descent solves it; a double well keeps both kinds in the worse one."""
    a, b = 0.3, 0.8
    for _ in range(500):
        a, b = a - 0.1 * b * (a * b - 1), b - 0.1 * a * (a * b - 1)
    half_way = (a - a) / 2  # between the solutions (a, b) and (-a, -b)
    assert (a * b - 1) ** 2 < 1e-12 and (half_way - 1) ** 2 == 1

    def well(x):
        return (x * x - 1) ** 2 - 0.5 * x

    noise = torch.randn(2000, generator=torch.Generator().manual_seed(0)).tolist()
    for size in (0.0, 1.0):
        x = -1.0
        for one in noise:
            x -= 0.02 * (4 * x * (x * x - 1) - 0.5 + size * one)
        assert well(x) > 0.2 > -0.4 > well(1.0)


def slope_of_mean(loss, p, q):
    """Of the average over q of loss(D), when q moves to the right and the best D of now is held."""
    along = torch.gradient(loss(best(p, q)), spacing=(LINE,))[0]
    return STEP * (q * along).sum().item()


def saturating(d):
    return (1 - d).log()


def non_saturating(d):
    return -d.log()


def test_the_two_generator_losses_are_two_objectives():
    """At 1.5: the slopes of 2 JS and of KL(q || p) - 2 JS, where KL is half the squared distance."""
    slopes = [slope_of_mean(loss, bell(0.0), bell(1.5)) for loss in (saturating, non_saturating)]
    two_js = (at_best(1.5001) - at_best(1.4999)) / 2e-4
    assert slopes == pytest.approx([two_js, 1.5 - two_js], abs=1e-3)
    assert slopes[1] > 1.5 * slopes[0]


def test_the_order_of_the_players_matters():
    """Data on five points, G can make one of them: when G moves first, D gets more."""
    p, choices = torch.full((5,), 0.2).double(), torch.eye(5).double()
    every_d = torch.rand(5000, 5, generator=torch.Generator().manual_seed(0)).double()
    every_d[0] = 0.5
    g_first = worth(p / (p + choices), p, choices).min().item()
    d_first = torch.stack([worth(every_d, p, q) for q in choices]).min(0).values.max().item()
    assert d_first == pytest.approx(-math.log(4)) and g_first > d_first + 0.5


def test_only_the_saturating_gradient_disappears():
    """A D that is trained on gets steeper: its logit on a fake at -1 falls, and so does one gradient."""
    gradients = []
    for steepness in (1.0, 4.0, 16.0):
        x = torch.tensor(-1.0, dtype=torch.float64, requires_grad=True)
        losses = [loss(torch.sigmoid(steepness * x)) for loss in (saturating, non_saturating)]
        gradients.append([abs(torch.autograd.grad(loss, x, retain_graph=True)[0].item()) for loss in losses])
    one, other = zip(*gradients, strict=True)
    assert one[2] < 1e-4 < one[0] and list(other) == sorted(other) and other[2] > 10


def test_alternating_steps_circle():
    a = 0.3
    simultaneous = torch.tensor([[1, -a], [a, 1]]).double()
    alternating = torch.tensor([[1, -a], [a, 1 - a * a]]).double()
    x, y = 1.0, 0.5
    by_matrix = alternating @ torch.tensor([x, y]).double()
    x = x - a * y
    y = y + a * x
    assert by_matrix.tolist() == pytest.approx([x, y])
    sizes = [torch.linalg.eigvals(matrix).abs().max().item() for matrix in (simultaneous, alternating)]
    assert sizes == pytest.approx([math.sqrt(1 + a * a), 1.0])


def test_same_fixed_point_other_dynamics():
    """Both slopes vanish where q = p; away from there they differ, the more the further."""
    slopes = {
        mean: [slope_of_mean(loss, bell(0.0), bell(mean)) for loss in (saturating, non_saturating)]
        for mean in (0.0, 1.0, 4.0)
    }
    assert slopes[0.0] == pytest.approx([0, 0], abs=1e-9)
    assert slopes[1.0][1] > 1.2 * slopes[1.0][0] and slopes[4.0][1] > 20 * slopes[4.0][0]


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
