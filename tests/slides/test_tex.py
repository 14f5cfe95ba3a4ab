"""Which fonts travel with the mathematics."""

import re

import pytest
from standalone import tex
from standalone.errors import BuildError


def test_the_table_of_fonts_agrees_with_katex_own_style_sheet():
    """Every class that KaTeX's CSS gives a font of its own must bring that font with it."""
    sheet = (tex.MODULES / "katex/dist/katex.min.css").read_text(encoding="utf-8")
    rules = re.findall(r"([^{}]+)\{[^{}]*font-family:\"?KaTeX_(\w+)", sheet)
    seen = set()
    for selectors, family in rules:
        for selector in selectors.split(","):
            classes = [name for name in re.findall(r"\.([\w-]+)", selector) if name in tex.FONTS_BY_CLASS]
            if selector.strip() == "@font-face" or (family == "Main" and not classes):
                continue  # Main-Regular always comes along
            assert any(
                font.startswith(f"{family}-") for name in classes for font in tex.FONTS_BY_CLASS[name]
            ), selector
            seen.add(family)
    assert {
        "AMS",
        "Math",
        "Caligraphic",
        "Fraktur",
        "SansSerif",
        "Script",
        "Size1",
        "Size4",
        "Typewriter",
    } <= seen


def test_every_font_of_the_table_exists():
    folder = tex.MODULES / "katex/dist/fonts"
    for font in {font for fonts in tex.FONTS_BY_CLASS.values() for font in fonts}:
        assert (folder / f"KaTeX_{font}.woff2").is_file(), font


def test_a_page_without_mathematics_carries_no_font():
    assert tex.css("<p>plain</p>") == ""


def test_formulas_are_rendered_in_their_places():
    formulas = []
    marks = [tex.slot(formulas, formula, False) for formula in ("a", "b")]
    html = tex.fill(f"1 {marks[1]} 2 {marks[0]} 3", formulas)
    assert re.findall(r"<annotation[^>]*>(.)</annotation>", html) == ["b", "a"]
    assert html.startswith("1 <span") and html.endswith("</span> 3")


def test_without_node_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BuildError, match="install Node.js 18 or newer"):
        tex.render([("x", False)])
    monkeypatch.undo()
    monkeypatch.setattr(tex, "MODULES", tex.HERE / "nowhere")
    with pytest.raises(BuildError, match="run `npm ci`"):
        tex.need_modules()
