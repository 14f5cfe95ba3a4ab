"""The builder's Python face: what it sends, what it says, one clear sentence where something does not fit."""

import json

import pytest
import torch
from widget_examples import sentence, spoken

from course_utils.widgets import SentenceBuilder


def test_all_that_travels_is_small_and_the_same_every_time():
    one, other = sentence(), sentence()
    names = ("language", "pictures", "attention", "read", "scales", "held_out")
    assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
    assert sum(len(json.dumps(getattr(one, name))) for name in names) < 400_000


def test_a_sentence_a_scale_and_a_word_can_be_set():
    builder = sentence()
    assert (builder.sentence, builder.scale, builder.word) == ("a smiling face with red hair", 2, "red")
    builder.sentence = "a face with grey hair and glasses looking left"
    assert builder.sentence == "a face with grey hair and glasses, looking left"
    builder.scale, builder.word = 4, "START"
    assert "at guidance scale 4" in builder._alt() and "attends to START" in builder._alt()
    builder.word = "smiling"  # not in this sentence
    assert "attends to face" in builder._alt()


def test_the_alt_text_says_what_is_read_and_what_was_held_out():
    alt = sentence(sentence="a frowning face with red hair and glasses", scale=1)._alt()
    assert "3 of 4 as asked" in alt and "held out of training" in alt
    alt = sentence(sentence="a frowning face with red hair", scale=2)._alt()
    assert "4 of 4 as asked" in alt and "held out" not in alt
    unknown = SentenceBuilder(**{**spoken(1), "scales": (3,), "held_out": None})
    assert unknown.scale == 3 and "held out" not in unknown._alt()


def test_the_still_shows_asked_beside_read():
    table = sentence(sentence="a frowning face with red hair", scale=1)._still().axes[2]
    texts = [text.get_text() for text in table.texts]
    assert texts[:3] == ["Mood: neutral", "asked: frowning", "\u2717"]
    assert texts.count("\u2713") == 3


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"pictures": torch.zeros(3, 108, 3, 32, 32)}, TypeError, "pictures must hold whole numbers"),
        ({"pictures": torch.zeros(2, 108, 3, 32, 32, dtype=torch.uint8)}, ValueError, "pictures must have"),
        ({"attention": torch.zeros(108, 12, 4, 4, dtype=torch.uint8)}, ValueError, "attention must have"),
        ({"attention": torch.zeros(108, 12, 8, 8, dtype=torch.uint8)}, ValueError, "must add up to 255"),
        ({"attention": torch.full((108, 51, 8, 8), 5, dtype=torch.uint8)}, ValueError, "must be 0 where a"),
        ({"attention": torch.full((108, 5, 8, 8), 51, dtype=torch.uint8)}, ValueError, "11 tokens or more"),
        ({"read": {"smile": torch.zeros(3, 108).long()}}, ValueError, "read must have smile, hair"),
        ({"held_out": torch.zeros(108)}, TypeError, "held_out must hold True and False"),
        ({"scales": (1, 4, 2)}, ValueError, "scales must be one or more numbers that rise"),
        ({"sentence": "a smiling face with pink hair"}, ValueError, "sentence must be one of the faces'"),
        ({"scale": 3}, ValueError, "scale must be one of 1, 2, 4; got 3"),
        ({"word": "hairs"}, ValueError, "word must be .* Did you mean 'hair'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_gets_one_sentence(changes, error, said):
    with pytest.raises(error, match=said):
        SentenceBuilder(**{**spoken(), **changes})


def test_a_reading_of_an_option_that_is_not_there_is_refused():
    given = spoken()
    given["read"]["glasses"][0, 0] = 2
    with pytest.raises(ValueError, match=r"read\['glasses'\] must hold whole numbers from 0 to 1"):
        SentenceBuilder(**given)
