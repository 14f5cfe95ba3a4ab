"""The shipped super-resolution of faces: true to the small image, and sharp where a blur says nothing."""

import pytest
import torch

from course_utils import checkpoints, data
from course_utils.checkpoints import digits_diffusion, glyphs_superres
from course_utils.checkpoints import faces_superres as recipes

NAME = "faces_superres"


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load(NAME)


@pytest.fixture(scope="module")
def drawn(shipped):
    """Faces that nothing has seen, 18 of them, and a sample of each: ImageData, [18, 3, 32, 32]."""
    truth = data.load("faces", split="test", n=18, seed=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digits_diffusion, "SAMPLING_STEPS", 10)  # no worse for this purpose
        return truth, glyphs_superres.sample(shipped[0], glyphs_superres.shrink(truth.images), seed=3)


def test_samples_shrink_to_the_small_image_that_they_were_told(drawn):
    truth, samples = drawn
    off = glyphs_superres.shrink(samples) - glyphs_superres.shrink(truth.images)
    assert samples.shape == truth.images.shape and off.square().mean().sqrt() < 0.05


def test_hair_and_glasses_are_read_as_the_truth_s(drawn):
    truth, samples = drawn
    judge, _ = checkpoints.load("faces_judge")
    found = recipes.as_was(judge, samples, truth.factors, "sample")
    assert found["hair_as_was_sample"] > 0.85 and found["glasses_as_was_sample"] > 0.85


def test_samples_are_about_as_sharp_as_faces_and_interpolation_is_not(drawn):
    truth, samples = drawn
    blur = glyphs_superres.enlarge(glyphs_superres.shrink(truth.images))
    steps = [x.diff(dim=-1).square().mean().item() for x in (truth.images, samples, blur)]
    assert 0.75 < steps[1] / steps[0] < 1.25 and steps[2] < 0.5 * steps[0]


def test_the_metrics_hold_together(shipped):
    """One draw errs by the error of the mean of n, less V / n, plus V: exactly, with V the spread over n."""
    found, n = shipped[1]["metrics"], recipes.DRAWS
    expected = found["error_of_the_mean"] + found["spread_of_samples"] * (n - 1) / n
    assert found["error_of_one_sample"] == pytest.approx(expected, rel=2e-3)
    assert found["error_of_the_mean"] < found["error_of_one_sample"] < found["error_of_bicubic"]
    for name in recipes.READ:
        assert found[f"error_of_{name}_sample"] < found[f"error_of_{name}_bilinear"]


def test_what_is_read_is_held_against_the_factors():
    judge, _ = checkpoints.load("faces_judge")
    faces = data.load("faces", split="test", n=24, seed=9)
    found = recipes.as_was(judge, faces.images, faces.factors, "x")
    assert found["hair_as_was_x"] == found["glasses_as_was_x"] == 1
    turned = {name: value.roll(1) for name, value in faces.factors.items()}
    assert recipes.as_was(judge, faces.images, turned, "x")["error_of_turn_x"] > 3 * found["error_of_turn_x"]
    other = faces.factors | {"hair": (faces.factors["hair"] + 1) % 6, "glasses": 1 - faces.factors["glasses"]}
    worse = recipes.as_was(judge, faces.images, other, "x")
    assert worse["hair_as_was_x"] == worse["glasses_as_was_x"] == torch.zeros(())
