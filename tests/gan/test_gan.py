"""The losses against their definitions, the round against what a player may touch, the theory exactly."""

import math

import pytest
import torch

from course_utils import gan, training
from course_utils.divergences import js_density

REAL, FAKE = torch.tensor([2.0, -0.5, 0.3]).double(), torch.tensor([-1.0, 0.7]).double()


def sigmoid(values):
    return 1 / (1 + (-values).exp())


def test_losses_are_their_definitions():
    bce = -sigmoid(REAL).log().mean() - (1 - sigmoid(FAKE)).log().mean()
    for name in ("minimax", "non_saturating"):
        assert torch.allclose(gan.losses[name].d_loss(REAL, FAKE), bce)
    assert torch.allclose(gan.losses["minimax"].g_loss(FAKE), (1 - sigmoid(FAKE)).log().mean())
    assert torch.allclose(gan.losses["non_saturating"].g_loss(FAKE), -sigmoid(FAKE).log().mean())
    squares = 0.5 * (((REAL - 1) ** 2).mean() + (FAKE**2).mean())
    assert torch.allclose(gan.losses["lsgan"].d_loss(REAL, FAKE), squares)
    assert torch.allclose(gan.losses["lsgan"].g_loss(FAKE), 0.5 * ((FAKE - 1) ** 2).mean())
    assert torch.allclose(gan.losses["wgan"].d_loss(REAL, FAKE), FAKE.mean() - REAL.mean())
    assert gan.losses["hinge"].d_loss(torch.tensor([2.0]), torch.tensor([-2.0])) == 0
    low, high = torch.tensor([0.2, 0.4]), torch.tensor([0.5, 3.0])  # energies
    assert torch.allclose(gan.losses["ebgan"].d_loss(low, high), torch.tensor(0.3 + 0.5 / 2))
    assert torch.allclose(gan.energy(margin=4.0).d_loss(low, high), torch.tensor(0.3 + (3.5 + 1) / 2))
    assert torch.allclose(gan.losses["ebgan"].g_loss(high), torch.tensor(1.75))


@pytest.mark.parametrize("name", gan.losses)
def test_no_logit_overflows(name):
    far = torch.tensor([-1e4, 1e4], requires_grad=True)
    pair = gan.losses[name]
    total = pair.d_loss(far, far) + pair.g_loss(far)
    total.backward()
    assert total.isfinite() and far.grad.isfinite().all()


@pytest.mark.parametrize("name", gan.losses)
def test_every_generator_wants_its_fakes_taken_for_real(name):
    fake = torch.tensor([-0.3], requires_grad=True)
    gan.losses[name].g_loss(fake).backward()
    rises = fake.grad < 0  # going downhill raises the logit
    assert not rises if name == "ebgan" else rises  # what is taken for real has a low energy


def test_saturating_and_non_saturating_gradients():
    """With respect to the logit: -sigmoid(l) and -sigmoid(-l)."""
    for name, sign in (("minimax", 1), ("non_saturating", -1)):
        logit = torch.tensor([-4.0, 0.0, 3.0], dtype=torch.float64, requires_grad=True)
        (3 * gan.losses[name].g_loss(logit)).backward()
        assert torch.allclose(logit.grad, -sigmoid(sign * logit.detach()))


def test_unknown_losses_get_the_nearest_name():
    with pytest.raises(ValueError, match="Did you mean 'non_saturating'"):
        gan.losses["nonsaturating"]


def players():
    torch.manual_seed(0)
    G, D = gan.Generator(3, hidden=(8,)), gan.Discriminator(hidden=(8,))
    return G, D, torch.optim.SGD(G.parameters(), 0.1), torch.optim.SGD(D.parameters(), 0.1)


def test_the_discriminators_step_never_reaches_the_generator():
    G, D, g_optimizer, d_optimizer = players()
    passed = []

    def d_loss(real, fake):
        fake.sum().backward(retain_graph=True)
        passed.append(all(weight.grad is None for weight in G.parameters()))
        return gan.losses["non_saturating"].d_loss(real, fake)

    update = gan.game_round(
        G, D, gan.Losses(d_loss, lambda fake: 0 * fake.sum()), g_optimizer, d_optimizer, 3
    )
    update(torch.randn(8, 2))
    assert passed == [True]


