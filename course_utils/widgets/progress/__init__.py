"""The start page's board: a bar for each lesson, and behind it which of its exercises are solved."""

import traitlets

from ... import _remembered, _solved
from ..shared.face import Face
from .still import still

OFF = (
    "Nothing is remembered here, so every lesson is shown as not begun: run this cell in your own JupyterLab "
    "to see what you have solved."
)
MOST_NAMED, LONGEST_NAME = 3, 40  # of what no lesson has


class ProgressBoard(Face):
    """What you have solved, lesson by lesson, as it is remembered in notebooks/progress.json.

    It shows the state of the moment when it is made; the button "Look again" has the kernel read the file
    once more. Where the file cannot be read, where nothing is remembered (COURSE_REMEMBER=off) and where
    there are no lessons, `said` is one sentence about it and no exercise is shown as solved; it never raises.
    """

    lessons = traitlets.List(read_only=True).tag(sync=True)
    said = traitlets.Unicode(read_only=True).tag(sync=True)
    coming = traitlets.Dict(read_only=True).tag(sync=True)
    kept = traitlets.Bool(read_only=True).tag(sync=True)
    looks = traitlets.Int(0, read_only=True).tag(sync=True)

    def __init__(self):
        super().__init__()
        self._read()
        self.on_msg(self._heard)

    def _read(self):
        """Set the traits to what the file says now."""
        found, said = _found()
        coming = _solved.coming(found)
        values = {
            "lessons": [
                {
                    "notebook": lesson.notebook,
                    "title": lesson.title,
                    "exercises": [[name, bool(when)] for name, when in lesson.exercises.items()],
                }
                for lesson in found
            ],
            "said": said,
            "coming": {"notebook": coming[0].notebook, "exercise": coming[1]} if coming else {},
            "kept": not _remembered.off(),
        }
        for name, value in values.items():
            self.set_trait(name, value)

    def _heard(self, _, content, buffers):
        """The page asks for another look; `looks` tells it that one was taken, whatever it found."""
        if isinstance(content, dict) and content.get("kind") == "look":
            with self.hold_sync():
                self._read()
                self.set_trait("looks", self.looks + 1)

    def _alt(self):
        return (
            "ProgressBoard: a row for each lesson, with a bar for how many of its exercises are solved. "
            f"{self.said}"
        )

    def _still(self):
        return still(self.lessons)


def _found():
    """The lessons, and the sentence on all of them or on what is in the way."""
    said = OFF if _remembered.off() else ""
    try:
        known = _solved.known()
    except ValueError as error:
        known, said = {}, str(error)
    except OSError as error:
        known, said = {}, f"notebooks/{_remembered.FILE} cannot be read: {error.strerror}."
    try:
        found = _solved.lessons(known)
    except ValueError as error:
        return [], str(error)
    return found, said or f"{_solved.in_sum(found)}{_strangers(known, found)}"


def _strangers(known, found):
    """A sentence on what is solved and in no lesson, as after an update; empty where there is nothing."""
    here = {name for lesson in found for name in lesson.exercises}
    others = [name for name, what in known.items() if what["solved"] and name not in here]
    if not others:
        return ""
    named = ", ".join(name[:LONGEST_NAME] for name in others[:MOST_NAMED])
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return f" Solved, but in no lesson of this version: {named}{more}."
