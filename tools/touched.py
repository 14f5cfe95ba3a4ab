"""Which tests a change touches, found by where things lie, for tests mirror the package.

What changes in course_utils/gan/tricks.py is tested by tests/gan/test_tricks.py, or by all of tests/gan where
there is none; an exercise by the tests of checks that bear its name; a lesson by what tests/test_notebooks.py
says of it; a tool by its own tests; a test by itself.
"""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = ["tests/test_architecture.py", "tests/test_pointers.py"]


def changed(base="HEAD"):
    """The files that differ from the commit base, and those that git does not know yet."""

    def lines(*command):
        done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.split("\n")

    new = lines("ls-files", "--others", "--exclude-standard")
    return sorted(filter(None, {*lines("diff", "--name-only", base), *new}))


def selections(paths):
    """Lists of pytest's arguments, one a run, that cover the changed paths."""
    files, names, lessons = {*ALWAYS}, set(), set()
    for path in map(Path, paths):
        top, *rest = path.parts
        if path.parts[1:3] == ("checks", "lessons") and not path.name.startswith("test_"):
            names |= _exercises(path)
        elif top == "tests":
            files |= {str(path)} if path.name.startswith("test_") else _folder(path.parent)
        elif top == "course_utils":
            files |= _mirror(Path(*rest))
        elif top in ("notebooks", "slides") and path.stem[:2].isdigit():
            lessons.add(path.stem)
        elif top == "tools":
            files |= _mirror(Path(*rest[:1])) | (
                {"tests/slides", "tests/site_pages"} if rest[0] == "standalone" else set()
            )
        elif path.parts[:2] == ("docs", "glossary"):
            files |= {"tests/site_pages"}
        elif len(path.parts) == 1:
            files |= {"tests/test_environment.py"}
    runs = [[file for file in sorted(files) if (ROOT / file).exists()]]
    if names:
        runs.append(["tests/checks", "-k", " or ".join(sorted(names))])
    if lessons:
        runs.append(["tests/test_notebooks.py", "-k", " or ".join(sorted(lessons))])
    return runs


def _exercises(path):
    """The exercises that a file is about, of the package or its right answers; several share one with a _."""
    if path.name.startswith("_"):
        return {other.stem for other in (ROOT / path.parent).rglob("[!_]*.py")}
    return {path.stem}


def _mirror(path):
    """The test files that mirror a file of the package: its own, else its room's."""
    room = path.parts[0].removesuffix(".py")
    own = ROOT / "tests" / path.parent / f"test_{path.stem}.py"
    if own.exists():
        return {str(own.relative_to(ROOT))}
    return _folder(Path("tests") / room) | {
        str(f.relative_to(ROOT)) for f in (ROOT / "tests").glob(f"test_{room}*.py")
    }


def _folder(folder):
    return {str(folder)} if (ROOT / folder).is_dir() and folder != Path("tests") else set()
