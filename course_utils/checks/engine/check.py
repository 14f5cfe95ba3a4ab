"""What a notebook calls: check and hint."""

from course_utils.checks.engine.judge import judge
from course_utils.checks.engine.registry import find
from course_utils.checks.engine.run import Printed

_SHOWN = {}
_PRINTED_LINES = 10


def check(name, function):
    """Print a verdict on function and return the function to go on with.

    name: the exercise, as "topic.name". Returns function where it is right (given the reference's return
    type, where it comes with another), and the reference where it is not, or not yet. Whatever function is
    or does, nothing is raised; ValueError only for the name of an exercise that does not exist.
    """
    exercise = find(name)
    printed = Printed()
    try:
        verdict = judge(exercise, function, printed)
    except Exception as error:  # a fault of ours must not look like the student's, nor stop the notebook
        print(
            f"{name}: the check itself failed ({type(error).__name__}: {error}); that is no fault of yours. "
            "The notebook goes on with the reference."
        )
        return exercise.reference
    print(_sentence(exercise, verdict))
    _show_printed(printed.getvalue())
    return verdict.function


def hint(name):
    """Print the next hint for an exercise, and after the last one say so and start over."""
    hints = find(name).hints
    shown = _SHOWN.get(name, 0)
    if shown == len(hints):
        print(f"{name}: there are no more hints than these {len(hints)}; call again to see the first.")
        _SHOWN[name] = 0
        return
    print(f"{name}, hint {shown + 1} of {len(hints)}: {hints[shown]}")
    _SHOWN[name] = shown + 1


def _sentence(exercise, verdict):
    name = exercise.name
    if verdict.kind == "right":
        return f"{name}: right."
    if verdict.kind == "word":
        return f"{name}: right, with a word. {verdict.text}"
    if verdict.kind == "blank":
        return f"{name}: not done yet; the notebook goes on with the reference."
    return f'{name}: not yet. {verdict.text}\nThe notebook goes on with the reference; hint("{name}") helps.'


def _show_printed(text):
    lines = text.rstrip().splitlines()
    if not lines:
        return
    print("Your function printed, in the first of its calls:")
    for line in lines[:_PRINTED_LINES]:
        print(f"    {line[:200]}")
    if len(lines) > _PRINTED_LINES:
        print(f"    ... and {len(lines) - _PRINTED_LINES} lines more")
