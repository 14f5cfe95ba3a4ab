"""What is said of an image is true of it, and a sentence is read back to what it says."""

import itertools
import math

import pytest
import torch

from course_utils import data, text
from course_utils.data.glyphs import FONTS, render
from course_utils.text.grammar import _lean

NAMES = list(text.GRAMMARS)


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_is_read_back(name):
    grammar = text.grammar(name)
    for row in itertools.product(*map(range, map(len, grammar.options.values()))):
        said = grammar.sentences({k: torch.tensor([i]) for k, i in zip(grammar.options, row, strict=True)})
        assert grammar.parse(said[0]) == dict(zip(grammar.options, row, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_two_images_get_one_sentence_only_where_all_options_are_the_same(name):
    grammar = text.grammar(name)
    rows = list(itertools.product(*map(range, map(len, grammar.options.values()))))
    columns = torch.tensor(rows).T
    said = grammar.sentences(dict(zip(grammar.options, columns, strict=True)))
    assert len(set(said)) == len(rows)


@pytest.mark.parametrize("name", NAMES)
def test_the_vocabulary_is_the_words_of_all_sentences(name):
    grammar, images = text.grammar(name), data.load(name, n=600)
    said = {w for one in grammar.sentences(grammar.read(images)) for w in one.replace(",", "").split()}
    assert said == set(grammar.vocabulary)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_common(name):
    grammar, images = text.grammar(name), data.load(name, n=3_000)
    for factor, index in grammar.read(images).items():
        shares = torch.bincount(index, minlength=len(grammar.options[factor])) / 3_000
        assert shares.min() > 0.3 / len(grammar.options[factor]), (factor, shares)


def test_faces_are_told_by_their_factors():
    images = data.load("faces", n=300)
    said = text.grammar("faces").sentences(text.grammar("faces").read(images))
    for i, one in enumerate(said):
        factors = {name: float(value[i]) for name, value in images.factors.items()}
        assert ("smiling" in one) == (factors["smile"] > 0.4)
        assert ("frowning" in one) == (factors["smile"] < -0.4)
        assert ("glasses" in one) == (factors["glasses"] == 1)
        assert ("looking left" in one) == (factors["turn"] < -0.4)
        assert images.classes[int(factors["hair"])] in one


@pytest.mark.parametrize("shear, rotation", [(0.2, 0.0), (0.0, 12.0), (0.2, 11.0), (-0.1, -15.0)])
def test_the_lean_is_that_of_the_drawn_stroke(shear, rotation):
    """A one without serifs is a bar: how its centre moves from row to row, measured in the picture."""
    sans = FONTS.index("cmss10")
    factors = {"rotation": rotation, "scale": 1.1, "shear": shear, "dx": 0.0, "dy": 0.0}
    factors = {name: torch.tensor([value]) for name, value in factors.items()} | {
        "font": torch.tensor([sans])
    }
    image = render(torch.tensor([1]), factors)[0, 0].double()
    rows = torch.arange(11, 18)  # the stem alone, between the flag and the foot
    centre = (image[rows] @ torch.arange(28.0, dtype=torch.float64)) / image[rows].sum(1)
    up = rows.double().mean() - rows
    slope = float((centre - centre.mean()) @ up / up.square().sum())
    assert slope == pytest.approx(float(_lean(factors)), abs=0.03)
    exact = math.tan(math.atan(shear) - math.radians(rotation))
    assert float(_lean(factors)) == pytest.approx(exact, abs=1e-6)


def test_a_sentence_is_made_of_words():
    faces, glyphs = text.grammar("faces"), text.grammar("glyphs")
    assert faces.sentence(hair="red") == "a face with red hair"
    said = faces.sentence(hair="red", glasses="glasses", smile="smiling", turn="left")
    assert said == "a smiling face with red hair and glasses, looking left"
    assert glyphs.sentence(digit="seven", weight="bold", slant="slanted") == "a bold slanted seven"
    assert glyphs.sentence(digit="two", height="top", side="left") == "a two at the top left"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: text.grammar("face"), "Did you mean 'faces'?"),
        (lambda: text.grammar("faces").sentence(hair="rde"), "Did you mean 'red'?"),
        (lambda: text.grammar("faces").sentence(hairs="red"), "Did you mean 'hair'?"),
        (lambda: text.grammar("faces").sentence(), "hair must be named: one of black"),
        (lambda: text.grammar("faces").parse("a smilling face with red hair"), "Did you mean 'smiling'?"),
        (lambda: text.grammar("faces").parse("a smiling face"), "sentence must name the hair"),
        (lambda: text.grammar("faces").parse("red hair with a face"), 'such as "a face with red hair"'),
        (lambda: text.grammar("faces").read(data.load("glyphs", n=10)), "images must be faces; got glyphs"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(call, said):
    with pytest.raises(ValueError, match=r"^[^\n]+$") as raised:
        call()
    assert said in str(raised.value)
