"""docs/errata.md: what the source lectures print that does not hold, lecture by lecture, and their symbols.

`python tools/errata_page.py` writes it; `make notebooks` does so too.
"""

import json
from pathlib import Path

from course_utils.errata import BY_LESSON
from course_utils.notation import LECTURES, crosswalk

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "errata.md"
TESTS = "tests/errata/test_l{}.py"
HEAD = """# Where the lectures misprint

What the source lectures print that does not hold, and what does. Each line is held by a test in which the
printed form fails. Made by `tools/errata_page.py` from `course_utils/errata/`, where a lesson has one file.
"""
SYMBOLS = """## Our symbols, and theirs

To look up when you read a lecture: what each symbol means, its name in code, and who writes it otherwise.
"""


def page(contents):
    """The page, by lecture and in it by lesson, with our symbols at the end.

    contents: {NN_name: {"title", ...}}, the lessons' titles.
    ValueError where a file of errata has the name of no lesson.
    """
    for lesson in BY_LESSON:
        if lesson not in contents:
            raise ValueError(
                f"course_utils/errata/l{lesson}.py must have the name of a lesson, as l04_... has."
            )
    parts = [HEAD]
    for letter, lecture in LECTURES.items():
        rows = ["| printed | what holds | lesson | test |", "|---|---|---|---|"]
        rows += [
            _row(erratum, lesson, contents[lesson]["title"])
            for lesson, lines in BY_LESSON.items()
            for erratum in lines
            if erratum.lecture == letter
        ]
        parts.append(f"## {letter}: {lecture}\n\n" + "\n".join(rows) + "\n")
    return "\n".join([*parts, f"{SYMBOLS}\n{crosswalk()}\n"])


def _row(erratum, lesson, title):
    notebook = f"[{lesson[:2]} {title}](../notebooks/{lesson}.ipynb)"
    test = f"[`{erratum.test}`](../{TESTS.format(lesson)})"
    return f"| {erratum.printed} | {erratum.holds} | {notebook} | {test} |"


def write(contents):
    """Write docs/errata.md anew."""
    PAGE.write_text(page(contents), encoding="utf-8")


if __name__ == "__main__":
    write(json.loads((ROOT / "notebooks" / "contents.json").read_text(encoding="utf-8")))
