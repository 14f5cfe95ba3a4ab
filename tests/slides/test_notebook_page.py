"""What an executed notebook becomes, without a browser."""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from standalone import live, notebook, tex
from standalone.errors import BuildError

from course_utils import _typeset
from course_utils._say import box
from course_utils._texts import texts
from course_utils.checks.engine import registry
from course_utils.checks.engine.check import own_sentences
from course_utils.checks.engine.reveal import REASONS


def view(model_id):
    data = {
        notebook.VIEW: {"model_id": model_id, "version_major": 2, "version_minor": 0},
        "text/plain": "W()",
    }
    return new_output("display_data", data)


@pytest.fixture
def export(tmp_path):
    """Write a notebook of one executed cell and some Markdown, export it, return the parsed page."""

    def run(markdown="# Title", outputs=(), states=None, executed=True):
        code = new_code_cell("1 + 1", outputs=list(outputs), execution_count=1 if executed else None)
        made = new_notebook(cells=[new_markdown_cell(markdown), code])
        if states is not None:
            made.metadata["widgets"] = {notebook.STATE: {"state": states, "version_major": 2}}
        path = tmp_path / "97_made.ipynb"
        nbformat.write(made, path)
        return BeautifulSoup(notebook.build(path), "html.parser")

    return run


def anywidget_state(**traits):
    return {
        "state": {
            "_esm": "export default {}",
            "_css": "",
            "_anywidget_id": "m.Explorer",
            "layout": "x",
            **traits,
        }
    }


def test_the_title_is_the_first_heading_in_words(export):
    assert export("# Of $q$ & *p*").title.get_text() == "Of q & p"
    assert export("no heading").title.get_text() == "97_made"


@pytest.mark.parametrize("up", ["", "../"])
def test_a_link_to_a_notebook_leads_to_its_page(export, up):
    text = (
        f"[next]({up}01_autoencoders.ipynb#uses) [out](https://example.org/a.ipynb) [start]({up}README.md) "
        f"[projects]({up}capstone/README.md) [one]({up}capstone/p1_codes.ipynb)"
    )
    there = ["01_autoencoders.html#uses", "https://example.org/a.ipynb", "../index.html", "../index.html"]
    there.append("../notebooks/p1_codes.ipynb")
    assert [link["href"] for link in export(text).select("main a")] == there


def test_a_notebook_can_be_shown_as_it_is_handed_out():
    made = new_notebook(cells=[new_markdown_cell("# T"), new_code_cell("...")])
    page = BeautifulSoup(
        notebook.convert(made, "97_made", False, {"../a.html": "A", "b.ipynb": "B"}), "html.parser"
    )
    assert page.main["class"] == ["handed"] and page.main["id"] == "main"
    assert [(link["href"], link.has_attr("download")) for link in page.select("header a")] == [
        ("../a.html", False),
        ("b.ipynb", True),
    ]
    assert page.body.a.get_text() == "Skip to the text" and page.body.a["href"] == "#main"


def test_a_widgets_state_comes_from_the_notebook(export):
    page = export(
        outputs=[view("a"), view("b"), view("a")],
        states={"a": anywidget_state(x=1), "b": anywidget_state(x=2)},
    )
    payload = json.loads(page.select_one("#live-widgets").get_text())
    assert payload["models"] == [{"module": 0, "state": {"x": 1}}, {"module": 0, "state": {"x": 2}}]
    assert [host["data-live-model"] for host in page.select(".live")] == ["0", "1", "0"]
    assert page.select_one(".live")["aria-label"] == "Explorer"


def test_a_widget_without_a_body_of_its_own_says_what_it_needs(export):
    page = export(
        outputs=[view("a"), view("gone")],
        states={"a": {"model_name": "IntSliderModel", "state": {"value": 1}}},
    )
    assert page.get_text().count("needs a running kernel") == 2
    assert not page.select("#live-widgets, .live")


def test_a_still_picture_stands_in_where_scripts_are_off(export):
    output = view("a")
    output.data["image/png"] = "aGVsbG8="
    output.metadata["image/png"] = {"alt": "Two bumps."}
    page = export(outputs=[output], states={"a": anywidget_state()})
    still = page.select_one("noscript img")
    assert [still["src"], still["alt"]] == ["data:image/png;base64,aGVsbG8=", "Two bumps."]
    assert page.select_one(".live")["aria-label"] == "Two bumps."


