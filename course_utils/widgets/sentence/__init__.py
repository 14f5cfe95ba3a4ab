"""A sentence of the faces' grammar, word by word, and the face that a diffusion model drew for it."""

import itertools
import math

import torch
import traitlets

from ..._validate import (
    check_bool,
    check_choice,
    check_kind,
    check_labels,
    check_number,
    check_tensor,
    check_text,
)
from ...text import Tokenizer, grammar
from ..shared.face import Face
from .packing import pack_attention, pack_pictures
from .still import still

GRAMMAR = grammar("faces")
COUNT = math.prod(map(len, GRAMMAR.options.values()))  # sentences
LONGEST = 11  # tokens of the longest, START among them
START = "START"
# Factor: what it is called in the page, and what its option without a word is called there.
NAMES = {
    "smile": ("Mood", "neutral"),
    "hair": ("Hair", ""),
    "glasses": ("Glasses", "none"),
    "turn": ("Looking", "straight"),
}


class SentenceBuilder(Face):
    """Build a sentence of `text.grammar("faces")`; see the face drawn for it, and what looks at each word.

    All 108 sentences are there from the start, in the order of itertools.product over the grammar's options
    (smile, hair, glasses, turn), at S guidance scales:
      pictures   uint8 [S, 108, 3, 32, 32]
      attention  uint8 [108, L, 8, 8]: how much of its attention, of 255, a place of the picture gives to each
                 of the L tokens of `text.Tokenizer(grammar.vocabulary, L)`; the L of a place add up to 255
      read       {factor: whole numbers [S, 108]}: which option a judge sees in the picture
      scales     S rising guidance scales, 1 is no guidance
      held_out   bool [108], what was not trained on; None where nothing is said of it
    sentence, scale (None: the middle one) and word are what is shown first; a word that is not in the
    sentence leaves "face" chosen. `builder.sentence`, `builder.scale` and `builder.word` follow what you do
    in the page, and can be set. Raises TypeError or ValueError for another shape, dtype or range.
    """

    language = traitlets.Dict(read_only=True).tag(sync=True)
    pictures = traitlets.Unicode(read_only=True).tag(sync=True)
    attention = traitlets.Dict(read_only=True).tag(sync=True)
    read = traitlets.Dict(read_only=True).tag(sync=True)
    scales = traitlets.List(read_only=True).tag(sync=True)
    held_out = traitlets.Any(None, read_only=True).tag(sync=True)
    sentence = traitlets.Any("a smiling face with red hair").tag(sync=True)
    scale = traitlets.Any(None).tag(sync=True)
    word = traitlets.Any("red").tag(sync=True)

    def __init__(
        self, pictures, attention, read, scales=(1, 2, 4), held_out=None, *,
        sentence="a smiling face with red hair", scale=None, word="red",
    ):  # fmt: skip
        scales = _check_scales(scales)
        _check_bytes("pictures", pictures, f"[{len(scales)}, {COUNT}, 3, 32, 32]")
        _check_attention(attention)
        read = _check_read(read, len(scales))
        if held_out is not None:
            held_out = check_bool("held_out", held_out, f"[{COUNT}]").tolist()
        super().__init__()
        values = {
            "language": _language(),
            "pictures": pack_pictures(pictures),
            "attention": pack_attention(attention, _words(attention.shape[1])),
            "read": read,
            "scales": scales,
            "held_out": held_out,
        }
        for name, value in values.items():
            self.set_trait(name, value)
        self.sentence, self.word = sentence, word
        self.scale = scales[len(scales) // 2] if scale is None else scale
        self._stilled = pictures.cpu(), attention.cpu()

    @traitlets.validate("sentence")
    def _check_sentence(self, proposal):
        try:
            found = GRAMMAR.parse(check_text("sentence", proposal.value))
        except ValueError as error:
            raise ValueError(f"sentence must be one of the faces' grammar: {error}") from None
        return GRAMMAR.sentence(**{factor: GRAMMAR.options[factor][i] for factor, i in found.items()})

    @traitlets.validate("scale")
    def _check_scale(self, proposal):
        scale = check_number("scale", proposal.value)
        if scale not in self.scales:
            listed = ", ".join(f"{one:g}" for one in self.scales)
            raise ValueError(f"scale must be one of {listed}; got {scale:g}.")
        return scale

    @traitlets.validate("word")
    def _check_word(self, proposal):
        return check_choice("word", proposal.value, (START, *GRAMMAR.vocabulary))

    def _shown(self):
        """(index of the scale, index of the sentence, its tokens as words, index of the word on show)."""
        words = [START, *self.sentence.replace(",", "").split()]
        word = self.word if self.word in words else "face"
        index = self.language["sentences"].index(self.sentence)
        return self.scales.index(self.scale), index, words, words.index(word)

    def _judged(self):
        """[(factor's name, what was asked, what was read)] of the picture on show."""
        scale, index, _, _ = self._shown()
        asked = GRAMMAR.parse(self.sentence)
        return [
            (NAMES[factor][0], *(options[i] or NAMES[factor][1] for i in (asked[factor], seen)))
            for factor, options in GRAMMAR.options.items()
            for seen in [self.read[factor][scale][index]]
        ]

    def _alt(self):
        _, index, words, word = self._shown()
        right = sum(asked == seen for _, asked, seen in self._judged())
        unseen = (
            " The combination was held out of training." if self.held_out and self.held_out[index] else ""
        )
        return (
            f"SentenceBuilder: the face that a model drew for \u201c{self.sentence}\u201d at guidance scale "
            f"{self.scale:g}; beside it how much each place attends to {words[word]}, and what a judge reads "
            f"in the face: {right} of {len(GRAMMAR.options)} as asked.{unseen}"
        )

    def _still(self):
        scale, index, words, word = self._shown()
        pictures, attention = self._stilled
        unseen = self.held_out and self.held_out[index]
        title = f"{self.sentence}{' (held out of training)' if unseen else ''}"
        return still(
            pictures[scale, index], attention[index, word], words[word], self._judged(), title, self.scale
        )


def _language():
    """The grammar as plain values: its factors with their options, and every sentence in order."""
    factors = [
        {"name": factor, "title": NAMES[factor][0], "unsaid": NAMES[factor][1], "options": list(options)}
        for factor, options in GRAMMAR.options.items()
    ]
    sentences = [
        GRAMMAR.sentence(**dict(zip(GRAMMAR.options, chosen, strict=True)))
        for chosen in itertools.product(*GRAMMAR.options.values())
    ]
    return {"factors": factors, "sentences": sentences}


def _check_scales(scales):
    """The guidance scales as a list of floats; ValueError where they do not rise."""
    check_kind("scales", scales, tuple | list, "a tuple of guidance scales")
    found = [check_number("scales", scale) for scale in scales]
    if not found or any(low >= high for low, high in itertools.pairwise(found)):
        raise ValueError(f"scales must be one or more numbers that rise; got {scales}.")
    return found


def _check_bytes(argument, value, shape):
    """TypeError or ValueError where value is no tensor of bytes of the shape."""
    if check_tensor(argument, value, shape, floating=False).dtype != torch.uint8:
        raise TypeError(f"{argument} must hold whole numbers from 0 to 255, torch.uint8; got {value.dtype}.")


def _check_attention(attention):
    _check_bytes("attention", attention, f"[{COUNT}, L, 8, 8]")
    length = attention.shape[1]
    if length < LONGEST:
        raise ValueError(f"attention must have {LONGEST} tokens or more, as sentences have; got {length}.")
    off = (attention.sum(1, dtype=torch.int64) - 255).abs().max()
    if off > length:  # each is rounded for itself
        raise ValueError(f"attention must add up to 255 over the tokens of every place; off by {off}.")
    if (attention.flatten(2).amax(2) > 0)[~_words(length)].any():
        raise ValueError("attention must be 0 where a sentence has ended.")


def _words(length):
    """Where the sentences have a token, START among them: bool [108, length]."""
    tokenizer = Tokenizer(GRAMMAR.vocabulary, length)
    return tokenizer.mask(tokenizer.encode(_language()["sentences"]))


def _check_read(read, scales):
    """{factor: lists [S, 108]}; TypeError or ValueError where a factor or a shape is another."""
    check_kind("read", read, dict, "a dict from factor to what was read")
    if set(read) != set(GRAMMAR.options):
        raise ValueError(f"read must have {', '.join(GRAMMAR.options)}; got {', '.join(map(str, read))}.")
    return {
        factor: check_labels(f"read[{factor!r}]", read[factor], len(options), f"[{scales}, {COUNT}]").tolist()
        for factor, options in GRAMMAR.options.items()
    }
