"""The study of sentences: what is stored, that it is what the network draws, and what it shows."""

import pytest
import torch

from course_utils import checkpoints, text
from course_utils.checkpoints import faces_text
from course_utils.checkpoints.faces_code import read

OPTIONS = text.grammar("faces").options


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("faces_sentences")


def test_it_holds_what_the_settings_say(shipped):
    study, record = shipped
    settings = record["settings"]
    assert study.read.shape == (len(settings["scales"]), settings["noises"], 108, 4)
    assert study.pictures.shape == (3, 108, 3, 32, 32) and study.attention.shape == (108, 11, 8, 8)
    assert len(study.sentences) == 108 and study.held_out.sum() == 42
    for column, words in enumerate(OPTIONS.values()):
        assert study.read[..., column].unique().tolist() == list(range(len(words)))
    assert [
        list(text.grammar("faces").parse(one).values()) for one in study.sentences
    ] == study.asked.tolist()


def test_readings_are_called_by_name_and_scale(shipped):
    study, _ = shipped
    assert torch.equal(study("hair", 1.5), study.read[1, :, :, 1].long())
    for row, scale in enumerate(study.picture_scales):
        assert torch.equal(study.read_of_pictures()["turn"][row], study("turn", scale)[study.picture_noise])
    with pytest.raises(ValueError, match="name must be one of"):
        study("beard", 2)
    with pytest.raises(ValueError, match="scale must be one of"):
        study("hair", 7)


def test_a_place_shares_its_attention_among_the_words_of_its_sentence(shipped):
    """Each share is rounded to a 255th, so a place's sum is off by at most half a unit for each token."""
    study, _ = shipped
    tokens = faces_text.tokenizer().encode(study.sentences)
    total = study.attention.int().sum(1)
    off = (total - 255).abs().amax((1, 2))
    assert (off <= (tokens != 0).sum(1) / 2).all()
    assert not study.attention[tokens == 0].any()


def test_pictures_and_readings_are_what_the_network_draws(shipped):
    study, _ = shipped
    model, space = checkpoints.load("faces_text")[0], checkpoints.load("faces_code")[0]
    judge, few = checkpoints.load("faces_judge")[0], torch.tensor([3, 50, 104])
    tokens = faces_text.tokenizer().encode([study.sentences[i] for i in few])
    noise = faces_text.noise_of(space, 1, study.picture_noise).expand(3, -1, -1, -1)
    images = faces_text.draw(model, space, tokens, noise, 2)
    assert (255 * images - study.pictures[1, few]).abs().max() < 3  # another batch rounds otherwise
    agreed = read(judge, images) == study.read[study.scales.index(2), study.picture_noise, few]
    assert agreed.double().mean() > 0.9


def test_the_metrics_are_the_shares_of_the_readings(shipped):
    study, record = shipped
    for scale in study.scales:
        right = study("hair", scale) == study.asked[:, 1]
        for place, where in (("seen", ~study.held_out), ("held_out", study.held_out)):
            share = right[..., where].double().mean()
            assert record["metrics"][f"hair_{place}_{scale:g}"] == pytest.approx(float(share), abs=1e-6)


def test_guidance_makes_faces_say_more_of_what_was_asked(shipped):
    found = shipped[1]["metrics"]
    assert found["hair_seen_2"] > 0.9 and found["glasses_seen_2"] > 0.9
    assert found["all_seen_2"] > found["all_seen_1"]
