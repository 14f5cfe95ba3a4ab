"""What grading gives for densities in the plane: p3."""

import math

import pytest
import torch

from course_utils import capstone, data
from course_utils.capstone.card import FIELDS

FILLED = "\n".join(f"## {name}\nFour words and more." for name in FIELDS)
HELD_OUT = data.toy("spiral", 300, 1)


def bells(points, width, mass=1.0):
    """The log density of round bells of one width, one on each point, all of it times mass."""
    const = math.log(mass) - math.log(len(points) * 2 * math.pi * width**2)
    return lambda x: const + (-torch.cdist(x, points).square() / (2 * width**2)).logsumexp(1)


def spiral(seed, n=120):
    return data.toy("spiral", n, 100 + seed)


def told(**changes):
    """{criterion: its line} of p3; by default all is as it should be."""
    given = {
        "log_probs": [bells(spiral(k), 0.2) for k in range(3)],
        "baseline": [bells(spiral(k), 0.45) for k in range(3)],
        "held_out": HELD_OUT, "claim": "better", "card": FILLED,
    }  # fmt: skip
    return {line.name: line for line in capstone.grade("p3", **{**given, **changes}).lines}


def test_good_densities_get_all_points():
    lines = told().values()
    assert all(line.points == line.of for line in lines), lines


def test_what_is_no_density_is_found_though_it_is_likelier():
    lines = told(log_probs=[bells(spiral(k), 0.2, mass=2.0) for k in range(3)])
    assert lines["normalised"].points == 0 and lines["likelier"].points > 0


def test_what_raises_or_is_not_finite_is_told():
    def broken(x):
        raise KeyError("lost")

    def finite(log_prob):
        return told(log_probs=[log_prob] * 3)["finite"].said

    assert "lost" in finite(broken) and "must return shape" in finite(lambda x: x)
    assert "NaN" in finite(lambda x: x[:, 0] * math.nan) and "must be a function" in finite(-2.5)


def test_one_density_with_a_constant_added_is_no_two_seeds():
    one = bells(spiral(0), 0.2)
    line = told(log_probs=[lambda x, k=k: one(x) + 1e-6 * k for k in range(5)])["seeds"]
    assert line.points == 0 and "no two seeds" in line.said


def spikes(x):
    """A good density but for the held-out points, which a grid never meets."""
    return bells(spiral(0), 0.2)(x) + 20.0 * (x[:, None] == HELD_OUT).all(-1).any(1)


@pytest.mark.parametrize("knows", [spikes, bells(HELD_OUT, 0.05)])
def test_a_density_that_knows_the_held_out_points_earns_nothing_by_it(knows):
    lines = told(log_probs=[knows] * 3)
    assert lines["normalised"].points == 3
    for name in ("split", "likelier"):
        assert lines[name].points == 0 and "a density knows them" in lines[name].said


def test_held_out_points_that_were_trained_on_are_found():
    line = told(held_out=data.toy("spiral", 2000, 0)[:200])["split"]
    assert line.points == 0 and line.said.startswith("200 of the held-out points")


def test_a_baseline_below_one_bell_is_refused():
    line = told(baseline=[bells(torch.zeros(1, 2), 4 + 0.01 * k) for k in range(3)])["likelier"]
    assert line.points == 0 and "one bell" in line.said


def test_one_bell_is_the_best_normal_distribution():
    from course_utils.capstone.densities import _one_bell

    fitted = torch.distributions.MultivariateNormal(HELD_OUT.mean(0), HELD_OUT.T.cov(correction=0))
    assert _one_bell(HELD_OUT) == pytest.approx(float(fitted.log_prob(HELD_OUT).mean()), abs=1e-5)
