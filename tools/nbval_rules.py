"""nbval, made strict where it is lax and lax where it is strict.

Decimals in a notebook's output are compared with a tolerance, because another processor rounds otherwise;
a code cell without an execution count is an error, because nbval compares nothing there and says nothing.
"""

import collections
import json
import os
import re
from pathlib import Path

import pytest

MEASURED = re.compile(r" \(here [^)]*\)")  # verdict prints it for the reader; its band is the test
PICTURE = re.compile(r'src="data:image/png;base64,[^"]*"')  # its pixels differ by machine, its words do not
BOX = re.compile(r'<output class="said".*</output>', re.DOTALL)  # course_utils/_say.py makes it of the words
DECIMAL = re.compile(r"[-+]?\d+\.\d+(?:[eE][-+]?\d+)?")
RELATIVE, ABSOLUTE = 0.02, 1e-6


class TolerantText(str):
    """Text that equals another where the words are the same and each decimal is within 2 percent."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        if DECIMAL.sub("#", self) != DECIMAL.sub("#", other):
            return False
        pairs = zip(DECIMAL.findall(self), DECIMAL.findall(other), strict=True)
        return all(_close(float(mine), float(theirs)) for mine, theirs in pairs)

    def __ne__(self, other):
        return not self == other


def comparable(text):
    """An output without what two good runs need not share.

    Nor is the box compared in which a sentence is shown: the same sentence lies beside it as plain text and
    is compared there, and how a box looks is the business of tests/test_say.py, not of every stored notebook.
    """
    return BOX.sub("", PICTURE.sub("", MEASURED.sub("", text)))


def _close(a, b):
    return abs(a - b) <= ABSOLUTE + RELATIVE * max(abs(a), abs(b))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Wrap nbval's sanitiser and its cells; silence progress bars, whose text no two runs share.

    Nor is what a run of ours solves remembered as somebody's progress.
    """
    if not config.pluginmanager.hasplugin("nbval"):
        return
    os.environ["COURSE_PROGRESS"] = os.environ["COURSE_REMEMBER"] = "off"
    from nbval.plugin import IPyNbCell

    plain, setup = IPyNbCell.sanitize, IPyNbCell.setup

    def sanitize(self, text):
        cleaned = plain(self, text)
        if not isinstance(cleaned, str):
            return cleaned
        return TolerantText(comparable(cleaned))

    def must_be_executed(self):
        setup(self)
        if self.cell.source.strip() and self.cell.execution_count is None:
            self.raise_cell_error("this cell was never executed, so nothing would be compared", "")

    IPyNbCell.sanitize, IPyNbCell.setup = sanitize, must_be_executed


def longest_first(names, seconds):
    """Names of files, those that take longest first, so that no worker is left alone with one at the end.

    seconds: stem -> seconds; what is not in it keeps its order behind the others.
    """
    return sorted(names, key=lambda name: -(seconds.get(Path(name).stem) or 0))


def pytest_collection_modifyitems(items):
    """Start the long notebooks first, by the times that their lessons publish."""
    listing = Path(__file__).resolve().parent.parent / "notebooks" / "contents.json"
    if not any(item.nodeid.split("::")[0].endswith(".ipynb") for item in items) or not listing.exists():
        return
    lessons = json.loads(listing.read_text(encoding="utf-8"))
    seconds = {name: lesson.get("seconds") for name, lesson in lessons.items()}
    files = list(dict.fromkeys(item.nodeid.split("::")[0] for item in items))
    place = {name: k for k, name in enumerate(longest_first(files, seconds))}
    items.sort(key=lambda item: place[item.nodeid.split("::")[0]])  # stable: cells keep their order


def pytest_terminal_summary(terminalreporter):
    """One line a notebook: the seconds its cells took and the size of the file."""
    seconds = collections.Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            path = getattr(report, "nodeid", "").split("::")[0]
            if path.endswith(".ipynb"):
                seconds[path] += report.duration
    for path, spent in sorted(seconds.items()):
        size = (terminalreporter.config.rootpath / path).stat().st_size
        terminalreporter.write_line(f"{path}: {spent:.0f} s, {size / 1e6:.2f} MB")
