"""The page's flows against brute-force integrals, closed forms, scipy, and the course's own mixtures."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq, linear_sum_assignment

from course_utils.exact import GaussianMixture
from course_utils.flow_matching import couple, exact_velocity, sample
from course_utils.flow_matching import straightness as straightness_of
from course_utils.widgets.flow.mixtures import PRESETS, half_of

MATH = "flow/math.js"
TRANSPORT = "flow/transport.js"
PAIRS = "flow/pairs.js"
SESSION = "flow/session.js"
LINE = GaussianMixture(torch.tensor([[-1.0], [0.5], [2.0]]).double(), [0.3, 0.8, 0.05], [0.5, 0.2, 0.3])
PLANE = GaussianMixture(torch.tensor([[-1.0, 0.5], [1.5, -2.0]]).double(), [0.3, 0.8], [0.7, 0.3])
MIXTURES = {"line": LINE, "plane": PLANE, **{name: mixture for name, (_, mixture) in PRESETS.items()}}


def as_page(mixture):
    return {name: getattr(mixture, name).double().tolist() for name in ("means", "stds", "weights")}


def draws(n, dim, seed=0, scale=1.0):
    return scale * np.random.default_rng(seed).standard_normal((n, dim))


def flat(array):
    return np.asarray(array).ravel().tolist()


def velocity(node, mixture, x, times):
    expression = """(() => { const v = m.velocityOf(m.independent(input.mixture));
      return input.times.map((t) => [...v(Float64Array.from(input.x), t)]); })()"""
    return node(MATH, expression, mixture=as_page(mixture), x=flat(x), times=times)


def test_the_velocity_is_the_average_over_all_lines_through_a_point(node):
    """By quadrature over the data y: the noise of a line through x at time t is (x - t y) / (1 - t)."""
    density = lambda y: sum(  # noqa: E731
        w * stats.norm.pdf(y, m, s)
        for w, m, s in zip(LINE.weights.tolist(), LINE.means[:, 0].tolist(), LINE.stds.tolist(), strict=True)
    )
    x, times = [-1.3, 0.2, 1.1], [0.0, 0.3, 0.7, 0.95]
    for t, found in zip(times, velocity(node, LINE, x, times), strict=True):
        for at, v in zip(x, found, strict=True):
            noise = lambda y, at=at, t=t: (at - t * y) / (1 - t)  # noqa: E731
            weight = lambda y, noise=noise: density(y) * stats.norm.pdf(noise(y))  # noqa: E731
            options = {"points": [-1, 0.5, 1.9, 2, 2.1], "limit": 400, "epsabs": 1e-12}
            top, _ = quad(lambda y, f=weight, noise=noise: f(y) * (y - noise(y)), -5, 7, **options)
            bottom, _ = quad(weight, -5, 7, **options)
            assert v == pytest.approx(top / bottom, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", MIXTURES)
def test_the_velocity_is_the_courses_and_the_mixtures_own(node, name):
    """Against flow_matching, and against E[data | x_t] of the mixture in a diffusion's variables."""
    mixture = MIXTURES[name]
    mixture = GaussianMixture(mixture.means.double(), mixture.stds, mixture.weights)
    x, times = torch.tensor(draws(30, mixture.dim, scale=1.5)), [0.0, 0.2, 0.5, 0.9, 0.99]
    model = exact_velocity(mixture)
    for t, found in zip(times, velocity(node, mixture, x, times), strict=True):
        assert found == pytest.approx(flat(model(x, t)), rel=1e-7, abs=1e-7)
        size = math.hypot(t, 1 - t)
        guess = mixture.denoise(x / size, t * t / size**2)
        assert found == pytest.approx(flat((guess - x) / (1 - t)), rel=1e-7, abs=1e-7)


