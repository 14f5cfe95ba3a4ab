"""docs/teaching.md: a semester of the course and 90 minutes of each lesson, by the decks' own notes.

A person writes the page's words, and in the marker before the semester which lessons each week takes:
`<!-- semester: 00 | 01 02 | ... -->`. The tables are filled in by `python tools/teaching.py`, which
`make slides` and `make notebooks` run; tests/test_teaching.py holds them to the decks and lessons.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import index
import start_page
from standalone import plan, sections, source
from standalone.errors import BuildError
from standalone.files import write

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "teaching.md"
SEMESTER = re.compile(r"<!-- semester: ([^>]*) -->.*?<!-- /semester -->", re.DOTALL)
LESSONS = re.compile(r"<!-- lessons -->.*?<!-- /lessons -->", re.DOTALL)
PLANNED = re.compile(r"^- \*\*(\d\d) (.+?):\*\*", re.MULTILINE)  # in the start page


@dataclass
class Lesson:
    """What the page says of a lesson: its title, its deck's parts, and what fills the rest of 90 minutes.

    name: None for a lesson that is to come; parts: none where there is no deck.
    """

    title: str
    name: str | None = None
    seconds: int | None = None
    exercises: int = 0
    parts: tuple = ()
    further: str = ""

    def minutes(self, short=False):
        """How long the deck takes by its notes; short: in its version of 45 minutes."""
        return sum(part.minutes(short) for part in self.parts)


def lessons():
    """{"00": Lesson, ...} of all lessons, those that are planned included, in their order."""
    page = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    found = {number: Lesson(title) for number, title in PLANNED.findall(page)}
    for name, entry in index.listings()[0].items():
        text = (ROOT / "notebooks" / "source" / f"{name}.py").read_text(encoding="utf-8")
        lesson = Lesson(entry["title"], name, entry.get("seconds"), len(start_page.exercises(text)))
        deck = ROOT / "slides" / f"{name}.md"
        if deck.exists():
            _, slides = source.parse(deck.read_text(encoding="utf-8"))
            lesson.parts = plan.parts(slides, sections.of_slides(slides, sections.of(name)))
            lesson.further = plan.remainder(slides)
        found[name[:2]] = lesson
    return dict(sorted(found.items()))


def filled(page, known):
    """The page with both tables written anew; known: what lessons() gives.

    Raises BuildError where the page's semester does not take every lesson once, in order.
    """
    marker = SEMESTER.search(page)
    if marker is None or not LESSONS.search(page):
        raise BuildError(
            "docs/teaching.md needs its two markers, `<!-- semester: ... -->` and `<!-- lessons -->`."
        )
    weeks = [week.split() for week in marker[1].split("|")]
    if [number for week in weeks for number in week] != list(known):
        raise BuildError(
            f"the semester must take every lesson once, in order: {' '.join(known)}; got {marker[1]}."
        )
    rows = [_week(number, [known[lesson] for lesson in week], week) for number, week in enumerate(weeks, 1)]
    table = _table(["week", "lessons", "lecture", "exercises", "Run All"], rows)
    page = page.replace(marker[0], f"<!-- semester: {marker[1]} -->\n\n{table}\n\n<!-- /semester -->")
    told = "\n\n".join(_lesson(number, lesson) for number, lesson in known.items() if lesson.name)
    return LESSONS.sub(lambda _: f"<!-- lessons -->\n\n{told}\n\n<!-- /lessons -->", page)


def _week(number, taken, numbers):
    """A week's row: one lesson by its whole deck, several by their versions of 45 minutes."""
    titles = [
        f"{told} {lesson.title}" + ("" if lesson.name else " (to come)")
        for told, lesson in zip(numbers, taken, strict=True)
    ]
    lecture = " + ".join(
        f"{lesson.minutes(len(taken) > 1)} min" if lesson.parts else "no deck" for lesson in taken
    )
    seconds = sum(lesson.seconds or 0 for lesson in taken)
    counts = sum(lesson.exercises for lesson in taken)
    return [number, "; ".join(titles), lecture, counts or "", start_page.minutes(seconds) if seconds else ""]


def _lesson(number, lesson):
    """A lesson's heading and its 90 minutes, part by part."""
    heading = f"### {number} {lesson.title}"
    if not lesson.parts:
        places = [f"{place.number}. {place.words}" for place in sections.of(lesson.name) if place.number]
        listed = "\n".join(f"- {words}" for words in places)
        told = f"There is no deck: go through its notebook together, which has {lesson.exercises} exercises."
        return f"{heading}\n\n{told}\n\n{listed}"
    rows, at = [], 0
    for part in lesson.parts:
        brief = part.minutes(short=True) or plan.CUT
        rows.append([_clock(at), part.words, part.minutes(), brief, _places(part)])
        at += part.minutes()
    rest = plan.WHOLE - at
    rows.append([_clock(at), f"In the notebook: {lesson.further}", rest, "", ""])
    return f"{heading}\n\n{_table(['at', 'part', 'min', f'in {plan.SHORT} min', 'notebook'], rows)}"


def _clock(minutes):
    return f"{minutes // 60}:{minutes % 60:02d}"


def _places(part):
    """Where a part stands in the notebook: `opening, section 1, section 2`."""
    return ", ".join(dict.fromkeys(place.name for place in part.places if place))


def _table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def main():
    """Write the page anew; return the exit status."""
    try:
        write(PAGE, filled(PAGE.read_text(encoding="utf-8"), lessons()))
    except BuildError as error:
        print(f"teaching: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
