"""What a deck's Markdown becomes."""

import base64
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from standalone import sections
from standalone.errors import BuildError
from standalone.sections import Section

FIGURE = """## A figure

```python figure alt="A line that rises from left to right."
from course_utils.figures import subplots
fig, ax = subplots(figsize=(6, 3))
ax.plot([0, 1], [0, 1])
ax.set(xlabel="$x$", ylabel="$y$")
```
"""

WIDGET = """## A widget

```python widget alt="A number that counts up."
import anywidget
import traitlets

class Counter(anywidget.AnyWidget):
    _esm = "export default { render({ model, el }) { el.textContent = model.get('value'); } }"
    _css = ".counter { color: red; }"
    value = traitlets.Int(3).tag(sync=True)

Counter(value=7)
```
"""


def slides(html):
    return BeautifulSoup(html, "html.parser").select("section")


def test_every_heading_of_the_second_level_is_a_slide_with_its_title(build):
    found = slides(build("words\n\n## One\n\ntext\n\n## Two $x^2$\n\n```text\n## not a slide\n```\n"))
    titles = [section.select_one("h1, h2").get_text() for section in found]
    assert [titles[0], titles[1], titles[3]] == ["A small deck", "One", "Sources"]
    assert titles[2].startswith("Two") and len(found) == 4
    assert "## not a slide" in found[2].get_text()


def test_mathematics_is_rendered_when_the_deck_is_built(build):
    html = build("## One\n\nInline $a<b$ and\n\n$$\\frac{1}{2}$$\n")
    section = slides(html)[1]
    assert len(section.select(".katex")) == 2 and len(section.select(".katex-display .mfrac")) == 1
    assert section.select_one("annotation").get_text() == "a<b"
    assert "$" not in section.select_one(".body").get_text()


def test_a_formula_that_does_not_parse_names_the_deck_and_the_formula(build):
    with pytest.raises(BuildError, match=r"^99_small: the formula \$\\frac\{1\}\$ does not parse"):
        build("## One\n\n$\\frac{1}$\n")


def test_notes_and_their_minutes_go_to_the_speaker_only(build):
    section = slides(build("## One\n\nseen\n\nNote (3 min): Say *this*.\n\nAnd that.\n\n## Two\n\nmore\n"))[1]
    assert section["data-timing"] == "180"
    assert section.select_one("aside.notes em").get_text() == "this"
    assert "And that." in section.select_one("aside.notes").get_text()
    assert section.select_one(".body").get_text().strip() == "seen"


def test_plus_items_come_one_by_one_and_minus_items_at_once(build):
    section = slides(build("## One\n\n+ a\n+ b\n\ntext\n\n- c\n"))[1]
    assert [item.get_text() for item in section.select("li.fragment")] == ["a", "b"]
    assert len(section.select("li")) == 3


def test_a_block_can_wait_its_turn(build):
    section = slides(build("## One\n\n{.fragment}\nlater\n\n{.fragment}\n$$\nx\n$$\n"))[1]
    assert [node.name for node in section.select(".fragment")] == ["p", "div"]
    assert section.select_one("div.fragment .katex-display")


def test_a_derivation_comes_line_by_line_with_its_reasons(build):
    lines = "a &= b + c && *why* $q$\n&= d && because\n\n&\\le e\n"
    rows = slides(build(f"## One\n\n```derive\n{lines}```\n"))[1].select("table.derive tr")
    assert ["fragment" in row.get("class", []) for row in rows] == [False, True, True]
    assert rows[0].select_one("td:last-child em").get_text() == "why"
    right = [row.select("td")[1].select_one("annotation").get_text() for row in rows]
    assert [formula.split("{}")[1] for formula in right] == ["= b + c", "= d", "\\le e"]


def test_columns_stand_side_by_side(build):
    section = slides(build("## One\n\n::: columns 2 3\nleft\n\n|||\n\nright\n:::\n"))[1]
    columns = section.select(".columns > div")
    assert [column.get_text().strip() for column in columns] == ["left", "right"]
    assert "2fr" in section.select_one(".columns")["style"]
    with pytest.raises(BuildError, match="columns wants two whole numbers"):
        build("## One\n\n::: columns 2\nleft\n:::\n")


