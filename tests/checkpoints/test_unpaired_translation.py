"""The shipped CycleGANs: what arrives, what is kept, and what hides on the way."""

import pytest
import torch

from course_utils import checkpoints
from course_utils.checkpoints import unpaired_translation as recipes

FACES = {"faces_glasses": recipes.by_glasses, "faces_ageing": recipes.by_hair}


@pytest.mark.parametrize("name", FACES)
def test_the_kinds_have_no_face_in_common(name):
    faces = recipes.faces(120)
    x, y = FACES[name](faces)
    assert torch.equal(x, ~y) and x.any() and y.any()
    assert [len(kind) for kind in recipes.parted(FACES[name], faces)] == [int(x.sum()), int(y.sum())]


def test_there_and_back_with_nothing_to_do_returns_the_image():
    pair = {"there": lambda x: x, "back": lambda x: x}
    x = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 0.5 + 0.25
    assert torch.equal(recipes.returned(pair, x), x)
    off = recipes.returned(pair, x, 0.02) - x
    assert 0.015 < off.std() < 0.025
    assert torch.equal(recipes.returned(pair, x, 0.02), recipes.returned(pair, x, 0.02))


def test_what_is_read_is_held_against_the_factors():
    read = {
        "hair": torch.tensor([0, 5]),
        "glasses": torch.tensor([0.9, 0.2]),
        "smile": torch.tensor([0.5, 0.0]),
    }
    truth = {"hair": torch.tensor([0, 4]), "glasses": torch.tensor([1, 0]), "smile": torch.tensor([0.0, 0.0])}
    found = recipes.factors_kept(read, truth, ("hair", "glasses", "smile"))
    assert found["kept_hair"] == 0.5 and found["kept_glasses"] == 1 and found["error_of_smile"] == 0.25


@pytest.mark.parametrize("name", FACES)
def test_what_was_wanted_arrives_and_the_rest_is_kept(name):
    metrics = checkpoints.load(name)[1]["metrics"]
    assert metrics["there_with"] > 0.9 and metrics["back_with"] > 0.9
    kept = "hair" if name == "faces_glasses" else "glasses"
    assert metrics[f"kept_{kept}_with"] > 0.9


def test_the_cycle_loss_brings_images_back():
    for name in ("faces_ageing", "digits_cyclegan"):
        metrics = checkpoints.load(name)[1]["metrics"]
        assert metrics["cycle_error_with"] < metrics["cycle_error_without"]


@pytest.mark.parametrize("settings", [recipes.GLASSES, recipes.DIGITS], ids=["patches", "whole images"])
def test_a_short_training_keeps_both_pairs(settings):
    settings = settings | {"steps": 2, "width": 4, "d_width": 4}
    size, channels = (28, 1) if settings["channels"] == 1 else (32, 3)
    images = torch.rand(40, channels, size, size, generator=torch.Generator().manual_seed(0))
    nets, runs = recipes.train(
        settings, lambda data: (data[:20], data[20:]), recipes.build(settings), images, progress=False
    )
    assert runs.steps == 4 and set(nets) == {"with", "without"}
    assert nets["with"]["back"](images[:2]).shape == images[:2].shape
