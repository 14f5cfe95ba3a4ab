"""Where the table and the pages go: refused before the work if they cannot be, and never over others."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from .. import aside

HEAD = ("submission", "lesson", "points", "of", "problem", "to look at")
_SEAL = re.compile(rb"\n<!-- as graded: ([0-9a-f]{64}) -->\n\Z")
_BEFORE = "before"  # the folder of pages that were set aside


def check(out, pages, submissions):
    """Raise ValueError where the table cannot be written to out, or the pages to the folder pages.

    submissions: paths, over which nothing is written. pages: None where none are wanted.
    """
    try:
        taken = out.exists()
        writable = os.access(out if taken else out.parent, os.W_OK) and not out.is_dir()
        writable = writable and (not out.is_file() or os.access(out.parent, os.W_OK))
    except OSError:
        writable = False
    if not writable:
        raise ValueError(f"The table cannot be written to {out}: name a file in a folder that is yours.")
    if taken and any(one.exists() and out.samefile(one) for one in submissions):
        raise ValueError(f"The table cannot be written to {out}, a submission: name another file.")
    if out.is_file() and out.stat().st_size and not is_table(out):
        raise ValueError(f"{out} is there already and is no table of grades: name another file.")
    if pages and not _takes_files(pages):
        raise ValueError(f"The pages cannot be written to {pages}: name a folder that is yours.")


def is_table(path):
    """Whether a file begins as the tables do that `grade` writes, whatever a spreadsheet parted them with."""
    with path.open("rb") as file:
        text = file.read(200).decode("utf-8-sig", errors="replace").replace('"', "")
    return re.split(r"[,;\t\r\n]", text)[: len(HEAD)] == list(HEAD)


def set_aside(out):
    """The tables that were set aside beside this one: they are no submissions."""
    stem, dot, suffix = out.name.partition(".")
    name = re.compile(rf"{re.escape(stem)}_\d+{re.escape(dot + suffix)}")
    return [
        one for one in out.parent.iterdir() if name.fullmatch(one.name) and one.is_file() and is_table(one)
    ]


def put_table(path, content):
    """Write a table's bytes; what else stood there is set aside first: its path, or None."""
    return _put(path, content, path.parent)


def put_page(path, content):
    """Write a page's bytes with their seal; one that somebody has changed is set aside first: its path."""
    sealed = content + b"\n<!-- as graded: %s -->\n" % _digest(content)
    before = path.read_bytes() if path.is_file() else b""
    seal = _SEAL.search(before)
    ours = seal is not None and seal[1] == _digest(before[: seal.start()])
    return _put(path, sealed, None if ours else path.parent / _BEFORE)


def _digest(content):
    return hashlib.sha256(content).hexdigest().encode()


def _put(path, content, folder):
    """Write the bytes; folder: where other ones that stand there are kept, None where they may go."""
    kept = None
    if path.is_file():
        before = path.read_bytes()
        if before == content:
            return None
        if before and folder is not None:
            kept, _ = aside.keep(before, folder, path.name)
    try:
        path.write_bytes(content)
    except OSError:
        if path.is_file():
            path.unlink()  # a torn one would be set aside as somebody's the next time
        raise
    return kept


def _takes_files(folder):
    """Whether a folder, or the nearest one above it that is there, takes a new file; tried, and undone."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryDirectory(prefix=".grading-", dir=Path(folder)):
            return True
    except OSError:
        return False
