"""What a student has solved, lesson by lesson: as a table in a terminal, as bars in a notebook.

`check` remembers it in notebooks/progress.json (see `course_utils._remembered`); here it is only read, and at
the reader's wish set aside.
"""

import re
import shutil
import textwrap
from html import escape
from typing import NamedTuple

from .. import _remembered
from ..progress import in_notebook

CHECKED = re.compile(r'^[ \t]*\w+ = check\("([\w.]+)",', re.MULTILINE)
EMPTY = "Nothing is remembered yet: the first answer that you check begins it."
BLUE, GREY = "#0072B2", "#8A8A8A"  # Okabe and Ito's blue; the number beside each bar says the same
CELL = "text-align:left;vertical-align:top;padding:.15em .8em"
WIDE = 100  # columns, where nobody says how many there are


class Lesson(NamedTuple):
    """A notebook's name and, in its order, the exercises that are solved and those that are left."""

    notebook: str
    solved: list
    left: list


def lessons():
    """A `Lesson` for each notebook that has exercises, in their order; what is there is found in the sources.

    Raises ValueError where there are no sources, as in an installation without the course's notebooks, and
    where what is remembered is damaged or comes from a later version of the course.
    """
    sources = sorted((_remembered.NOTEBOOKS / "source").glob("[0-9][0-9]_*.py"))
    if not sources:
        raise ValueError(f"{_remembered.NOTEBOOKS} holds no lessons, so there is no progress to show.")
    known, seen, found = _known(), set(), []
    for source in sources:
        asked = dict.fromkeys(CHECKED.findall(source.read_text(encoding="utf-8")))
        here = [name for name in asked if name not in seen]  # one that comes again counts where it was first
        seen.update(here)
        solved = [name for name in here if known.get(name, {}).get("solved")]
        if here:
            found.append(Lesson(source.stem, solved, [name for name in here if name not in solved]))
    return found


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
    return "\n".join([_in_sum(found), "", *rows])


def show():
    """Show the progress where it is read: bars, lesson by lesson, in a notebook; the table in a terminal.

    A notebook keeps the table too, as plain text beside the bars. Raises as `lessons` does.
    """
    plain = table(WIDE)
    if not in_notebook():
        print(plain)
        return
    from IPython.display import display

    display({"text/plain": plain, "text/html": bars()}, raw=True)


def bars():
    """The progress as HTML: a row for each notebook, with its name, a bar, its numbers and what is left.

    Plain elements with styles of their own, for a notebook that is not trusted keeps nothing else; the words
    have the theme's colours.
    """
    found = lessons()
    head = "".join(f'<th scope="col" style="{CELL}">{word}</th>' for word in ("notebook", "solved", "left"))
    return (
        '<table style="font-size:inherit;color:inherit">'
        f'<caption style="text-align:left">{_in_sum(found)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(map(_row, found))}</tbody></table>"
    )


def reset(ask=input):
    """Ask whether to begin anew and, where the answer is yes, set the file aside; returns what was done.

    ask(question) returns the answer, in a word. Raises OSError where the file cannot be moved.
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
    return f"Progress begins anew; the old one is kept as notebooks/my/{_remembered.set_aside(path).name}."


def _known():
    """{exercise: what is remembered of it}; ValueError, with a way out, where it cannot be read.

    Nothing where that is switched off: a notebook that is built must not show whoever builds it.
    """
    if _remembered.off():
        return {}
    try:
        known = _remembered.read(_remembered.NOTEBOOKS / _remembered.FILE)
    except _remembered.Damaged:
        raise ValueError(
            f"notebooks/{_remembered.FILE} is damaged: the next check sets it aside and begins a new one, as "
            "`python -m course_utils progress --reset` does."
        ) from None
    if known is None:
        raise ValueError(
            f"notebooks/{_remembered.FILE} was written by a later version of the course: update this one "
            "(`python -m course_utils update`)."
        )
    return known


def _in_sum(found):
    solved = sum(len(lesson.solved) for lesson in found)
    all_of_them = solved + sum(len(lesson.left) for lesson in found)
    if not solved:
        return f"No exercise of {all_of_them} is solved yet. Each answer that you check adds to this."
    return f"{solved} of {all_of_them} exercises solved."


def _count(lesson):
    return f"{len(lesson.solved)} of {len(lesson.solved) + len(lesson.left)}"


def _left(lesson):
    if not lesson.left:
        return "none"
    return ", ".join(lesson.left) if lesson.solved else "all"


def _row(lesson):
    share = 100 * len(lesson.solved) / (len(lesson.solved) + len(lesson.left))
    outer = f"display:inline-block;width:8em;height:.8em;margin-right:.6em;border:1px solid {GREY}"
    inner = f"display:block;width:{share:.0f}%;height:100%;background:{BLUE}"
    done = "" if lesson.left else " ✓"
    return (
        f'<tr><th scope="row" style="{CELL};font-weight:normal">{escape(lesson.notebook)}</th>'
        f'<td style="{CELL};white-space:nowrap"><span style="{outer}"><span style="{inner}"></span></span>'
        f'{_count(lesson)}{done}</td><td style="{CELL}">{escape(_left(lesson))}</td></tr>'
    )