def test_one_gaussian_is_the_closed_form(node):
    mean, std, x = 1.5, 0.4, draws(20, 1)
    times = [0.0, 0.25, 0.5, 1.0]
    mixture = GaussianMixture(torch.tensor([[mean]]).double(), std)
    for t, found in zip(times, velocity(node, mixture, x, times), strict=True):
        gain = (t * std**2 - (1 - t)) / ((1 - t) ** 2 + t**2 * std**2)
        assert found == pytest.approx(flat(mean + gain * (x - t * mean)), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("away", [1.0, 30.0, 1e4])
def test_at_the_data_and_far_out_nothing_divides_by_zero(node, away):
    """At t = 1 the point is the data and the noise's mean is 0: the velocity is x itself."""
    x = away * draws(10, 2)
    (found,) = velocity(node, PLANE, x, [1.0])
    assert found == pytest.approx(flat(x), rel=1e-12)


def test_a_pair_with_width_is_a_gaussian_coupling(node):
    """x_t and data - noise of one pair are jointly Gaussian: the regression line of one on the other."""
    start, end, width, t = np.array([0.3, -1.0]), np.array([2.0, 0.5]), 0.2, 0.35
    x = draws(8, 2)
    expression = """[...m.velocityOf(m.around(input.start, input.end, 2, input.width))(
      Float64Array.from(input.x), input.t)]"""
    found = node(MATH, expression, start=flat(start), end=flat(end), width=width, x=flat(x), t=t)
    covariance = (t - (1 - t)) * width**2  # of (1 - t) a + t b with b - a
    variance = ((1 - t) ** 2 + t**2) * width**2
    expected = end - start + covariance / variance * (x - (1 - t) * start - t * end)
    assert found == pytest.approx(flat(expected), rel=1e-10)


@pytest.mark.parametrize("width", [0.05, 0.1, 0.5])
def test_looking_only_at_what_is_near_changes_nothing_that_is_seen(node, width):
    """Times forth and back, points among the pairs and far from all of them."""
    x = np.concatenate([draws(60, 2, 2), [[8.0, 0.0], [-3.0, 5.0], [0.0, -40.0]]])
    expression = """(() => { const [a, b, x] = [input.a, input.b, input.x].map((v) => Float64Array.from(v));
      const [near, all] = [m.fittedVelocity(a, b, input.width), m.velocityOf(m.around(a, b, 2, input.width))];
      return [0, 0.5, 1, 0.1, 0.77].map((t) => [[...near(x, t)], [...all(x, t)]]); })()"""
    pairs = {"a": flat(draws(200, 2, 0)), "b": flat(draws(200, 2, 1, 2.0))}
    for near, every in node([MATH, PAIRS], expression, **pairs, x=flat(x), width=width):
        assert near == pytest.approx(every, abs=5e-3)


def follow(node, mixture, x, steps, method):
    expression = """m.follow(m.velocityOf(m.independent(input.mixture)), Float64Array.from(input.x),
      input.steps, input.method).map((state) => [...state])"""
    page = {"mixture": as_page(mixture), "x": flat(x), "steps": steps, "method": method}
    return np.array(node(MATH, expression, **page))


@pytest.mark.parametrize(("method", "steps"), [("euler", 1), ("euler", 7), ("midpoint", 5)])
def test_the_steps_are_the_courses(node, method, steps):
    x = draws(12, 2)
    options = {"steps": steps, "method": method, "x": torch.tensor(x)}
    expected = sample(exact_velocity(PLANE), x.shape, **options)
    assert follow(node, PLANE, x, steps, method)[-1] == pytest.approx(flat(expected), abs=1e-8)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("midpoint", 2), ("rk4", 4)])
def test_each_method_has_its_order(node, method, order):
    """On a line the flow's ends are known: they are quantiles."""
    mixture, x = GaussianMixture(torch.tensor([[-1.0], [1.0]]).double(), 0.6, [0.7, 0.3]), draws(12, 1)
    truth = [quantile(mixture, stats.norm.cdf(at)) for at in x[:, 0]]
    ends = [follow(node, mixture, x, steps, method)[-1] for steps in (40, 80)]
    coarse, fine = (np.linalg.norm(end - truth) for end in ends)
    assert np.log2(coarse / fine) == pytest.approx(order, abs=0.2)


def quantile(mixture, share):
    means, stds, weights = (
        getattr(mixture, name).flatten().tolist() for name in ("means", "stds", "weights")
    )
    cdf = lambda x: sum(w * stats.norm.cdf(x, m, s) for m, s, w in zip(means, stds, weights, strict=True))  # noqa: E731
    return brentq(lambda x: cdf(x) - share, -20, 20, xtol=1e-12)


