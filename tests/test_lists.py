"""No wrapped line of prose begins with a list's mark, for there Markdown would start a list."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from standalone import markdown, source  # noqa: E402

import notebooks as build  # noqa: E402

DECKS = sorted((ROOT / "slides").glob("[0-9][0-9]_*.md"))
LISTS = {"bullet_list_open", "ordered_list_open"}
CONTAINER = re.compile(r"^:::.*$", re.MULTILINE)  # which only a deck's own parser knows
ANNOUNCES = (":", ".", "?", "!", "**")


def broken(text):
    """The lines of a text that start a list right below a sentence that goes on, or below another list.

    What ends in a sign or in bold announces a list; but one item by itself is no list that anybody wants.
    """
    tokens, lines = markdown.parser(anchors=True).parse(text, {"formulas": []}), text.splitlines()
    ends = {token.map[1] for token in tokens if token.type in LISTS | {"paragraph_open"}}
    found = []
    for i, token in enumerate(tokens):
        if token.type not in LISTS or token.map[0] not in ends or not lines[token.map[0] - 1].strip():
            continue
        if not lines[token.map[0] - 1].rstrip().endswith(ANNOUNCES) or _items(tokens[i:]) == 1:
            found.append(lines[token.map[0]])
    return found


def _items(tokens):
    """How many items the list has that the first token opens."""
    close = tokens[0].type.replace("open", "close")
    end = next(i for i, t in enumerate(tokens) if t.type == close and t.level == tokens[0].level)
    return sum(t.type == "list_item_open" and t.level == tokens[0].level + 1 for t in tokens[:end])


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("the sum of this\n+ that", ["+ that"]),
        ("as in figure\n1. Then", ["1. Then"]),
        ("from two\n- one remains", ["- one remains"]),
        ("- an item that\n  goes on\n+ and on", ["+ and on"]),
        ("- an item with\n  - another in it", ["  - another in it"]),
        ("in the year\n2. No list begins with two", []),
        ("**After it you can**\n- do this\n- do that", []),
        ("it is the sum.\n+ nothing", ["+ nothing"]),
        ("Words:\n\n- an item\n  that goes on\n- another\n\nWords.", []),
        ("## A heading\n- an item\n\n1. another list", []),
        ("$$a\n+ b$$", []),
        ("```\na\n- b\n```", []),
    ],
)
def test_a_list_in_the_middle_of_a_sentence_is_seen(text, starts):
    assert broken(text) == starts


@pytest.mark.parametrize("path", sorted(build.SOURCE.rglob("*.py")), ids=lambda path: path.stem)
def test_no_sentence_of_a_notebook_is_broken_by_a_list(path):
    cells = [cell for cell in build.read_source(path).cells if cell.cell_type == "markdown"]
    assert [line for cell in cells for line in broken(cell.source)] == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "slides").glob("[0-9][0-9]_*.md")), ids=lambda path: path.stem
)
def test_no_sentence_of_a_deck_is_broken_by_a_list(path):
    _, slides = source.parse(path.read_text(encoding="utf-8"))
    parts = [part for slide in slides for part in [*slide.body, slide.notes] if isinstance(part, str)]
    assert [line for part in parts for line in broken(CONTAINER.sub("", part))] == []
