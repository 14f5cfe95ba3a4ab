"""The page's divergences against scipy's adaptive quadrature and against closed forms."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

MATH = ("shared/gaussians.js", "divergence/math.js")
TWO = {"means": [-2.0, 2.0], "stds": [0.6, 0.6], "weights": [0.5, 0.5]}
CASES = [
    (TWO, {"mean": 0.0, "std": 1.0}),
    (TWO, {"mean": 2.0, "std": 0.6}),
    (TWO, {"mean": -1.3, "std": 2.4}),
    (TWO, {"mean": 0.3, "std": 0.2}),
    (
        {"means": [-3.0, 0.5, 2.5], "stds": [0.3, 1.0, 0.15], "weights": [0.2, 0.7, 0.1]},
        {"mean": 1.0, "std": 0.7},
    ),
    ({"means": [1.0], "stds": [0.5], "weights": [1.0]}, {"mean": -0.5, "std": 1.5}),
]


def log_mixture(x, p):
    parts = [np.log(w) + stats.norm.logpdf(x, m, s) for m, s, w in zip(*p.values(), strict=True)]
    return special.logsumexp(parts, axis=0)


def mixture_cdf(x, p):
    return sum(w * stats.norm.cdf(x, m, s) for m, s, w in zip(*p.values(), strict=True))


def quadrature(f, p, q):
    """The integral of f by adaptive quadrature, piece by piece between points that surround every peak."""
    peaks = [*zip(p["means"], p["stds"], strict=True), (q["mean"], q["std"])]
    points = sorted({mean + k * std for mean, std in peaks for k in (-12, -4, -1, 0, 1, 4, 12)})
    pieces = [integrate.quad(f, a, b, limit=200, epsabs=1e-11)[0] for a, b in itertools.pairwise(points)]
    return sum(pieces)


def expected(p, q):
    def log_q(x):
        return stats.norm.logpdf(x, q["mean"], q["std"])

    def log_m(x):
        return np.logaddexp(log_mixture(x, p), log_q(x)) - math.log(2)

    def kl(log_a, log_b):
        return quadrature(lambda x: np.exp(log_a(x)) * (log_a(x) - log_b(x)), p, q)

    def log_p(x):
        return log_mixture(x, p)

    return {
        "forward": kl(log_p, log_q),
        "reverse": kl(log_q, log_p),
        "js": (kl(log_p, log_m) + kl(log_q, log_m)) / 2,
        "w1": quadrature(lambda x: abs(mixture_cdf(x, p) - stats.norm.cdf(x, q["mean"], q["std"])), p, q),
    }


@pytest.mark.parametrize(("p", "q"), CASES)
def test_divergences_equal_quadrature(node, p, q):
    found = node(MATH, "m.divergences(input.p, input.q)", p=p, q=q)
    assert found == pytest.approx(expected(p, q), rel=2e-5, abs=2e-5)


def test_one_mode_gives_the_closed_forms(node):
    p = {"means": [0.4], "stds": [0.8], "weights": [1.0]}
    q = {"mean": -0.7, "std": 0.8}
    found = node(MATH, "m.divergences(input.p, input.q)", p=p, q=q)
    assert found["forward"] == pytest.approx(1.1**2 / (2 * 0.8**2), abs=1e-9)  # equal variances
    assert found["reverse"] == pytest.approx(found["forward"], abs=1e-9)
    assert found["w1"] == pytest.approx(1.1, abs=1e-6)
    wider = node(MATH, "m.divergences(input.p, input.q)", p=p, q={"mean": -0.7, "std": 2.0})
    closed = math.log(2.0 / 0.8) + (0.8**2 + 1.1**2) / (2 * 2.0**2) - 0.5
    assert wider["forward"] == pytest.approx(closed, abs=1e-9)


def test_equal_densities_are_at_distance_zero(node):
    p = {"means": [1.0], "stds": [0.5], "weights": [1.0]}
    found = node(MATH, "m.divergences(input.p, input.q)", p=p, q={"mean": 1.0, "std": 0.5})
    assert found == pytest.approx(dict.fromkeys(["forward", "reverse", "js", "w1"], 0.0), abs=1e-9)


def test_far_apart_js_is_stuck_at_log_2_while_w1_moves(node):
    near, far = (
        node(MATH, "m.divergences(input.p, input.q)", p=TWO, q={"mean": mean, "std": 0.3}) for mean in (9, 12)
    )
    assert near["js"] == pytest.approx(math.log(2), abs=1e-6)
    assert far["js"] == pytest.approx(math.log(2), abs=1e-6)
    assert far["w1"] - near["w1"] == pytest.approx(3.0, abs=1e-5)


def test_a_mode_without_weight_is_no_mode(node):
    p = {"means": [0.0, 5.0], "stds": [1.0, 1.0], "weights": [1.0, 0.0]}
    found = node(MATH, "m.divergences(input.p, input.q)", p=p, q={"mean": 0.0, "std": 1.0})
    assert found["forward"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_what_is_paid_adds_up_to_the_divergence(node, direction):
    p, q = CASES[4]
    x = np.linspace(-12, 12, 6001)
    paid = node(
        MATH,
        "input.x.map((x) => m.integrand(x, input.p, input.q, input.d))",
        x=x.tolist(),
        p=p,
        q=q,
        d=direction,
    )
    assert np.trapezoid(paid, x) == pytest.approx(expected(p, q)[direction], rel=1e-5)


@pytest.mark.parametrize("p", [TWO, CASES[4][0]])
def test_the_forward_minimiser_is_one(node, p):
    found = node(MATH, "m.forwardMinimiser(input.p)", p=p)

    x = np.linspace(-12, 12, 4001)
    density = np.exp(log_mixture(x, p))

    def cross_entropy(v):  # KL(p || q) up to p's entropy
        return -np.trapezoid(density * stats.norm.logpdf(x, v[0], np.exp(v[1])), x)

    best = optimize.minimize(
        cross_entropy, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-10}
    )
    assert [found["mean"], math.log(found["std"])] == pytest.approx(best.x, abs=1e-4)


@pytest.mark.parametrize("p", [TWO, CASES[4][0]])
def test_the_reverse_minimiser_is_the_best_of_all_starts(node, p):
    found = node(MATH, "m.reverseMinimiser(input.p)", p=p)
    z = np.linspace(-9, 9, 2001)
    weights = stats.norm.pdf(z)

    def reverse(v):
        mean, std = v[0], np.exp(v[1])
        log_q = stats.norm.logpdf(mean + std * z, mean, std)
        return (weights * (log_q - log_mixture(mean + std * z, p))).sum() / weights.sum()

    starts = [(m, math.log(s)) for m in np.linspace(-4, 4, 9) for s in (0.2, 0.6, 2.0)]
    ends = [
        optimize.minimize(reverse, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-12})
        for start in starts
    ]
    best = min(end.fun for end in ends)
    there = reverse([found["mean"], math.log(found["std"])])
    assert there == pytest.approx(best, abs=1e-7)
    minimisers = [end.x for end in ends if end.fun < best + 1e-9]
    assert min(abs(found["mean"] - x[0]) + abs(math.log(found["std"]) - x[1]) for x in minimisers) < 1e-3


def test_the_two_minimisers_cover_and_pick(node):
    broad = node(MATH, "m.forwardMinimiser(input.p)", p=TWO)
    picky = node(MATH, "m.reverseMinimiser(input.p)", p=TWO)
    assert broad == pytest.approx({"mean": 0.0, "std": math.sqrt(0.36 + 4)})
    assert abs(picky["mean"]) == pytest.approx(2.0, abs=0.02)
    assert picky["std"] == pytest.approx(0.6, abs=0.02)


def test_the_error_function(node):
    x = np.linspace(-6, 6, 241)
    assert node("shared/special.js", "input.x.map(m.erfc)", x=x.tolist()) == pytest.approx(
        special.erfc(x), rel=2e-7
    )
    assert node("shared/special.js", "input.x.map(m.normalCdf)", x=x.tolist()) == pytest.approx(
        stats.norm.cdf(x), rel=2e-7
    )