@pytest.mark.parametrize("name", ["line", "two", "three"])
def test_on_a_line_the_exact_flow_keeps_the_order(node, name):
    """So it is the quantile map x -> F^-1(Phi(x)), which is also the optimal transport and every reflow."""
    expression = """(() => { const s = m.newSession({ mixture: input.mixture, dim: 1, models: [] },
        { coupling: input.coupling, seed: 0 });
      return [[...s.noise], ...[0, 1, 2].map((k) => [...m.roundOf(s, "exact", k).fine.at(-1)])]; })()"""
    mixture = MIXTURES[name]
    for coupling in ("independent", "transport"):
        noise, *rounds = node(SESSION, expression, mixture=as_page(mixture), coupling=coupling)
        expected = [quantile(mixture, stats.norm.cdf(x)) for x in noise]
        for ends in rounds:
            assert ends == pytest.approx(expected, abs=2e-4)


def test_in_the_plane_the_exact_flow_is_scipys(node):
    """At the steps that stand for it, also where a mixture is narrow."""
    mixture = PRESETS["eight"][1]
    x = draws(12, 2)
    v = exact_velocity(GaussianMixture(mixture.means.double(), mixture.stds, mixture.weights))
    right = lambda t, y: v(torch.tensor(y).reshape(-1, 2), min(t, 1 - 1e-9)).flatten().numpy()  # noqa: E731
    done = solve_ivp(right, (0, 1 - 1e-6), x.ravel(), rtol=1e-9, atol=1e-9)
    (steps,) = node(SESSION, "[m.FINE]")
    assert follow(node, mixture, x, steps, "rk4")[-1] == pytest.approx(done.y[:, -1], abs=1e-3)


@pytest.mark.parametrize("dim", [1, 2])
def test_straightness_is_its_definition(node, dim):
    path = np.cumsum(draws(9, dim * 6).reshape(9, -1), axis=0)
    expression = "m.straightness(input.path.map((state) => Float64Array.from(state)), input.dim)"
    found = node(MATH, expression, path=path.tolist(), dim=dim)
    steps = 8 * np.diff(path, axis=0)
    squares = ((path[-1] - path[0] - steps) ** 2).reshape(8, 6, dim).sum(2)
    assert found == pytest.approx(squares.mean())
    along = """m.straightness(m.follow(m.velocityOf(m.independent(input.mixture)),
      Float64Array.from(input.x), 20, "euler"), input.dim)"""
    mixture, x = (LINE, PLANE)[dim - 1], draws(12, dim)
    course = straightness_of(exact_velocity(mixture), torch.tensor(x), steps=20)
    assert node(MATH, along, mixture=as_page(mixture), x=flat(x), dim=dim) == pytest.approx(course, rel=1e-6)
    lines = "m.straightness(m.alongLines([0, 3], [1, -2], 8), 1)"
    assert node(MATH, lines) == pytest.approx(0, abs=1e-24)


def test_pairs_out_of_order_cross_on_a_line(node):
    """Two lines meet between the ends where their difference changes its sign."""
    a, b = draws(15, 1), draws(15, 1, 1)
    found = node(MATH, "m.outOfOrder(input.a, input.b, 1)", a=flat(a), b=flat(b))
    cross = [(a[i] - a[j]) * (b[i] - b[j]) < 0 for i in range(15) for j in range(i)]
    assert found == sum(bool(one) for one in cross) > 0


@pytest.mark.parametrize("dim", [1, 2])
def test_pairs_in_order_cannot_be_shortened_by_exchange(node, dim):
    a, b = draws(14, dim), draws(14, dim, 1)
    found = node(MATH, "m.outOfOrder(input.a, input.b, input.dim)", a=flat(a), b=flat(b), dim=dim)
    cost = lambda i, j: ((a[i] - b[j]) ** 2).sum()  # noqa: E731
    shorter = [cost(i, j) + cost(j, i) < cost(i, i) + cost(j, j) - 1e-12 for i in range(14) for j in range(i)]
    assert found == sum(bool(one) for one in shorter)


def couple_of(ordered, data, noise):
    """The noise in the order of the data, where `ordered` are the data in the order of the noise."""
    places = [int(np.abs(ordered - one).sum(1).argmin()) for one in data]
    return noise[places]


