"""A verdict that no function can get in the way of: judged in a process of its own where there is one."""

import signal

from course_utils.checks.engine import judge as judging
from course_utils.checks.engine import process, run
from course_utils.checks.engine.form import adapted
from course_utils.checks.engine.judge import Verdict
from course_utils.checks.engine.kept import kept

_REFERENCE = "that is the reference, not your answer"


class Failed(Exception):
    """The check itself failed, over there."""


def judge(exercise, function, printed):
    """The verdict on a function; what it prints in its first call goes to printed (a StringIO).

    Where a fork is safe the function is never called in this process: see `process`.
    """
    if function is exercise.reference:  # a check of what a check gave back
        return Verdict("blank", _REFERENCE, exercise.reference)
    if not process.possible():
        return judging.judge(exercise, function, printed)
    ended = process.apart(lambda: _told(exercise, function), 1.25 * run.TIME_LIMIT + 0.5, run.ROOM)
    if ended.failed:
        raise Failed(ended.failed)
    if ended.said is not None:
        return _heard(exercise, function, ended.said, printed)
    if not ended.begun:  # the process did not get as far as the function
        return judging.judge(exercise, function, printed)
    return Verdict("wrong", broke_off(ended), exercise.reference)


def _told(exercise, function):
    """The verdict in JSON: the function that it goes on with cannot travel."""
    printed = run.Printed()
    verdict = judging.judge(exercise, function, printed)
    whose = "adapted"
    if verdict.function is function or verdict.function is exercise.reference:
        whose = "own" if verdict.function is function else "reference"
    text = run.Printed.getvalue(printed).encode("utf-8", "replace").decode()
    return {"kind": verdict.kind, "text": verdict.text, "whose": whose, "printed": text}


def _heard(exercise, function, told, printed):
    printed.write(told["printed"])
    if told["whose"] == "adapted":
        with run.quiet_room(0):
            function = adapted(function, kept(exercise).known[0].output)
    chosen = exercise.reference if told["whose"] == "reference" else function
    return Verdict(told["kind"], told["text"], chosen)


def broke_off(ended):
    """One sentence on a function with which its process ended."""
    if ended.late:
        return run.too_long()
    if ended.signal == signal.SIGKILL:
        return "Your function was killed by the system, most likely for the memory that it took."
    if ended.signal:
        name = signal.Signals(ended.signal).name
        return (
            f"Your function crashes Python itself ({name}), which would have ended the kernel: is there a "
            "recursion without end, or memory that it should not touch?"
        )
    return (
        f"Your function ends the process that it runs in (exit code {ended.code}), which would have ended "
        "the kernel: let it return a value instead."
    )
