"""What a student has solved, lesson by lesson, as a table in a terminal; the start page has a widget for it.

`check` remembers it in notebooks/progress.json (see `course_utils._remembered`); here it is only read, and at
the reader's wish set aside.
"""

import shutil
import textwrap

from .. import _remembered, _solved

EMPTY = "Nothing is remembered yet: the first answer that you check begins it."
WIDE = 100  # columns, where nobody says how many there are


def lessons():
    """A `_solved.Lesson` for each notebook that has exercises, in their order.

    Raises ValueError where there are no sources, as in an installation without the course's notebooks, and
    where what is remembered is damaged or comes from a later version of the course.
    """
    return _solved.lessons(_solved.known())


def table(width=None):
    """The progress as text: a line in sum, then for each notebook how many are solved and which are not.

    width: in columns, at least 60; None is the terminal's.
    """
    found = lessons()
    width = max(60, width or shutil.get_terminal_size((WIDE, 24)).columns)
    names = max(len("notebook"), *(len(lesson.notebook) for lesson in found))
    indent = " " * (names + 12)
    rows = [f"{'notebook':<{names}}  {'solved':<8}  left"]
    for lesson in found:
        start = f"{lesson.notebook:<{names}}  {_count(lesson):<8}  "
        rows += textwrap.wrap(
            _left(lesson), width, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False
        )
    return "\n".join([_solved.in_sum(found), "", *rows])


def reset(ask=input):
    """Ask whether to begin anew and, where the answer is yes, set the file aside; returns what was done.

    ask(question) returns the answer, in a word. Raises OSError, in one sentence, where the file cannot be
    moved.
    """
    path = _remembered.NOTEBOOKS / _remembered.FILE
    if not path.exists():
        return EMPTY
    question = "Begin anew? What is remembered is moved to notebooks/my, and your notebooks stay. [y/N] "
    try:
        answer = ask(question)
    except EOFError:  # nobody is there to answer
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        return "Nothing was changed."
    try:
        kept = _remembered.set_aside(path)
    except OSError as error:
        raise OSError(
            f"notebooks/{_remembered.FILE} cannot be moved to notebooks/my ({error.strerror or error}), so "
            "nothing was changed: see that notebooks/my is a folder that is yours."
        ) from error
    return f"Progress begins anew; the old one is kept as notebooks/my/{kept.name}."


def _count(lesson):
    return f"{len(lesson.solved)} of {len(lesson.exercises)}"


def _left(lesson):
    if not lesson.left:
        return "none"
    return ", ".join(lesson.left) if lesson.solved else "all"