@pytest.mark.parametrize("dim", [1, 2])
@pytest.mark.parametrize("n", [1, 5, 64])
def test_the_coupling_is_scipys_optimal_assignment(node, dim, n):
    a, b = draws(n, dim, 3), draws(n, dim, 4, 2.0)
    expression = "[...m.transported(Float64Array.from(input.a), Float64Array.from(input.b), input.dim)]"
    found = np.array(node(TRANSPORT, expression, a=flat(a), b=flat(b), dim=dim)).reshape(n, dim)
    cost = ((a[:, None] - b[None]) ** 2).sum(2)
    assert found == pytest.approx(b[linear_sum_assignment(cost)[1]])
    course = couple(torch.tensor(a), torch.tensor(b))  # the noise of each of the data
    assert couple_of(found, b, a) == pytest.approx(course.numpy())
    assert node(MATH, "m.outOfOrder(input.a, input.b, input.dim)", a=flat(a), b=flat(found), dim=dim) == 0


def test_quantiles_are_the_mixtures(node):
    shares = [0.001, 0.2, 0.49, 0.51, 0.7, 0.999]
    values = {
        "means": LINE.means.flatten().tolist(),
        "stds": LINE.stds.tolist(),
        "weights": LINE.weights.tolist(),
    }
    found = node(TRANSPORT, "[...m.quantiles(input.mixture, input.shares)]", mixture=values, shares=shares)
    assert found == pytest.approx([quantile(LINE, share) for share in shares], abs=2e-3)


def test_w1_is_scipys_distance_to_many_draws(node):
    for mixture in (LINE, PLANE):
        x = draws(400, mixture.dim, 5) + 0.7
        expression = "m.w1To(input.mixture, 400)(Float64Array.from(input.x))"
        found = node(TRANSPORT, expression, mixture=as_page(mixture), x=flat(x))
        data = mixture.sample(200_000, generator=torch.Generator().manual_seed(0)).numpy()
        count = 1 if mixture.dim == 1 else 16
        angles = np.pi * np.arange(count) / count
        directions = np.stack([np.cos(angles), np.sin(angles)])[: mixture.dim]
        each = [stats.wasserstein_distance(x @ d, data @ d) for d in directions.T]
        assert found == pytest.approx(np.mean(each), abs=0.01)


SEEDS = [0, 1, 2]


@pytest.fixture(scope="module")
def measured(node):
    """What is measured, by name, coupling, seed and round, then by the number of Euler steps (1, 2, 50)."""
    expression = """((problem) => Object.fromEntries(["independent", "transport"].map((coupling) => [coupling,
      input.seeds.map((seed) => { const s = m.newSession(problem, { coupling, seed });
        return [0, 1, 2].map((k) => { const round = m.roundOf(s, "exact", k);
          return Object.fromEntries([1, 2, 50].map((steps) => [steps,
            { ...round.measures, ...m.runOf(s, round, { steps, method: "euler" }).measures }])); }); })])))(
      { mixture: input.mixture, dim: input.mixture.means[0].length, models: [] })"""
    names = ("two", "three", "eight")
    return {name: node(SESSION, expression, mixture=as_page(MIXTURES[name]), seeds=SEEDS) for name in names}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["two", "three", "eight"])
def test_a_reflow_straightens_and_then_one_step_is_enough(measured, name, seed):
    first, *others = (each["1"] for each in measured[name]["independent"][seed])
    assert first["crossings"] > 250
    assert first["straightness"] > 0.5
    assert first["error"] > 1
    for later in others:
        assert later["crossings"] <= (0 if name != "eight" else 3)
        assert later["straightness"] < 0.03 * first["straightness"]
        assert later["error"] < 0.2 * first["error"]
        assert later["w1"] < 0.2 * first["w1"]
        if name != "eight":
            assert later["straightness"] < 1e-20
            assert later["error"] < 1e-12


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["two", "three", "eight"])
def test_optimal_transport_does_much_of_that_at_once(measured, name, seed):
    independent, coupled = (measured[name][way][seed][0]["1"] for way in ("independent", "transport"))
    assert coupled["crossings"] == 0
    assert coupled["straightness"] < 0.1 * independent["straightness"]
    assert coupled["error"] < 0.4 * independent["error"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["two", "three", "eight"])
