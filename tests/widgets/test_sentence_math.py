"""The page's sentences and pictures against Python: numbering, the sheet, attention, the judge's verdicts."""

import io
import itertools
from base64 import b64decode

import numpy as np
import pytest
import torch
from PIL import Image
from widget_examples import spoken

from course_utils.text import Tokenizer, grammar
from course_utils.widgets import SentenceBuilder
from course_utils.widgets.sentence.still import overlaid

MATH = "sentence/math.js"
FACES = grammar("faces")
SIZES = [len(options) for options in FACES.options.values()]


@pytest.fixture(scope="module")
def builder():
    return SentenceBuilder(**spoken())


def test_sentences_are_numbered_as_itertools_product_runs(node, builder):
    script = "[...Array(108).keys()].map((i) => m.optionsOf(i, input.sizes))"
    found = node(MATH, script, sizes=SIZES)
    assert found == [list(options) for options in itertools.product(*map(range, SIZES))]
    back = node(MATH, "input.all.map((options) => m.indexOf(options, input.sizes))", all=found, sizes=SIZES)
    assert back == list(range(108))
    read = {name: torch.tensor([options[i] for options in found]) for i, name in enumerate(FACES.options)}
    assert builder.language["sentences"] == FACES.sentences(read)


def test_words_are_the_tokenizers(node, builder):
    sentences = builder.language["sentences"]
    tokenizer = Tokenizer(FACES.vocabulary, 12)
    found = node(MATH, "input.sentences.map(m.tokensOf)", sentences=sentences)
    assert found == [["START", *words] for words in tokenizer.decode(tokenizer.encode(sentences))]


def test_a_picture_is_cut_out_of_the_sheet_at_its_place(node, builder):
    kind, data = builder.pictures.split(",")
    assert kind == "data:image/jpeg;base64"
    sheet = Image.open(io.BytesIO(b64decode(data)))
    assert sheet.size == (108 * 32, 3 * 32)
    window = sheet.crop((30 * 32, 0, 33 * 32, 96)).convert("RGBA")
    script = """[...m.pictureAt({ width: 96, data: input.data }, 1, 2, 32)]"""
    found = np.array(node(MATH, script, data=list(window.tobytes()))).reshape(3, 32, 32)
    expected = spoken()["pictures"][2, 31].numpy() / 255
    assert np.abs(found - expected).mean() < 0.02  # what the JPEG costs; another picture is ten times as far
    assert np.abs(found - spoken()["pictures"][2, 30].numpy() / 255).mean() > 0.1


def test_attention_comes_back_and_is_summed_up(node, builder):
    sentences, data = builder.language["sentences"], list(b64decode(builder.attention["data"]))
    script = """(() => {
      const [starts, bytes] = [m.startsOf(input.sentences), Uint8Array.from(input.data)];
      const map = m.attentionTo({ side: 8, starts, bytes }, 40, 5);
      return [[...map], m.summed(map)];
    })()"""
    found, summed = node(MATH, script, sentences=sentences, data=data)
    expected = spoken()["attention"][40, 5].double().flatten() / 255
    assert found == pytest.approx(expected.tolist())
    assert summed == pytest.approx(
        {"mean": float(expected.mean()), "most": float(expected.max()), "at": int(expected.argmax())}
    )


def test_the_overlay_is_the_stills(node):
    dice = torch.Generator().manual_seed(1)
    picture = torch.randint(256, (3, 32, 32), generator=dice)
    shares = torch.rand(8, 8, generator=dice, dtype=torch.float64)
    script = """[...m.overlaid(Float32Array.from(input.picture), Float32Array.from(input.shares))]"""
    values = {"picture": (picture / 255).flatten().tolist(), "shares": shares.flatten().tolist()}
    found = torch.tensor(node(MATH, script, **values)).reshape(3, 32, 32)
    expected = overlaid(picture.permute(1, 2, 0), shares).permute(2, 0, 1)
    assert (found - expected).abs().max() < 0.5 * 6 / 255 + 1e-6  # the page's viridis lies within 6 levels


def test_verdicts_and_totals_count_what_was_read_as_asked(node, builder):
    state = {**builder.language, "sizes": SIZES, "read": builder.read, "heldOut": builder.held_out}
    script = (
        """[m.judged(input, 0, 0), m.allRight(input, 0), m.allRight(input, 0, (i) => input.heldOut[i])]"""
    )
    judged, everything, held_out = node(MATH, script, **state)
    assert judged[0] == {"title": "Mood", "asked": "frowning", "seen": "neutral", "right": False}
    assert [one["right"] for one in judged[1:]] == [True] * 3
    assert [one["asked"] for one in judged[1:]] == ["black", "none", "left"]
    assert everything == {"right": 72, "count": 108}  # no frown is read at the least scale
    assert held_out == {"right": 6, "count": 9}
