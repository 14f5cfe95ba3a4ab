"""Where a source lecture prints something that does not hold, and what does.

A lesson's lines stand in lNN_name.py, under the lesson's own name; a file that is there is found.
"""

from .._validate import check_choice
from ..notation import LECTURES
from .erratum import Erratum, found

BY_LESSON = found(__name__, __path__)  # {NN_name: its lines}
ERRATA = [erratum for lines in BY_LESSON.values() for erratum in lines]

__all__ = ["BY_LESSON", "ERRATA", "Erratum", "errata_table"]


def errata_table(lesson=None):
    """The errata as a Markdown table: all of them, or one lesson's ("00", "01", ...)."""
    if lesson is not None:
        check_choice("lesson", lesson, sorted({erratum.lesson for erratum in ERRATA}))
    rows = ["| lecture | printed | what holds |", "|---|---|---|"]
    for erratum in ERRATA:
        if lesson in (None, erratum.lesson):
            rows.append(
                f"| {LECTURES[erratum.lecture].split(',')[0]} | {erratum.printed} | {erratum.holds} |"
            )
    return "\n".join(rows)
