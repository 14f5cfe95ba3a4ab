"""Two small languages, one for each set of images whose factors are known: what is said is true of the image.

A sentence names one option for each factor, or says nothing of it: then the option is the one without a word,
such as a head that looks straight on.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from .._validate import check_choice, check_kind, check_text
from ..data import ImageData
from ..data.faces import HAIR
from ..data.glyphs import FONTS

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Grammar:
    """One language. name: the set of images, as data.load knows it; options: {factor: its words}.

    A word of "" is said by saying nothing, and a factor without one must be named.
    """

    name: str
    options: Mapping[str, Sequence[str]]
    _read: Callable
    _say: Callable

    @property
    def vocabulary(self):
        """Every word of every sentence, sorted."""
        return tuple(sorted({word for one in self._parts() for word in _words(one)}))

    def read(self, images):
        """What an image shows: {factor: int64 [N], the index of its option}; images: ImageData of that name.

        Raises ValueError for another set, TypeError for anything else.
        """
        check_kind("images", images, ImageData, "an ImageData of data.load")
        if images.name != self.name:
            raise ValueError(f"images must be {self.name}; got {images.name or 'images without a name'}.")
        return self._read(images)

    def sentence(self, **chosen):
        """The sentence for some options, by their words: sentence(hair="red", glasses="glasses").

        A factor that is left out takes its option without a word. Raises ValueError for an unknown factor
        or word, and for a factor left out that must be named.
        """
        for factor in chosen:
            check_choice("factor", factor, self.options)
        words = {}
        for factor, options in self.options.items():
            if factor not in chosen and "" not in options:
                raise ValueError(f"{factor} must be named: one of {', '.join(options)}.")
            words[factor] = check_choice(factor, chosen.get(factor, ""), options)
        return self._say(words)

    def sentences(self, read):
        """A sentence for each image, of what `read` gives: {factor: int64 [N]} -> list of N strings."""
        columns = [[self.options[name][i] for i in read[name].tolist()] for name in self.options]
        return [self._say(dict(zip(self.options, row, strict=True))) for row in zip(*columns, strict=True)]

    def parse(self, sentence):
        """{factor: index of its option} for a sentence of this grammar: the inverse of `sentence`.

        Raises ValueError with the nearest word where one is unknown, and for another order of words.
        """
        words = _words(check_text("sentence", sentence))
        for word in words:
            check_choice("word", word, self.vocabulary)
        found = {
            factor: next((i for i, option in enumerate(options) if option and option in words), None)
            for factor, options in self.options.items()
        }
        for factor, options in self.options.items():
            if found[factor] is None and "" not in options:
                raise ValueError(f"sentence must name the {factor}: one of {', '.join(options)}.")
            found[factor] = options.index("") if found[factor] is None else found[factor]
        chosen = {factor: self.options[factor][index] for factor, index in found.items()}
        again = self._say(chosen)
        if _words(again) != words:
            raise ValueError(f'sentence must be one of this grammar, such as "{again}"; got "{sentence}".')
        return found

    def _parts(self):
        """Enough sentences to hold every word: each option once, the rest as first offered."""
        first = {factor: options[0] for factor, options in self.options.items()}
        for factor, options in self.options.items():
            yield from (self._say({**first, factor: option}) for option in options)


def grammar(name):
    """The grammar of a set of images, one of GRAMMARS; ValueError with the nearest name for another."""
    return GRAMMARS[check_choice("name", name, GRAMMARS)]


def _words(sentence):
    return sentence.replace(",", " ").split()


def _third(values, edge):
    """0 below -edge, 1 in between, 2 above edge: int64, of the shape of values."""
    return (values > edge).long() - (values < -edge).long() + 1


def _read_faces(images):
    factors = images.factors
    return {
        "smile": _third(factors["smile"], 0.4),
        "hair": factors["hair"],
        "glasses": factors["glasses"],
        "turn": _third(factors["turn"], 0.4),
    }


def _say_faces(words):
    mood = f"{words['smile']} " if words["smile"] else ""
    worn = " and glasses" if words["glasses"] else ""
    turned = f", looking {words['turn']}" if words["turn"] else ""
    return f"a {mood}face with {words['hair']} hair{worn}{turned}"


def _lean(factors):
    """How far an upright stroke of a glyph leans, in pixels to the right per pixel up: [N].

    The shear comes first and the rotation, anticlockwise, after it.
    """
    turned = torch.atan(factors["shear"]) - factors["rotation"] * math.pi / 180
    return torch.tan(turned)


def _read_glyphs(images):
    factors = images.factors
    bold = torch.tensor([int("Bol" in name or name == "cmb10") for name in FONTS])
    return {
        "weight": bold[factors["font"]],
        "slant": _third(_lean(factors), 0.12),
        "size": _third((factors["scale"] - 0.975) / 0.125, 0.4),
        "digit": images.labels,
        "height": _third(factors["dy"], 0.8),
        "side": _third(factors["dx"], 0.8),
    }


def _say_glyphs(words):
    named = [words[name] for name in ("size", "weight", "slant", "digit") if words[name]]
    place = " ".join(words[name] for name in ("height", "side") if words[name])
    return f"a {' '.join(named)}{' at the ' + place if place else ''}"


GRAMMARS = {
    one.name: one
    for one in (
        Grammar(
            "faces",
            {
                "smile": ("frowning", "", "smiling"),
                "hair": HAIR,
                "glasses": ("", "glasses"),
                "turn": ("left", "", "right"),
            },
            _read_faces,
            _say_faces,
        ),
        Grammar(
            "glyphs",
            {
                "weight": ("", "bold"),
                "slant": ("backslanted", "", "slanted"),
                "size": ("small", "", "large"),
                "digit": DIGITS,
                "height": ("top", "", "bottom"),
                "side": ("left", "", "right"),
            },
            _read_glyphs,
            _say_glyphs,
        ),
    )
}
