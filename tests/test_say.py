"""What is said to a student: bare words in a terminal, the same words in a box in a notebook."""

import itertools
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from course_utils import _typeset
from course_utils._say import LOOKS, box, say

HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror=alert(2)> </output><b>out &amp; "in" costs $5 or $x_0$ '
    "\\(y\\) \\[z\\] \\begin{align}a\\end{align} $$b$$ `code` `<i>` `$c$` ``` "
    "torch.cat('$d$') alpha-bar x_t \x00\ud800"
)


def parsed(html):
    return BeautifulSoup(html, "html.parser")


def test_outside_a_notebook_the_bare_words_are_printed(capsys):
    say("wrong", "a.b: not yet.", " Why: `x`.\nGo on.", "It printed:\n    1")
    assert capsys.readouterr().out == "a.b: not yet. Why: `x`.\nGo on.\nIt printed:\n    1\n"


@pytest.mark.parametrize("kind", LOOKS)
def test_a_box_has_a_sign_a_colour_bold_words_and_little_else(kind):
    html = box(kind, "a.b: so.", " Why.")
    made, (sign, colour) = parsed(html).output, LOOKS[kind]
    assert made.get_text() == f"{sign} a.b: so. Why." and made.b.get_text() == f"{sign} a.b: so."
    assert colour in made["style"] and "var(" not in html
    assert len(html.encode()) < 250


def test_no_two_kinds_share_a_sign_or_a_colour():
    for look in zip(*LOOKS.values(), strict=True):
        assert len(set(look)) == len(LOOKS)


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "ground, ink", [("#ffffff", "#1a1a1a"), ("#111111", "#dddddd"), ("#1e1e1e", "#cccccc")]
)
@pytest.mark.parametrize("kind", LOOKS)
def test_words_on_the_tint_can_be_read_in_a_light_and_a_dark_theme(kind, ground, ink):
    found = re.search(r"background:#(..)(..)(..)(..)$", parsed(box(kind, "a")).output["style"])
    *tint, share = (int(part, 16) / 255 for part in found.groups())
    below, above = ([int(one[i : i + 2], 16) / 255 for i in (1, 3, 5)] for one in (ground, ink))
    mixed = [share * over + (1 - share) * under for over, under in zip(tint, below, strict=True)]
    bright, dim = sorted((luminance(mixed), luminance(above)), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 7


@pytest.mark.parametrize("place", ["bold", "rest", "printed"])
def test_nothing_that_a_student_wrote_is_markup_or_mathematics(place):
    given = {"bold": "a.b: not yet.", "rest": " It is.", "printed": ""}
    given[place] = f"It printed:\n{HOSTILE}" if place == "printed" else HOSTILE
    html = box("wrong", given["bold"], given["rest"], given["printed"], own=["It is."])
    made = parsed(html)
    assert {tag.name for tag in made.find_all(True)} <= {"output", "b", "br", "code", "samp", "span"}
    assert not [tag for tag in made.find_all(True) if set(tag.attrs) - {"class", "style"}]
    assert len(made.find_all("output")) == 1 and html.endswith("</output>")
    runs = [text for text in made.strings if re.search(r"[$\\]", text)]
    assert len(runs) > 10 and {*runs} == {"$", "\\"}, "a typesetter could find both ends of a formula"
    assert not re.search(r"\$[^$<]+\$", html), "the page's builder would set it"
    words = made.get_text().replace("`", "").replace(" ", "")
    assert HOSTILE.replace("`", "").replace(" ", "") in words


@pytest.mark.parametrize(
    "written, set_as",
    [
        ("the rate is sqrt(1 - alpha-bar), and", r"the rate is $\sqrt{1 - \bar\alpha }$, and"),
        ("divide x_t by sqrt(alpha_t).", r"divide $x_t$ by $\sqrt{\alpha_t}$."),
        ("x_t = sqrt(alpha-bar) x_0 + 2", r"$x_t = \sqrt{\bar\alpha } x_0 + 2$"),
        ("log p(x | y) of N(0, I)", r"$\log p(x \mid y)$ of $\mathcal{N}(0, I)$"),
        ("e^-1000 is 0", "$e^{-1000}$ is 0"),
        ("beta = 2 of a beta-VAE", r"$\beta  = 2$ of a beta-VAE"),
        ("x_hat and q(x_{t-1} | x_0)", None),
    ],
)
def test_a_formula_in_a_sentence_of_ours_is_set(written, set_as):
    assert _typeset.typeset(written) == written, "not where it may be a student's"
    assert set_as is None or _typeset.typeset(written, own=[written]) == set_as


@pytest.mark.parametrize(
    "text, codes",
    [
        ("use torch.cat([a, b], 1) and .item() here.", ["torch.cat([a, b], 1)", ".item()"]),
        ("call schedule.rates(t, x)[0] with log_std, or `s`.", ["schedule.rates(t, x)", "log_std", "s"]),
        ('hint("a.b_c") helps; write check("a.b", f).', ['hint("a.b_c")', 'check("a.b", f)']),
        ("e.g. notebook 02. The end, at 4.5 of x_t and beta_1", []),
    ],
)
def test_code_in_a_sentence_is_shown_as_code(text, codes):
    assert [code.get_text() for code in parsed(_typeset.typeset(text)).find_all("code")] == codes


CELLS = [
    "from course_utils._say import say\nprint('one')\nsay('right', 'two', ' x')\nprint('three')",
    "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as kept:\n"
    "    say('right', 'four')\nprint('kept', kept.getvalue())",
]


def test_in_a_notebook_a_box_stands_in_its_place_and_what_is_caught_is_printed():
    nb = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    NotebookClient(nb, kernel_name="python3", timeout=120).execute()
    first, second = (cell.outputs for cell in nb.cells)
    told = [one.get("text", "").strip() or one.data["text/plain"] for one in first]
    assert [word for word, _ in itertools.groupby(told)] == ["one", "two x", "three"]
    (shown,) = (one for one in first if one.output_type == "display_data")
    assert shown.data["text/html"] == box("right", "two", " x")
    assert "".join(one.text for one in second) == "kept four\n\n"
    nbformat.validate(nb)
