"""Which tables of a page stand cell below cell on a narrow screen, and what names their cells."""

from bs4 import BeautifulSoup
from standalone import markdown

LONG = "a sentence that is wider than any number would be"


def table(text):
    html = markdown.parser(anchors=True).render(text, {"formulas": []})
    return BeautifulSoup(html, "html.parser").table


def test_a_cell_of_a_table_of_words_is_told_its_column():
    found = table(f"| *printed* | | what holds |\n|---|---|---|\n| a | b | {LONG} |\n| c | d | |")
    assert found["class"] == ["stacked"] and found.parent["class"] == ["scroll"]
    labels = [cell.get("data-label") for cell in found.tbody.select("td")]
    assert labels == ["printed", None, "what holds", "printed", None, None]


def test_it_stays_a_table_for_who_hears_it():
    found = table(f"| a | |\n|---|---|\n| {LONG} | b |")
    roles = [node["role"] for node in [found, *found.select("*")]]
    rows = [["row", "columnheader", "cell"], ["row", "cell", "cell"]]
    assert roles == ["table", "rowgroup", *rows[0], "rowgroup", *rows[1]]


def test_numbers_and_columns_headed_by_a_formula_go_on_scrolling():
    for head, cell in (("a", "0.25"), ("$a$", LONG)):
        found = table(f"| {head} | b |\n|---|---|\n| {cell} | {cell} |")
        assert "class" not in found.attrs and not found.select("[role], [data-label]")


def test_a_deck_has_no_such_tables():
    html = markdown.parser().render(f"| a | b |\n|---|---|\n| {LONG} | c |", {"formulas": []})
    assert "stacked" not in html and "data-label" not in html
