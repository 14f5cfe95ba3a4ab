"""The shipped flow of digits: its figures are those of its provenance, and its samples are new."""

import pytest
import torch

from course_utils import checkpoints, data, metrics
from course_utils.checkpoints import digits_flow as recipes


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("digits_flow")


@pytest.fixture(scope="module")
def judge():
    return checkpoints.load("digit_classifier")[0]


def noise(n, seed=3):
    return torch.randn(n, 1, 8, 8, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def asked(shipped):
    labels = torch.arange(300) % 10
    return labels, recipes.draw(shipped[0], noise(300), labels, 20)


def test_samples_are_read_as_asked(shipped, judge, asked):
    labels, images = asked
    assert metrics.agreement(judge, images, labels) >= 0.9
    assert shipped[1]["metrics"]["read_as_asked"] >= 0.9


def test_the_label_alone_decides_which_digit_comes_of_the_same_noise(shipped, judge, asked):
    labels, _ = asked
    other = recipes.draw(shipped[0], noise(300), (labels + 1) % 10, 20)
    assert metrics.agreement(judge, other, (labels + 1) % 10) >= 0.9


def test_without_labels_every_digit_comes(shipped, judge):
    images = recipes.draw(lambda x, t, y: shipped[0](x, t), noise(300), None, 20)
    counts = judge(images).argmax(1).bincount(minlength=10)
    assert counts.min() >= 8 and counts.max() <= 75  # 30 each, were they equal


def test_samples_are_no_copies(asked):
    """A sample is about as far from the nearest training digit as a held-out digit is."""
    train, test = data.load("digits").flat, data.load("digits", split="test").flat
    to_samples, to_test = (torch.cdist(x, train).min(1).values for x in (asked[1].flatten(1), test))
    assert to_samples.median() > 0.6 * to_test.median()
    assert (to_samples < 0.2 * to_test.median()).double().mean() < 0.02


def test_the_held_out_error_is_the_stated_one(shipped):
    """With times and noise of the test's own."""
    model, record = shipped
    held_out, errors = data.load("digits", split="test"), []
    generator, x1 = torch.Generator().manual_seed(11), 2 * held_out.images - 1
    for _ in range(8):
        t, x0 = torch.rand(len(x1), generator=generator), torch.randn(x1.shape, generator=generator)
        column = t.view(-1, 1, 1, 1)
        with torch.no_grad():
            v = model(column * x1 + (1 - column) * x0, t, held_out.labels)
        errors.append((v - (x1 - x0)).square().mean().item())
    assert record["metrics"]["test_error_of_velocity"] == pytest.approx(sum(errors) / 8, rel=0.05)
