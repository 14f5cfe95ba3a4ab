"""Points for what was handed in, one sentence a criterion."""

import functools
import importlib
import math
import pkgutil

from .._validate import check_choice
from . import projects
from .report import Line, Report

_BLANK = (None, ...)


def grade(project, **artefacts):
    """The `Report` on a project: points for each criterion that can be judged by computation.

    project: "p1" to "p6"; artefacts: what the project's rubric names. What is left out, or is still `...`, is
    told as not handed in, and what is of another kind is told in its line; both earn nothing and raise
    nothing. Nothing of the artefacts is changed. Raises ValueError for another project, or for a name that
    it does not ask for.
    """
    found = _project(project)
    for name in artefacts:
        check_choice("artefact", name, found.artefacts)
    given = {name: value for name, value in artefacts.items() if not any(value is one for one in _BLANK)}
    lines = tuple(_line(criterion, given) for criterion in found.criteria)
    return Report(project, found.title, lines, dict(found.by_person))


def rubric(project):
    """The rubric of a project as a table in markdown, with what is judged by computation first.

    project: "p1" to "p6". Raises ValueError for another.
    """
    found = _project(project)
    rows = ["| criterion | points | judged by | from |", "|---|---|---|---|"]
    for one in found.criteria:
        needs = ", ".join(f"`{name}`" for name in one.needs)
        rows.append(f"| {one.asks} | {one.points} | computation | {needs} |")
    for asks, points in found.by_person.items():
        rows.append(f"| {asks[0].upper()}{asks[1:]}. | {points} | a person | the notebook |")
    total = sum(one.points for one in found.criteria) + sum(found.by_person.values())
    return "\n".join([*rows, f"| **all** | **{total}** | | |"])


def names():
    """The names of the projects, "p1" and so on."""
    return list(_projects())


def _line(criterion, given):
    missing = [name for name in criterion.needs if name not in given]
    if missing:
        return Line(criterion.name, 0, criterion.points, f"`{missing[0]}` is not handed in yet.")
    try:
        share, said = criterion.judge(*(given[name] for name in criterion.needs))
    except Exception as error:  # an artefact may be anything, and a function of somebody's may raise anything
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        return Line(criterion.name, 0, criterion.points, first if first.endswith(".") else f"{first}.")
    return Line(criterion.name, math.floor(2 * share * criterion.points) / 2, criterion.points, said)


def _project(name):
    return _projects()[check_choice("project", name, names())]


@functools.cache
def _projects():
    """{"p1": Project, ...}: a file each in projects/, pN_name.py, which defines PROJECT."""
    files = sorted(file.name for file in pkgutil.iter_modules(projects.__path__))
    return {
        file.partition("_")[0]: importlib.import_module(f"{projects.__name__}.{file}").PROJECT
        for file in files
    }
