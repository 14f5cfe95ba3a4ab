"""The page's measures of clouds, and Python's, against NumPy and scipy, and against answers known by hand."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.spatial.distance import cdist

from course_utils import metrics
from course_utils.exact import GaussianMixture
from course_utils.widgets.metrics.clouds import FIVE, check_data, draw_clouds
from course_utils.widgets.metrics.measures import Numbers, against, chance

MATH = "metrics/math.js"
MIXTURE = check_data(FIVE)


def in_page(node, data, samples, mixture=MIXTURE):
    parts = {name: getattr(mixture, name).tolist() for name in ("means", "stds", "weights")}
    flat = {"data": np.ravel(data).tolist(), "samples": np.ravel(samples).tolist()}
    return node(MATH, "m.against(input.mixture, input.data)(input.samples)", mixture=parts, **flat)


def kth(own, k):
    """The distance of each point to its k-th neighbour in a square matrix of distances."""
    return np.sort(own, axis=1)[:, k]


def share_of_own(own, other):
    """The share of a cloud whose nearest other point is of its own; of several as near, their share."""
    votes = []
    for i in range(len(own)):
        pairs = [(own[i, j], 1) for j in range(len(own)) if j != i] + [(far, 0) for far in other[i]]
        nearest = min(far for far, _ in pairs)
        votes.append(np.mean([ours for far, ours in pairs if far == nearest]))
    return np.mean(votes)


def kernel_distance(a, b):
    """MMD^2 as the mean over ordered pairs without a point with itself."""
    sums = []
    for x in (a, b):
        terms = [(x[i] @ x[j] / 2 + 1) ** 3 for i in range(len(x)) for j in range(len(x)) if i != j]
        sums.append(np.mean(terms))
    return sum(sums) - 2 * np.mean([(x @ y / 2 + 1) ** 3 for x in a for y in b])


def inception(mixture, samples):
    densities = [
        weight * stats.multivariate_normal(mean, std**2).pdf(samples)
        for mean, std, weight in zip(
            *(part.numpy() for part in (mixture.means, mixture.stds, mixture.weights)), strict=True
        )
    ]
    shares = np.array(densities).T / np.sum(densities, axis=0)[:, None]
    return math.exp(np.mean([stats.entropy(row, shares.mean(0)) for row in shares]))


def truth(data, samples, mixture=MIXTURE):
    """Every measure with other means than the widget's."""
    real, fake, across = cdist(data, data), cdist(samples, samples), cdist(data, samples)
    inside = across <= kth(real, 5)[:, None]
    covs = np.cov(data.T), np.cov(samples.T)
    roots = np.sqrt(np.linalg.eigvals(covs[0] @ covs[1]).real.clip(0))
    apart = ((data.mean(0) - samples.mean(0)) ** 2).sum()
    return {
        "frechet": apart + np.trace(covs[0] + covs[1]) - 2 * roots.sum(),
        "kernel": kernel_distance(data, samples),
        "precision": np.mean((across <= kth(real, 3)[:, None]).any(0)),
        "recall": np.mean((across <= kth(fake, 3)[None]).any(1)),
        "density": inside.sum() / (5 * len(samples)),
        "coverage": np.mean(inside.any(1)),
        "nn_data": share_of_own(real, across),
        "nn_samples": share_of_own(fake, across.T),
        "inception": inception(mixture, samples),
    }


def clouds(n=80, m=80, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return MIXTURE.sample(n, generator).numpy(), MIXTURE.sample(m, generator).numpy()


def cases():
    data, other = clouds()
    means = MIXTURE.means.numpy()
    rng = np.random.default_rng(0)
    return {
        "other data": (data, other),
        "moved and widened": (data, 0.4 + 1.7 * other),
        "of another size": clouds(70, 45),
        "copies of a few": (data, data[np.arange(80) % 7]),
        "a mode dropped": (data, other[other[:, 1] < 1.2]),
        "one point a mode": (data, means[np.arange(80) % 5]),
        "noise everywhere": (data, rng.uniform(-5, 5, (80, 2))),
        "a line": (data, np.stack([other[:, 0], 2 * other[:, 0]], 1)),
    }


@pytest.mark.parametrize("name", cases())
def test_the_page_and_python_agree_with_scipy(node, name):
    data, samples = cases()[name]
    expected = truth(data, samples)
    page = in_page(node, data, samples)
    assert tuple(page) == Numbers._fields
    assert page == pytest.approx(expected, rel=1e-6, abs=1e-6)
    python = against(MIXTURE, torch.from_numpy(data))(torch.from_numpy(np.ascontiguousarray(samples)))
    assert python._asdict() == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ["other data", "moved and widened", "of another size"])
