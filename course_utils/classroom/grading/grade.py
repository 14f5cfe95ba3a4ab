"""From a folder of submitted notebooks to points, feedback and what to look at."""

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

from course_utils._validate import check_int, check_seed

from . import placing
from .alike import alike, forms
from .extract import answers, checked
from .judge import judge_all
from .kept import Kept
from .notebook import Unreadable, read_cells
from .report import write_pages, write_table
from .sandbox import Limits

_NOTEBOOKS = Path(__file__).resolve().parents[3] / "notebooks"
_WALLED = (
    "Each answer ran in a process of its own, without a network, in a file system that held Python and the "
    "course without its answers, and nothing else."
)
_OFFLINE = (
    "Each answer ran in a process of its own, without a network. This system allows no file system of its "
    "own: files were guarded within Python only, which holds back a careless answer and not a determined one."
)
_GUARDED = (
    "Each answer ran in a process of its own. This system allows no namespaces: network and files were "
    "guarded within Python only, which holds back a careless answer and not a determined one."
)


_NONE = "There is no notebook (.ipynb) here, so nothing was judged."
_LINK = "It is a link to another place, so nothing was judged."
_CLOSED = "It cannot be opened, or a folder in it cannot, so nothing was judged: let yourself read it."
_NO_WORK = (".ipynb_checkpoints", "__MACOSX")  # folders of Jupyter's, and of a Mac's zip


class Graded(NamedTuple):
    """One submission. results: {exercise: `Result`}; problem: why there are none; flags: to look at."""

    name: str
    lesson: str
    results: dict
    problem: str
    flags: list

    @property
    def points(self):
        """The points of all exercises."""
        return sum(result.points for result in self.results.values())

    @property
    def of(self):
        """How many points there are."""
        return len(self.results)


def grade(path, seed=0, lesson=None, jobs=2, limits=None, kept=None, besides=()):
    """(a list of `Graded`, one sentence on how the answers were fenced in).

    path: a submitted notebook, or a folder of them (sub-folders too); seed: of the inputs, another one each
    term; lesson: as "03", where the submissions are all of one and may not say of which; jobs: how many are
    judged at once; limits: a `Limits`; kept: a `Kept` of verdicts; besides: paths in the folder that are no
    submission. What holds no notebook is told as well, with its problem. Raises ValueError for a path that is
    not there or holds no notebook, a lesson that does not exist, and a system other than Linux.
    """
    seed, jobs = check_seed("seed", seed), check_int("jobs", jobs, maximum=64)
    if sys.platform != "linux":
        raise ValueError("Grading needs Linux, for its limits: WSL on Windows, or a container, will do.")
    path = Path(path)
    files = _files(path)
    functions = {number: _functions(number) for number in ([_lesson(lesson)] if lesson else lessons())}
    read = [_read(file, path, functions) for file in files]
    others = _others(path, files, besides)
    read += [(Graded(_named(one, path), "", {}, _without_notebook(one), []), {}) for one in others]
    graded, fences = [None] * len(read), []
    for number in sorted({one.lesson for one, _ in read} - {""}):
        places = [place for place, (one, _) in enumerate(read) if one.lesson == number]
        found = [read[place][1] for place in places]
        results, stood = judge_all(list(functions[number]), found, seed, limits or Limits(), jobs, kept)
        fences.append(stood)
        for place, one in zip(places, results, strict=True):
            graded[place] = read[place][0]._replace(results=one)
        _flag(graded, places, found, functions[number], number)
    graded = [one or read[place][0] for place, one in enumerate(graded)]
    return graded, _said(fences)


