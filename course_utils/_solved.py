"""What is solved of what there is: every lesson's exercises, as its source asks them, and what is remembered.

The table of `python -m course_utils progress` and the widget on the start page both show this.
"""

import re
from typing import NamedTuple

from . import _remembered

CHECKED = re.compile(r'^[ \t]*\w+ = check\("([\w.]+)",', re.MULTILINE)
TITLE = re.compile(r"^# +title: (.+)$", re.MULTILINE)


class Lesson(NamedTuple):
    """A notebook's name, its title, and in its order {exercise: when it was solved, or None}."""

    notebook: str
    title: str
    exercises: dict

    @property
    def solved(self):
        """The names of the exercises that are solved."""
        return [name for name, when in self.exercises.items() if when]

    @property
    def left(self):
        """The names of the others."""
        return [name for name, when in self.exercises.items() if not when]


def lessons(known):
    """A `Lesson` for each notebook that has exercises, in their order; known: as `known` returns it.

    Raises ValueError where there are no sources, as in an installation without the course's notebooks.
    """
    sources = sorted((_remembered.NOTEBOOKS / "source").glob("[0-9][0-9]_*.py"))
    if not sources:
        raise ValueError(f"{_remembered.NOTEBOOKS} holds no lessons, so there is no progress to show.")
    seen, found = set(), []
    for source in sources:
        text = source.read_text(encoding="utf-8")
        asked = dict.fromkeys(CHECKED.findall(text))
        here = [name for name in asked if name not in seen]  # one that comes again counts where it was first
        seen.update(here)
        title = TITLE.search(text)
        if here:
            when = {name: known.get(name, {}).get("solved") or None for name in here}
            found.append(Lesson(source.stem, title[1] if title else source.stem, when))
    return found


def known():
    """{exercise: what is remembered of it}; ValueError, with a way out, where it cannot be read.

    Nothing where that is switched off: a notebook that is built must not show whoever builds it.
    """
    if _remembered.off():
        return {}
    try:
        found = _remembered.read(_remembered.NOTEBOOKS / _remembered.FILE)
    except _remembered.Damaged:
        raise ValueError(
            f"notebooks/{_remembered.FILE} is damaged: the next check sets it aside and begins a new one, as "
            "`python -m course_utils progress --reset` does."
        ) from None
    except OSError as error:  # it is a folder, or somebody else's
        raise ValueError(
            f"notebooks/{_remembered.FILE} cannot be read ({error.strerror or error}): "
            "`python -m course_utils progress --reset` sets it aside, and the next check begins a new one."
        ) from error
    if found is None:
        raise ValueError(
            f"notebooks/{_remembered.FILE} was written by a later version of the course: update this one "
            "(`python -m course_utils update`)."
        )
    return found


def in_sum(found):
    """One line on all lessons together."""
    solved = sum(len(lesson.solved) for lesson in found)
    all_of_them = sum(len(lesson.exercises) for lesson in found)
    if not solved:
        return f"No exercise of {all_of_them} is solved yet. Each answer that you check adds to this."
    return f"{solved} of {all_of_them} exercises solved."


def coming(found):
    """(lesson, exercise) to go on with: the first left behind the one solved last, else the first left.

    None where nothing is left.
    """
    asked = [(lesson, name, when) for lesson in found for name, when in lesson.exercises.items()]
    behind = max(range(len(asked) + 1), key=lambda at: asked[at - 1][2] or "" if at else "")
    return next(((lesson, name) for lesson, name, when in asked[behind:] + asked[:behind] if not when), None)
