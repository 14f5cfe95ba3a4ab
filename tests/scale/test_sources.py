"""What is trained on: the course's sets as bytes, folders of any nesting, in memory or loaded in passing."""

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_runs import pictures, run

from course_utils import data
from course_utils.scale import sources


def test_a_set_of_the_course_is_held_as_its_bytes():
    found = sources.load("mnist_5k")
    assert found.n == 4_000 and found.shape == (1, 28, 28) and found.resident and found.complaint == ""
    images, labels = found.train
    assert images.dtype == torch.uint8 and torch.equal(images / 255.0, data.load("mnist_5k").images)
    assert torch.equal(labels, data.load("mnist_5k").labels) and len(found.held_out[0]) == 1_000
    some = found.some(5, seed=1)
    assert len(some[0]) == len(some[1]) == 5 and not torch.equal(some[0], found.some(5, seed=2)[0])


def test_classes_are_the_uppermost_folders_of_several(tmp_path):
    pictures(tmp_path / "all" / "train" / "cat" / "deep", 6, classes=())
    pictures(tmp_path / "all" / "train" / "dog", 6, classes=("brown", "white"))
    found = sources.load(tmp_path)
    assert found.classes == ("cat", "dog") and found.shape == (3, 16, 16) and found.name == "folder train"
    assert found.n + len(found.held_out[0]) == 12 and set(found.train[1].tolist()) == {0, 1}


def test_one_class_is_none(tmp_path):
    pictures(tmp_path / "a", 12, mode="L", classes=("only",))
    found = sources.load(tmp_path / "a")
    assert found.classes == () and len(found.train) == len(found.held_out) == 1 and found.shape == (1, 16, 16)


def test_pictures_are_read_as_they_are_and_kept_back_ones_are_not_trained_on(tmp_path):
    folder = pictures(tmp_path, 20, classes=())
    found = sources.load(folder)
    files = sorted(folder.iterdir())
    back = [9, 19]
    whole = [torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1) for file in files]
    kept = found.held_out[0]
    assert any(torch.equal(kept, torch.stack([whole[i] for i in order])) for order in (back, back[::-1]))
    assert torch.equal(found.train[0], torch.stack([x for i, x in enumerate(whole) if i not in back]))


def test_sizes_and_kinds_are_brought_to_one(tmp_path):
    pictures(tmp_path / "a", 4, (12, 20), "L", classes=())
    pictures(tmp_path / "b", 4, (16, 16), "RGB", classes=())
    found = sources.load(tmp_path, size=8, channels=3)
    assert found.shape == (3, 8, 8) and found.train[0].shape[1:] == (3, 8, 8)
    assert sources.load(tmp_path / "a").shape == (1, 20, 12)


def test_a_photograph_lying_on_its_side_has_the_size_that_it_is_shown_in(tmp_path):
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.new("RGB", (12, 8)).save(tmp_path / name, exif=exif)
    found = sources.load(tmp_path)
    assert found.shape == (3, 12, 8) == tuple(found.train[0].shape[1:])


def test_what_cannot_be_read_is_left_out_and_named(tmp_path):
    folder = pictures(tmp_path, 12, classes=())
    (folder / "003.png").write_bytes(b"nothing")
    whole = (folder / "005.png").read_bytes()
    (folder / "005.png").write_bytes(whole[: len(whole) // 2])  # its head is there, its pixels are not
    Image.new("I;16", (16, 16)).save(folder / "007.png")
    found = sources.load(folder)
    assert found.n + len(found.held_out[0]) == 9
    assert found.complaint == "3 images cannot be read and are left out: 003.png, 007.png, 005.png."
    (folder / "001.png").write_bytes(b"")
    (folder / "000.png").write_bytes(b"")
    assert sources.load(folder).complaint.endswith("001.png, 003.png and 2 more.")


@pytest.mark.parametrize("workers", [0, 1])
def test_what_does_not_fit_is_loaded_as_it_comes_to_the_same_end(tmp_path, workers):
    folder = pictures(tmp_path / "animals")
    resident = run("vae", folder, tmp_path / "a")
    loaded = run("vae", folder, tmp_path / "b", resident_gb=0, workers=workers)
    assert not sources.load(folder, resident_gb=0).resident
    assert resident["sha256"] == loaded["sha256"]
    name = "frechet_distance_random_features_of_training_images"
    assert resident["metrics"][name] == loaded["metrics"][name]


def test_a_damaged_picture_among_those_that_are_loaded_has_a_stand_in(tmp_path, capsys):
    folder = pictures(tmp_path, 12, classes=())
    whole = (folder / "005.png").read_bytes()
    (folder / "005.png").write_bytes(whole[: len(whole) // 2])
    loaded = sources.load(folder, resident_gb=0).train
    place = [file.name for file, _ in loaded.files].index("005.png")
    assert torch.equal(loaded[place], loaded[place + 1])
    assert torch.equal(loaded[place], loaded[place + 1])
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "005.png is no image that can be read" in said
