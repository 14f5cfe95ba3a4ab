"""Work that is set aside before something else takes its place: a copy, whole, under a name of its own."""

import contextlib
import json
import os
from pathlib import Path

COPIES = 10_000


def keep(content, folder, name):
    """Write bytes to a file of their own in the folder, NAME_1.suffix or the next free number.

    Returns its path, and whether it is new: a copy of the same bytes that is there already will do. Nothing
    is overwritten. Raises OSError where it cannot be written, and where 10,000 copies are there.
    """
    folder, (stem, dot, suffix) = Path(folder), Path(name).name.partition(".")
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, COPIES):
        path = folder / f"{stem}_{number}{dot}{suffix}"
        if os.path.lexists(path):
            if _same(path, content):
                return path, False
            continue
        with contextlib.suppress(FileExistsError):
            _write(path, content)
            return path, True
    raise FileExistsError(f"{folder} holds {COPIES:,} copies of {name}; tidy it first.")


def is_run(notebook):
    """Whether a notebook, as parsed JSON, holds what only running or editing it leaves: outputs, attachments,
    states of widgets."""
    cells = notebook.get("cells", [])
    traces = ("outputs", "execution_count", "attachments")
    return "widgets" in notebook.get("metadata", {}) or any(cell.get(key) for cell in cells for key in traces)


def parsed(content):
    """The notebook in a file's bytes as a dict; None where it is none."""
    with contextlib.suppress(ValueError, RecursionError):
        notebook = json.loads(content)
        cells = notebook.get("cells") if isinstance(notebook, dict) else None
        if isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells):
            return notebook
    return None


def _same(path, content):
    with contextlib.suppress(OSError):
        return path.stat().st_size == len(content) and path.read_bytes() == content
    return False


def _write(path, content):
    """Create the file with this content, or leave none."""
    with path.open("xb") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