def test_the_generators_step_moves_the_generator_alone():
    G, D, g_optimizer, _ = players()
    lazy = torch.optim.SGD(D.parameters(), 0.0)
    before = [weight.clone() for weight in [*D.parameters(), *G.parameters()]]
    gan.game_round(G, D, gan.losses["minimax"], g_optimizer, lazy, 3)(torch.randn(8, 2))
    after = [*D.parameters(), *G.parameters()]
    same = [torch.equal(old, new) for old, new in zip(before, after, strict=True)]
    assert same == [True] * 4 + [False] * 4
    assert all(weight.requires_grad for weight in D.parameters())


def test_each_step_of_d_sees_its_own_part_of_the_batch():
    G, D, g_optimizer, d_optimizer = players()
    seen = []
    hook = D.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].detach().clone()))
    x = torch.randn(12, 2)
    gan.game_round(G, D, gan.losses["wgan"], g_optimizer, d_optimizer, 3, d_steps=3)(x)
    hook.remove()
    assert len(seen) == 7 and torch.equal(torch.cat(seen[0:6:2]), x)


def test_the_round_runs_in_the_courses_loop():
    G, D, g_optimizer, d_optimizer = players()
    update = gan.game_round(G, D, gan.losses["non_saturating"], g_optimizer, d_optimizer, 3)
    history = training.History()
    data, options = torch.randn(64, 2), {"device": "cpu", "progress": False, "history": history}
    for _ in training.steps(update, data, steps=5, batch_size=16, seed=0, **options):
        pass
    assert history.steps == 5 and len(history.extras["g_loss"]) == 5


X = torch.linspace(-12, 14, 20_001, dtype=torch.float64)
DX = float(X[1] - X[0])


def normal(mean):
    return torch.exp(-0.5 * (X - mean) ** 2) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("distance, expected", [(0, -1.38629), (2, -0.71263)])
def test_value_at_the_best_discriminator(distance, expected):
    p, q = normal(0), normal(distance)
    best = gan.optimal_discriminator(p, q)
    assert gan.value(best, p, q, DX) == pytest.approx(expected, abs=1e-5)
    assert gan.value(best, p, q, DX) == pytest.approx(float(2 * js_density(p, q, DX) - math.log(4)), abs=1e-9)


def test_the_best_discriminator_is_a_maximum():
    p, q = normal(0), normal(1)
    best = gan.optimal_discriminator(p, q)
    for other in (best**1.1, best**0.9, 0.5 * torch.ones_like(best), 0.9 * best):
        assert gan.value(other, p, q, DX) < gan.value(best, p, q, DX)


def test_disjoint_supports_are_told_apart_perfectly():
    p, q = torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0])
    assert gan.optimal_discriminator(p, q).tolist() == [1.0, 0.0, 0.5]
    assert gan.value(gan.optimal_discriminator(p, q), p, q, 1.0) == pytest.approx(0, abs=1e-6)


def test_a_trace_of_q_in_the_tails_costs_a_trace():
    """Far out D* rounds to 1 where q is not quite 0."""
    p, q = (normal(-2) + normal(2)) / 2, normal(-2)
    exact = float(2 * js_density(p, q, DX) - math.log(4))
    assert gan.value(gan.optimal_discriminator(p, q), p, q, DX) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("a", [0.05, 0.3, 0.7])
@pytest.mark.parametrize("rule", gan.RULES)
def test_growth_of_the_bilinear_game(rule, a):
    """The largest eigenvalue's size of the step's matrix: an independent way to the growth."""
    matrix = torch.tensor([gan.RULES[rule](1.0, 0.0, a), gan.RULES[rule](0.0, 1.0, a)], dtype=torch.float64).T
    assert gan.growth(rule, a) == pytest.approx(float(torch.linalg.eigvals(matrix).abs().max()), abs=1e-9)


def test_bad_rule_and_step():
    with pytest.raises(ValueError, match="rule must be one of"):
        gan.growth("simultaneus", 0.1)
    with pytest.raises(ValueError, match="a must be a finite number above 0"):
        gan.growth("alternating", 0)
