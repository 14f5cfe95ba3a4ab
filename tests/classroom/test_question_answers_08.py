"""The answers to the questions on lesson 08, computed."""

import math
from statistics import NormalDist

import pytest
import torch
from answering import holds, load

from course_utils import metrics


def right_option(id):
    (question,) = [one for one in load("08") if one.id == id]
    return question.options[question.answer]


def test_four_classes_of_ten():
    probabilities = torch.eye(10, dtype=torch.float64)[:4].repeat(25, 1)
    score = metrics.inception_score(probabilities)
    assert right_option("four-classes-of-ten") == f"{float(score):.0f}"


def test_frechet_on_a_line():
    generator = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, 200_000, 1, generator=generator).double()
    distance = float(metrics.frechet_distance(real, 3 + 2 * fake))
    assert distance == pytest.approx(10, rel=0.01)
    assert right_option("frechet-on-a-line") == f"{distance:.0f}"


def test_a_distance_below_zero():
    draws = torch.randn(200, 2, 50, 4, generator=torch.Generator().manual_seed(0)).double()
    values = torch.tensor([float(metrics.kernel_distance(*pair)) for pair in draws])
    assert values.mean().abs() < 4 * values.std() / 200**0.5
    assert 0.3 < (values < 0).double().mean() < 0.8
    holds("08", "a-distance-below-zero", "right on average")


def test_one_high_one_low():
    generator = torch.Generator().manual_seed(0)
    real = torch.randn(500, 2, generator=generator).double()
    narrow = 0.3 * torch.randn(500, 2, generator=generator).double()
    precision, recall = metrics.precision_recall(real, narrow)
    assert precision > 0.95 and recall < 0.5
    holds("08", "one-high-one-low", "much of what these can be is missing")


def test_a_line_to_infinity():
    """Two points of a line fix it; solved as two equations."""
    a, b = torch.linalg.solve(
        torch.tensor([[1.0, 1 / 500], [1.0, 1 / 1000]]).double(), torch.tensor([12.0, 9.0]).double()
    ).tolist()
    assert b / 1000 == pytest.approx(3)
    assert right_option("a-line-to-infinity") == f"{a:.1f}"
    assert a + b / 2000 == pytest.approx(7.5)


def test_measured_on_the_training_images():
    generator = torch.Generator().manual_seed(0)
    copied, new = [], []
    for _ in range(5):
        training = torch.randn(400, 16, generator=generator).double()
        fresh = torch.randn(200, 16, generator=generator).double()
        copied.append(float(metrics.frechet_distance(training, training[:200])))
        new.append(float(metrics.frechet_distance(training, fresh)))
    assert max(copied) < min(new)
    holds("08", "measured-on-the-training-images", "A, which is why")


def test_nine_tenths_noise():
    assert f"{0.9 * 3072:,.0f}" == "2,765" and f"{math.log(10) * 3072:,.0f}" == "7,074"
    assert right_option("nine-tenths-noise") == f"{math.log(10):.1f}"
    p, r = torch.distributions.Normal(0.0, 1.0), torch.distributions.Normal(50.0, 1.0)
    x = torch.linspace(-4, 4, 101)
    q = torch.logaddexp(p.log_prob(x) + math.log(0.1), r.log_prob(x) + math.log(0.9))
    assert (p.log_prob(x) - q).max().item() == pytest.approx(math.log(10), abs=1e-4)


def test_twenty_of_twenty():
    low, high = metrics.wilson_interval(20, 20)
    assert high == pytest.approx(1)
    holds("08", "twenty-of-twenty", f"at {low:.2f}", reason=[f"= {20 / (20 + 1.96**2):.2f}"])


def test_fond_of_saying_real():
    z = NormalDist().inv_cdf
    a, b = z(0.95) - z(0.70), z(0.70) - z(0.30)
    assert (0.95 + 0.30) / 2 == 0.625 and pytest.approx(0.7) == (0.70 + 0.70) / 2
    assert pytest.approx(0.825) == (0.95 + 0.70) / 2
    holds("08", "fond-of-saying-real", f"{a:.2f}", f"{b:.2f}", reason=[f"= {a:.2f}", f"= {b:.2f}"])