def test_a_value_is_computed_by_the_slides_own_code(build):
    text = "## One {{ n }}\n\nIt is {{ n / 7:.2f }}; `{{ n }}` stays.\n\n"
    text += "```python setup\nn = 22\n```\n\nNote: {{ n + 1 }}\n"
    section = slides(build(text))[1]
    assert section.select_one("h2").get_text() == "One 22"
    assert section.select_one(".body p").get_text() == "It is 3.14; {{ n }} stays."
    assert "23" in section.select_one("aside").get_text()


def test_a_negative_value_has_a_minus_sign_in_text_and_what_is_no_sign_keeps_its_hyphen(build):
    text = "{{ -1.5 }}, {{ (-2, 3) }}, {{ 1e-16 }}, {{ '2D-3' }}, {{ 'x-y' }}, $a = {{ -4 }}$"
    section = slides(build(f"## One\n\n{text}\n"))[1]
    words = section.select_one(".body").get_text().strip()
    assert words.startswith("\u22121.5, (\u22122, 3), 1e-16, 2D-3, x-y, ")
    assert section.select_one("annotation").get_text() == "a = -4"


def test_a_value_is_text_and_no_html(build):
    evil = "<b>*a*</b> $x$ | `c` & [d](e) \ue0000\ue001"
    text = "## One {{ v }}\n\nIt is {{ v }}.\n\n| a | b |\n|---|---|\n| {{ v }} | 2 |\n\n"
    text += "$x = {{ n }}$, **{{ n }}**\n\n"
    text += f"```python setup\nv, n = {evil!r}, 7 / 2\n```\n\nNote: {{{{ v }}}}\n"
    section = BeautifulSoup(build(text), "html.parser").select("section")[1]
    said = evil.replace("\ue000", "\ufffd").replace("\ue001", "\ufffd")
    assert section.select_one("h2").get_text() == f"One {said}"
    assert section.select_one(".body p").get_text() == f"It is {said}."
    assert [cell.get_text() for cell in section.select("td")] == [said, "2"]
    assert section.select_one(".notes p").get_text() == said
    assert not section.select("b, code, em, a") and section.select_one("strong").get_text() == "3.5"
    assert [formula.get_text() for formula in section.select("annotation")] == ["x = 3.5"]


def test_a_value_cannot_be_an_address(build):
    with pytest.raises(BuildError, match="cannot stand in the address of a link"):
        build("## One\n\n[a]({{ 1 + 1 }})\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ missing }}", r"^99_small: slide 2 \(One\): \{\{ missing \}\} raised NameError"),
        ("{{ 1:.2f}}", r"slide 2 \(One\): a value is \{\{ expression \}\} with a space at each end"),
        (
            "```python setup\nx = 1\nx / 0\n```",
            r"slide 2 \(One\): line 2 of its setup code raised ZeroDivisionError",
        ),
        (
            "```python figure alt='x'\nx = (\n```",
            r"slide 2 \(One\): line 1 of its figure code raised SyntaxError",
        ),
        (
            '```python figure alt="something to see"\nfig = 3\n```',
            r"must leave a matplotlib figure in fig; got int",
        ),
        ('```python widget alt="something to see"\n3\n```', r"must end in an anywidget; got int"),
        (
            "```python figure\nfrom matplotlib.figure import Figure\nfig = Figure()\n```",
            r"a figure needs alt=",
        ),
        ("```python figure width=wide\n1\n```", r"width must be a whole number of pixels; got 'wide'"),
        ("Cite: 3", r"slide 2 \(One\): Cite wants numbers from 1 to 2; got '3'"),
    ],
)
def test_what_goes_wrong_is_said_in_one_sentence(build, text, message):
    with pytest.raises(BuildError, match=message) as raised:
        build(f"## One\n\n{text}\n")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("", "must begin with front matter"),
        ("---\ntitle: [\n---\n", "front matter is not YAML"),
        ("---\ntitle: A\nlesson: 1\ncites: []\n---\n", "needs lesson as a str; got 1"),
    ],
)
def test_front_matter_is_checked(build, front, message):
    with pytest.raises(BuildError, match=message):
        build("## One\n", front=front)


def test_a_deck_without_slides_is_refused(build):
    with pytest.raises(BuildError, match="it has no slide"):
        build("only words\n")


def test_a_slide_says_which_lecture_it_follows(build):
    found = slides(build("## One\nCite: 2\n\ntext\n"))
    assert "B. Writer, Another lecture, 2021" in found[1].select_one("footer").get_text()
    assert "Cite" not in found[1].select_one(".body").get_text()
    assert [item.get_text()[:2] for item in found[2].select("li")] == ["A.", "B."]


