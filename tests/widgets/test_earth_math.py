"""The page's transport on a line against the course's own functions, scipy, and answers known by hand."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from course_utils import divergences, transport
from course_utils.exact import GaussianMixture
from course_utils.widgets.earth.exact import bumps, density, numbers

MATH = "earth/math.js"
ONE, OTHER = {"mean": -2.0, "std": 0.8}, {"mean": 1.5, "std": 0.8}
WIDE, SPLIT = {"mean": 0.5, "std": 2.0}, {"mean": 0.3, "std": 0.6, "gap": 6.0}
NARROW, FAR = {"mean": 0.0, "std": 0.1}, {"mean": 7.0, "std": 0.1}
CASES = [(ONE, OTHER), (ONE, WIDE), (SPLIT, {"mean": -1.0, "std": 1.0}), (NARROW, WIDE), (SPLIT, FAR)]
PAIR = "m.bumps(input.p), m.bumps(input.q)"


def in_page(node, p, q):
    return node(MATH, f"({{ ...m.earthMover({PAIR}), ...{{ jensen: m.jensenShannon({PAIR}) }} }})", p=p, q=q)


@pytest.mark.parametrize(("p", "q"), CASES)
def test_w1_js_and_their_slopes_are_pythons(node, p, q):
    found, truth = in_page(node, p, q), numbers(bumps(**p), bumps(**q))
    assert found["w1"] == pytest.approx(truth.w1, abs=2e-4)
    assert found["slope"] == pytest.approx(truth.w1_slope, abs=2e-3)
    assert found["jensen"]["js"] == pytest.approx(truth.js, abs=1e-6)
    assert found["jensen"]["slope"] == pytest.approx(truth.js_slope, abs=1e-6)


@pytest.mark.parametrize(("p", "q"), CASES)
def test_pythons_slopes_are_the_change_of_pythons_distances(p, q):
    h = 1e-3
    now = numbers(bumps(**p), bumps(**q))
    before, after = (numbers(bumps(**p), bumps(**{**q, "mean": q["mean"] + by})) for by in (-h, h))
    assert (after.w1 - before.w1) / (2 * h) == pytest.approx(now.w1_slope, abs=2e-3)
    assert (after.js - before.js) / (2 * h) == pytest.approx(now.js_slope, abs=1e-5)


def test_equal_widths_are_as_far_apart_as_their_means_and_a_scale_costs_its_mean(node):
    """Equal variances: |m1 - m2|. One centre: |s1 - s2| E|Z|, with E|Z| = sqrt(2 / pi)."""
    found = in_page(node, ONE, OTHER)
    assert (found["w1"], found["slope"]) == pytest.approx((3.5, 1), abs=1e-5)
    found = in_page(node, {"mean": 1.0, "std": 0.5}, {"mean": 1.0, "std": 2.0})
    assert (found["w1"], found["slope"]) == pytest.approx((1.5 * math.sqrt(2 / math.pi), 0), abs=1e-4)


def test_equal_densities_are_nowhere_apart_and_far_ones_leave_js_at_log_2(node):
    same = in_page(node, ONE, ONE)
    assert (same["w1"], same["slope"], *same["jensen"].values()) == pytest.approx((0, 0, 0, 0), abs=1e-9)
    for at in (3.0, 6.0):
        found = in_page(node, NARROW, {"mean": at, "std": 0.1})
        assert (found["w1"], found["slope"]) == pytest.approx((at, 1), abs=1e-5)
        assert found["jensen"] == {"js": pytest.approx(math.log(2), abs=1e-12), "slope": 0}


def test_quantiles_are_scipys(node):
    u = [0.002, 0.1, 0.5, 0.73, 0.998]
    found = node(MATH, "input.u.map((u) => m.quantile(u, m.bumps(input.p)))", u=u, p=WIDE)
    assert found == pytest.approx(stats.norm.ppf(u, 0.5, 2.0), abs=1e-4)
    left, right = node(MATH, "[0.25, 0.75].map((u) => m.quantile(u, m.bumps(input.p)))", p=SPLIT)
    assert (left, right) == pytest.approx((-2.7, 3.3), abs=1e-4)  # half of each bump


def test_the_plan_is_the_linear_programmes(node):
    p, q = SPLIT, {"mean": -1.0, "std": 1.0}
    pairs = torch.tensor(node(MATH, f"m.clods({PAIR}, 16)", p=p, q=q), dtype=torch.float64)
    even = torch.full((16,), 1 / 16, dtype=torch.float64)
    plan = transport.solve(even, even, transport.cost(pairs[:, :1], pairs[:, 1:]))
    assert (pairs[:, 0] - pairs[:, 1]).abs().mean() == pytest.approx(plan.value.item(), abs=1e-9)
    assert bool((pairs.diff(dim=0) > 0).all()), "an order that is kept has no lines that cross"


def test_many_clods_give_w1_at_every_place_of_q(node):
    p, q, shifts = SPLIT, {"mean": 0.0, "std": 1.0}, [-5.0, 0.0, 0.3, 4.0]
    found = node(MATH, f"m.w1Against(m.clods({PAIR}, 240), input.shifts)", p=p, q=q, shifts=shifts)
    truth = [numbers(bumps(**p), bumps(by, 1.0)).w1 for by in shifts]
    assert found == pytest.approx(truth, abs=5e-3)


def test_on_the_way_the_earth_is_a_density_between_the_two(node):
    def at(share, p, q):
        expression = f"m.onTheWay({PAIR}, m.clods({PAIR}, 400), input.share)"
        return np.array(node(MATH, expression, p=p, q=q, share=share)).T

    for share, p in ((0, SPLIT), (1, ONE)):
        x, height = at(share, SPLIT, ONE)
        assert height == pytest.approx(density(bumps(**p), torch.from_numpy(x)).numpy(), abs=1e-5)
    x, height = at(0.25, ONE, {"mean": 2.0, "std": 1.6})  # Gaussians stay Gaussian: mean -1, width 1
    assert height == pytest.approx(stats.norm.pdf(x, -1, 1), abs=1e-4)
    assert np.trapezoid(height, x) == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize(("p", "q"), CASES[:3])
def test_the_best_potential_is_pythons_and_its_means_are_w1_apart(node, p, q):
    step, low, n = 0.02, -30, 3001
    found = node(MATH, f"m.bestPotential({PAIR}, {low}, {step}, {n})", p=p, q=q)
    x = torch.linspace(-30, 30, n, dtype=torch.float64)
    densities = [density(bumps(**one), x) for one in (p, q)]
    truth = transport.line_potential(*densities, step).numpy()
    # In the far tails the page takes CDFs within 1e-6 as equal, and is flat where Python still has a slope.
    cdfs = [one.cumsum(0) * step for one in densities]
    apart = ((cdfs[0] - cdfs[1]).abs() > 1e-5).numpy()
    agree = np.diff(found["f"])[apart[:-1]], np.diff(truth)[apart[:-1]]
    assert np.mean(np.abs(agree[0] - agree[1]) > 1e-6) < 3 / apart.sum()  # but for where the sign changes
    w1 = divergences.wasserstein1_density(*densities, step).item()
    assert found["ofP"] - found["ofQ"] == pytest.approx(w1, abs=5e-3)
    assert np.abs(np.diff(found["f"])).max() <= step + 1e-12


def test_bumps_are_a_mixture(node):
    split = node(MATH, "m.shifted(m.bumps(input.p), 1)", p=SPLIT)
    assert split == {
        "means": [pytest.approx(-1.7), pytest.approx(4.3)],
        "stds": [0.6] * 2,
        "weights": [0.5] * 2,
    }
    mixture = bumps(**SPLIT)
    assert isinstance(mixture, GaussianMixture) and mixture.means.flatten().tolist() == pytest.approx(
        [-2.7, 3.3]
    )
