"""What the lectures print about densities and changes of variables: small cases with exact answers."""

import math

import pytest
import torch

RANDOM = torch.Generator()


@pytest.fixture(autouse=True)
def _seeded():
    RANDOM.manual_seed(0)


def normal(x, deviation=1.0):
    """The density of N(0, deviation^2) at x."""
    return torch.exp(-0.5 * (x / deviation) ** 2) / (deviation * math.sqrt(2 * math.pi))


def line(end, cells):
    """The middles of so many cells from -end to end, and their width."""
    width = 2 * end / cells
    return -end + width * (torch.arange(cells, dtype=torch.float64) + 0.5), width


def test_the_exponent_hangs_on_which_way_f_leads():
    """x = A z has the density N(0, A A^T); then a bent map, x = sinh z, for the place of the Jacobian."""
    A = torch.tensor([[1.5, 0.5], [-0.5, 1.5]], dtype=torch.float64)
    W, determinant = torch.linalg.inv(A), torch.linalg.det(A).item()
    assert determinant == pytest.approx(2.5)
    x = torch.randn(50, 2, generator=RANDOM, dtype=torch.float64)
    exact = torch.distributions.MultivariateNormal(torch.zeros(2).double(), A @ A.T).log_prob(x)
    printed = normal(x @ W.T).prod(1) / abs(determinant)  # f = A, from z to x
    assert torch.allclose(printed.log(), exact)
    other_way = normal(x @ W.T).prod(1) / abs(1 / determinant)  # f = W, from x to z
    assert torch.allclose(other_way / exact.exp(), torch.full((50,), determinant**2).double())
    assert torch.allclose(other_way * (1 / determinant) ** 2, exact.exp())  # without the -1 it is right
    x, width = line(2000, 400_000)
    z = torch.asinh(x)
    at_z, at_x = (width * (normal(z) / torch.cosh(place.clamp(-700, 700))).sum().item() for place in (z, x))
    assert at_z == pytest.approx(1, abs=1e-6) and at_x < 0.9
    assert torch.allclose(1 / torch.cosh(z), 1 / (1 + x.square()).sqrt())  # = the slope of asinh, at x


def test_another_prior_with_a_decoder_to_match_gives_the_same_density():
    def decoder(z):
        return torch.sin(2 * z) + z

    u = (torch.arange(100_000, dtype=torch.float64) + 0.5) / 100_000
    z, width = line(8, 20_000)
    y = 30 * u  # codes of the exponential prior, in which Phi^-1(1 - e^-y) is normal
    x = torch.linspace(-3, 3, 13, dtype=torch.float64)[:, None]
    matched = [
        (normal(z) * width, decoder(z)),
        (torch.full_like(u, 1e-5), decoder(torch.special.ndtri(u))),
        (torch.exp(-y) * 30e-5, decoder(-torch.special.ndtri(torch.exp(-y)))),
    ]
    densities = [(normal(x - mean, 0.3) * weight).sum(1) for weight, mean in matched]
    for density in densities[1:]:
        assert torch.allclose(density, densities[0], atol=1e-4)
    kept = (normal(x - decoder(u), 0.3) * 1e-5).sum(1)  # a uniform prior with the normal's decoder
    assert (kept - densities[0]).abs().max() > 0.1
    points = x[:, 0]  # a flow, sinh of a normal z, and the same from logistic noise
    from_normal = normal(torch.asinh(points)) / (1 + points.square()).sqrt()
    noise = torch.logit(torch.special.ndtr(torch.asinh(points)))
    step = 1e-5
    ahead, behind = (torch.logit(torch.special.ndtr(torch.asinh(points + move))) for move in (step, -step))
    from_logistic = torch.sigmoid(noise) * torch.sigmoid(-noise) * (ahead - behind) / (2 * step)
    assert torch.allclose(from_logistic, from_normal, rtol=1e-6)


