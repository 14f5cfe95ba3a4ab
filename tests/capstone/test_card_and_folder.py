"""The model card's fields, and the folder of pictures that stands for one's own."""

import pytest

from course_utils import capstone, data
from course_utils.capstone.card import FIELDS
from course_utils.metrics import nearest_distances


def test_the_template_is_empty_and_each_field_can_be_filled():
    card = capstone.card_template()
    assert capstone.missing_fields(card) == list(FIELDS)
    assert len(FIELDS) == 8 and card.count("## ") == 8
    for name, asks in FIELDS.items():
        card = card.replace(f"<{asks}>", f"{name}: these are my own words.")
    assert capstone.missing_fields(card) == []


def test_the_templates_words_without_its_brackets_are_not_ones_own():
    bare = capstone.card_template().replace("<", "").replace(">", "")
    assert capstone.missing_fields(bare) == list(FIELDS)


@pytest.mark.parametrize("text", ["", "none yet", "<still the template's own words stand here>"])
def test_too_little_is_missing(text):
    card = "\n".join(f"## {name}\n\nthese are my own words" for name in FIELDS if name != "Licence")
    assert capstone.missing_fields(f"{card}\n## Licence\n{text}\n") == ["Licence"]


def test_the_example_folder_holds_pictures_that_differ_and_repeat(tmp_path):
    path = capstone.example_folder(tmp_path / "mine", n=12, seed=3)
    folder = data.ImageFolder(path, size=16)
    images = [folder[k] for k in range(len(folder))]
    assert len(folder) == 12 and tuple(images[0].shape) == (3, 16, 16)
    rows = [one.float().flatten()[None] / 255 for one in images]
    assert min(float(nearest_distances(rows[0], other)) for other in rows[1:]) > 0.5
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    again = capstone.example_folder(tmp_path / "again", n=12, seed=3)
    assert {file.name: file.read_bytes() for file in again.iterdir()} == before


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError, match="is a file"):
        capstone.example_folder(tmp_path / "file")