def test_with_more_steps_the_samples_come_to_the_data(measured, name, seed):
    few, many = (measured[name]["independent"][seed][0][steps] for steps in ("2", "50"))
    assert many["error"] < 0.2 * few["error"]
    assert many["w1"] < 0.04
    assert many["shares"] == pytest.approx(MIXTURES[name].weights.tolist(), abs=0.03)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("dim", [1, 2])
def test_the_noise_is_normal_and_even(node, dim, seed):
    expression = "[...m.evenNoise(m.stream(input.seed), 120, input.dim)]"
    found = node(["flow/draws.js", "shared/random.js"], expression, seed=seed, dim=dim)
    x = np.array(found).reshape(120, dim)
    assert np.abs(x.mean(0)).max() < 0.06
    assert np.cov(x.T) == pytest.approx(np.eye(dim) if dim == 2 else 1, abs=0.1)
    levels = stats.norm.cdf(x[:, 0]) if dim == 1 else 1 - np.exp(-(x**2).sum(1) / 2)
    assert np.abs(np.sort(levels) - (np.arange(120) + 0.5) / 120).max() < 1 / 120


def test_the_data_have_each_mode_in_its_share(node):
    expression = "[...m.evenData(input.mixture, m.stream(1), 40)]"
    mixture = as_page(PRESETS["three"][1])
    x = np.array(node(["flow/draws.js", "shared/random.js"], expression, mixture=mixture))
    assert [int((np.abs(x - mean) < 1).sum()) for mean in (-2, 0, 2)] == [12, 8, 20]
    assert (np.diff(x) < 0).sum() > 10  # in an order by chance
    shares = node(
        "flow/draws.js", "m.sharesOf(input.mixture, Float64Array.from(input.x))", mixture=mixture, x=flat(x)
    )
    assert shares == pytest.approx([0.3, 0.2, 0.5], abs=0.01)


@pytest.mark.parametrize("dim", [1, 2])
def test_between_the_points_of_the_grid_the_page_interpolates(node, dim):
    """A velocity that is linear in x and in t is met everywhere; beyond the edge it is that of the edge."""
    from course_utils.widgets.flow.reading import read_models

    matrix = torch.tensor([[0.5, -0.25], [1.0, 0.75]])[:dim, :dim]
    mixture = LINE if dim == 1 else PLANE
    (table,) = read_models(lambda x, t: x @ matrix + t[:, None] - 1, mixture)
    x = draws(20, dim).clip(-half_of(mixture), half_of(mixture))
    expression = "input.times.map((t) => [...m.gridVelocity(input.table)(Float64Array.from(input.x), t)])"
    times = [0.0, 0.31, 0.5, 0.99, 1.0]
    found = node("flow/learned.js", expression, table=table, x=flat(x), times=times)
    for t, v in zip(times, found, strict=True):
        assert v == pytest.approx(flat(x @ matrix.numpy() + t - 1), abs=3e-3)
    far = [50.0] * dim
    (edge,) = node("flow/learned.js", expression, table=table, x=far, times=[0.5])
    assert edge == pytest.approx(flat(table["half"] * np.ones(dim) @ matrix.numpy() - 0.5), abs=5e-3)


@pytest.mark.parametrize("name", ["two", "three", "eight"])
def test_the_exact_velocity_read_off_a_grid_leads_to_the_same_ends(node, name):
    """What the grid costs, at the most: the samples stay as near to the data as they were."""
    from course_utils.widgets.flow.reading import read_models

    mixture = PRESETS[name][1]
    exact = exact_velocity(mixture)
    tables = read_models(exact, mixture)
    expression = """(() => { const models = input.tables.map(m.gridVelocity);
      const s = m.newSession({ mixture: input.mixture, dim: input.tables[0].dim, models },
        { coupling: "independent", seed: 0 });
      const at = (field) => { const round = m.roundOf(s, field, 0);
        return [[...round.fine.at(-1)], m.runOf(s, round, { steps: 50, method: "euler" }).measures.w1]; };
      return [at("exact"), at("learned")]; })()"""
    (ends, w1), (read, w1_read) = node(
        [SESSION, "flow/learned.js"], expression, tables=tables, mixture=as_page(mixture)
    )
    assert w1_read == pytest.approx(w1, abs=0.02)
    differences = np.abs(np.array(ends) - read)
    assert np.median(differences) < 0.02
    assert math.sqrt((differences**2).mean()) < 0.1
