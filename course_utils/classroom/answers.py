"""Files of answers to the game real-or-fake: read with care, since they come from anybody, and pooled."""

import json
from pathlib import Path

from ..metrics import told_apart

FORMAT = "real-or-fake answers, version 1"  # as in widgets/game/answers.js
MOST_BYTES = 500_000
MOST_ANSWERS = 5_000


def read_answers(path):
    """The answers in a file that the widget RealOrFake saved: a list of dicts, as `metrics.told_apart` takes.

    Nothing of a file is ever run. Raises ValueError, in one sentence that names the file, where it is no
    file, larger than 500 kB, no JSON, of another kind, damaged, or without an answer.
    """
    path = Path(path)
    if not path.is_file():  # a device or a pipe might never end
        raise ValueError(f"{_shown(path)} is not a file.")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{_shown(path)} is larger than {MOST_BYTES // 1000} kB: no file of answers is.")
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ValueError(f"{_shown(path)} is not JSON, or damaged.") from None
    if (
        not isinstance(content, dict)
        or content.get("format") != FORMAT
        or set(content) != {"format", "answers"}
    ):
        raise ValueError(f"{_shown(path)} was not saved by the game real-or-fake.")
    answers = content["answers"]
    if not isinstance(answers, list) or not 0 < len(answers) <= MOST_ANSWERS:
        raise ValueError(f"{_shown(path)} must hold between 1 and {MOST_ANSWERS} answers.")
    try:
        told_apart(answers)
    except ValueError as error:
        raise ValueError(f"{_shown(path)} is damaged: {error}") from None
    return answers


def pool_answers(paths):
    """The answers of several files put together: (files, answers, problems).

    paths: the files. files: how many were read; answers: a list of dicts, as `read_answers` gives; problems:
    a sentence for each file that was left out, a copy of an earlier one included.
    """
    pooled, seen, problems = [], {}, []
    for path in paths:
        try:
            answers = read_answers(path)
        except (ValueError, OSError) as error:
            text = str(error) if isinstance(error, ValueError) else f"{_shown(Path(path))} cannot be read."
            problems.append(text)
            continue
        same = seen.setdefault(json.dumps(answers, sort_keys=True), path)
        if same is not path:
            problems.append(f"{_shown(Path(path))} has the answers of {_shown(Path(same))}: counted once.")
            continue
        pooled += answers
    return len(seen), pooled, problems


def table(files, answers):
    """The pooled answers as text: for each model n, hit rate with its interval, d' and median time."""
    found = told_apart(answers)
    right = sum((answer["said"] == "real") == answer["real"] for answer in answers)
    lines = [["", "n", "called fake", "95 % interval", "d'", "median time"]]
    lines += [[name, *_cells(row)] for name, row in found["models"].items()]
    lines.append(["real pictures", *_cells(found["real"])])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    head = f"{files} file{'s' * (files != 1)}, {len(answers)} answers, {right} of them right"
    rows = [
        f"{name:<{widths[0]}}  "
        + "  ".join(f"{cell:>{w}}" for cell, w in zip(cells, widths[1:], strict=True))
        for name, *cells in lines
    ]
    return "\n".join([head, "", *rows])


def _cells(row):
    if not row["n"]:
        return ["0", "-", "-", "-", "-"]
    share, interval = f"{100 * row['rate']:.0f} %", f"{100 * row['low']:.0f} to {100 * row['high']:.0f} %"
    d_prime = "-" if row["d_prime"] is None else f"{row['d_prime']:.2f}"
    return [str(row["n"]), share, interval, d_prime, f"{row['seconds']:.2f} s"]


def _shown(path):
    """The file's name, with nothing in it that a terminal would obey."""
    name = str(path)
    return name if name.isprintable() else repr(name)


def _refuse(constant):
    raise ValueError(constant)
