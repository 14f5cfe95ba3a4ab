"""Which files to build, and writing them whole or not at all."""

import os
from pathlib import Path

from .errors import BuildError


def choose(folder, suffix, names, kind):
    """The files NN_name + suffix of a folder, sorted; only those named where there are names.

    Raises BuildError for a name that is not there.
    """
    found = {path.stem: path for path in sorted(Path(folder).glob(f"[0-9][0-9]_*{suffix}"))}
    for name in names:
        if name not in found:
            raise BuildError(
                f"NAME must be a {kind} in {Path(folder).name}/: {', '.join(found)}; got {name!r}."
            )
    return [found[name] for name in names or found]


def write(target, content):
    """Write text or bytes through a neighbour that is then renamed; return the size in bytes."""
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    data = content.encode("utf-8") if isinstance(content, str) else content
    unfinished.write_bytes(data)
    os.replace(unfinished, target)
    return len(data)
