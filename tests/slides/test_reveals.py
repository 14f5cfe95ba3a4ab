"""What waits for a key does wait, and what the builder does not understand stops it."""

import re
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from standalone import source
from standalone.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import pointers  # noqa: E402

DECKS = sorted((ROOT / "slides").glob("[0-9][0-9]_*.md"))
BLOCKS = {
    "figure": '```python figure alt="An empty figure."\nfrom course_utils.figures import subplots\n'
    "fig, ax = subplots(figsize=(6, 3))\n```",
    "code": "```python\nx = 1\n```",
    "derivation": "```derive\na &= b && why\n```",
    "columns": "::: columns\nleft\n\n|||\n\nright\n:::",
    "callout": "::: callout\nwords\n:::",
    "table": "| a | b |\n|---|---|\n| 1 | 2 |",
    "formula": "$$\nx\n$$",
    "list": "- one\n- two",
    "words": "words",
}
WIDGET = """```python widget alt="Words that a widget writes."
import anywidget

class Words(anywidget.AnyWidget):
    _esm = "export default { render({ el }) { el.textContent = 'words'; } }"

Words()
```"""


@pytest.mark.parametrize("name", BLOCKS)
def test_every_kind_of_block_can_wait_and_nothing_else_does(build, name):
    html = build(f"## One\n\nfirst\n\n{{.fragment}}\n{BLOCKS[name]}\n\nlast\n")
    body = BeautifulSoup(html, "html.parser").select("section")[1].select_one(".body")
    waiting = body.select(".fragment")
    assert len(waiting) == 1 and waiting[0].parent is body
    assert [node.get_text() for node in body.find_all("p", recursive=False)][:: len(body("p"))] == ["first"]
    assert "{" not in body.get_text().replace("{}", "").replace("\\displaystyle", "")


def test_a_widget_can_wait(build):
    body = BeautifulSoup(build(f"## One\n\n{{.fragment}}\n{WIDGET}\n"), "html.parser").select("section")[1]
    assert body.select_one(".made.fragment > .live")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{.fragmnt}\nwords", r"\{\.fragmnt\} is not understood: \{\.fragment\} is all"),
        ('{.fragment style="color: red"}\nwords', r"style=.* is not understood"),
        ("{fragment}\nwords", r"\{fragment\} is not understood"),
        ("words {.fragment}", r"stands on a line of its own, after an empty line"),
        ("words\n{.fragment}\n\nmore", r"stands on a line of its own"),
        ("{.fragment}\n+ one\n+ two", r"a list written with \+ comes item by item already"),
        ("{.fragment}\n\n```python setup\nx = 1\n```", r"a setup block shows nothing that could wait"),
        ("{.fragment}", r"there is nothing behind \{\.fragment\} that could wait"),
        ("::: columns\n\n{.fragment}\n\n|||\n\nright\n:::", r"there is nothing behind"),
        ("{.fragment}\n<div>words</div>", r"HTML behind \{\.fragment\} does not wait"),
        ("::: calout\nwords\n:::", r"::: calout is not understood"),
        ("See {leson 13}.", r"\{leson 13\} is not understood"),
        ("Note: Words.\n\n{.fragment}\nMore.", r"its notes hold something that waits for a key"),
        ("Note: Words.\n\n+ one", r"its notes hold something that waits for a key"),
        ("```python figur alt=1\n```", r"a block is a language, or python and one of setup, study, figure"),
        ("```text wide\n```", r"a block is a language, or python and one of .*; got 'text wide'"),
        ("```python setup keep=x\n```", r"a setup block takes nothing more; got 'keep'"),
        (
            "```python figure wide=1\n```",
            r'a figure block takes alt="\.\.\." and width="\.\.\."; got \'wide\'',
        ),
        ("```python figure alt='two words'\n```", r"a figure block takes .*; got \"words'\""),
        (
            '```python study keep="x" weights="third"\n```',
            r"weights may be \"half\" or left out; got 'third'",
        ),
        ("```python\nx = 1", r"a block that begins with ``` is not closed"),
    ],
)
def test_what_is_not_understood_stops_the_build_in_one_sentence(build, text, message):
    with pytest.raises(BuildError, match=r"^99_small: slide 2 \(One\): .*" + message) as raised:
        build(f"## One\n\n{text}\n")
    assert "\n" not in str(raised.value)


def test_formulas_and_code_may_hold_braces(build):
    text = (
        "## One\n\n$x_{t}$, `{a}`, {{ {'a': 1} }}\n\n```text\n{.fragment}\n```\n\nNote: No x_{t-1} in it.\n"
    )
    assert "No x_{t-1} in it." in build(text)


def test_a_pointer_in_a_deck_says_what_is_to_come(build, monkeypatch):
    monkeypatch.setattr(pointers, "there", lambda: {"00"})
    text = "## After {lesson 00}\n\n{Lesson 13} says why.\n\n`{lesson 13}`\n\nNote: See {lesson 98}.\n"
    section = BeautifulSoup(build(text), "html.parser").select("section")[1]
    assert section.select_one("h2").get_text() == "After lesson 00"
    assert [p.get_text() for p in section.select(".body p")] == [
        "Lesson 13 (to come) says why.",
        "{lesson 13}",
    ]
    assert "See lesson 98 (to come)." in section.select_one(".notes").get_text()


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_a_pointer_to_a_lesson_that_is_not_there_says_so(path):
    _, slides = source.parse(path.read_text(encoding="utf-8"))
    words = [
        part for slide in slides for part in (slide.title, slide.notes, *slide.body) if isinstance(part, str)
    ]
    text = pointers.filled("\n".join(words))
    assert not pointers.dangling(text), "write {lesson NN}, and the build says that it is to come"
    assert not re.search(re.escape(pointers.TO_COME), "\n".join(words)), (
        "the build writes (to come) by itself"
    )


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_every_slide_says_how_long_it_takes(path):
    _, slides = source.parse(path.read_text(encoding="utf-8"))
    assert [slide.number for slide in slides if not slide.minutes] == []
