"""Light and dark: every colour has a name and a value for both, and can be read on what it stands on."""

import re
from pathlib import Path

import pytest
from contrast import contrast
from standalone import code_style, deck, notebook, tex

HERE = Path(deck.__file__).parent
THEME = (HERE / "theme.css").read_text(encoding="utf-8")
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
PAIRS = {name: values for name, *values in PAIR.findall(THEME)}
VALUE = re.compile(r":([^:;{}]+)(?=[;}])")
LITERAL = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|lab|lch|oklab|oklch)a?\(|\b(?:white|black|gr[ae]y)\b")
GROUNDS = {"deck.css": ["paper", "tint"], "page.css": ["paper", "tint", "in-text"]}


def rules(text):
    """A style sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def literals(text):
    """The colours that the values of some rules write out."""
    return LITERAL.findall(" ".join(VALUE.findall(rules(text))))


@pytest.mark.parametrize("name", ["deck.css", "page.css"])
def test_a_style_holds_no_colour_and_names_only_what_there_is(name):
    text = rules((HERE / name).read_text(encoding="utf-8"))
    assert literals(text) == []
    ours = set(re.findall(r"--([\w-]+):", THEME + text)) | {"course-widget-max"}
    assert set(re.findall(r"var\(--([\w-]+)", text)) <= ours


def test_a_colour_of_the_theme_stands_in_its_first_block_alone():
    block, _, rest = rules(THEME).partition("}")
    assert len(PAIRS) >= 15
    assert literals(block) and literals(rest) == []


def test_the_eye_for_literals_sees_each_kind():
    seen = "a { color: #fff } b { color: rgba(0, 0, 0, 1) } c { background: white } #d { white-space: pre }"
    assert literals(seen) == ["#fff", "rgba(", "white"]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_marks_can_be_told_from_what_they_stand_on(scheme):
    at = {name: values[scheme] for name, values in PAIRS.items()}
    for ground in {ground for grounds in GROUNDS.values() for ground in grounds}:
        for text in ("ink", "quiet", "data"):
            assert contrast(at[text], at[ground]) >= 4.5, (text, ground)
    for text in ("ink", "quiet", "word", "string", "number"):
        assert contrast(at[text], at["deck-code"]) >= 4.5, text
    assert contrast(at["ink"], at["warm"]) >= 4.5
    for mark in ("model", "green"):  # what has the focus, and large letters in formulas
        assert contrast(at[mark], at["paper"]) >= 3, mark


@pytest.mark.parametrize("style, scheme", [(code_style.Light, 0), (code_style.Dark, 1)])
def test_highlighted_code_can_be_read_on_its_ground(style, scheme):
    ground = PAIRS["page-code"][scheme]
    shown = {str(token): f"#{look['color']}" for token, look in style if look["color"]}
    del shown["Token.Text.Whitespace"]
    assert {name: colour for name, colour in shown.items() if contrast(colour, ground) < 4.5} == {}


def test_a_formulas_colour_follows_the_theme_where_it_is_one_of_ours():
    html = tex.fill(f"{tex.OPEN}0{tex.CLOSE}", [(r"\textcolor{#D55E00}{x} \textcolor{#123456}{y}", False)])
    assert "color:var(--model)" in html and "color:#123456" in html


def test_a_page_has_the_theme_and_code_for_both():
    text = notebook.page("Title", "<main></main>", {"modules": [], "models": []})
    assert THEME in text and text.count(".highlight .k {") == 2
