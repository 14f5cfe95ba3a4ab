"""How a deck and its lesson's page find each other."""

import pytest
from bs4 import BeautifulSoup
from standalone import sections, source
from standalone.errors import BuildError
from standalone.sections import Section

KNOWN = (
    Section("touch-it-first", None, "Touch it first", "opening"),
    Section("1-labels", 1, "Labels", "section 1"),
    Section("2-given-it-is-easy", 2, "Given $x_0$, it is easy", "section 2"),
    Section("going-further-truncation", None, "Truncation", "going further"),
)
DECKS = sorted((sections.ROOT / "slides").glob("[0-9][0-9]_*.md"))


def numbers(text):
    _, slides = source.parse(f'---\ntitle: A deck\nlesson: "99"\ncites: []\n---\n{text}')
    return [section and section.id for section in sections.of_slides(slides, KNOWN)]


def test_a_section_is_said_or_is_the_slides_own_title_and_holds_until_the_next():
    text = (
        "## One\n\n## Told\nSection: 1\n\nwords\n\n## More\n\n## Given $x_0$, it is easy\n\n## Truncation\n"
    )
    assert numbers(text) == [
        None,
        None,
        "1-labels",
        "1-labels",
        "2-given-it-is-easy",
        "going-further-truncation",
    ]
    assert numbers("## Labels\nSection: Touch it first\n") == [None, "touch-it-first"]


def test_what_the_speaker_says_of_a_section_is_not_taken_for_one():
    assert numbers("## One\n\nNote (1 min): See below.\n\nSection: 1\n") == [None, None]


def test_a_section_that_the_notebook_has_not_stops_the_build():
    with pytest.raises(BuildError, match=r"^slide 2 \(One\): Section wants a number or .*; got '7'\.$"):
        numbers("## One\nSection: 7\n")


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_every_numbered_section_of_a_lesson_has_a_slide_in_the_lessons_order(path):
    known = sections.of(path.stem)
    first = sections.first_slides(path.stem)
    numbered = [section for section in known if section.number]
    assert [section.number for section in numbered] == list(range(1, len(numbered) + 1))
    starts = [first[section.id] for section in numbered if section.id in first]
    assert starts == sorted(starts) and len(starts) >= len(numbered) - 1


def test_a_section_has_a_short_name():
    names = {section.words: section.name for section in sections.of("05_training_gans")}
    assert names["Faces of nobody"] == "section 1"
    assert (names["truncation"], names["What to take with you"]) == ("going further", "closing")
    assert sections.of("06_wasserstein")[0].name == "opening"


def test_a_file_without_a_notebook_has_no_sections(build):
    assert sections.of("99_small") == () and "../pages" not in build("## One\n\nwords\n")


def test_an_empty_heading_of_a_table_is_a_plain_cell(build):
    html = build("## One\n\n| | b |\n|---|---|\n| x | y |\n")
    row = BeautifulSoup(html, "html.parser").select_one("thead tr")
    assert [cell.name for cell in row.select("td, th")] == ["td", "th"]
