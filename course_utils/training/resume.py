"""Saving a run as it goes, and going on from where it stopped."""

import os
import time
from pathlib import Path

import torch

from .._validate import check_kind, check_number
from . import identity, restoring
from .lock import Lock
from .processes import group
from .storage import CheckpointError, check_room, dump, parse, why, write_atomically

MARGIN = 2**20  # bytes for a history and a file's header


class Keeper:
    """Saves the named parts of a run to one file, and restores them before it starts.

    parts: name -> anything with state_dict() and load_state_dict(), or a torch.Generator. settings: plain
    data that must be the same in the run that made the file and in the run that goes on from it. update: the
    function of a step, whose code and whose constants must be the same, as far as identity.py sees them.
    shards: the Shards behind the parts, where a model is cut over several processes.
    path None keeps nothing. Raises CheckpointError where the file is damaged or from another run, or where
    another run is at work on it now. close() lets others have the file.
    """

    def __init__(self, path, parts, settings, every=10.0, update=None, shards=None):
        check_kind("checkpoint", path, str | os.PathLike | None, "the name of a file or None")
        self.every = check_number("save_every", every, minimum=0)
        self.path = None if path is None else Path(path)
        if self.path is not None and os.path.isdir(self.path):  # no error where nobody may look
            raise ValueError(f"checkpoint must be a file to write; got the folder {str(path)!r}.")
        self.parts, self.settings, self._shards = parts, settings, shards
        self._run = {} if self.path is None else identity.describe(update, parts)
        self._due = time.perf_counter() + self.every
        self._lock = None

    def due(self, now):
        """Whether it is time to save again."""
        return self.path is not None and now >= self._due

    def save(self):
        """Write the state of every part, atomically; of several processes the first one does, for all."""
        if self._shards is not None:
            self._shards.gather()
        models = [part for part in self.parts.values() if isinstance(part, torch.nn.Module)]
        group.check_weights(models), group.as_first_buffers(models)
        if self.path is None:
            return
        if group.rank() == 0:
            self._write()
        self._due = time.perf_counter() + self.every
        group.meet()

    def _write(self):
        self._hold()
        state = {name: restoring.state_of(part) for name, part in self.parts.items()}
        payload = dump({"settings": self.settings, "run": self._run, "parts": state})
        try:
            write_atomically(self.path, payload)
        except OSError as error:
            left = "; the file still holds an earlier step" if os.path.exists(self.path) else ""
            raise CheckpointError(
                f"checkpoint {self.path} could not be written ({why(error)}), so the run stopped{left}: make "
                "room there, or name another file; the weights in memory are those of the last step."
            ) from error

    def resume(self):
        """Restore every part where a file exists; check all of it before the first part is touched.

        Raises CheckpointError too where the run could not be saved: before it begins, not after hours.
        """
        if self.path is not None:
            self._load()
        if self._shards is not None:
            self._shards.scatter()

    def _load(self):
        if group.rank() == 0:
            self._try_to_write()
        group.meet()
        try:
            if self.path.exists():
                saved = parse(self.path.read_bytes())
                self._compare(saved)
                restoring.restore(self.parts, saved["parts"])
        except (CheckpointError, OSError) as error:
            self.close()
            reason = f"it cannot be read ({why(error)})" if isinstance(error, OSError) else error
            raise CheckpointError(
                f"checkpoint {self.path} cannot be resumed: {reason}; delete the file, or name another one."
            ) from error

    def close(self):
        """Let other runs have the file."""
        if self._lock is not None:
            self._lock.release()

    def _try_to_write(self):
        try:
            check_room(self.path, MARGIN + sum(map(restoring.size_of, self.parts.values())))
            self._hold()
        except OSError as error:
            raise CheckpointError(
                f"checkpoint {self.path} cannot be written ({why(error)}), so nothing was trained: make room "
                "there, or name a file in a folder that you may write to."
            ) from error

    def _hold(self):
        if self._lock is None:
            self._lock = Lock(self.path)
        if not self._lock.held:
            raise CheckpointError(
                f"checkpoint {self.path} belongs to a run that began after this one, which saves no more."
            )

    def _compare(self, saved):
        sections = {"settings", "run", "parts"}
        if not isinstance(saved, dict) or saved.keys() != sections:
            raise CheckpointError("it is not a training checkpoint")
        if not all(isinstance(saved[section], dict) for section in sections):
            raise CheckpointError("it is not a training checkpoint")
        for name in [*self.settings, *(name for name in saved["settings"] if name not in self.settings)]:
            was, now = saved["settings"].get(name), self.settings.get(name)
            if isinstance(was, torch.Tensor) or was != now:
                raise CheckpointError(f"it was made with {name}={was!r}, and this run has {name}={now!r}")
        if saved["parts"].keys() != self.parts.keys():
            there, here = (", ".join(map(str, names)) for names in (saved["parts"], self.parts))
            raise CheckpointError(f"it holds {there}, and this run has {here}")
        models = {name: part for name, part in self.parts.items() if isinstance(part, torch.nn.Module)}
        for name, model in models.items():
            restoring.check(name, model, saved["parts"][name])
        if difference := identity.difference(saved["run"], self._run):
            raise CheckpointError(difference)
        for name in self.parts.keys() - models.keys():
            restoring.check(name, self.parts[name], saved["parts"][name])
