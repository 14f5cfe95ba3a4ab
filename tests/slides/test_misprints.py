"""The slide on what the lectures misprint, made from the lesson's errata."""

import re
from pathlib import Path

import pytest
from standalone import misprints, source
from standalone.errors import BuildError

from course_utils import errata

ROOT = Path(__file__).resolve().parents[2]
DECKS = sorted((ROOT / "slides").glob("[0-9][0-9]_*.md"))
TITLE = "What the lectures misprint"
BOX = re.compile(r"read with care|\b(one|a|another) lecture(?:'s \w+)? prints", re.IGNORECASE)


@pytest.fixture
def two(monkeypatch):
    lines = [errata.Erratum("A", f"printed {i}", f"$x_{i}$ holds", test=f"test_{i}") for i in (1, 2)]
    monkeypatch.setitem(errata.BY_LESSON, "99_small", lines)


def test_a_line_is_the_erratum_or_shorter_words_for_it(two):
    said = misprints.table("99_small", ["test_1", "test_2: short | it holds"])
    assert said.split("\n")[2:4] == ["| printed 1 | $x_1$ holds |", "| short | it holds |"]
    assert "more" not in said


def test_what_is_left_out_is_counted(two):
    assert (
        misprints.table("99_small", ["test_2", ""])
        .strip()
        .endswith("And 1 more in the notebook, each held by a test.")
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("test_3", r"misprints wants tests of the lesson's errata; got 'test_3'"),
        ("test_1: words", r"a misprint's own words are `printed \| what holds`; got 'words'"),
    ],
)
def test_a_line_that_is_none_stops_the_build(two, line, message):
    with pytest.raises(BuildError, match=message):
        misprints.table("99_small", [line])


LISTED = [path for path in DECKS if f"## {TITLE}\n" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", LISTED, ids=lambda path: path.stem)
def test_misprints_stand_on_one_slide_near_the_end_and_at_most_twice_elsewhere(path):
    _, slides = source.parse(path.read_text(encoding="utf-8"))
    kinds = [[part.kind for part in slide.body if isinstance(part, source.Written)] for slide in slides]
    on = [slide for slide, made in zip(slides, kinds, strict=True) if "misprints" in made]
    assert [slide.title for slide in on] == [TITLE] and on[0].number >= len(slides) - 2
    words = ["\n".join(part for part in slide.body if isinstance(part, str)) for slide in slides]
    assert sum(bool(BOX.search(text)) for text in words) <= 2, "the slide at the end has them"
