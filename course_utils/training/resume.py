"""Saving a run as it goes, and going on from where it stopped."""

import time
from pathlib import Path

import torch

from .._validate import check_number
from .storage import CheckpointError, dump, parse, write_atomically


class Keeper:
    """Saves the named parts of a run to one file, and restores them before it starts.

    parts: name -> anything with state_dict() and load_state_dict(), or a torch.Generator. settings: plain
    data that must be the same in the run that made the file and in the run that goes on from it.
    path None keeps nothing. Raises CheckpointError where the file is damaged or from other settings.
    """

    def __init__(self, path, parts, settings, every=10.0):
        self.every = check_number("save_every", every, minimum=0)
        self.path = None if path is None else Path(path)
        if self.path is not None and self.path.is_dir():
            raise ValueError(f"checkpoint must be a file to write; got the folder {str(path)!r}.")
        self.parts, self.settings = parts, settings
        self._due = time.perf_counter() + self.every

    def due(self, now):
        """Whether it is time to save again."""
        return self.path is not None and now >= self._due

    def save(self):
        """Write the state of every part, atomically."""
        if self.path is None:
            return
        state = {name: _state(part) for name, part in self.parts.items()}
        write_atomically(self.path, dump({"settings": self.settings, "parts": state}))
        self._due = time.perf_counter() + self.every

    def resume(self):
        """Restore every part where a file exists; check all of it before the first part is touched."""
        if self.path is None or not self.path.exists():
            return
        try:
            saved = parse(self.path.read_bytes())
            self._compare(saved)
        except CheckpointError as error:
            raise CheckpointError(
                f"checkpoint {self.path} cannot be resumed: {error}; delete the file, or name another one."
            ) from error
        for name, part in self.parts.items():
            _restore(part, saved["parts"][name])

    def _compare(self, saved):
        if not isinstance(saved, dict) or saved.keys() != {"settings", "parts"}:
            raise CheckpointError("it is not a training checkpoint")
        for name in sorted(self.settings.keys() | saved["settings"].keys()):
            was, now = saved["settings"].get(name), self.settings.get(name)
            if was != now:
                raise CheckpointError(f"it was made with {name}={was!r}, and this run has {name}={now!r}")
        if saved["parts"].keys() != self.parts.keys():
            raise CheckpointError(f"it holds {sorted(saved['parts'])}, and this run has {sorted(self.parts)}")
        for name, part in self.parts.items():
            if isinstance(part, torch.nn.Module):
                _compare_shapes(name, saved["parts"][name], part.state_dict())


def _compare_shapes(name, saved, current):
    for key in [*current, *saved]:
        was = list(saved[key].shape) if key in saved else "missing"
        now = list(current[key].shape) if key in current else "missing"
        if was != now:
            raise CheckpointError(f"its {name} has {key} {was}, and this run has {now}")


def _state(part):
    return part.get_state() if isinstance(part, torch.Generator) else part.state_dict()


def _restore(part, state):
    if isinstance(part, torch.Generator):
        part.set_state(state)
        return
    part.load_state_dict(state)
    if isinstance(part, torch.optim.Optimizer):
        # Fused optimisers want their moments laid out like the weights (channels last, for one).
        for parameter, moments in part.state.items():
            for key, value in moments.items():
                if isinstance(value, torch.Tensor) and value.shape == parameter.shape and value.ndim:
                    moments[key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)
