"""The widgets' colours on light paper and on dark: seen on both, apart on both, and taken while drawing."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from contrast import contrast
from test_colours import APART, VISION, difference

from course_utils.widgets.shared import esm

WIDGETS = Path(esm.__file__).parents[1]
COLORS = WIDGETS / "shared" / "colors.js"
SOURCES = sorted(path for path in WIDGETS.rglob("*.js") if path != COLORS)
LIVE = re.findall(r"^export let \{(.*)\}", COLORS.read_text(encoding="utf-8"), re.MULTILINE)
NAMES = re.findall(r"\b[A-Z]+\b", " ".join(LIVE))
LITERAL = r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\((?!\$)|[\"'](?:white|black|gr[ae]y)[\"']"
WORN = "const colors = await import(input.url); colors.wear(input.dark); return { ...colors };"
# What is drawn thin or small; the other colours lie under something, or are lines of a grid.
MARKS = ["DATA", "MODEL", "GREEN", "PURPLE", "NOISE", "SKY", "ORANGE", "NEGATIVE", "POSITIVE"]


@pytest.fixture(scope="module", params=[False, True], ids=["light", "dark"])
def worn(request, node):
    """{name: colour} as it is when a picture on light paper, or on dark, is drawn."""
    return node("shared/colors.js", f"(async () => {{ {WORN} }})()", url=COLORS.as_uri(), dark=request.param)


def test_marks_and_words_are_seen_on_their_paper(worn):
    paper = worn["PAPER"]
    for name, colour in {**{name: worn[name] for name in MARKS}, **dict(enumerate(worn["CLASSES"]))}.items():
        assert contrast(colour, paper) >= 3, name
        assert contrast(colour, worn["FAINT"]) >= 2.5, name  # a bar in its track has its length, too
    for name in ("INK", "SOFT"):
        assert contrast(worn[name], paper) >= 4.5, name
    for name in ("DATA", "MODEL", "GREEN", "INK"):  # over the density that lies under the samples
        assert contrast(worn[name], worn["PALE"]) >= 1.8, name


def test_on_dark_paper_every_mark_can_be_a_word(node):
    dark = node("shared/colors.js", f"(async () => {{ {WORN} }})()", url=COLORS.as_uri(), dark=True)
    assert {name: dark[name] for name in MARKS if contrast(dark[name], dark["PAPER"]) < 4.5} == {}


@pytest.mark.parametrize("vision", VISION)
def test_no_two_classes_look_the_same(worn, vision):
    marks = {*worn["CLASSES"], worn["NOISE"]}
    close = {pair: difference(*pair, vision) for pair in combinations(sorted(marks), 2)}
    assert {pair: apart for pair, apart in close.items() if apart < APART} == {}


def test_each_paper_has_every_colour_and_no_two_have_the_same(node):
    code = f"(async () => {{ {WORN} }})()"
    light, dark = (node("shared/colors.js", code, url=COLORS.as_uri(), dark=dark) for dark in (False, True))
    assert len(NAMES) >= 16
    assert [name for name in NAMES if light[name] == dark[name] or not dark[name]] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_widget_writes_a_colour_out_or_keeps_one_from_before_the_theme(path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(LITERAL, text) == []
    kept = re.compile(rf"\b(?:{'|'.join(NAMES)})\b(?!\"|:)")
    for statement in re.split(r"\n(?=\S)", esm.IMPORT.sub("", text)):
        if re.match(r"(?:export )?(?:const|let)\b", statement) and "=>" not in statement:
            assert not kept.search(re.sub(r"get \w+\(\) \{ return \w+; \}", "", statement)), statement[:80]


def test_the_styles_write_colours_only_where_they_name_them():
    for path in WIDGETS.rglob("*.css"):
        rest = re.sub(r"--course-\w+: light-dark\([^)]*\)", "", path.read_text(encoding="utf-8"))
        assert re.findall(LITERAL, rest) == [], path.name


def test_controls_and_canvas_stand_on_one_paper(worn, request):
    scheme = int(worn["PAPER"] != "#ffffff")
    style = (WIDGETS / "shared" / "style.css").read_text(encoding="utf-8")
    pairs = {name: both for name, *both in re.findall(r"--course-(\w+): light-dark\((#\w+), (#\w+)\)", style)}
    shown = {name: both[scheme] for name, both in pairs.items()}
    assert [shown["paper"], shown["ink"], shown["data"], shown["focus"]] == [
        worn[name].lower() for name in ("PAPER", "INK", "DATA", "MODEL")
    ]
    assert min(contrast(shown[name], shown["paper"]) for name in ("ink", "caption", "data")) >= 4.5
    assert contrast(shown["ink"], shown["hover"]) >= 4.5
    assert min(contrast(shown[name], shown["paper"]) for name in ("edge", "focus")) >= 3