def lessons():
    """The lessons that can be graded: the numbers of the course's notebooks, as text."""
    return sorted(path.name[:2] for path in _NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def run(options):
    """What `python -m course_utils grade` does; the exit code."""
    out, pages = Path(options.out), options.html and Path(options.html)
    path = Path(options.path)
    placing.check(out, pages, _files(path) if path.is_dir() else [path])
    kept = Kept(Path(f"{out}.part"))
    goes_on = f"What was judged is kept in {kept.path}: the same command goes on from there."
    own = [one for one in (out, kept.path, pages) if one] + placing.set_aside(out)
    try:
        graded, fences = grade(
            options.path, options.seed, options.lesson, options.jobs, kept=kept, besides=own
        )
        before = write_table(out, graded)
        written, changed = write_pages(pages, graded) if pages else ([], [])
    except KeyboardInterrupt:
        print(f"Stopped by the keyboard. {goes_on}", file=sys.stderr)
        return 130
    except OSError as error:
        raise RuntimeError(f"Stopped: {error}. {goes_on}") from error
    kept.close()
    for one in graded:
        print(f"{_shown(one.name)}: {one.problem or f'{one.points} of {one.of} points, lesson {one.lesson}'}")
        for flag in one.flags:
            print(f"    to look at: {_shown(flag)}")
    print(fences)
    print(f"The table is in {out}.{f' What stood there before is kept as {before}.' if before else ''}")
    if pages:
        print(f"{len(written)} pages for students are in {pages}.")
    if changed:
        print(f"{len(changed)} that stood there and were changed since are kept in {changed[0].parent}.")
    return 0


def _files(path):
    if path.is_dir():
        found = sorted(path.rglob("*.[iI][pP][yY][nN][bB]"))
        found = [one for one in found if not _is_no_work(one.relative_to(path))]
        if not found:
            why = "cannot be opened" if _is_closed(path) else "holds no notebook (.ipynb)"
            raise ValueError(f"{_shown(path)} {why}.")
        return found
    if not path.exists():
        raise ValueError(f"{_shown(path)} is not there.")
    return [path]


def _is_no_work(path):
    """Whether a path in the folder is what a system leaves beside a student's files."""
    return any(part in _NO_WORK or part.startswith("._") for part in path.parts)


def _is_closed(folder):
    """Whether a folder, or one below it, cannot be read."""
    errors = []
    for _ in os.walk(folder, onerror=errors.append):
        pass
    return bool(errors)


def _others(path, files, besides):
    """What lies in the folder and holds no notebook: the highest such folders, and loose files.

    Without them the work of a student who hands in something else would go unseen. A file beside a notebook
    goes with it, unless that is at the top, where all students are.
    """
    if not path.is_dir():
        return []
    known = {one.resolve() for one in besides}
    holding, left, found = {folder for file in files for folder in file.parents}, [path], []
    own = {file.parent for file in files} - {path}
    while left:
        folder = left.pop()
        for one in folder.iterdir():
            if one in holding:
                left.append(one)
            elif one not in files and one.name[0] != "." and one.resolve() not in known:
                found += [one] if folder not in own or one.is_dir() else []
    return sorted(one for one in found if one.name not in _NO_WORK)


def _without_notebook(one):
    """Why there is nothing to judge in what `_others` found."""
    if one.is_symlink():
        return _LINK
    return _CLOSED if one.is_dir() and _is_closed(one) else _NONE


def _named(file, path):
    return str(file.relative_to(path)) if path.is_dir() else file.name


def _lesson(lesson):
    number = str(lesson).zfill(2)
    if number not in lessons():
        raise ValueError(f"lesson must be one of {', '.join(lessons())}; got {lesson!r}.")
    return number


def _functions(number):
    """{exercise: the name of its function} as the course's own notebook has them."""
    return checked(read_cells(_own("", number)))


def _own(folder, number):
    return next(Path(_NOTEBOOKS, folder).glob(f"{number}_*.ipynb"))


def _read(file, path, functions):
    """(a `Graded` without results, {exercise: Answer})"""
    name = _named(file, path)
    if file.is_symlink() and file != path:  # to what another student handed in, or to the solutions
        return Graded(name, "", {}, "It is a link to another file, so nothing was judged.", []), {}
    try:
        return _looked_into(file, name, functions)
    except Unreadable as error:
        return Graded(name, "", {}, str(error), []), {}
    except Exception as error:  # one that was made to be hard to read costs nobody else the table
        problem = f"Its answers could not be taken out ({type(error).__name__}): please look at it by hand."
        return Graded(name, "", {}, problem, []), {}


def _looked_into(file, name, functions):
    cells = read_cells(file)
    number = _lesson_of(cells, file, functions)
    if not number:
        problem = "It checks no exercise of the course, so its lesson is not known: give it with --lesson."
        return Graded(name, "", {}, problem, []), {}
    return Graded(name, number, {}, "", []), answers(cells, functions[number])


def _lesson_of(cells, file, functions):
    """The lesson with most of the checks in a notebook, or the one that its name begins with; else ""."""
    if len(functions) == 1:
        return next(iter(functions))
    found = checked(cells)
    counts = {number: len(found.keys() & own.keys()) for number, own in functions.items()}
    best = max(counts, key=counts.get)
    if counts[best]:
        return best
    number = re.match(r"(\d\d)\D", file.name)
    return number[1] if number and number[1] in functions else ""


def _flag(graded, places, found, functions, number):
    """Put what a person should look at into the submissions at these places."""
    solutions = answers(read_cells(_own("solutions", number)), functions)
    names, compared = {graded[place].name: place for place in places}, {}
    for name, own in zip(names, found, strict=True):
        try:
            forms(own)
            compared[name] = own
        except Exception as error:  # all are judged by now: one that is odd must not cost the table
            flag = f"It could not be compared with the others ({type(error).__name__})."
            graded[names[name]].flags.append(flag)
    for pair in alike(compared, solutions):
        for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
            if one in names:
                graded[names[one]].flags.append(
                    f"{pair.equal} of {pair.of} longer answers are, up to names, those of {other}."
                )
    for place, own in zip(places, found, strict=True):
        calls = [name for name, answer in own.items() if any(map(_from_course, answer.statements))]
        if calls:
            graded[place].flags.append(f"The course's own library is used in {', '.join(calls)}.")


def _from_course(text):
    return re.match(r"\s*(from|import)\s+course_utils\b", text) is not None


def _said(fences):
    if not fences:
        return "Nothing was run."
    if all(one["files"] for one in fences):
        return _WALLED
    return _OFFLINE if all(one["network"] for one in fences) else _GUARDED


def _shown(name):
    """A name with nothing in it that a terminal would obey."""
    return str(name) if str(name).isprintable() else repr(str(name))
