"""What a student has solved, remembered in one small file beside the notebooks; it is never sent anywhere.

`check` adds to it, `course_utils.classroom.progress` shows it. The file, notebooks/progress.json, holds

    {"version": 1,
     "exercises": {"elbo.kl": {"solved": "2026-11-30T21:40:00Z", "attempts": 3, "version": "0.1.0"}}}

where solved is the first time that the answer was right, or null, attempts counts the answers up to and with
that one, and version is the course's at the last of them. Blanks count for nothing.
"""

import contextlib
import json
import os
import time
from pathlib import Path

from . import __version__

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
FILE = "progress.json"
FORMAT = 1
_PATIENCE = 2.0  # seconds to wait for another kernel, which is done within a millisecond
_GIVEN_UP = 10.0  # seconds after which what another kernel has begun to write is a dead one's


class Damaged(ValueError):
    """The file is not what `add` writes."""


def off():
    """Whether nothing is remembered or shown: COURSE_REMEMBER=off (tests and builds), CI, a smoke run."""
    said = os.environ.get("COURSE_REMEMBER", "on").strip().lower() == "off"
    ci = os.environ.get("CI", "").strip().lower() not in ("", "0", "false")
    return said or ci or os.environ.get("COURSE_PRESET") == "smoke"


def wanted():
    """Whether a check, here and now, is a student's own work, which is to be remembered.

    It is not where that is `off`, away from the course's notebooks (as in a teacher's folder of submissions),
    and among the solutions.
    """
    if off() or not NOTEBOOKS.is_dir():
        return False
    course, here = NOTEBOOKS.parent, Path.cwd()
    at_work = here == course or NOTEBOOKS in (here, *here.parents)
    return at_work and "solutions" not in here.relative_to(course).parts


def add(name, solved):
    """Remember an answer to the exercise of that name, and whether it was right.

    Returns a sentence where the file was damaged, else "". What cannot be written (into a folder that is
    read-only, on a full disk, to a file of a later course) is not remembered, and nothing is raised for it.
    """
    said = ""
    with contextlib.suppress(OSError):
        if not wanted():
            return ""
        path = NOTEBOOKS / FILE
        with contextlib.suppress(Damaged):
            known = read(path)
            if known is None or known.get(name, {}).get("solved"):  # the usual case on a second run
                return ""
        with _written_alone(path) as file:
            try:
                known = read(path)
            except Damaged:
                kept, known = set_aside(path), {}
                said = (
                    f"notebooks/{FILE}, where your progress is remembered, was damaged: it is kept as "
                    f"notebooks/my/{kept.name}, and a new one was begun."
                )
            json.dump({"version": FORMAT, "exercises": _with(known, name, solved)}, file, indent=1)
    return said


def read(path):
    """{exercise: {"solved": a time or None, "attempts": n, "version": text}} in it, {} if there is no file.

    None where a later version of the course wrote it. Raises Damaged where it is not of the form.
    """
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        raise Damaged(f"{path} is not JSON.") from None
    if not isinstance(content, dict) or not isinstance(content.get("version"), int):
        raise Damaged(f"{path} has no version.")
    if content["version"] > FORMAT:
        return None
    known = content.get("exercises")
    if not isinstance(known, dict) or not all(map(_is_record, known.values())):
        raise Damaged(f"{path} does not hold exercises and what became of them.")
    return known


def set_aside(path):
    """Move the file to notebooks/my/, under the next free number; its new path."""
    folder = path.parent / "my"
    folder.mkdir(exist_ok=True)
    stem, suffix = path.stem, path.suffix
    number = 1
    while os.path.lexists(folder / f"{stem}_{number}{suffix}"):
        number += 1
    return path.rename(folder / f"{stem}_{number}{suffix}")


def _is_record(value):
    return (
        isinstance(value, dict)
        and isinstance(value.get("solved"), str | None)
        and type(value.get("attempts")) is int
        and isinstance(value.get("version"), str)
    )


def _with(known, name, solved):
    """known with one more answer to an exercise that was not solved before."""
    before = known.get(name, {"solved": None, "attempts": 0})
    if before["solved"]:  # in another kernel, a moment ago
        return known
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) if solved else None
    return known | {name: {"solved": now, "attempts": before["attempts"] + 1, "version": __version__}}


@contextlib.contextmanager
def _written_alone(path):
    """A file to write, which takes the place of path after the block, in one process at a time.

    Only one can create it, and so it is the lock too, on every system and on file systems of a network. It is
    not flushed to the disk, for that may take longer than the whole check.
    """
    new = path.with_name(f"{path.name}.new")
    number = _create(new)
    try:
        with open(number, "w", encoding="utf-8") as file:
            yield file
        os.replace(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _create(new):
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            if time.monotonic() > until:
                raise
            with contextlib.suppress(FileNotFoundError):  # it was done just now
                if time.time() - new.stat().st_mtime > _GIVEN_UP:
                    new.unlink()
                    continue
            time.sleep(0.002)
