"""The shipped super-resolution model: sharp, true to the small image, and a sample is not the mean."""

import pytest
import torch

from course_utils import checkpoints, data
from course_utils.checkpoints import digits_diffusion
from course_utils.checkpoints import glyphs_superres as recipes

NAME = "glyphs_superres"


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load(NAME)


@pytest.fixture(scope="module")
def drawn(shipped):
    """Twenty glyphs that nothing has seen, and six samples of each: [20, 1, 28, 28], [6, 20, 1, 28, 28]."""
    truth = data.load("glyphs", split="test", n=20, seed=8).images
    small = recipes.shrink(truth).repeat(6, 1, 1, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digits_diffusion, "SAMPLING_STEPS", 10)  # no worse for this purpose
        return truth, recipes.sample(shipped[0], small, seed=3).unflatten(0, (6, 20))


def test_shrinking_is_the_mean_over_blocks_and_enlarging_is_linear_in_between():
    ramp = torch.arange(28.0).expand(2, 1, 28, 28)
    small = recipes.shrink(ramp)
    assert torch.equal(small[0, 0, 0], torch.arange(7) * 4 + 1.5)
    torch.testing.assert_close(recipes.enlarge(small)[..., 2:26], ramp[..., 2:26])  # the rims are flat


def test_samples_shrink_to_the_small_image_that_they_were_told(drawn):
    truth, samples = drawn
    off = recipes.shrink(samples.flatten(0, 1)) - recipes.shrink(truth).repeat(6, 1, 1, 1)
    assert off.square().mean().sqrt() < 0.05


def test_the_small_image_of_another_glyph_makes_another_sample(drawn):
    truth, samples = drawn
    own, others = ((samples - x).square().mean() for x in (truth, truth.roll(1, 0)))
    assert own < others / 3


def test_a_sample_errs_more_than_the_mean_of_several_and_either_beats_bilinear(drawn):
    """Of n independent draws from the posterior the mean errs (1 + 1/n) V, one draw 2 V: 7/12 for six."""
    truth, samples = drawn
    one, mean = (samples - truth).square().mean(), (samples.mean(0) - truth).square().mean()
    bilinear = (recipes.enlarge(recipes.shrink(truth)) - truth).square().mean()
    assert mean < 0.75 * one < 0.75 * bilinear and mean > 0.4 * one


def test_samples_are_as_sharp_as_glyphs_and_interpolation_is_not(drawn):
    truth, samples = drawn
    steps = [
        x.diff(dim=-1).square().mean().item()
        for x in (truth, samples, recipes.enlarge(recipes.shrink(truth)))
    ]
    assert 0.75 < steps[1] / steps[0] < 1.25 and steps[2] < 0.5 * steps[0]


def test_the_metrics_hold_together(shipped):
    """One draw errs by the error of the mean of n, less V / n, plus V: exactly, with V the spread over n."""
    found = shipped[1]["metrics"]
    n = recipes.DRAWS
    expected = found["error_of_the_mean"] + found["spread_of_samples"] * (n - 1) / n
    assert found["error_of_one_sample"] == pytest.approx(expected, rel=1e-3)
    assert found["error_of_the_mean"] < found["error_of_one_sample"] < found["error_of_bicubic"]
