"""The page's game in one dimension against the course's own functions, quadrature and closed forms."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from course_utils import gan
from course_utils.widgets.minimax.exact import numbers

MATH = "minimax/math.js"
TWO = {"means": [-2.0, 2.0], "stds": [0.6, 0.6], "weights": [0.5, 0.5]}
ONE = {"means": [0.4], "stds": [0.8], "weights": [1.0]}
THREE = {"means": [-3.0, 0.5, 2.5], "stds": [0.3, 1.0, 0.15], "weights": [0.2, 0.7, 0.1]}
CASES = [
    (TWO, {"mean": 0.0, "std": 1.0}),
    (TWO, {"mean": -2.0, "std": 0.6}),
    (THREE, {"mean": 1.0, "std": 0.7}),
    (ONE, {"mean": -1.3, "std": 2.4}),
]


def in_page(node, p, q, logit="m.best(input.p, input.q)", **values):
    return node(MATH, f"m.gameValue(input.p, input.q, {logit})", p=p, q=q, **values)


def both(p, q):
    """The two densities as functions of an array x."""

    def mixture(x):
        return sum(w * stats.norm.pdf(x, m, s) for m, s, w in zip(*p.values(), strict=True))

    return mixture, stats.norm(q["mean"], q["std"]).pdf


def by_quadrature(p, q, logit):
    """E_p log D + E_q log(1 - D), piece by piece between points that surround every peak."""

    data, model = both(p, q)

    def gain(x):
        log_d, log_rest = -np.logaddexp(0, -logit(x)), -np.logaddexp(0, logit(x))
        return data(x) * log_d + model(x) * log_rest

    peaks = [*zip(p["means"], p["stds"], strict=True), (q["mean"], q["std"])]
    points = sorted({mean + k * std for mean, std in peaks for k in (-12, -4, -1, 0, 1, 4, 12)})
    return sum(integrate.quad(gain, a, b, limit=200)[0] for a, b in itertools.pairwise(points))


@pytest.mark.parametrize(("p", "q"), CASES)
def test_the_value_at_the_best_d_is_the_courses_and_twice_js_less_log_4(node, p, q):
    found = in_page(node, p, q)
    x = torch.linspace(-14, 14, 20_001, dtype=torch.float64)
    data, model = (torch.from_numpy(density(x.numpy())) for density in both(p, q))
    best = gan.optimal_discriminator(data, model)
    inside = (best > 0) & (
        best < 1
    )  # in double precision: outside one of the two is nothing beside the other
    value = gan.value(best[inside], data[inside], model[inside], float(x[1] - x[0]))
    assert found == pytest.approx(float(value), abs=1e-6)
    assert numbers(**p, **q, slope=0, boundary=0).value == pytest.approx(found, abs=1e-6)
    js = node("shared/gaussians.js", "m.divergences(input.p, input.q).js", p=p, q=q)
    assert found == pytest.approx(2 * js - math.log(4), abs=1e-6)


@pytest.mark.parametrize(("p", "q"), CASES)
@pytest.mark.parametrize(("slope", "boundary"), [(1.5, 0.5), (-8.0, -1.0)])
def test_the_value_at_a_logistic_d_equals_quadrature_and_is_no_more_than_the_best(
    node, p, q, slope, boundary
):
    found = in_page(node, p, q, "m.logistic(input.own)", own={"slope": slope, "boundary": boundary})
    assert found == pytest.approx(by_quadrature(p, q, lambda x: slope * (x - boundary)), abs=2e-5)
    assert found < in_page(node, p, q)
    assert numbers(**p, **q, slope=slope, boundary=boundary).own == pytest.approx(found, abs=2e-5)


def test_the_best_d_is_p_over_p_plus_q(node):
    p, q = CASES[2]
    x = np.linspace(-6, 6, 101)
    found = node(MATH, "input.x.map(m.best(input.p, input.q)).map(m.sigmoid)", x=x.tolist(), p=p, q=q)
    data, model = (density(x) for density in both(p, q))
    expected = gan.optimal_discriminator(torch.from_numpy(data), torch.from_numpy(model))
    assert found == pytest.approx(expected.numpy(), abs=1e-9)


def test_equal_densities_give_minus_log_4_and_a_half_everywhere(node):
    q = {"mean": 0.4, "std": 0.8}
    assert in_page(node, ONE, q) == pytest.approx(-math.log(4), abs=1e-9)
    found = node(MATH, "[-3, 0.4, 5].map(m.best(input.p, input.q)).map(m.sigmoid)", p=ONE, q=q)
    assert found == pytest.approx([0.5] * 3, abs=1e-12)


def test_far_apart_the_value_is_0_and_its_area_vanishes(node):
    for mean in (12, 15):
        assert in_page(node, TWO, {"mean": mean, "std": 0.3}) == pytest.approx(0, abs=1e-6)


def test_a_slope_of_0_is_a_coin_and_an_ideal_threshold_is_the_best_of_disjoint_densities(node):
    p, q = {"means": [-5.0], "stds": [0.5], "weights": [1.0]}, {"mean": 5.0, "std": 0.5}
    coin = in_page(node, p, q, "m.logistic(input.own)", own={"slope": 0, "boundary": 3})
    assert coin == pytest.approx(-math.log(4), abs=1e-9)
    threshold = in_page(node, p, q, "m.logistic(input.own)", own={"slope": -10, "boundary": 0})
    assert threshold == pytest.approx(0, abs=1e-6)


def test_what_each_place_adds_is_never_a_gain(node):
    p, q = CASES[0]
    x = np.linspace(-12, 12, 4001)
    expression = "input.x.map((x) => m.gainAt(x, input.p, input.q, m.best(input.p, input.q)))"
    found = np.array(node(MATH, expression, x=x.tolist(), p=p, q=q))
    assert found.max() <= 0
    assert np.trapezoid(found, x) == pytest.approx(in_page(node, p, q), abs=1e-6)


def test_the_first_mode_alone(node):
    found = node(MATH, "[true, false].map((only) => m.dataDensity(input.p, only))", p=THREE)
    assert found == [{"means": [-3.0], "stds": [0.3], "weights": [1]}, THREE]
