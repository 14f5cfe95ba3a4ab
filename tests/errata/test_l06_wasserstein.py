"""What the lectures print about WGAN and the table of losses: signs, penalties, and what is comparable."""

import itertools

import pytest
import torch

RANDOM = torch.Generator().manual_seed(0)


def test_one_table_holds_what_is_maximised_and_what_is_minimised():
    """Each printed critic's row at a good critic and at one with the two sides swapped."""
    log = torch.log
    rows = {
        "GAN": lambda real, fake: log(real.sigmoid()) + log(1 - fake.sigmoid()),
        "WGAN": lambda real, fake: real - fake,
        "LSGAN": lambda real, fake: (real - 1) ** 2 + fake**2,
        "EBGAN": lambda real, fake: real + (1.5 - fake).relu(),
        "BEGAN": lambda real, fake: real - 0.5 * fake,
    }
    high, low = torch.tensor(1.0), torch.tensor(0.0)
    good = {"EBGAN": (low, high), "BEGAN": (low, high)}  # energies are low on the data

    def gain(name):
        real, fake = good.get(name, (high, low))
        return (rows[name](real, fake) - rows[name](fake, real)).item()

    assert {name for name in rows if gain(name) > 0} == {"GAN", "WGAN"}
    assert {name for name in rows if gain(name) < 0} == {"LSGAN", "EBGAN", "BEGAN"}
    generators = {"GAN": lambda d: log(d.sigmoid()), "WGAN": lambda d: d, "LSGAN": lambda d: (d - 1) ** 2}
    better = {name: (line(high) - line(low)).item() for name, line in generators.items()}
    assert better["GAN"] > 0 and better["WGAN"] > 0 and better["LSGAN"] < 0


@pytest.mark.parametrize("sign, nearer", [(1, False), (-1, True)])
def test_going_down_the_printed_generator_line_leads_away_from_the_data(sign, nearer):
    """Data at 1, a generator that is the number theta = 0; the best potential between them is f(x) = x."""
    theta = torch.tensor(0.0, requires_grad=True)
    (slope,) = torch.autograd.grad(sign * theta, theta)
    before, after = (abs(1 - one) for one in (0.0, (theta - 0.1 * slope).item()))
    assert (after < before) is nearer


def test_a_penalty_added_to_a_maximised_value_rewards_steepness():
    """D(x) = w x with the data at 1 and the fakes at 0: E D(x) - E D(G(z)) = w, and the slope is w."""
    weight, lam = torch.linspace(-20, 20, 400_001, dtype=torch.float64), 10.0
    penalty = lam * (weight.abs() - 1) ** 2
    printed, ours = weight + penalty, weight - penalty
    assert weight[printed.argmax()] == 20  # the steepest that is allowed, and more if more were
    assert weight[ours.argmax()].item() == pytest.approx(1 + 1 / (2 * lam), abs=1e-4)


def test_the_printed_interpolate_is_not_between_the_points():
    real, fake = torch.randn(2, 50, 3, generator=RANDOM, dtype=torch.float64)
    for alpha in (0.0, 0.3, 1.0):
        printed = alpha * real - (1 - alpha * fake)
        ours = alpha * real + (1 - alpha) * fake
        way = (ours - fake).norm(dim=1) + (ours - real).norm(dim=1)
        assert torch.allclose(way, (real - fake).norm(dim=1))  # on the line that joins them
        detour = (printed - fake).norm(dim=1) + (printed - real).norm(dim=1)
        assert (detour > (real - fake).norm(dim=1) + 1e-6).all()
        if alpha == 0:
            assert (printed == -1).all() and torch.equal(ours, fake)


def test_without_the_norm_or_with_the_square_outside_another_critic_is_best():
    """A linear critic of slope 1 pays nothing, whichever way it looks; slopes 0 and 2 are not 1."""
    angle = torch.linspace(0, 6, 40, dtype=torch.float64)
    slope = torch.stack([angle.cos(), angle.sin()], 1)  # gradients of length 1
    ours = (slope.norm(dim=1) - 1) ** 2
    assert torch.allclose(ours, torch.zeros_like(ours), atol=1e-12)
    printed = ((slope - 1) ** 2).sum(1)
    assert printed.min() > 0.1 and printed.max() > 5
    lengths = torch.tensor([0.0, 2.0])
    assert (lengths - 1).mean() ** 2 == 0 and ((lengths - 1) ** 2).mean() == 1


def test_dragans_points_lie_near_the_data():
    real = 5 + torch.randn(40, 2, generator=RANDOM, dtype=torch.float64)
    noise = 0.1 * torch.rand(real.shape, generator=RANDOM, dtype=torch.float64)
    noisy, alpha = real + noise, torch.rand(40, 1, generator=RANDOM, dtype=torch.float64)
    ours, printed = alpha * real + (1 - alpha) * noisy, alpha * real - (1 - alpha * noisy)
    assert ((ours - real).norm(dim=1) <= noise.norm(dim=1)).all()
    assert (printed - real).norm(dim=1).median() > 10 * noise.norm(dim=1).max()


def test_a_k_below_zero_helps_the_fakes():
    k, real, rate, gamma = 0.02, 0.5, 0.1, 0.5
    fake = torch.tensor(4.0, requires_grad=True)
    printed = k + rate * (gamma * real - fake.item())
    assert printed < 0
    (slope,) = torch.autograd.grad(real - printed * fake, fake)
    assert slope > 0  # the discriminator, which goes down its loss, lowers the fakes' energy
    (slope,) = torch.autograd.grad(real - min(max(printed, 0.0), 1.0) * fake, fake)
    assert slope == 0


@pytest.mark.parametrize("distance", [1.0, 10.0, 100.0])
def test_a_probability_is_no_critic(distance):
    """Two points so far apart: W1 is the distance, and the steepest sigmoid reaches 1 at most."""
    steepness = torch.linspace(0, 4, 401, dtype=torch.float64)  # a sigmoid of slope 4 has slope 1 at 0
    side = torch.tensor(distance / 2, dtype=torch.float64)
    best = ((steepness * side).sigmoid() - (-steepness * side).sigmoid()).max().item()
    assert best <= min(1.0, distance)
    assert distance - best > (0.2 if distance == 1 else 8)  # f(x) = x reaches all of it


@pytest.mark.parametrize("c", [0.01, 0.1, 2.0])
def test_clipping_measures_an_unknown_multiple_of_the_distance(c):
    """f(x) = w2 relu(w1 x), both weights in [-c, c]: the value is linear in each, so best in a corner."""
    points = torch.tensor([0.0, 3.0], dtype=torch.float64)  # fake, real: W1 = 3
    best = max((w2 * (w1 * points).relu()).diff().item() for w1, w2 in itertools.product((-c, c), repeat=2))
    assert best == pytest.approx(3 * c**2)


def test_from_zero_to_n_critic_is_one_step_too_many():
    n_critic = 5
    printed, ours = list(range(0, n_critic + 1)), list(range(1, n_critic + 1))
    assert len(printed) == n_critic + 1 and len(ours) == n_critic
