"""One line of the errata, and how the lines of all lessons are found."""

import importlib
import pkgutil
from typing import NamedTuple


class Erratum(NamedTuple):
    """One line: the lecture's letter, what it prints, what holds, and the test that shows both.

    The test stands in tests/errata/ in a file with the lesson's name. lesson: two digits, which are read off
    the name of the line's own file.
    """

    lecture: str
    printed: str
    holds: str
    test: str
    lesson: str = ""


def found(package, path):
    """{NN_name: its lines}, in the order of the lessons, of all modules lNN_name of a package."""
    lessons = sorted(info.name[1:] for info in pkgutil.iter_modules(path) if info.name[1:3].isdigit())
    modules = {lesson: importlib.import_module(f"{package}.l{lesson}") for lesson in lessons}
    return {
        lesson: [erratum._replace(lesson=lesson[:2]) for erratum in module.LINES]
        for lesson, module in modules.items()
    }
