"""Where the arithmetic runs, how precise it is, and where its random numbers come from."""

import contextlib
import importlib.util
import random
import shutil

import numpy as np
import torch

from .._validate import check_choice, check_int

PRECISIONS = ("auto", "fp32", "bf16")


def seed_everything(seed):
    """Seed Python's, NumPy's and torch's global random numbers, on every device.

    seed: int in 0 .. 2**32 - 1. Raises TypeError or ValueError for anything else.
    """
    seed = check_int("seed", seed, minimum=0, maximum=2**32 - 1)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def pick_device(device=None):
    """The device to train on: the one named ("cpu", "cuda:1", "mps"), else CUDA where it is, else the CPU.

    One of Apple's GPUs is taken only where it is named, for it has no float64 and no compile here. Returns a
    torch.device. Raises ValueError for another kind of device, or for one that this machine lacks.
    """
    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        picked = torch.device(device)
    except (RuntimeError, TypeError):
        picked = None
    if picked is None or picked.type not in ("cpu", "cuda", "mps"):
        raise ValueError(f"device must be 'cpu', 'cuda', 'mps' or None; got {device!r}.")
    if picked.type == "mps" and not torch.backends.mps.is_available():
        raise ValueError("device must be one of this machine, which has no GPU of Apple's; got 'mps'.")
    if picked.type == "cuda" and (picked.index or 0) >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise ValueError(
            f"device must name a CUDA device of this machine, which has {count}; got {device!r}."
        )
    return picked


def is_random_state(state, device):
    """Whether a value is what torch.Generator(device).get_state() returns."""
    try:
        torch.Generator(device).set_state(state)
    except (RuntimeError, TypeError):
        return False
    return True


class RandomStream:
    """torch's global random numbers as one run sees them: inside `with stream:` they are the run's own.

    Dropout and noise drawn inside the block depend on the seed and on what was drawn in earlier blocks;
    the caller's own random numbers are as they were afterwards. A block that raises draws nothing.
    """

    def __init__(self, seed, device):
        self._gpu = device if device.type in ("cuda", "mps") else None
        self._inside = {"cpu": torch.Generator().manual_seed(seed).get_state()}
        if self._gpu is not None:
            self._inside[device.type] = torch.Generator(device).manual_seed(seed).get_state()

    def _read(self):
        state = {"cpu": torch.get_rng_state()}
        if self._gpu is not None:
            which = (self._gpu,) if self._gpu.type == "cuda" else ()  # Apple's machines have one
            state[self._gpu.type] = getattr(torch, self._gpu.type).get_rng_state(*which)
        return state

    def _write(self, state):
        torch.set_rng_state(state["cpu"])
        if self._gpu is not None:
            which = (self._gpu,) if self._gpu.type == "cuda" else ()
            getattr(torch, self._gpu.type).set_rng_state(state[self._gpu.type], *which)

    def __enter__(self):
        self._outside = self._read()
        self._write(self._inside)
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self._inside = self._read()
        self._write(self._outside)

    def state_dict(self):
        """The run's own random state: uint8 tensors by device."""
        return dict(self._inside)

    def fits(self, state):
        """Whether a state is one that state_dict() made on this kind of device."""
        if not isinstance(state, dict) or state.keys() != self._inside.keys():
            return False
        devices = {"cpu": "cpu"} if self._gpu is None else {"cpu": "cpu", self._gpu.type: self._gpu}
        return all(is_random_state(saved, devices[name]) for name, saved in state.items())

    def load_state_dict(self, state):
        """Go on from a saved random state."""
        self._inside = dict(state)


@contextlib.contextmanager
def tf32_allowed(enabled, device):
    """Inside the block, float32 products on a GPU may round their inputs to TF32; a CPU is left alone."""
    if device.type != "cuda":
        yield
        return
    try:
        before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    except RuntimeError:  # somebody has used torch's newer settings, which the older ones do not go with
        with _fp32_precision("tf32" if enabled else "ieee"):
            yield
        return
    torch.set_float32_matmul_precision("high" if enabled else "highest")
    torch.backends.cudnn.allow_tf32 = bool(enabled)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]


@contextlib.contextmanager
def _fp32_precision(precision):
    """tf32_allowed by the newer settings: one for each kind of operation, all put back."""
    kinds = torch.backends.cuda.matmul, torch.backends.cudnn.conv, torch.backends.cudnn.rnn
    before = [kind.fp32_precision for kind in kinds]
    for kind in kinds:
        kind.fp32_precision = precision
    try:
        yield
    finally:
        for kind, was in zip(kinds, before, strict=True):
            kind.fp32_precision = was


def autocast(bf16, device):
    """The context in which a loss is computed: bfloat16 where it is safe, or nothing at all."""
    return torch.autocast(device.type, dtype=torch.bfloat16) if bf16 else contextlib.nullcontext()


def use_bf16(precision, device):
    """Whether to compute in bfloat16: "auto" means yes on a GPU that has it (not one that emulates it)."""
    precision = check_choice("precision", precision, PRECISIONS)
    if precision == "auto":
        return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return precision == "bf16"


def use_compile(requested, device):
    """Whether to compile the model: as requested, else on a GPU whose machine has what compiling takes."""
    if requested is not None:
        return bool(requested)
    has_compiler = any(shutil.which(name) for name in ("cc", "gcc", "clang"))
    return device.type == "cuda" and has_compiler and importlib.util.find_spec("triton") is not None
