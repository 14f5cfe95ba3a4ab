"""The f-GAN view against what is known: divergences in closed form, conjugates by brute force, the bound."""

import math

import pytest
import torch
from torch.distributions import Normal

from course_utils import divergences, gan
from course_utils.gan import fgan

LINE = torch.linspace(-12, 12, 24_001, dtype=torch.float64)
DX = float(LINE[1] - LINE[0])
P, Q = (Normal(mean, 1.0).log_prob(LINE).exp() for mean in (0.0, 1.0))
FAR = (Normal(-6.0, 0.3).log_prob(LINE).exp(), Normal(6.0, 0.3).log_prob(LINE).exp())
# Of N(0, 1) and N(1, 1): KL 1/2 both ways, chi-squared e - 1, squared Hellinger (with 1 - affinity, twice).
KNOWN = {
    "kl": 0.5,
    "reverse_kl": 0.5,
    "pearson": math.e - 1,
    "squared_hellinger": 2 - 2 * math.exp(-1 / 8),
    "js": float(divergences.js_density(P, Q, DX)),
}


@pytest.mark.parametrize("name", gan.FGANS)
def test_divergences_of_two_gaussians(name):
    assert float(fgan.divergence(name, P, Q, DX)) == pytest.approx(KNOWN[name], abs=1e-9)
    assert float(fgan.divergence(name, P, P, DX)) == pytest.approx(0, abs=1e-12)


def test_the_two_kl_differ_where_the_shapes_do():
    wide = Normal(0.0, 1.5).log_prob(LINE).exp()
    forward, back = divergences.kl_density(P, wide, DX), divergences.kl_density(wide, P, DX)
    assert torch.allclose(fgan.divergence("kl", P, wide, DX), forward)
    assert torch.allclose(fgan.divergence("reverse_kl", P, wide, DX), back)
    assert abs(float(forward - back)) > 0.05


@pytest.mark.parametrize(
    ("name", "value"),
    [("kl", math.inf), ("reverse_kl", math.inf), ("js", math.log(2)), ("pearson", math.inf),
     ("squared_hellinger", 2.0)],
)  # fmt: skip
def test_apart_each_is_at_its_ceiling(name, value):
    p, q = (density * (density > 1e-9) for density in FAR)
    p, q = p / (p.sum() * DX), q / (q.sum() * DX)
    assert float(fgan.divergence(name, p, q, DX)) == pytest.approx(value)


@pytest.mark.parametrize("name", gan.FGANS)
def test_the_conjugate_is_the_supremum(name):
    """On a fine grid of u, at values of T that a network's output can become."""
    chosen = gan.FGANS[name]
    u = torch.logspace(-7, 4, 400_001, dtype=torch.float64)
    for v in (-2.5, -1.0, 0.0, 0.6, 1.5):
        t = chosen.activation(torch.tensor(v, dtype=torch.float64))
        assert float((u * t - chosen.f(u)).max()) == pytest.approx(float(chosen.conjugate(t)), abs=1e-6)


@pytest.mark.parametrize("name", gan.FGANS)
def test_best_is_the_slope_of_f_and_f_is_zero_at_one(name):
    chosen = gan.FGANS[name]
    u = torch.tensor([0.1, 0.7, 1.0, 2.5, 9.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(chosen.f(u).sum(), u)
    assert torch.allclose(chosen.best(u), slope)
    assert float(chosen.f(torch.tensor(1.0, dtype=torch.float64))) == pytest.approx(0)
    large = torch.tensor(1e9, dtype=torch.float64)
    ratio = float(chosen.f(large) / large)
    assert (
        ratio > 15 if math.isinf(chosen.at_infinity) else ratio == pytest.approx(chosen.at_infinity, abs=1e-4)
    )


@pytest.mark.parametrize("name", gan.FGANS)
def test_the_bound_is_reached_at_the_slope_and_nowhere_passed(name):
    best = gan.FGANS[name].best(P / Q)
    exact = float(fgan.divergence(name, P, Q, DX))
    assert float(fgan.bound(name, best, best, P, Q, DX)) == pytest.approx(exact, abs=1e-7)
    inside = LINE.abs() < 6  # further out other T than the best are of no weight
    for amount in (-0.3, 0.2):
        t = torch.where(inside, gan.FGANS[name].activation(LINE.sin() * amount), best)
        assert float(fgan.bound(name, t, t, P, Q, DX)) < exact - 1e-3


@pytest.mark.parametrize("name", gan.FGANS)
def test_losses_are_the_bound(name):
    real, fake = torch.tensor([0.3, -0.8, 1.2]).double(), torch.tensor([-0.4, 0.1]).double()
    chosen, pair = gan.FGANS[name], gan.fgan_losses(name)
    t_real, t_fake = chosen.activation(real), chosen.activation(fake)
    assert torch.allclose(pair.d_loss(real, fake), -(t_real.mean() - chosen.conjugate(t_fake).mean()))
    assert torch.allclose(pair.g_loss(fake), -chosen.conjugate(t_fake).mean())
    assert torch.allclose(gan.fgan_losses(name, non_saturating=True).g_loss(fake), -t_fake.mean())


def test_the_js_game_is_the_minimax_game_halved():
    real, fake = torch.tensor([0.3, -0.8, 1.2]).double(), torch.tensor([-0.4, 0.1]).double()
    ours, known = gan.fgan_losses("js"), gan.losses["minimax"]
    assert torch.allclose(ours.d_loss(real, fake), known.d_loss(real, fake) / 2 - math.log(2))
    assert torch.allclose(ours.g_loss(fake), known.g_loss(fake) / 2 + math.log(2) / 2)


def test_lsgan_minimises_pearsons_divergence():
    """With b - c = 1 and b - a = 2 (Mao et al. 2017, theorem 1): G's loss is chi^2(p + q || 2 q) / 2 at the
    best D, written out here with a = -1, b = 1, c = 0."""
    best = (P - Q) / (P + Q)  # (b p + a q) / (p + q)
    twice_loss = DX * (P * (best - 0).square() + Q * (best - 0).square()).sum()
    chi_squared = DX * ((P + Q - 2 * Q).square() / (P + Q)).sum()
    assert torch.allclose(twice_loss, chi_squared)
    middle = (P + Q) / 2
    assert torch.allclose(twice_loss, 2 * fgan.divergence("pearson", Q, middle, DX))


def test_an_unknown_divergence_gets_the_nearest_name():
    with pytest.raises(ValueError, match="Did you mean 'pearson'"):
        gan.FGANS["pearsson"]
