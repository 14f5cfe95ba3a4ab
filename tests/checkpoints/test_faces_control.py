"""The shipped ControlNet on faces: it keeps to outlines, and takes from the label what those leave open."""

import pytest
import torch

from course_utils import checkpoints, data
from course_utils.checkpoints import digits_diffusion, faces_diffusion
from course_utils.checkpoints import faces_control as recipes
from course_utils.diffusion.control import colour_edges, edge_agreement

NAME = "faces_control"


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load(NAME)


@pytest.fixture(scope="module")
def held_out():
    """Faces that neither training nor the stated metrics have seen, their labels and edges."""
    test = data.load("faces", split="test", n=18, seed=7)
    labels = test.factors["hair"] + 6 * test.factors["glasses"]
    return test.images, labels, colour_edges(test.images)


def test_samples_keep_to_the_edges_and_to_a_label_that_contradicts_them(shipped, held_out, monkeypatch):
    monkeypatch.setattr(digits_diffusion, "SAMPLING_STEPS", 10)
    _, labels, wanted = held_out
    other = recipes.other_labels(labels)
    untold, torn, base = (
        recipes.sample(shipped[0], control, y, seed=5)
        for control, y in ((wanted, None), (wanted, other), (None, labels))
    )
    met = [edge_agreement(x, wanted, 0, colour_edges).mean().item() for x in (untold, torn, base)]
    assert met[0] > 0.65 and met[1] > 0.6 and met[2] < min(met[:2]) - 0.05
    judge, _ = checkpoints.load("faces_judge")
    assert (judge.read(torn)["hair"] == other % 6).double().mean() > 0.7
    assert ((judge.read(untold)["glasses"] > 0.5) == (labels >= 6)).double().mean() > 0.7


def test_without_control_it_is_the_shipped_base(shipped, held_out):
    base, _ = checkpoints.load("faces_diffusion")
    images, labels, _ = held_out
    t = torch.arange(18) * 50
    with torch.no_grad():
        assert torch.equal(shipped[0](images, t, labels), base(images, t, labels))


def test_other_labels_ask_for_another_hair_and_the_other_answer_to_glasses():
    labels = torch.arange(12)
    other = recipes.other_labels(labels)
    assert sorted(other.tolist()) == labels.tolist()
    assert ((other % 6) != (labels % 6)).all() and ((other >= 6) != (labels >= 6)).all()
    assert len(faces_diffusion.faces("test").classes) == 12


def test_the_metrics_tell_the_same_story(shipped):
    found = shipped[1]["metrics"]
    assert found["edge_agreement_exact_with_label"] > found["edge_agreement_exact_base"] + 0.15
    assert found["hair_as_label_other_label"] > 0.9 and found["glasses_as_edges_without_label"] > 0.9
    assert found["glasses_as_edges_other_label"] < 0.3  # the label wins
    for name in ("turn", "hair_length"):
        assert found[f"error_of_{name}_without_label"] < 0.5 * found[f"error_of_{name}_base"]


def test_another_base_is_refused(monkeypatch):
    _, record = checkpoints.load("faces_diffusion")
    assert record["sha256"] == recipes.SETTINGS["base_sha256"]
    monkeypatch.setitem(recipes.SETTINGS, "base_sha256", "0" * 64)
    with pytest.raises(checkpoints.CheckpointError, match="its base is faces_diffusion with SHA-256 0000"):
        checkpoints.load(NAME)