def test_an_invertible_generator_has_a_density_and_the_game_finds_the_same_theta():
    """The data are N(1, 1), z is N(0, 1) and g(z) = z + theta, whose density is the normal's at x - theta."""
    x, width = line(12, 4_000)
    data = normal(x - 1)
    thetas = torch.linspace(-1, 3, 41, dtype=torch.float64)
    draws = torch.special.ndtri((torch.arange(10_000, dtype=torch.float64) + 0.5) / 10_000)
    value, likelihood = [], []
    for theta in thetas:
        density = normal(x - theta)  # log |det dg/dz| = 0
        assert width * density.sum().item() == pytest.approx(1)
        below = (draws + theta <= 0.5).double().mean().item()  # of samples, without any density
        assert width * density[x <= 0.5].sum().item() == pytest.approx(below, abs=3e-3)
        best = data / (data + density)
        value.append(width * (data * best.log() + density * torch.log1p(-best)).sum().item())
        likelihood.append(width * (data * density.log()).sum().item())
    game, fit = value.index(min(value)), likelihood.index(max(likelihood))
    assert game == fit and thetas[game].item() == pytest.approx(1)
    assert value[game] == pytest.approx(-2 * math.log(2))
    assert likelihood[fit] == pytest.approx(-0.5 * math.log(2 * math.pi * math.e))


def test_on_grey_levels_a_density_rises_without_end_and_with_noise_it_does_not():
    """Four levels, 0 to 3, with known shares; densities on [0, 4), with 20 cells for a level."""
    shares = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
    limit = torch.xlogy(shares, shares).sum().item()  # the mean log of the true probabilities
    levels = torch.arange(4, dtype=torch.float64)
    on_levels = []
    for deviation in (0.1, 1e-3, 1e-5, 1e-7):
        density = (shares * normal(levels[:, None] - levels, deviation)).sum(1)
        on_levels.append((shares @ density.log()).item())
        if deviation < 0.1:  # every factor 100 is worth log 100
            assert on_levels[-1] - on_levels[-2] == pytest.approx(math.log(100), rel=1e-9)
    assert on_levels[0] > limit
    cells = torch.rand(200, 4, 20, generator=RANDOM, dtype=torch.float64) ** 3 + 1e-3
    cells = 20 * cells / cells.sum((1, 2), keepdim=True)  # densities: their integral is 1
    with_noise = (shares[:, None] * cells.log() / 20).sum((1, 2))
    probabilities = cells.mean(2)  # what each gives a whole level
    of_levels = (shares * probabilities.log()).sum(1)
    assert (with_noise <= of_levels).all() and (of_levels <= limit).all()
    level = shares[:, None].expand(4, 20)  # the histogram reaches the limit
    assert (shares[:, None] * level.log() / 20).sum().item() == pytest.approx(limit)


def test_without_the_integral_of_one_all_data_shrink_to_a_point():
    """z = s x with a normal base, and data whose root mean square is known."""
    data = torch.randn(1_000, generator=RANDOM, dtype=torch.float64)
    data *= 2.5 / data.square().mean().sqrt()
    scales = torch.logspace(-4, 1, 501, dtype=torch.float64)
    alone = -0.5 * (scales.square() * data.square().mean() + math.log(2 * math.pi))  # mean log p_z(s x)
    for s, value in zip(scales[::100], alone[::100], strict=True):
        exact = torch.distributions.Normal(0, 1).log_prob(s * data).mean()
        assert value.item() == pytest.approx(exact.item())
    assert (alone.diff() < 0).all()  # the smaller s, the better: best is z = 0 for all
    assert alone[0].item() == pytest.approx(-0.5 * math.log(2 * math.pi), abs=1e-6)
    x, width = line(40, 8_000)
    whole = {s: width * normal(s * x).sum().item() for s in (0.4, 1.0, 2.0)}
    for s, integral in whole.items():
        assert integral == pytest.approx(1 / s)
    with_determinant = alone + scales.log()
    assert scales[with_determinant.argmax()].item() == pytest.approx(1 / 2.5, rel=0.03)
    for factor in (10, 1000):  # of any function R -> R, a multiple is better
        raised = (factor * normal(data, 2.5)).log().mean() - normal(data, 2.5).log().mean()
        assert raised.item() == pytest.approx(math.log(factor))