def test_the_first_slide_leads_to_the_lessons_notebook_and_the_others_to_its_page_alone(build, monkeypatch):
    known = (Section("1-labels", 1, "Labels", "section 1"),)
    monkeypatch.setattr(sections, "of", lambda name: known)
    found = slides(build("## One\nSection: 1\n\ntext\n"))
    links = [[link["href"] for link in slide.select("footer a")] for slide in found[:2]]
    page, notebook = (address.partition("#")[0] for address in links[0])
    assert (Path(page).suffix, Path(notebook).suffix) == (".html", ".ipynb")
    assert Path(page).stem == Path(notebook).stem and page.startswith("../pages/")
    assert notebook.startswith("../notebooks/") and links[1] == [page, f"{page}#1-labels"]


def test_a_figure_is_inside_the_file_and_says_what_it_shows(build):
    image = slides(build(FIGURE))[1].select_one("img")
    assert image["alt"] == "A line that rises from left to right."
    assert re.match(r"data:image/(png|svg\+xml);base64,", image["src"])
    assert image["width"] == "864"  # 6 inches at 144 pixels an inch


def test_text_too_small_for_the_back_row_stops_the_build(build):
    small = FIGURE.replace("figsize=(6, 3)", "figsize=(14, 4)")
    with pytest.raises(BuildError, match="smallest text would be 14 px high and 24 px is the least"):
        build(small)  # 12 pt at 1152 / 14 px an inch


def test_a_widget_takes_its_state_with_it_and_nothing_else(build):
    html = build(WIDGET)
    payload = BeautifulSoup(html, "html.parser").select_one("#live-widgets").get_text()
    assert '"state": {"value": 7}' in payload and ".counter" in payload
    assert slides(html)[1].select_one("[data-live-model='0']")["aria-label"] == "A number that counts up."


def test_a_widget_that_describes_itself_needs_no_other_words(build):
    text = """## One

```python widget width=700
from course_utils.widgets import DivergenceExplorer
DivergenceExplorer()
```
"""
    host = slides(build(text))[1].select_one(".live")
    still = host.select_one("noscript img")
    assert host.parent["style"] == "--course-widget-max: 700px"
    assert "Gaussian q" in host["aria-label"] and still["alt"] == host["aria-label"]
    assert base64.b64decode(still["src"].split(",")[1]).startswith(b"\x89PNG")


def test_two_widgets_of_one_class_share_its_module(build):
    again = (
        "\n## Again\n\n```python widget alt='x'\n".replace("'x'", '"The same counter again."')
        + "Counter(value=8)\n```\n"
    )
    html = build(WIDGET + again)
    payload = json.loads(BeautifulSoup(html, "html.parser").select_one("#live-widgets").get_text())
    assert len(payload["modules"]) == 1
    assert [model["state"]["value"] for model in payload["models"]] == [7, 8]


def test_building_twice_gives_the_same_bytes(build):
    text = FIGURE + WIDGET + "\n## Math\n\n$x$\n"
    assert build(text) == build(text)


def test_nothing_in_the_file_is_fetched(build):
    html = build(FIGURE + WIDGET + "\n## Links\n\n[a link](https://example.org) $\\mathbb E \\mathcal N$\n")
    page = BeautifulSoup(html, "html.parser")
    assert not page.select("link, iframe, object, embed")
    for node in page.select("[src], [srcset], [poster]"):
        assert node["src"].startswith("data:")
    styles = "".join(style.get_text() for style in page.select("style"))
    assert "@import" not in styles
    assert all(url.strip("'\"").startswith("data:") for url in re.findall(r"url\(([^)]*)\)", styles))


def test_an_embedded_font_is_the_one_that_katex_ships(build):
    from standalone import tex

    fonts = re.findall(r"data:font/woff2;base64,([^)]*)", build("## One\n\n$1 + 2$\n"))
    shipped = (tex.MODULES / "katex/dist/fonts/KaTeX_Main-Regular.woff2").read_bytes()
    assert [base64.b64decode(font) for font in fonts] == [shipped]


def test_scripts_cannot_end_their_element_early(build):
    text = WIDGET.replace("el.textContent =", "el.title = '</script><!--<script>'; el.textContent =")
    scripts = BeautifulSoup(build(text), "html.parser").select("script")
    payload = json.loads(next(s for s in scripts if s.get("id") == "live-widgets").get_text())
    assert "</script><!--<script>" in payload["modules"][0]["esm"]
    assert len(scripts) == 3
