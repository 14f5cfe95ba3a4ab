"""A run from end to end: what is written, what is read back, and going on from where it stopped."""

import hashlib
import json

import pytest
import safetensors.torch
import torch
from PIL import Image
from tiny_runs import run

from course_utils import scale
from course_utils.training import CheckpointError


def test_the_files_of_a_run_say_what_they_are(tmp_path):
    record = run("vae", "digits", tmp_path / "a", samples=200)
    weights = (tmp_path / "a.safetensors").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text()) == record
    assert record["sha256"] == hashlib.sha256(weights).hexdigest()
    assert record["training"]["steps"] == 3 and record["settings"]["shape"] == [1, 8, 8]
    assert record["data"]["n"] == 1_442 and len(record["data"]["sha256"]) == 64
    metrics = record["metrics"]
    assert metrics["images_per_second"] > 0 and metrics["held_out_kl"] > 0
    judge = "frechet_distance_digit_classifier"
    assert metrics[judge] > metrics[f"{judge}_of_training_images"] > 0
    with Image.open(tmp_path / "a.png") as picture:  # ten classes across, eight rows, two pixels in between
        assert picture.size == (100, 80) and "digits, column by column: 0, 1" in picture.text["Description"]


def test_what_was_written_is_loaded_and_sampled_from(tmp_path):
    run("vae", "digits", tmp_path / "a.safetensors")
    model, record = scale.load(tmp_path / "a")
    saved = safetensors.torch.load((tmp_path / "a.safetensors").read_bytes())
    assert all(torch.equal(value, saved[name]) for name, value in model.state_dict().items())
    x = scale.sample(model, record, 5, torch.tensor([0, 1, 2, 3, 4]))
    assert x.shape == (5, 1, 8, 8) and x.min() >= 0 and x.max() <= 1
    assert torch.equal(x, scale.sample(model, record, 5)) and not model.training
    assert not torch.equal(x, scale.sample(model, record, 5, seed=1))


@pytest.mark.parametrize("damage", ["weights", "record", "missing", "recipe"])
def test_files_that_do_not_belong_together_are_refused(tmp_path, damage):
    record = run("vae", "digits", tmp_path / "a")
    if damage == "weights":
        weights = bytearray((tmp_path / "a.safetensors").read_bytes())
        weights[-1] ^= 1
        (tmp_path / "a.safetensors").write_bytes(weights)
    elif damage == "record":
        (tmp_path / "a.json").write_text("{")
    elif damage == "missing":
        (tmp_path / "a.safetensors").unlink()
    else:
        (tmp_path / "a.json").write_text(json.dumps({**record, "recipe": "another"}))
    words = {"weights": "SHA-256", "record": "no JSON", "missing": "is missing", "recipe": "no recipe"}[
        damage
    ]
    with pytest.raises(CheckpointError, match=words) as raised:
        scale.load(tmp_path / "a")
    assert "\n" not in str(raised.value)
