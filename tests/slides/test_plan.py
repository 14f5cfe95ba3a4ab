"""The parts of a deck, their minutes, and what 45 minutes leave out."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from standalone import plan, sections, source
from standalone.errors import BuildError
from standalone.sections import Section

ROOT = Path(__file__).resolve().parents[2]
DECKS = sorted((ROOT / "slides").glob("[0-9][0-9]_*.md"))
DECK = """Note (1 min): The title.

## What is ahead

```agenda
exercises 1
and 2
```

Note (1 min): Say it.

## One
Part: The game

Note (30 min): The first.

## Two
Part: A *second*

Note (9 min): The next.

## Three
Cut: 45

Note (10 min): It goes.

## Four
Part: The end
Cut: 45

Note (9 min): It goes, too.
"""


def table(section):
    rows = section.select(".agenda tr")
    return [[cell.get_text() for cell in row.select("th, td")] for row in rows]


def test_the_agenda_adds_up_the_minutes_of_the_notes(build):
    section = BeautifulSoup(build(DECK), "html.parser").select("section")[1]
    assert table(section) == [
        ["part", "45 min", "all"],
        ["1. The game", "32", "32"],
        ["2. A second", "9", "19"],
        ["3. The end", "◇", "9"],
        ["in all", "41", "60"],
    ]
    said = section.select_one(".agenda > p").get_text()
    assert (
        said
        == "In 45 minutes, slides with a ◇ in their foot are left out. In 90: all, and exercises 1 and 2."
    )


def test_a_short_deck_has_one_column_of_minutes(build):
    section = BeautifulSoup(build(DECK.replace("Cut: 45\n", "").replace("(30", "(13")), "html.parser")
    assert table(section)[0] == ["part", "min"] and table(section)[-1] == ["in all", "43"]
    assert section.select_one(".agenda > p").get_text() == "In 90: all, and exercises 1 and 2."
    assert not section.select("[data-cut], .cut")


def test_a_slide_says_its_part_and_that_it_is_cut(build):
    found = BeautifulSoup(build(DECK), "html.parser").select("section")
    parts = [section.select_one("footer .part") for section in found]
    assert [part and part.get_text() for part in parts] == [
        None,
        "Part 1 of 3: The game",
        "Part 1 of 3: The game",
        "Part 2 of 3: A second",
        "Part 2 of 3: A second",
        "Part 3 of 3: The end",
        None,
    ]
    assert [section.get("data-cut") for section in found] == [None] * 4 + ["45"] * 2 + [None]
    assert found[4].select_one("footer .cut").get_text() == "◇"
    assert found[4].select_one(".notes").get_text().strip().splitlines()[0] == "◇ Not in 45 minutes."
    assert not found[3].select("footer .cut") and "45" not in found[3].select_one(".notes").get_text()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Part: The end\n", "", r"slide 2 \(What is ahead\): an agenda wants three parts.*; got 2\."),
        ("(30 min)", "(35 min)", r"its notes give 46 minutes uncut and 65 in all; the most is 45 and 90\."),
        ("(10 min)", "(41 min)", r"its notes give 41 minutes uncut and 91 in all"),
        ("(30 min)", "(23 min)", r"`Cut: 45` leaves 34 minutes; the least with a cut is 35\."),
        ("Cut: 45\n\nNote (10", "Cut: 50\n\nNote (10", r"slide 5 \(Three\): Cut wants 45.*; got '50'"),
        ("Part: The end", "Part:", r"slide 6 \(Four\): Part wants words behind its colon\."),
    ],
)
def test_a_plan_that_does_not_hold_stops_the_build(build, old, new, message):
    assert old in DECK
    with pytest.raises(BuildError, match=message):
        build(DECK.replace(old, new))


def test_what_the_speaker_says_of_a_part_is_not_taken_for_one(build):
    html = build(DECK.replace("The title.", "The title.\n\nPart: no part\n\nCut: 45"))
    assert "Part 1 of 3: The game" in html and "Part: no part" in html


def test_a_part_says_where_it_stands_in_the_notebook(monkeypatch):
    known = (
        Section("touch", None, "Touch it first", "opening"),
        Section("1-a", 1, "A", "section 1"),
        Section("2-b", 2, "B", "section 2"),
        Section("further-c", None, "C", "going further"),
    )
    monkeypatch.setattr(sections, "of", lambda name: known)
    slides = [source.Slide(i, "", minutes=8, part=part) for i, part in enumerate("ab cd", start=1)]
    slides[2].part = ""
    found = plan.parts(slides, [known[0], known[1], known[2], known[3], None])
    lines = plan.agenda(found, "x", "exercise 1").splitlines()
    assert lines[2] == "| part | in the notebook | min |"
    links = re.findall(r'#([^"]+)" title="[^"]+">([^<]+)<', "\n".join(lines))
    assert links == [
        ("touch", "the opening"),
        ("1-a", "sections 1"),
        ("2-b", "2"),
        ("further-c", "going further"),
    ]


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_a_deck_begins_with_its_agenda_and_writes_no_minutes_itself(path):
    _, slides = source.parse(path.read_text(encoding="utf-8"))
    places = sections.of_slides(slides, sections.of(path.stem))
    made = [part for part in slides[1].body if isinstance(part, source.Written)]
    assert [part.kind for part in made] == ["agenda"]
    assert plan.agenda(plan.parts(slides, places), path.stem, "exercises").count("\n| ") >= 6
    assert re.fullmatch(r"exercises? \d.*", " ".join(made[0].lines)), (
        "what fills 90 minutes: exercises 2 to 4"
    )
    text = path.read_text(encoding="utf-8")
    assert plan.CUT not in text and not re.search(r"\b(45|90) minutes", text), "Cut: 45 says it"
