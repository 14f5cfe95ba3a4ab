"""What happened during training: the loss of each step, and its picture."""

import math
import numbers

import numpy as np
import torch

from .._validate import check_has, check_int, check_kind
from .processes import group


class TrainingDiverged(FloatingPointError):
    """The loss became NaN or infinite; `.history` holds the run up to that step."""

    def __init__(self, message, history):
        super().__init__(message)
        self.history = history


class History:
    """The record of a run: `.loss` [steps], `.extras` name -> [steps], `.steps`, `.seconds`, `.ema`.

    Numbers stay on the device until somebody asks for them, so that recording does not stop a GPU.
    `.ema` is the model of averaged weights, or None where no average was asked for; `.interrupted` says
    whether Ctrl-C ended the run.
    """

    def __init__(self):
        self.seconds = 0.0
        self.ema = None
        self.interrupted = False
        self._values = {}
        self._pending = []
        self._fetched = 0

    @property
    def steps(self):
        """How many steps have been done."""
        return self._fetched + len(self._pending)

    @property
    def loss(self):
        """The loss by step: float64 array [steps]."""
        self.fetch()
        return np.array(self._values.get("loss", []))

    @property
    def extras(self):
        """The extra scalars by step: name -> float64 array [steps]."""
        self.fetch()
        return {name: np.array(values) for name, values in self._values.items() if name != "loss"}

    @property
    def latest(self):
        """The loss of the last step, a float; NaN before the first."""
        self.fetch()
        return self._values["loss"][-1] if self._fetched else math.nan

    def add(self, loss, extras=None):
        """Record one step's loss and extra scalars: tensors of one element, or numbers."""
        check_kind("extras", extras, dict | None, "a dict of numbers or None")
        scalars = {**(extras or {}), "loss": loss}
        names = self._pending[0].keys() if self._pending else self._values.keys()
        if names and scalars.keys() != names:
            raise ValueError(f"extras must have the same names at every step; got {sorted(scalars)}.")
        self._pending.append({name: _scalar(name, value) for name, value in scalars.items()})

    def average(self):
        """Put in the place of the last step's numbers, not fetched yet, their means over the processes."""
        self._pending[-1] = group.averages(self._pending[-1])

    def fetch(self):
        """Bring what is still on the device to plain numbers, in one copy for each name."""
        pending, self._pending = self._pending, []
        self._fetched += len(pending)
        for name in pending[0] if pending else ():
            column = [row[name] for row in pending]
            if all(isinstance(value, torch.Tensor) for value in column):
                column = column[0].reshape(1) if len(column) == 1 else torch.stack(column)
                column = column.tolist()
            self._values.setdefault(name, []).extend(float(value) for value in column)

    def stop_if_diverged(self, since=0):
        """Raise TrainingDiverged at the first step from `since` on whose scalars are not all finite."""
        check_int("since", since, 0)
        self.fetch()
        bad = [step for values in self._values.values() for step in _not_finite(values, since)]
        if not bad:
            return
        step = min(bad)
        names = [name for name, values in self._values.items() if not math.isfinite(values[step])]
        self._values = {name: values[: step + 1] for name, values in self._values.items()}
        self._fetched = step + 1
        raise TrainingDiverged(
            f"{' and '.join(sorted(names, key=lambda n: n != 'loss'))} became NaN or infinite at step "
            f"{step + 1}; try a smaller lr (a tenth, say), and look for log(0), sqrt(0) or a division "
            "by zero in the loss.",
            self,
        )

    def state_dict(self):
        """The record as plain data, for a checkpoint."""
        self.fetch()
        values = {name: torch.tensor(v, dtype=torch.float64) for name, v in self._values.items()}
        return {"seconds": self.seconds, "values": values}

    def fits(self, state):
        """Whether a state is one that state_dict() made: seconds, and columns of one length with a loss."""
        if not isinstance(state, dict) or state.keys() != {"seconds", "values"}:
            return False
        seconds, values = state["seconds"], state["values"]
        if not isinstance(seconds, float | int) or not seconds >= 0 or not isinstance(values, dict):
            return False
        columns = list(values.values())
        if not all(isinstance(column, torch.Tensor) and column.ndim == 1 for column in columns):
            return False
        forms = {(column.dtype, len(column)) for column in columns}
        return not columns or ("loss" in values and len(forms) == 1 and columns[0].dtype == torch.float64)

    def load_state_dict(self, state):
        """Go on from a saved record."""
        if not self.fits(state):
            raise ValueError("state must be what state_dict() of a History gives.")
        self.seconds, self._pending = state["seconds"], []
        self._values = {name: values.tolist() for name, values in state["values"].items()}
        self._fetched = len(self._values.get("loss", []))

    def plot(self, ax=None):
        """Draw the loss (and the extras) by step, on a log scale where it spans decades; return the axes.

        ax: matplotlib axes, or None for a new figure; `show(history.plot().figure, alt)` displays that one.
        """
        if ax is not None:
            check_has("ax", ax, "matplotlib axes or None", "plot")
        from .curves import plot_history

        return plot_history(self, ax)

    def __repr__(self):
        last = f", last loss {self.loss[-1]:.4g}" if self.steps else ""
        return f"History({self.steps} steps{last})"  # no time: a notebook shows it, and no two runs share it


def _scalar(name, value):
    if isinstance(value, torch.Tensor):
        if value.numel() != 1:
            raise ValueError(f"extras[{name!r}] must be a scalar; got shape {list(value.shape)}.")
        value = value.detach().reshape(())
        return value.item() if value.device.type == "cpu" else value
    return float(check_kind(name, value, numbers.Real, "a number or a tensor of one element"))


def _not_finite(values, since):
    return [step for step in range(since, len(values)) if not math.isfinite(values[step])]