def test_the_values_of_a_density_do_not_sum_to_one():
    log_p = -3.7  # log p(x), which no z changes
    for width in (0.5, 0.1, 0.02):
        z, _ = line(10, round(20 / width))
        q = normal(z - 0.4, 0.8)
        assert (q * log_p).sum().item() == pytest.approx(log_p / width)  # the finer, the further off
        assert (q * log_p * width).sum().item() == pytest.approx(log_p)
        other_unit = normal(10 * z - 4, 8.0)  # the density of 10 z, at the same points
        assert other_unit.sum().item() == pytest.approx(q.sum().item() / 10)
        assert (other_unit * 10 * width).sum().item() == pytest.approx(1)
    shares = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)  # codes to be counted: any names will do
    renamed = dict(zip((10 * torch.arange(3)).tolist(), shares.tolist(), strict=True))
    assert sum(renamed.values()) == pytest.approx(1) and renamed[10] == pytest.approx(0.3)


def test_forty_invertible_layers_leave_one_z_of_the_integral():
    """z -> z + c tanh(w z + b) with c w > -1, forty times; the exact answer is by areas under the normal."""
    w, b = torch.randn(2, 40, generator=RANDOM, dtype=torch.float64)
    c = (0.8 * torch.rand(40, generator=RANDOM, dtype=torch.float64) - 0.3) / w  # c w from -0.3 to 0.5

    def g(z):
        x, slope = z, torch.ones_like(z)
        for weight, bias, size in zip(w, b, c, strict=True):
            bend = torch.tanh(weight * x + bias)
            x, slope = x + size * bend, slope * (1 + size * weight * (1 - bend.square()))
        return x, slope

    z = torch.linspace(-3, 3, 60_001, dtype=torch.float64)
    x, slope = g(z)
    assert (slope > 0).all() and (x.diff() > 0).all() and slope.max() / slope.min() > 3
    density = normal(z) / slope  # one z, one determinant
    area = torch.cumulative_trapezoid(density, x)
    assert torch.allclose(area, torch.special.ndtr(z[1:]) - torch.special.ndtr(z[0]), atol=1e-7)
    at = 30_000  # the integral over all z, for a decoder with ever less noise
    gaps = []
    for noise in (0.5, 0.1, 0.02):
        integral = torch.trapezoid(normal(z) * normal(x[at] - x, noise), z).item()
        gaps.append(abs(integral - density[at].item()) / density[at].item())
    assert gaps == sorted(gaps, reverse=True) and gaps[-1] < 1e-2


def test_a_smaller_code_confuses_opposite_points_and_a_coupling_none():
    """On a circle, f(x) - f(-x) changes its sign on the way to the opposite point, so it is 0 in between."""
    W1, b1 = torch.randn(16, 2, generator=RANDOM).double(), torch.randn(16, generator=RANDOM).double()
    W2 = torch.randn(16, generator=RANDOM).double()

    def encoder(angle):
        point = torch.stack([torch.cos(angle), torch.sin(angle)])
        return point, W2 @ torch.tanh(W1 @ point + b1)

    low, high = torch.tensor(0.0).double(), torch.tensor(math.pi).double()
    at_start = encoder(low)[1] - encoder(low + math.pi)[1]
    for _ in range(60):
        middle = (low + high) / 2
        same_side = (encoder(middle)[1] - encoder(middle + math.pi)[1]) * at_start > 0
        low, high = (middle, high) if same_side else (low, middle)
    (a, code), (opposite, other) = encoder(low), encoder(low + math.pi)
    assert code.item() == pytest.approx(other.item(), abs=1e-9) and (a - opposite).norm() > 1.999
    for back in (a, opposite, torch.zeros(2).double()):  # whatever the decoder answers to that code
        assert max((back - a).norm(), (back - opposite).norm()) > 0.999
    x = torch.randn(100, 2, generator=RANDOM).double()
    scale, shift = (torch.tanh(x[:, :1] * k + 0.3) for k in (1.0, -2.0))
    z = torch.cat([x[:, :1], x[:, 1:] * scale.exp() + shift], 1)
    scale, shift = (torch.tanh(z[:, :1] * k + 0.3) for k in (1.0, -2.0))
    assert torch.allclose(torch.cat([z[:, :1], (z[:, 1:] - shift) * torch.exp(-scale)], 1), x)
