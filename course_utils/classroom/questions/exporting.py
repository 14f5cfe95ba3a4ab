"""A bank in a form that other programs read."""

from pathlib import Path

from ..._validate import check_choice
from .bank import load, name_of
from .formats import FORMATS


def export(lesson, format, out=None, *, key=True, shown=False):
    """The questions of a lesson as text; written to the file out as well, where one is given.

    lesson: its name or number; format: a name in FORMATS; key: with answers and reasons; shown: only the five
    at the end of the notebook. Raises ValueError for a lesson without a bank or an unknown format, and
    OSError, in one sentence, where the file cannot be written.
    """
    format = check_choice("format", format, FORMATS)
    questions = [question for question in load(lesson) if question.shown or not shown]
    text = FORMATS[format](name_of(lesson), questions, key)
    if out is not None:
        try:
            Path(out).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            why = error.strerror or error
            raise OSError(
                f"The questions cannot be written to {out} ({why}): name a file in a folder that is yours."
            ) from error
    return text
