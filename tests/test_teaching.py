"""docs/teaching.md says what the decks and lessons say, and its code on own data runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import teaching  # noqa: E402
from standalone.errors import BuildError  # noqa: E402

PAGE = teaching.PAGE.read_text(encoding="utf-8")
KNOWN = teaching.lessons()
ROW = re.compile(r"^\| (\d:\d\d) \| (.+?) \| (\d+) \| (.*?) \|", re.MULTILINE)


def test_the_page_says_what_the_decks_and_lessons_say():
    assert teaching.filled(PAGE, KNOWN) == PAGE, "run `python tools/teaching.py`"
    assert "{{" not in PAGE, "the name of a deck's part holds a value, which this page cannot compute"


def test_fourteen_weeks_take_every_lesson_of_the_course_once():
    weeks = re.findall(r"^\| \d+ \| (.+?) \|", PAGE, re.MULTILINE)
    assert len(weeks) == 14
    told = [entry[:2] for week in weeks for entry in week.split("; ")]
    assert told == [f"{number:02d}" for number in range(20)]


def test_a_lesson_comes_after_those_that_it_needs():
    needs = re.compile(r"Needs (?:only )?((?:\d\d(?:, | and )?)+)")
    listed = {name[:2]: entry["about"] for name, entry in teaching.index.listings()[0].items()}
    pairs = [(a, b) for a, text in listed.items() for b in re.findall(r"\d\d", "".join(needs.findall(text)))]
    assert len(pairs) > 15
    order = list(KNOWN)
    assert all(order.index(needed) < order.index(lesson) for lesson, needed in pairs)


def test_each_deck_fills_ninety_minutes_by_its_notes():
    chapters = re.split(r"^### ", PAGE.partition("<!-- lessons -->")[2], flags=re.MULTILINE)[1:]
    assert len(chapters) == sum(lesson.name is not None for lesson in KNOWN.values())
    with_deck = [chapter for chapter in chapters if ROW.search(chapter)]
    assert len(with_deck) == len(list((ROOT / "slides").glob("[0-9][0-9]_*.md")))
    for chapter in with_deck:
        rows = [(clock.split(":"), int(minutes), brief) for clock, _, minutes, brief in ROW.findall(chapter)]
        begins = [60 * int(hours) + int(minutes) for (hours, minutes), _, _ in rows]
        ends = [begin + minutes for begin, (_, minutes, _) in zip(begins, rows, strict=True)]
        assert begins == [0, *ends[:-1]] and ends[-1] == 90, chapter.split("\n")[0]
        assert 30 <= sum(int(brief) for _, _, brief in rows if brief.isdigit()) <= 45


@pytest.mark.parametrize(
    ("weeks", "said"),
    [("00 | 02", "every lesson once, in order: 00 01; got 00 | 02."), ("01 | 00", "got 01 | 00.")],
)
def test_a_semester_without_a_lesson_is_refused(weeks, said):
    page = f"<!-- semester: {weeks} --><!-- /semester --><!-- lessons --><!-- /lessons -->"
    two = {number: KNOWN[number] for number in ("00", "01")}
    with pytest.raises(BuildError, match=re.escape(said)):
        teaching.filled(page, two)
    with pytest.raises(BuildError, match="needs its two markers"):
        teaching.filled("# A page", two)


def test_two_lessons_of_a_week_are_shown_in_45_minutes_each():
    page = "<!-- semester: {} --><!-- /semester --><!-- lessons --><!-- /lessons -->"
    two = {number: KNOWN[number] for number in ("03", "04")}
    both = teaching.filled(page.format("03 04"), two)
    alone = teaching.filled(page.format("03 | 04"), two)
    short, whole = ([lesson.minutes(brief) for lesson in two.values()] for brief in (True, False))
    assert f"| {short[0]} min + {short[1]} min |" in both and max(short) <= 45 < min(whole)
    assert f"| {whole[0]} min |" in alone and f"| {whole[1]} min |" in alone


def test_the_code_on_own_data_runs(tmp_path):
    """The page's blocks, in order, on a folder of eight pictures in two classes; every training cut short."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 3
    random = np.random.default_rng(0)
    for number in range(8):
        target = tmp_path / "pictures" / ("cats" if number % 2 else "dogs") / f"{number}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (40, 30, 3), dtype=np.uint8)).save(target)
    asked = [
        "assert own.images.shape == (8, 1, 28, 28) and own.classes == ('cats', 'dogs')",
        "assert labels.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]",
        "assert model.decoder(mean).shape == own.images.shape and len(fig.axes[0].images) >= 24",
        "assert history.steps == 3 and history.ema is not small",
    ]
    quiet = {**os.environ, "COURSE_PRESET": "smoke", "COURSE_PROGRESS": "off"}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([*blocks, *asked])],
        cwd=tmp_path, env=quiet, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_lesson_without_a_deck_and_one_that_is_to_come_are_told_as_such():
    page = "<!-- semester: 03 04 --><!-- /semester --><!-- lessons --><!-- /lessons -->"
    bare = teaching.Lesson("Codes", "03_variational_autoencoders", seconds=40, exercises=11)
    made = teaching.filled(page, {"03": bare, "04": teaching.Lesson("Games")})
    assert "| 1 | 03 Codes; 04 Games (to come) | no deck + no deck | 11 | 1 min |" in made
    chapter = made.partition("### 03 Codes")[2]
    assert "There is no deck: go through its notebook together, which has 11 exercises." in chapter
    listed = re.findall(r"^- (\d+)\. ", chapter, re.MULTILINE)
    assert listed == [str(number) for number in range(1, len(listed) + 1)] and len(listed) > 5
    assert "### 04" not in made
