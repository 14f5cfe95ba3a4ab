"""Readings of glyphs drawn from sentences: what is asked, what was held out, and what the networks obey."""

import pytest
import torch

from course_utils import checkpoints
from course_utils.checkpoints import glyphs_sentences as recipes
from course_utils.text import grammar


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("glyphs_sentences")


def test_sentences_say_what_is_asked_and_hold_what_was_held_out(shipped):
    study, record = shipped
    language = grammar("glyphs")
    assert len(study.sentences) == len(set(study.sentences)) == len(study.asked)
    for sentence, asked, held_out in zip(study.sentences, study.asked.tolist(), study.held_out, strict=True):
        found = language.parse(sentence)
        assert list(found.values()) == asked
        words = {factor: language.options[factor][index] for factor, index in found.items()}
        pairs = record["settings"]["held_out"]
        assert bool(held_out) == any(pair.items() <= words.items() for pair in pairs)


def test_every_option_of_a_held_out_pair_is_seen_in_other_company(shipped):
    study, record = shipped
    seen = [grammar("glyphs").parse(study.sentences[i]) for i in (~study.held_out).nonzero()[:, 0]]
    for pair in record["settings"]["held_out"]:
        for factor, word in pair.items():
            index = grammar("glyphs").options[factor].index(word)
            assert any(found[factor] == index for found in seen)


def test_all_is_all_of_them(shipped):
    study, _ = shipped
    each = torch.stack([study.right(factor) for factor in grammar("glyphs").options])
    assert torch.equal(each.all(0), study.right("all"))
    with pytest.raises(ValueError, match="Did you mean 'weight'"):
        study.right("wieght")


def test_the_digit_is_obeyed_seen_and_held_out_by_every_network(shipped):
    """Ten digits: chance is a tenth. The judge itself reads 99 % of true glyphs rightly."""
    study, _ = shipped
    at = study.scales.index(recipes.SHOWN_SCALE)
    right = study.right("digit")[:, at].double()
    assert right[:, ~study.held_out].mean(1).min() > 0.6
    assert right[:, study.held_out].mean(1).min() > 0.5


def test_the_metrics_are_those_of_the_stored_readings(shipped):
    study, record = shipped
    for factor in ("weight", "all"):
        for k, scale in enumerate(study.scales):
            share = float(study.right(factor)[:, k, study.held_out].double().mean())
            assert record["metrics"][f"{factor}_held_out_{scale:g}"] == pytest.approx(share, abs=1e-4)
