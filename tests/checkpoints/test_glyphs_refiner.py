"""The shipped refiner: strokes nearer to handwriting, labels kept, and what a classifier learns of them."""

import pytest
import torch

from course_utils import checkpoints, data, metrics
from course_utils.checkpoints import glyphs_refiner as recipes
from course_utils.checkpoints.image_translation import patches


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("glyphs_refiner")


@pytest.fixture(scope="module")
def pair(shipped):
    """Two hundred glyphs that nothing has seen, refined: the ImageData, and [200, 1, 28, 28]."""
    drawn = data.load("glyphs", split="test", n=200, seed=5)
    with torch.no_grad():
        return drawn, shipped[0](drawn.images)


def test_an_untrained_refiner_leaves_glyphs_alone(pair):
    assert torch.equal(recipes.build(recipes.SETTINGS)(pair[0].images), pair[0].images)


def test_refined_strokes_are_nearer_to_real_ones(pair, shipped):
    drawn, refined = pair
    real = patches(recipes.digits("test").images)
    raw, now = (metrics.frechet_distance(patches(x), real) for x in (drawn.images, refined))
    found = shipped[1]["metrics"]
    assert now < raw and found["distance_real"] < found["distance_refined"] < found["distance_raw"]


def test_a_refined_glyph_is_still_its_label(pair, shipped):
    """Read by the judge of real digits, which has seen neither."""
    drawn, refined = pair
    judge, _ = checkpoints.load("mnist_classifier")
    kept = metrics.agreement(judge, refined, drawn.labels)
    assert kept == pytest.approx(shipped[1]["metrics"]["label_kept"], abs=0.1)
    assert 0.01 < (refined - drawn.images).abs().mean() < 0.1


def test_a_classifier_repeats_and_leaves_the_random_numbers_alone(pair):
    drawn, state = pair[0], torch.random.get_rng_state()
    brief = {"classifier": {**recipes.SETTINGS["classifier"], "steps": 3}}
    one, same, other = (recipes.classifier(brief, drawn.images, drawn.labels, seed) for seed in (0, 0, 1))
    with torch.no_grad():
        assert torch.equal(one(drawn.images), same(drawn.images))
        assert not torch.equal(one(drawn.images), other(drawn.images))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_real_digits_teach_most(shipped):
    found = shipped[1]["metrics"]
    assert max(found["accuracy_raw"], found["accuracy_refined"]) < found["accuracy_real"]
    assert all(0 <= found[f"spread_{name}"] < 0.2 for name in ("raw", "refined", "real"))
