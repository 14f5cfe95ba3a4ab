"""The shipped diffusion model of glyphs: its samples are read as asked, and are glyphs, but no copies."""

import functools

import pytest
import torch

from course_utils import checkpoints, data, diffusion
from course_utils.checkpoints import digits_diffusion

NAME = "glyphs_diffusion"


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load(NAME)


@pytest.fixture(scope="module")
def train():
    return data.load("glyphs", n=10_000)


@pytest.fixture(scope="module")
def asked(shipped):
    """Labels, and a sample of each by 20 steps from a seed of the test's own."""
    labels = torch.arange(100) % 10
    x = diffusion.samplers.ddim(
        functools.partial(shipped[0], y=labels), diffusion.NoiseSchedule.cosine(), (100, 1, 28, 28),
        num_inference_steps=20, prediction_type="v_prediction", clip=(-1, 1),
        generator=torch.Generator().manual_seed(3),
    )  # fmt: skip
    return labels, ((x + 1) / 2).clamp(0, 1)


def test_the_nearest_glyph_of_a_sample_is_the_digit_asked_for(shipped, train, asked):
    labels, images = asked
    near = train.labels[torch.cdist(images.flatten(1), train.flat).argmin(1)]
    assert (near == labels).double().mean() >= 0.8
    assert shipped[1]["metrics"]["read_as_asked"] >= 0.9


def test_samples_have_as_much_ink_as_glyphs_and_are_no_copies(train, asked):
    test = data.load("glyphs", split="test", n=500)
    assert asked[1].mean().item() == pytest.approx(test.images.mean().item(), rel=0.1)
    to_samples, to_test = (
        torch.cdist(x.flatten(1), train.flat).min(1).values for x in (asked[1], test.images)
    )
    assert 0.6 * to_test.median() < to_samples.median() < 1.5 * to_test.median()
    assert (to_samples < 0.2 * to_test.median()).sum() <= 1


def test_the_network_without_a_label_makes_different_digits(shipped, train):
    x = diffusion.samplers.ddim(
        shipped[0], diffusion.NoiseSchedule.cosine(), (60, 1, 28, 28), num_inference_steps=15,
        prediction_type="v_prediction", clip=(-1, 1), generator=torch.Generator().manual_seed(4),
    )  # fmt: skip
    near = train.labels[torch.cdist(((x + 1) / 2).flatten(1), train.flat).argmin(1)]
    assert len(near.unique()) >= 8


def test_the_held_out_error_is_the_stated_one(shipped):
    """On other glyphs, with other noise and steps."""
    fresh = data.load("glyphs", split="test", n=200, seed=9)
    error = digits_diffusion.held_out_error(shipped[0], fresh, repeats=3).item()
    assert shipped[1]["metrics"]["test_error_of_v"] == pytest.approx(error, rel=0.1)
