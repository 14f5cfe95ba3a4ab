"""The reader of glyphs: its outputs' shapes and words, and that its loss is least at the truth."""

import math

import pytest
import torch

from course_utils import data, metrics, text

GRAMMAR = text.grammar("glyphs")


@pytest.fixture
def reader():
    torch.manual_seed(0)
    return metrics.GlyphReader(channels=(4, 5, 6), features=8).eval()


@pytest.fixture(scope="module")
def glyphs():
    return data.load("glyphs", n=30)


class Knows(metrics.GlyphReader):
    """Answers with what it was told, whatever it sees."""

    def told(self, truth):
        self.answer = {
            name: 20 * torch.nn.functional.one_hot(truth[name], count).float()
            for name, count in self.options.items()
        }
        return self

    def forward(self, x):
        return self.answer


def test_shapes(reader, glyphs):
    x = glyphs.images
    assert {name: len(logits[0]) for name, logits in reader(x).items()} == {
        "weight": 2, "slant": 3, "size": 3, "digit": 10, "height": 3, "side": 3,
    }  # fmt: skip
    assert reader.features(x).shape == (30, 8)
    assert [h.shape[1:] for h in reader.early(x)] == [(4, 28, 28), (5, 14, 14), (6, 7, 7)]
    assert torch.equal(reader.last(reader.early(x)[-1]), reader.features(x))
    with pytest.raises(ValueError, match=r"\[B, 1, 28, 28\]"):
        reader(x[..., 1:])


def test_what_is_read_makes_the_sentences_of_the_grammar(glyphs):
    truth = GRAMMAR.read(glyphs)
    found = Knows().told(truth).read(glyphs.images)
    assert all(value.dtype == torch.int64 and value.shape == (30,) for value in found.values())
    assert GRAMMAR.sentences(found) == GRAMMAR.sentences(truth)


def test_the_loss_is_the_negative_log_probability_of_the_truth(reader, glyphs):
    truth = GRAMMAR.read(glyphs)
    probability = torch.ones(30)
    for name, logits in reader(glyphs.images).items():
        probability = probability * logits.softmax(1)[torch.arange(30), truth[name]]
    assert torch.allclose(reader.loss(glyphs.images, truth), -probability.log().mean(), rtol=1e-5)
    guess = Knows().told({name: torch.zeros_like(value) for name, value in truth.items()})
    guess.answer = {name: torch.zeros_like(value) for name, value in guess.answer.items()}
    ignorance = sum(math.log(len(words)) for words in GRAMMAR.options.values())
    assert float(guess.loss(glyphs.images, truth)) == pytest.approx(ignorance, rel=1e-5)


def test_a_factor_that_is_missing_is_named(reader, glyphs):
    truth = GRAMMAR.read(glyphs)
    del truth["slant"]
    with pytest.raises(ValueError, match="none called slant"):
        reader.loss(glyphs.images, truth)


def test_a_reader_of_many_reads_each_as_it_would_alone(reader):
    x = data.load("glyphs", n=501).images
    whole, last = reader.read(x), reader.read(x[500:])
    assert all(torch.equal(whole[name][500:], value) for name, value in last.items())
