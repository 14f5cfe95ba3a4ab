"""Verdicts that are kept as they come, so that a class whose grading was stopped is gone on with."""

import contextlib
import hashlib
import importlib.util
import json
import os
from pathlib import Path


class Kept:
    """Verdicts by their keys, in a file of JSON lines that several judges may add to; a damaged line is none.

    path: of the file, which is made with the first verdict; None: nothing is kept.
    """

    def __init__(self, path=None):
        self.path, self.known = None if path is None else Path(path), {}
        if self.path is None or not self.path.is_file():
            return
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError, TypeError):
                key, kind, text = json.loads(line)
                if type(key) is type(kind) is type(text) is str:
                    self.known[key] = kind, text

    def add(self, key, kind, text):
        """Write a verdict to the file in one go; where that cannot be, as on a full disk, it is not kept."""
        if self.path is None:
            return
        line = f"\n{json.dumps([key, kind, text])}\n".encode()  # what stands before may be torn
        with contextlib.suppress(OSError):
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line)
            finally:
                os.close(handle)

    def close(self):
        """Remove the file: all is told."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def key(fresh, answer, replaced, limits):
    """All that a verdict hangs on, as a digest: the answer, the inputs, the exercise's own file, the limits.

    fresh: a `Fresh`; answer: an `Answer`; replaced: the answers that it calls and that were not right.
    """
    module = Path(importlib.util.find_spec(fresh.exercise.module).origin)
    parts = [
        answer.statements, answer.function, answer.fault, sorted(replaced), fresh.seeds, fresh.makers,
        fresh.exercise.name, module.read_text(encoding="utf-8"), list(limits),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
