"""The code of a submitted file, cell by cell: read with care, since it comes from anybody, and never run."""

import ast
import json
import os
import re
import stat
import warnings
from pathlib import Path
from typing import NamedTuple

MOST_BYTES = 20_000_000
_MOST_CODE = 1_000_000  # characters
_MAGIC = re.compile(r"^(\s*)(?:(\w[\w, ]*=\s*)?[%!].*|\?.*|[\w.]+\?{1,2}\s*)$")


class Unreadable(ValueError):
    """Why a file holds no cells, in one sentence."""


class Cell(NamedTuple):
    """One cell of code. tree: what it parses to, None where it does not; fault: why, in a few words."""

    source: str
    tree: ast.Module | None
    fault: str = ""


def read_cells(path):
    """The cells of code in a notebook (.ipynb) or a script (.py, one cell), a list of `Cell`.

    Raises Unreadable, in one sentence, where it is no file, larger than 20 MB, or no notebook.
    """
    path = Path(path)
    data = _bytes(path)
    try:
        text = data.decode("utf-8-sig")
        sources = [text] if path.suffix == ".py" else _sources(json.loads(text))
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
        raise Unreadable(f"{_shown(path)} is no notebook, or damaged.") from None
    if sum(map(len, sources)) > _MOST_CODE:
        raise Unreadable(f"{_shown(path)} holds more code than any notebook of the course.")
    return [_parsed(source) for source in sources]


def _bytes(path):
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe might never begin
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unreadable(f"{_shown(path)} is not a file.")
            data = file.read(MOST_BYTES + 1)
    except OSError:
        raise Unreadable(f"{_shown(path)} cannot be read.") from None
    if len(data) > MOST_BYTES:
        raise Unreadable(
            f"{_shown(path)} is larger than {MOST_BYTES // 1_000_000} MB: none of the course is."
        )
    return data


def _sources(content):
    found = []
    for cell in content["cells"]:
        if cell.get("cell_type") == "code":
            source = cell["source"]
            found.append(source if isinstance(source, str) else "".join(source))
    return found


def _parsed(source):
    text = plain_python(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Cell(text, ast.parse(text))
    except SyntaxError as error:
        return Cell(text, None, f"line {error.lineno}: {error.msg}")
    except (ValueError, RecursionError, MemoryError) as error:
        return Cell(text, None, type(error).__name__)


def plain_python(source):
    """A cell's source with IPython's own lines (magics, shell, help) replaced by lines that do nothing."""
    lines = source.replace("\r\n", "\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and first.split()[0] not in ("%%time", "%%timeit", "%%capture"):
        return ""  # another language
    return "\n".join(_MAGIC.sub(_nothing, line) for line in lines)


def _nothing(match):
    return f"{match[1]}{match[2] or ''}{'None' if match[2] else 'pass'}"


def _shown(path):
    """The file's name, with nothing in it that a terminal would obey."""
    name = Path(path).name
    return name if name.isprintable() else repr(name)
