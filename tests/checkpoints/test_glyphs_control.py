"""The shipped ControlNet: it keeps to outlines that its base cannot know, with a label and without."""

import pytest
import torch

from course_utils import checkpoints, data
from course_utils.checkpoints import digits_diffusion
from course_utils.checkpoints import glyphs_control as recipes
from course_utils.diffusion.control import edge_agreement, edges

NAME = "glyphs_control"


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load(NAME)


@pytest.fixture(scope="module")
def held_out():
    """Forty glyphs that neither training nor the stated metrics have seen, their labels and edges."""
    test = data.load("glyphs", split="test", n=40, seed=7)
    return test.images, test.labels, edges(test.images)


def test_samples_keep_to_the_edges_far_better_than_the_base_with_the_right_label(
    shipped, held_out, monkeypatch
):
    monkeypatch.setattr(digits_diffusion, "SAMPLING_STEPS", 10)
    model, _ = shipped
    _, labels, wanted = held_out
    told, untold, base = (
        edge_agreement(recipes.sample(model, control, y, seed=5), wanted, tolerance=0).mean().item()
        for control, y in ((wanted, labels), (wanted, None), (None, labels))
    )
    assert told > 0.8 and untold > 0.8 and base < min(told, untold) - 0.4


def test_without_control_it_is_the_shipped_base(shipped, held_out):
    base, _ = checkpoints.load("glyphs_diffusion")
    images, labels, _ = held_out
    t = torch.arange(40) * 25
    with torch.no_grad():
        assert torch.equal(shipped[0](images, t, labels), base(images, t, labels))


def test_edges_of_another_glyph_make_another_answer(shipped, held_out):
    images, labels, wanted = held_out
    t = torch.full((40,), 700)
    with torch.no_grad():
        told, otherwise = (shipped[0](images, t, labels, control) for control in (wanted, wanted.roll(1, 0)))
    assert ((told - otherwise).abs().amax((1, 2, 3)) > 0.1).all()


def test_the_metrics_tell_the_same_story(shipped):
    found = shipped[1]["metrics"]
    assert found["edge_agreement_with_label"] > found["edge_agreement_base"] + 0.2
    assert found["edge_agreement_exact_with_label"] > found["edge_agreement_exact_base"] + 0.3
    assert found["read_as_edges_without_label"] > 0.8


def test_another_base_is_refused(monkeypatch):
    _, record = checkpoints.load("glyphs_diffusion")
    assert record["sha256"] == recipes.SETTINGS["base_sha256"]
    monkeypatch.setitem(recipes.SETTINGS, "base_sha256", "0" * 64)
    with pytest.raises(checkpoints.CheckpointError, match="its base is glyphs_diffusion with SHA-256 0000"):
        checkpoints.load(NAME)
