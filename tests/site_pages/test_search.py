"""What the search looks through: plain words, and addresses that the pages have."""

import json

import index
import pytest
from standalone import search, words

LESSONS, PROJECTS = index.listings()


@pytest.fixture(scope="module")
def entries():
    return search.entries(LESSONS, PROJECTS)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("A **bold** and *slanted* `code` [link](a.ipynb#b).", "A bold and slanted code link."),
        (r"with $\bar\alpha_t \le 1$ and $$\int x$$ so", "with α_t ≤ 1 and … so"),
        ("- one\n- two\n\n> said\n", "one two said"),
        ("### A heading\n| a | b |\n|---|---|\n| c | d |", "A heading a b c d"),
        ("the value {{ loss:.2f }} of {lesson 13}", "the value … of lesson 13"),
        ('before\n```python figure alt="x"\nfig = 1\n```\nafter', "before after"),
        ("::: vote B\n- yes\n:::\n{.fragment}\nThen", "yes Then"),
    ],
)
def test_markdown_becomes_words(text, plain):
    assert words.plain(text) == plain


def test_every_lesson_has_sections_slides_and_words(entries):
    for name in LESSONS:
        kinds = {entry["kind"] for entry in entries if name in entry["url"]}
        deck = search.sections.ROOT / "slides" / f"{name}.md"
        assert kinds == ({"page", "slide"} if deck.exists() else {"page"}), name
    for name in PROJECTS:
        assert any(entry["url"].startswith(f"pages/{name}.html#") for entry in entries)
    assert {entry["kind"] for entry in entries} == {"word", "page", "slide", "paper"}
    addresses = [entry["url"] for entry in entries]
    assert len(addresses) == len({*addresses})


def test_a_formula_keeps_its_signs_where_markdown_loses_its_marks():
    assert words.plain(r"| $a < b$ | $p(x \mid z) > 0$ |") == "a < b p(x | z) > 0"


def test_what_the_speaker_says_is_kept_apart_from_the_slide(entries):
    slides = [entry for entry in entries if entry["kind"] == "slide"]
    assert sum("notes" in entry for entry in slides) > len(slides) / 2
    (one,) = [e for e in slides if e["url"].startswith("slides/18") and e["title"] == "What they draw"]
    assert "Not chosen" in one["notes"] and "Not chosen" not in one["text"]


def test_no_mark_of_markdown_is_left_in_a_title(entries):
    bad = [
        entry["title"]
        for entry in entries
        if entry["kind"] != "paper" and set(entry["title"]) & set("*`$\\{}")
    ]
    assert bad == [] and all(entry["title"] for entry in entries)


def test_the_names_of_the_code_are_found_and_what_only_draws_is_left_out(entries):
    (section,) = [
        e for e in entries if e["url"].startswith("pages/04") and e["title"] == "3. The best discriminator"
    ]
    assert "optimal_discriminator" in section["code"].split()
    assert "markeredgecolor" not in section["code"].split()  # of a cell that draws


def test_it_is_small_and_nothing_in_it_ends_the_element_it_stands_in(entries):
    text = search.as_json(entries)
    assert len(text.encode()) < 1_500_000
    assert json.loads(text) == entries
    odd = search.as_json([{"title": "</script><!-- x"}])
    assert "</" not in odd and "<!--" not in odd
    assert json.loads(odd) == [{"title": "</script><!-- x"}]
