"""The model of faces that is told a sentence: what was held out, what it was trained on, what it draws."""

import pytest
import torch

from course_utils import checkpoints, data, text
from course_utils.checkpoints import faces_code, faces_text

PAIRS = faces_text.SETTINGS["held_out"]
OPTIONS = text.grammar("faces").options


@pytest.fixture(scope="module")
def drawn():
    """Six faces at scale 2, and the network."""
    model, _ = checkpoints.load("faces_text")
    space, _ = checkpoints.load("faces_code")
    sentences = [f"a face with {hair} hair" for hair in OPTIONS["hair"]]
    tokens = faces_text.tokenizer().encode(sentences)
    images = faces_text.draw(model, space, tokens, faces_text.noise_of(space, 6, seed=1))
    return images, model, space, tokens


def test_sentences_are_in_the_order_of_the_product():
    options = faces_text.every_sentence()
    sentences = faces_text.said(options)
    assert len(set(sentences)) == len(sentences) == 108
    assert options[[0, 1, 3, 6, 18 * 2]].tolist() == [
        [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]
    ]  # fmt: skip
    assert [list(text.grammar("faces").parse(one).values()) for one in sentences[:9]] == options[:9].tolist()


def test_a_sentence_is_held_out_where_it_holds_a_pair():
    options = faces_text.every_sentence()
    held_out = faces_text.is_held_out(options, PAIRS)
    for sentence, found in zip(faces_text.said(options), held_out.tolist(), strict=True):
        words = set(sentence.replace(",", "").split())
        assert found == any(set(pair.values()) <= words for pair in PAIRS)
    # six of the 18 sentences of a colour have a given mood or turn, nine have glasses
    assert held_out.sum() == 4 * 6 + 2 * 9


def test_every_word_is_seen_in_other_company():
    options = faces_text.every_sentence()
    seen = faces_text.said(options[~faces_text.is_held_out(options, PAIRS)])
    for word in text.grammar("faces").vocabulary:
        assert sum(word in sentence.replace(",", "").split() for sentence in seen) >= 9


def test_what_is_held_out_is_never_trained_on():
    torch.manual_seed(0)
    space, faces = faces_code.build(faces_code.SETTINGS), data.load("faces", n=96)
    z, tokens = faces_text.codes(space, faces, faces_text.SETTINGS)
    sentences = faces_text.said(faces_text.shown(faces))
    words = [set(one.replace(",", "").split()) for one in sentences]
    kept = [not any(set(pair.values()) <= one for pair in PAIRS) for one in words]
    assert 0 < sum(kept) == len(z) < 96
    wanted = [one for one, keep in zip(sentences, kept, strict=True) if keep]
    assert torch.equal(tokens, faces_text.tokenizer().encode(wanted))
    mean = space.encode(faces.images[torch.tensor(kept)])
    assert (z - mean).abs().mean() < 2  # each code is a draw about its own face's mean


def test_scale_one_is_the_told_network_and_zero_the_untold(drawn):
    _, model, space, tokens = drawn
    z, t = faces_text.noise_of(space, 6, 2), torch.full((6,), 500)
    with torch.no_grad():
        told, untold = model(z, t, tokens), model(z, t)
        assert torch.equal(faces_text.guided(model, tokens, 1)(z, t), told)
        assert torch.equal(faces_text.guided(model, tokens, 0)(z, t), untold)
        torch.testing.assert_close(faces_text.guided(model, tokens, 3)(z, t), untold + 3 * (told - untold))
        away = faces_text.guided(model, tokens, 2, negative=tokens.flip(0))(z, t)
        torch.testing.assert_close(away, 2 * told - model(z, t, tokens.flip(0)))


def test_hair_is_drawn_as_asked(drawn):
    images, *_ = drawn
    judge, _ = checkpoints.load("faces_judge")
    assert (judge.read(images)["hair"] == torch.arange(6)).sum() >= 5
    stated = checkpoints.load("faces_text")[1]["metrics"]
    assert stated["hair_seen"] > 0.9 and stated["glasses_seen"] > 0.9
    assert stated["error_of_v"] < stated["error_of_v_untold"]


def test_shares_are_counted_by_factor_and_place():
    asked = torch.tensor([[0, 1, 0, 2], [1, 1, 1, 1], [2, 5, 0, 0]])
    found = asked.clone()
    found[0, 1], found[2, 3] = 4, 1
    shares = faces_text.right_by_factor(found, asked, torch.tensor([False, False, True]))
    assert shares == {
        "smile_seen": 1, "hair_seen": 0.5, "glasses_seen": 1, "turn_seen": 1, "all_seen": 0.5,
        "smile_held_out": 1, "hair_held_out": 1, "glasses_held_out": 1, "turn_held_out": 0, "all_held_out": 0,
    }  # fmt: skip
