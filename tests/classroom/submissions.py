"""What students hand in: notebooks made of cells, and a way to call one function as the grader does."""

import json
import textwrap

from course_utils.checks.engine.run import Printed
from course_utils.classroom.grading import fresh, judge, remote
from course_utils.classroom.grading.extract import Answer


def notebook(path, *cells):
    """Write a notebook with these cells of code, and return its path."""
    made = [{"cell_type": "code", "source": textwrap.dedent(cell), "metadata": {}} for cell in cells]
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def answer(exercise, function, source):
    """An `Answer` of that source, which defines the function."""
    return Answer(exercise, function, [textwrap.dedent(source)])


def outcome(sandbox, source, *args):
    """The `Outcome` of a call of f, which the source defines, in a worker of its own."""
    asked = fresh.Fresh("ae.psnr", 0)
    called = remote.Remote(sandbox, asked, answer("ae.psnr", "f", source))
    called.order["arguments"] = [f"x{number}" for number in range(len(args))]
    blank, fault = called.load()
    assert not blank and not fault, fault
    found = called.called(args)
    sandbox.end()
    return found


def graded(sandbox, exercise, source, function="f", seed=0):
    """The `Result` for an answer of that source."""
    return judge.verdict(sandbox, fresh.Fresh(exercise, seed), answer(exercise, function, source))


def judged_here(exercise, function, seed=0):
    """The engine's verdict on a function in this very process, on the same inputs: (kind, text)."""
    from course_utils.checks.engine.judge import judge as judged

    found = judged(fresh.Fresh(exercise, seed).exercise, function, Printed())
    return found.kind, found.text
