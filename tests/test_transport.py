"""Optimal transport: the programme against sorting and scipy, its dual, and answers known by hand."""

import math

import pytest
import torch
from scipy.stats import wasserstein_distance
from torch.distributions import Normal

from course_utils import divergences, transport


def rand(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def masses(n, seed=0):
    return (2 * rand(n, seed=seed)).softmax(0)


def even(n):
    return torch.full((n,), 1 / n, dtype=torch.float64)


def problem(n=7, m=11, d=2, seed=0):
    """Two clouds with unequal masses: p, q, x, y."""
    return (
        masses(n, seed),
        masses(m, seed + 1),
        rand(n, d, seed=seed + 2),
        1 + 2 * rand(m, d, seed=seed + 3),
    )


@pytest.mark.parametrize("sizes", [(1, 1), (6, 6), (7, 11), (12, 5)])
def test_on_a_line_the_programme_is_sorting_and_scipys(sizes):
    x, y = rand(sizes[0]), 2 * rand(sizes[1], seed=1) + 1
    found = transport.solve(even(sizes[0]), even(sizes[1]), transport.cost(x[:, None], y[:, None])).value
    assert found == pytest.approx(divergences.wasserstein1(x, y).item(), abs=1e-10)
    assert found == pytest.approx(wasserstein_distance(x, y), abs=1e-10)
    assert transport.wasserstein1(x[:, None], y[:, None]) == pytest.approx(found.item(), abs=1e-10)


def test_on_a_line_with_unequal_masses_it_is_scipys():
    p, q, x, y = problem(d=1)
    found = transport.solve(p, q, transport.cost(x, y)).value
    assert found == pytest.approx(wasserstein_distance(x[:, 0], y[:, 0], p, q), abs=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_the_plan_moves_p_to_q_and_its_dual_proves_it_best(seed):
    p, q, x, y = problem(seed=seed)
    distances = transport.cost(x, y)
    value, plan, f, g = transport.solve(p, q, distances)
    torch.testing.assert_close(plan.sum(1), p, rtol=0, atol=1e-12)
    torch.testing.assert_close(plan.sum(0), q, rtol=0, atol=1e-12)
    assert plan.min() >= 0
    slack = distances - (f[:, None] - g)
    assert slack.min() > -1e-9
    assert slack[plan > 1e-12].abs().max() < 1e-9
    assert value == pytest.approx((p @ f - q @ g).item(), abs=1e-9)
    assert q @ g == pytest.approx(0, abs=1e-12)


def test_points_without_mass_have_the_tightest_potentials():
    p, q, x, y = problem()
    p[2], q[5] = 0, 0
    distances = transport.cost(x, y)
    found = transport.solve(p / p.sum(), q / q.sum(), distances)
    slack = distances - (found.f[:, None] - found.g)
    assert slack.min() > -1e-9
    assert max(slack.min(0).values.max(), slack.min(1).values.max()) < 1e-9


def test_any_cost_will_do():
    """Costs of 0 and 1: what must move is the total variation, half the sum of |p - q|."""
    p, q = masses(5), masses(5, seed=1)
    found = transport.solve(p, q, 1 - torch.eye(5, dtype=torch.float64))
    assert found.value == pytest.approx(0.5 * (p - q).abs().sum().item(), abs=1e-10)


@pytest.mark.parametrize("sizes", [(1, 1), (9, 9), (6, 8)])
def test_w1_of_clouds_is_the_programmes(sizes):
    x, y = rand(sizes[0], 3), 1 + rand(sizes[1], 3, seed=1)
    found = transport.wasserstein1(x, y)
    programme = transport.solve(even(sizes[0]), even(sizes[1]), transport.cost(x, y)).value
    assert found.shape == () and found.dtype == torch.float64
    assert found == pytest.approx(programme.item(), abs=1e-9)


def test_w1_of_clouds_has_a_gradient_of_length_one_over_n():
    x, y = rand(8, 2).requires_grad_(), 5 + rand(8, 2, seed=1)
    transport.wasserstein1(x, y).backward()
    torch.testing.assert_close(x.grad.norm(dim=1), even(8))
    assert (x.grad < 0).all()  # the way down is towards y
    assert transport.wasserstein1(x.detach(), x.detach().flip(0)) == 0


def test_w1_takes_float32_and_answers_in_float64():
    x = rand(4, 2).float()
    assert transport.wasserstein1(x, x + 3) == pytest.approx(3 * math.sqrt(2), rel=1e-6)
    assert transport.cost(x, x).dtype == torch.float64


def test_cost_is_the_distance_also_far_from_the_origin():
    """Squares that cancel would lose eight digits here."""
    x, y = 1e6 + rand(40, 2), 1e6 + rand(30, 2, seed=1)
    truth = (x[:, None] - y).square().sum(-1).sqrt()
    torch.testing.assert_close(transport.cost(x, y), truth, rtol=1e-12, atol=0)


@pytest.mark.parametrize("theta", [-3.0, -0.01, 0.0, 0.4, 25.0])
def test_two_parallel_lines_are_theta_apart(theta):
    u = torch.linspace(0, 1, 20, dtype=torch.float64)
    real = torch.stack([torch.zeros_like(u), u], 1)
    fake = torch.stack([torch.full_like(u, theta), u], 1)
    assert transport.wasserstein1(real, fake) == pytest.approx(abs(theta), abs=1e-12)


class TestPotential:
    P, Q, X, Y = problem(n=9, m=6)
    SOLVED = transport.solve(P, Q, transport.cost(X, Y))

    def at(self, z):
        return transport.potential(z, self.Y, self.SOLVED.g)

    def test_its_slope_is_nowhere_above_one(self):
        a, b = 3 * rand(500, 2, seed=8), 3 * rand(500, 2, seed=9)
        rise = (self.at(a) - self.at(b)).abs()
        assert (rise <= (a - b).norm(dim=1) + 1e-12).all()

    def test_it_has_f_and_g_on_the_points_and_reaches_w1(self):
        torch.testing.assert_close(self.at(self.X), self.SOLVED.f, rtol=0, atol=1e-9)
        torch.testing.assert_close(self.at(self.Y), self.SOLVED.g, rtol=0, atol=1e-9)
        reached = self.P @ self.at(self.X) - self.Q @ self.at(self.Y)
        assert reached == pytest.approx(self.SOLVED.value.item(), abs=1e-9)

    def test_along_each_line_of_transport_its_slope_is_one(self):
        """Gulrajani et al. 2017, proposition 1: the gradient is the unit vector away from the target."""
        i, j = torch.where(self.SOLVED.plan > 1e-9)
        assert len(i) >= 9
        t = torch.linspace(0.05, 0.95, 7, dtype=torch.float64)[:, None, None]
        z = ((1 - t) * self.X[i] + t * self.Y[j]).reshape(-1, 2).requires_grad_()
        (slope,) = torch.autograd.grad(self.at(z).sum(), z)
        apart = self.X[i] - self.Y[j]
        away = (apart / apart.norm(dim=1, keepdim=True)).repeat(7, 1)
        torch.testing.assert_close(slope, away, rtol=0, atol=1e-9)


GRID = torch.linspace(-12, 12, 2401, dtype=torch.float64)
DX = 0.01


def bell(mean, std=1.0):
    return Normal(torch.tensor(mean, dtype=torch.float64), std).log_prob(GRID).exp()


PAIRS = [
    (bell(0.0), bell(2.0)),
    (bell(0.0), bell(0.5, 2.0)),
    ((bell(-3.0, 0.5) + bell(3.0, 0.5)) / 2, bell(0.0)),
]


class TestLinePotential:
    @pytest.mark.parametrize("pair", PAIRS)
    def test_it_reaches_w1_with_slopes_of_one(self, pair):
        p, q = (density / (density.sum() * DX) for density in pair)
        f = transport.line_potential(p, q, DX)
        reached = DX * ((p - q) * f).sum()
        assert reached == pytest.approx(divergences.wasserstein1_density(p, q, DX).item(), abs=1e-10)
        steps = f.diff().abs() / DX
        assert bool(((steps < 1e-9) | ((steps - 1).abs() < 1e-9)).all())
        assert f.mean() == pytest.approx(0, abs=1e-12)

    def test_it_is_the_programmes(self):
        places, dx = torch.linspace(-3, 3, 25, dtype=torch.float64), 0.25
        p, q = (Normal(mean, 0.7).log_prob(places).exp() for mean in (-1.0, 0.5))
        p, q = p / p.sum(), q / q.sum()
        points = places[:, None]
        value = transport.solve(p, q, transport.cost(points, points)).value
        f = transport.line_potential(p, q, dx)
        assert (p - q) @ f == pytest.approx(value.item(), abs=1e-9)

    def test_equal_variances_are_as_far_apart_as_their_means(self):
        for mean in (-2.0, 0.5, 3.0):
            p, q = bell(0.0), bell(mean)
            f = transport.line_potential(p, q, DX)
            assert DX * ((p - q) * f).sum() == pytest.approx(abs(mean), abs=1e-9)

    def test_it_falls_towards_a_q_on_the_right_and_is_flat_between_equals(self):
        f = transport.line_potential(bell(-1.0), bell(1.0), DX)
        torch.testing.assert_close(f, -GRID.clamp(f.min(), f.max()), rtol=0, atol=2 * DX)
        assert transport.line_potential(bell(0.0), bell(0.0), DX).abs().max() == 0

    def test_it_takes_batches(self):
        p, q = (torch.stack(part) for part in zip(*PAIRS, strict=True))
        one_by_one = [transport.line_potential(*pair, DX) for pair in PAIRS]
        torch.testing.assert_close(transport.line_potential(p, q, DX), torch.stack(one_by_one))


HALF, ROWS = torch.tensor([0.5, 0.5]), torch.zeros(2, 2)
NAN = torch.tensor([math.nan, 1.0])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: transport.cost(HALF, ROWS), ValueError, r"x must have shape \[N, D\]; got \[2\]"),
        (lambda: transport.cost(ROWS, torch.zeros(3, 1)), ValueError, r"y must have shape \[M, 2\]"),
        (lambda: transport.cost(ROWS, NAN[None]), ValueError, "y must hold finite numbers only; got nan"),
        (lambda: transport.cost([[0.0]], ROWS), TypeError, "x must be a torch.Tensor; got list"),
        (
            lambda: transport.solve(HALF, HALF, torch.zeros(2, 3)),
            ValueError,
            r"cost must have shape \[2, 2\]",
        ),
        (lambda: transport.solve(HALF, HALF, -torch.ones(2, 2)), ValueError, "cost must hold no negative"),
        (lambda: transport.solve(HALF, 2 * HALF, ROWS), ValueError, "q must sum to one; got a sum of 2"),
        (lambda: transport.solve(HALF, NAN, ROWS), ValueError, "q must hold finite numbers only; got nan"),
        (
            lambda: transport.solve(torch.tensor([1.5, -0.5]), HALF, ROWS),
            ValueError,
            "p must hold no negative value; got -0.5",
        ),
        (lambda: transport.wasserstein1(torch.zeros(0, 2), ROWS), ValueError, "x must not be empty"),
        (lambda: transport.potential(ROWS, ROWS, torch.zeros(3)), ValueError, r"y must have shape \[3, D\]"),
        (lambda: transport.potential(ROWS, ROWS, NAN), ValueError, "g must hold finite numbers only"),
        (lambda: transport.line_potential(HALF, -HALF, 1), ValueError, "q must hold no negative value"),
        (lambda: transport.line_potential(HALF, 0 * HALF, 1), ValueError, "q must be above 0 somewhere"),
        (lambda: transport.line_potential(HALF, HALF, 0), ValueError, "dx must be a finite number above 0"),
        (lambda: transport.line_potential(HALF, torch.ones(3), 1), ValueError, "p and q must have one shape"),
    ],
)
def test_bad_input_says_why(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert str(caught.value).count("\n") == 0
