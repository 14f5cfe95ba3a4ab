"""Judging: every answer of every submission, exercise by exercise, in a few judges side by side.

A judge is a fork of the process that read the submissions. It holds the references, has a sandbox of its own
and takes every so-manieth submission; it tells its verdicts in a file of JSON lines.
"""

import contextlib
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

import torch

from course_utils.checks.engine import registry, run
from course_utils.checks.engine.judge import judge
from course_utils.checks.engine.words import listing

from . import makers
from .extract import is_blank
from .fresh import Fresh
from .kept import Kept, key
from .remote import Remote
from .sandbox import Sandbox

FAILED = "The grader itself failed here ({}); that is no fault of the answer: please look at it by hand."


class Result(NamedTuple):
    """A verdict on one answer. kind: right, word, blank, wrong, or failed; text: the line of feedback."""

    kind: str
    text: str

    @property
    def points(self):
        """1 where the answer is right, else 0."""
        return int(self.kind in ("right", "word"))


def judge_all(names, submissions, seed, limits, jobs, kept=None):
    """(for each submission {exercise: its `Result`}, the fences that stood).

    names: of the exercises; submissions: for each {exercise: its `Answer`}; fences: as in `wall.build`; kept:
    a `Kept`, whose verdicts are taken over and which gets the new ones.
    """
    kept = kept or Kept()
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        told = [Path(folder, f"{job}.jsonl") for job in range(min(jobs, len(submissions)))]
        children = []
        try:
            for job, path in enumerate(told):
                children.append(_forked(path, job, len(told), names, submissions, seed, limits, kept))
            while children:
                os.waitpid(children[-1], 0)
                children.pop()
        finally:
            for child in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, 15)
                os.waitpid(child, 0)
        return _gathered(told, names, submissions)


def _forked(path, job, jobs, names, submissions, seed, limits, kept):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads: none is used in there
        child = os.fork()
    if child:
        return child
    code = 1
    try:
        torch.set_num_threads(1)
        with path.open("w", encoding="utf-8", buffering=1) as file:
            _judged(file, range(job, len(submissions), jobs), names, submissions, seed, limits, kept)
        code = 0
    except BaseException as error:
        with contextlib.suppress(OSError), path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"failed": f"{type(error).__name__}: {error}"}) + "\n")
    finally:
        os._exit(code)


def _judged(file, mine, names, submissions, seed, limits, kept):
    with contextlib.closing(Sandbox(limits, folder=Path(file.name).parent)) as sandbox:
        file.write(json.dumps({"fences": sandbox.fences}) + "\n")
        found = {number: {} for number in mine}
        for name in names:
            fresh = Fresh(name, seed)
            for number in mine:
                answer, others = submissions[number][name], found[number]
                known = key(fresh, answer, _replaced(answer, others), limits)
                if known in kept.known:
                    result = Result(*kept.known[known])
                else:
                    result = verdict(sandbox, fresh, answer, others)
                    if result.kind != "failed":
                        kept.add(known, *result)
                found[number][name] = result
                file.write(json.dumps({"at": number, "name": name, "result": list(result)}) + "\n")
            if mine.start == 0 and sys.stderr.isatty():
                print(
                    f"{name} is judged ({names.index(name) + 1} of {len(names)} exercises).", file=sys.stderr
                )


def verdict(sandbox, fresh, answer, others=None):
    """The `Result` of one answer, with a worker of its own.

    others: {exercise: `Result`} of the same submission. Where the answer calls another one that is not right,
    it goes on with the reference of that one, as in the notebook.
    """
    if answer.fault:
        return Result("wrong", answer.fault)
    if not answer.function:
        return Result("blank", "There is no function for this exercise in the notebook.")
    if answer.tree is not None and is_blank(answer.tree):
        return Result("blank", "Not done yet.")
    replaced = _replaced(answer, others or {})
    try:
        helpers = {name: makers.reference(registry.find(one)) for one, name in replaced.items()}
        remote = Remote(sandbox, fresh, answer, helpers)
        blank, fault = remote.load()
        if blank or fault:
            return Result("blank" if blank else "wrong", fault or "Not done yet.")
        found = judge(fresh.exercise, remote, run.Printed())
    except Exception as error:
        return Result("failed", FAILED.format(f"{type(error).__name__}: {error}"))
    finally:
        sandbox.end()
    text = found.text or {"right": "Right.", "blank": "Not done yet."}.get(found.kind, "")
    if replaced:
        text += f" (With the reference in place of your {listing(replaced.values())}.)"
    return Result(found.kind, text)


def _replaced(answer, others):
    """{exercise: the name of its function} for the answers that this one calls and that are not right."""
    return {one: name for one, name in answer.uses.items() if one in others and not others[one].points}


def _gathered(told, names, submissions):
    found = [{} for _ in submissions]
    fences, failed = [], "its process ended"
    for path in told:
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            record = json.loads(line)
            if "fences" in record:
                fences.append(record["fences"])
            elif "failed" in record:
                failed = record["failed"]
            else:
                found[record["at"]][record["name"]] = Result(*record["result"])
    for one in found:
        for name in names:
            one.setdefault(name, Result("failed", FAILED.format(failed)))
    stood = {key: bool(fences) and all(one[key] for one in fences) for key in ("network", "files")}
    return found, stood
