"""The page's bound and Python's against closed forms, the course's LinearGaussian, and scipy's quadrature."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats

from course_utils.exact import LinearGaussian
from course_utils.widgets.elbo.bound import bound

MATH = "elbo/math.js"
LINEAR = [
    # x, q_mean, q_std, weight, sigma
    (1.0, -0.5, 0.8, 1.0, 0.5),
    (-2.3, 1.7, 0.05, 0.4, 1.5),
    (3.0, 0.8, 3.5, 2.0, 0.1),
]
SQUARE = [
    (1.0, 0.3, 0.6, 1.0, 0.5),
    (2.5, -1.6, 0.15, 1.0, 0.5),
    (-1.5, 0.0, 0.4, 0.5, 1.0),
    (3.4, 0.9, 2.0, 1.0, 0.1),
    (6.0, 1.2, 0.03, 4.0, 0.1),
]
CASES = [("linear", *case) for case in LINEAR] + [("square", *case) for case in SQUARE]


def in_page(node, decoder, x, mean, std, weight, sigma):
    found = node(
        MATH,
        "m.bound(input.x, input.q, input.model)",
        x=x,
        q={"mean": mean, "std": std},
        model={"decoder": decoder, "weight": weight, "sigma": sigma},
    )
    return [
        found[name] for name in ("evidence", "elbo", "gap", "reconstruction", "toPrior", "energy", "entropy")
    ]


def by_quadrature(decoder, x, mean, std, weight, sigma):
    """All seven numbers by adaptive quadrature, none by way of another."""

    def log_likelihood(z):
        return stats.norm.logpdf(x, weight * z ** (1 if decoder == "linear" else 2), sigma)

    def integral(f, points, low, high):
        return integrate.quad(f, low, high, points=points, limit=2000, epsabs=1e-13, epsrel=1e-12)[0]

    modes = [-math.sqrt(x / weight), math.sqrt(x / weight)] if x > 0 else [0.0]
    modes = [*modes, weight * x / (weight**2 + sigma**2), 0.0]
    joint = integral(lambda z: np.exp(stats.norm.logpdf(z) + log_likelihood(z)), sorted(set(modes)), -9, 9)
    evidence = math.log(joint)

    def under_q(f):
        low, high = mean - 12 * std, mean + 12 * std
        return integral(
            lambda z: stats.norm.pdf(z, mean, std) * f(z), [mean - std, mean, mean + std], low, high
        )

    def log_q(z):
        return stats.norm.logpdf(z, mean, std)

    def log_joint(z):
        return stats.norm.logpdf(z) + log_likelihood(z)

    return [
        evidence,
        under_q(lambda z: log_joint(z) - log_q(z)),
        under_q(lambda z: log_q(z) - log_joint(z) + evidence),
        under_q(log_likelihood),
        under_q(lambda z: log_q(z) - stats.norm.logpdf(z)),
        under_q(log_joint),
        stats.norm.entropy(mean, std),
    ]


@pytest.mark.parametrize("case", CASES)
def test_page_and_python_equal_quadrature(node, case):
    expected = by_quadrature(*case)
    decoder, x, mean, std, weight, sigma = case
    assert in_page(node, *case) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert bound(x, mean, std, decoder, weight, sigma) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_gap_is_integrated_on_its_own_and_the_sums_hold(node, case):
    evidence, elbo, gap, reconstruction, to_prior, energy, entropy = in_page(node, *case)
    assert elbo + gap == pytest.approx(evidence, abs=1e-5)
    assert reconstruction - to_prior == pytest.approx(elbo, abs=1e-9)
    assert energy + entropy == pytest.approx(elbo, abs=1e-9)


@pytest.mark.parametrize("case", LINEAR)
def test_the_linear_decoder_is_the_courses_linear_gaussian(node, case):
    x, mean, std, weight, sigma = case
    double = torch.tensor([[weight]], dtype=torch.float64)
    exact = LinearGaussian(double, torch.zeros(1, dtype=torch.float64), sigma)
    point, q_mean = (torch.tensor([[value]], dtype=torch.float64) for value in (x, mean))
    q_cov = torch.tensor([[std**2]], dtype=torch.float64)
    evidence, elbo, gap, *_ = in_page(node, "linear", *case)
    assert evidence == pytest.approx(exact.log_prob(point).item(), abs=1e-9)
    assert elbo == pytest.approx(exact.elbo(point, q_mean, q_cov).item(), abs=1e-9)
    centre, cov = exact.posterior(point)
    ratio = std**2 / cov.item()
    kl = 0.5 * (ratio - 1 - math.log(ratio) + (mean - centre.item()) ** 2 / cov.item())
    assert gap == pytest.approx(kl, abs=1e-6)
    model = {"decoder": "linear", "weight": weight, "sigma": sigma}
    best = node(MATH, "m.bestQ(input.x, input.model)", x=x, model=model)
    assert best == pytest.approx({"mean": centre.item(), "std": math.sqrt(cov.item())})


def test_the_best_q_closes_the_gap_of_the_linear_decoder_only(node):
    gaps = {}
    for decoder in ("linear", "square"):
        model = {"decoder": decoder, "weight": 1.0, "sigma": 0.5}
        gaps[decoder] = node(
            MATH, "m.bound(input.x, m.bestQ(input.x, input.model), input.model).gap", x=2.0, model=model
        )
    assert gaps["linear"] == pytest.approx(0, abs=1e-9)
    assert gaps["square"] == pytest.approx(math.log(2), abs=0.05)  # one of two equal modes, nearly apart


@pytest.mark.parametrize(("weight", "sigma"), [(1.0, 0.5), (0.5, 1.5), (2.0, 0.2)])
def test_no_search_finds_a_better_q_for_the_square_decoder(node, weight, sigma):
    xs = [-3.0, -0.5, 0.0, 0.3, 0.7, 1.2, 3.0]
    model = {"decoder": "square", "weight": weight, "sigma": sigma}
    found = node(MATH, "input.xs.map((x) => m.bestQ(x, input.model, -1))", xs=xs, model=model)
    for x, q in zip(xs, found, strict=True):

        def loss(v, x=x):
            return -bound(x, v[0], math.exp(v[1]), "square", weight, sigma).elbo

        starts = [(0.0, 0.0), (-1.0, -1.0), (-2.0, -2.0), (-0.3, -1.0)]
        options = {"xatol": 1e-8, "fatol": 1e-12}
        best = min(
            optimize.minimize(loss, start, method="Nelder-Mead", options=options).fun for start in starts
        )
        assert loss((q["mean"], math.log(q["std"]))) == pytest.approx(best, abs=1e-7)
        assert q["mean"] <= 0


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([-1.4306, -3.3065, 1.8759], ["−1.431", "−3.307", "1.876"]),
        ([-1.4304, -1.4306, 0.0002], ["−1.430", "−1.431", "0.001"]),
        ([-1.5, -1.5, 0.0], ["−1.500", "−1.500", "0.000"]),
        ([0.0, 2.0, -2.0], ["0.000", "2.000", "−2.000"]),
        ([-1.2, -640.26, 639.06], ["−1.2", "−640.3", "639.1"]),
        ([-0.2, -64026.4, 64026.2], ["0", "−64026", "64026"]),
    ],
)
def test_the_numbers_shown_add_up_too(node, values, shown):
    assert node(MATH, "m.addingUp(...input.values)", values=values) == shown
    total, first, second = (float(text.replace("−", "-")) for text in shown)
    assert first + second == pytest.approx(total, abs=1e-9)
