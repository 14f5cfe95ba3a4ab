"""Words to numbers and back, and what fills a row up."""

import pytest
import torch

from course_utils import data, text

WORDS = ("a", "red", "face")


def test_a_row_begins_with_start_and_ends_in_pads():
    tokens = text.Tokenizer(WORDS, length=5).encode(["A red, face.", "", "face"])
    assert tokens.tolist() == [[1, 2, 3, 4, 0], [1, 0, 0, 0, 0], [1, 4, 0, 0, 0]]
    assert text.Tokenizer(WORDS, length=5).mask(tokens).sum(1).tolist() == [4, 1, 2]


@pytest.mark.parametrize("name", list(text.GRAMMARS))
def test_sentences_come_back(name):
    grammar, images = text.grammar(name), data.load(name, n=120)
    said = grammar.sentences(grammar.read(images))
    tokenizer = text.Tokenizer(grammar.vocabulary, length=12)
    words = tokenizer.decode(tokenizer.encode(said))
    assert words == [one.replace(",", "").split() for one in said]
    assert len(tokenizer) == len(grammar.vocabulary) + 2 > tokenizer.encode(said).max()


def test_what_is_wrong_is_said_in_one_sentence():
    tokenizer = text.Tokenizer(WORDS, length=3)
    with pytest.raises(ValueError, match="Did you mean 'red'"):
        tokenizer.encode(["rde"])
    with pytest.raises(ValueError, match="at most 2 words; got 3: 'a red face'"):
        tokenizer.encode(["a red face"])
    with pytest.raises(ValueError, match="each word once"):
        text.Tokenizer(("a", "a"), length=3)
    with pytest.raises(ValueError, match=r"tokens must have shape \[N, 3\]"):
        tokenizer.decode(torch.ones(2, 4).long())
    with pytest.raises(ValueError, match=f"tokens must hold whole numbers from 0 to {len(tokenizer) - 1}"):
        tokenizer.decode(torch.full((1, 3), len(tokenizer)))