def test_nothing_in_a_page_is_fetched(export):
    page = export("# A\n\n$x$", outputs=[new_output("stream", name="stdout", text="hello\n")])
    assert not page.select("link, iframe, script[src]")
    assert "http" not in "".join(style.get_text() for style in page.select("style"))


ODD = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), *range(0xE000, 0xE010)]))
ODD += "\ud800\udfff\ufffe\uffff"


def odd_outputs(text):
    """An output of every kind that holds this text."""
    yield new_output("stream", name="stdout", text=text)
    for kind in ("text/plain", "text/html", "text/markdown", "text/latex"):
        yield new_output("display_data", {kind: text})
    yield new_output("display_data", {"text/latex": f"$x{text}y$"})
    yield new_output("error", ename="E", evalue=text, traceback=[text])


@pytest.mark.parametrize("where", range(7))
def test_odd_control_characters_in_an_output_are_shown_or_left_out(where):
    """Marks of our own among them: \ue000 7 \ue001 would be the eighth formula."""
    text = "".join(f"{c}1" for c in ODD) + " \ue0007\ue001 \x1b[31mred\x1b[0m end"
    output = list(odd_outputs(text))[where]
    cells = [new_markdown_cell("# $a$ T"), new_code_cell("1", outputs=[output], execution_count=1)]
    page = notebook.convert(new_notebook(cells=cells), "97_made")
    page.encode("utf-8")
    assert not set(ODD) & set(page)
    assert BeautifulSoup(page, "html.parser").select_one("h1 .katex")
    if where in (0, 1, 6):  # what a terminal would show: in its colour, and a NUL by its picture
        assert "ansi-red-fg" in page and "\u24001" in page and "\u2421" in page


def test_half_a_surrogate_pair_in_a_widget_is_written_as_json_writes_it(export):
    page = export(outputs=[view("a")], states={"a": anywidget_state(x="a")})
    assert json.loads(page.select_one("#live-widgets").get_text())["models"][0]["state"] == {"x": "a"}
    widgets = {"modules": [], "models": [{"module": 0, "state": {"x": "\ud800"}}]}
    assert "\\ud800" in live.scripts(widgets)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"executed": False}, "^97_made: no cell has been executed"),
        ({"markdown": r"$\frac{1}$"}, r"^97_made: the formula \$\\frac\{1\}\$ does not parse"),
    ],
)
def test_what_goes_wrong_is_said_in_one_sentence(export, arguments, message):
    with pytest.raises(BuildError, match=message) as raised:
        export(**arguments)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    path = tmp_path / "97_made.ipynb"
    path.write_text("not json")
    with pytest.raises(BuildError, match="^97_made: it is not a notebook"):
        notebook.build(path)


SPOKEN = "The rate is sqrt(1 - alpha-bar); you raised $5 < $x$."


def test_formulas_in_a_box_are_set_and_a_students_dollars_are_not(export):
    html = box("wrong", "a.b: not yet.", f" {SPOKEN}", own=["The rate is sqrt(1 - alpha-bar);"])
    said = export(outputs=[new_output("display_data", {"text/plain": "", "text/html": html})]).output
    assert len(said.select(".katex")) == 1 and said.annotation.get_text() == r"\sqrt{1 - \bar\alpha }"
    assert said.get_text().endswith("; you raised $5 < $x$.")


def test_every_formula_in_a_sentence_of_the_checks_can_be_set():
    exercises = [registry.find(name) for name in registry.names()]
    sentences = [*texts(REASONS).values(), *(hint for one in exercises for hint in one.hints)]
    sentences += [sentence for one in exercises for sentence in own_sentences(one)]
    formulas = sorted({formula for sentence in sentences for formula in _typeset.formulas(sentence)})
    assert len(formulas) > 80
    tex.render([(formula, False) for formula in formulas])  # raises where one does not parse


@pytest.mark.parametrize(
    "text, classes",
    [("name   value\nloss   0.5\n", ["columns"]), ("one  gap\n", None), ("a long sentence, " * 20, None)],
)
def test_what_is_printed_is_wrapped_unless_it_stands_in_columns(export, text, classes):
    page = export(outputs=[new_output("stream", name="stdout", text=text)])
    assert page.select_one(".output_stream pre").get("class") == classes
