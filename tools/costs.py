"""What each lesson costs the suite: the seconds of every test and build step, added up by part and by lesson.

A pytest plugin (conftest.py loads it) appends a line a test to the file that COURSE_COSTS names, and the
builders of decks and pages do the same with `note`; without that variable nothing is written.
"""

import collections
import functools
import os
import re
from pathlib import Path

LESSON = re.compile(r"(?:^|[^0-9a-z])l?(\d\d)_[a-z]")
SHARED = "what all share"


def note(name, seconds):
    """Append what took so many seconds."""
    path = os.environ.get("COURSE_COSTS")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{seconds:.3f}\t{name}\n")


class Recorder:
    """Notes every phase of every test; under xdist only the controller, which hears of all, has one."""

    def pytest_runtest_logreport(self, report):
        note(report.nodeid, report.duration)


def pytest_configure(config):
    """Record, unless this is one of xdist's workers."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder())
    else:  # what a test builds is part of that test, and would be counted twice
        os.environ.pop("COURSE_COSTS", None)


@functools.cache
def _exercises():
    """{exercise name: two digits of its lesson}, as the notebooks' sources use them."""
    sources = Path(__file__).resolve().parent.parent / "notebooks" / "source"
    return {
        name: path.stem[:2]
        for path in sorted(sources.glob("[0-9][0-9]_*.py"))
        for name in re.findall(r'check\("([a-z0-9_.]+)"', path.read_text(encoding="utf-8"))
    }


def lesson(name):
    """The lesson that a test or a build step belongs to, as two digits, or SHARED."""
    found = LESSON.search(name)
    if found:
        return found[1]
    named = re.search(r"\[([a-z0-9_]+\.[a-z0-9_]+)", name)
    return _exercises().get(named[1], SHARED) if named else SHARED


def table(parts):
    """The report: seconds by lesson (rows) and part (columns); parts: {part: the file of its lines}."""
    seconds = collections.defaultdict(collections.Counter)
    for part, path in parts.items():
        for line in Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else ():
            spent, name = line.split("\t", 1)
            seconds[lesson(name)][part] += float(spent)
    rows = [["seconds of", *parts, "all"]]
    for name in sorted(seconds):
        by_part = [seconds[name][part] for part in parts]
        rows.append([name, *(f"{spent:.0f}" for spent in by_part), f"{sum(by_part):.0f}"])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )
