"""What a notebook calls: check and hint."""

from course_utils import _remembered
from course_utils._say import say
from course_utils.checks.engine.apart import judge
from course_utils.checks.engine.registry import find
from course_utils.checks.engine.run import Printed

_SHOWN = {}
_PRINTED_LINES = 10
_GOES_ON = "the notebook goes on with the reference"


def check(name, function):
    """Show a verdict on function and return the function to go on with.

    name: the exercise, as "topic.name". Returns function where it is right (given the reference's return
    type, where it comes with another), and the reference where it is not, or not yet. Whatever function is
    or does, nothing is raised; ValueError only for the name of an exercise that does not exist.
    """
    exercise = find(name)
    printed = Printed()
    try:
        verdict = judge(exercise, function, printed)
    except Exception as error:  # a fault of ours must not look like the student's, nor stop the notebook
        because = f" ({type(error).__name__}: {error}); that is no fault of yours. {_GOES_ON.capitalize()}."
        say("failed", f"{name}: the check itself failed", because)
        return exercise.reference
    bold, rest = _sentence(exercise, verdict)
    say(verdict.kind, bold, rest, _printed(printed.getvalue()), own=own_sentences(exercise))
    told = verdict.kind != "blank" and _remembered.add(name, verdict.kind in ("right", "word"))
    if told:
        say("failed", "A word on your progress:", f" {told}")
    return verdict.function


def hint(name):
    """Show the next hint for an exercise, and after the last one say so and start over."""
    hints = find(name).hints
    shown = _SHOWN.get(name, 0)
    if shown == len(hints):
        rest = f" there are no more hints than these {len(hints)}; call again to see the first."
        say("hint", f"{name}:", rest)
        _SHOWN[name] = 0
        return
    told = hints[shown]
    say("hint", f"{name}, hint {shown + 1} of {len(hints)}:", f" {told}", own=[told])
    _SHOWN[name] = shown + 1


def _sentence(exercise, verdict):
    """The verdict in two parts: what it is, and what is to be said about it."""
    name = exercise.name
    if verdict.kind == "right":
        return f"{name}: right.", ""
    if verdict.kind == "word":
        return f"{name}: right, with a word.", f" {verdict.text}"
    if verdict.kind == "blank":
        return f"{name}: {verdict.text or 'not done yet'}", f"; {_GOES_ON}."
    helps = f'\n{_GOES_ON.capitalize()}; hint("{name}") helps.'
    return f"{name}: not yet.", f" {verdict.text}{helps}"


def own_sentences(exercise):
    """The sentences of the exercise's file: all else in a verdict may quote the student."""
    return [mistake.explanation for mistake in exercise.mistakes] + [one.remark for one in exercise.accepted]


def _printed(text):
    """What the function printed, no more than a few lines, under a line that says so; or ""."""
    lines = text.rstrip().splitlines()
    if not lines:
        return ""
    said = ["Your function printed, in the first of its calls:"]
    said += [f"    {line[:200]}" for line in lines[:_PRINTED_LINES]]
    if len(lines) > _PRINTED_LINES:
        said.append(f"    ... and {len(lines) - _PRINTED_LINES} lines more")
    return "\n".join(said)