def test_the_page_agrees_with_the_courses_metrics(node, name):
    data, samples = cases()[name]
    page, pair = in_page(node, data, samples), (torch.from_numpy(data), torch.from_numpy(samples))
    assert page["frechet"] == pytest.approx(metrics.frechet_distance(*pair), abs=1e-9)
    assert (page["precision"], page["recall"]) == metrics.precision_recall(*pair, k=3)


def test_copies_and_far_clouds_have_the_values_of_the_definitions(node):
    """Each data point's ball holds its own copy and those of its 5 neighbours: density is 6/5."""
    data, _ = clouds()
    perfect = {"frechet": 0, "precision": 1, "recall": 1, "density": 1.2, "coverage": 1}
    expected = {**perfect, "nn_data": 0, "nn_samples": 0}
    copies = in_page(node, data, data)
    assert {name: copies[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    far = in_page(node, data, data + np.array([100, 0]))
    expected = {**dict.fromkeys(perfect, 0), "frechet": 1e4, "nn_data": 1, "nn_samples": 1}
    assert {name: far[name] for name in expected} == pytest.approx(expected, abs=1e-9)


def test_the_kernel_distance_by_hand_is_below_zero(node):
    """(2, 0), (0, 2): k = 1; (1, 1) twice: k = 8; across: k = 8; 1 + 8 - 16 = -7."""
    found = node(
        MATH,
        "m.against(input.mixture, [2, 0, 0, 2])([1, 1, 1, 1]).kernel",
        mixture={"means": [[0, 0], [1, 1]], "stds": [1, 1], "weights": [0.5, 0.5]},
    )
    assert found == pytest.approx(-7, abs=1e-12)


def test_the_inception_score_is_one_for_one_mode_and_five_for_five(node):
    means = MIXTURE.means.numpy()
    data, _ = clouds()
    for modes in (1, 2, 5):
        score = in_page(node, data, means[np.arange(80) % modes])["inception"]
        assert score == pytest.approx(modes, abs=1e-6)
    # Weights matter: shares of 1/4 and 3/4 have the entropy of that coin.
    found = in_page(node, data, means[[0, 1, 1, 1] * 20])["inception"]
    assert found == pytest.approx(math.exp(stats.entropy([0.25, 0.75])), abs=1e-6)


def test_responsibilities_are_the_mixtures(node):
    mixture = GaussianMixture(
        torch.tensor([[-1.0, 0.5], [1.0, 0.0], [0.0, 3.0]]).double(), [0.3, 0.9, 0.1], [0.2, 0.7, 0.1]
    )
    points = torch.randn(30, 2, generator=torch.Generator().manual_seed(1)).double()
    parts = {name: getattr(mixture, name).tolist() for name in ("means", "stds", "weights")}
    found = node(
        MATH,
        "[...m.responsibilities(input.mixture, input.points)]",
        mixture=parts,
        points=points.flatten().tolist(),
    )
    truth = mixture.responsibilities(points).flatten().tolist()
    assert found == pytest.approx(truth, abs=1e-7)  # the mixture's weights are of float32


def test_chance_holds_fresh_draws_of_another_seed_about_as_often_as_it_should():
    """Of 100 tries both ends are passed by 2 in 101; in 40 more, nine measures each, 7 are expected."""
    generator = torch.Generator().manual_seed(0)
    found = draw_clouds(MIXTURE, 200, None, generator)
    ends = chance(MIXTURE, found["data"], generator)
    measure = against(MIXTURE, found["data"])
    fresh = torch.Generator().manual_seed(123)
    values = [measure(MIXTURE.sample(200, fresh)) for _ in range(40)]
    out = [not low <= value <= high for one in values for value, (low, high) in zip(one, ends, strict=True)]
    assert 0 < sum(out) < 25
