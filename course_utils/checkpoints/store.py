"""Checkpoint files: NAME.safetensors holds the weights, NAME.json says where they come from."""

import hashlib
import json
import os
import platform
import tempfile
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError

from .. import preset
from .._validate import check_number
from ..training import CheckpointError
from ..training.storage import check_room, why, write_atomically

LARGEST = 3_000_000  # bytes of a file of weights
MARGIN = 100_000  # bytes for the provenance
CLONE = Path(__file__).parents[2]  # where the package lies in a copy of the course


def folder():
    """The folder of the course's checkpoints: COURSE_CHECKPOINTS, or data/checkpoints beside the package."""
    chosen = os.environ.get("COURSE_CHECKPOINTS")
    return Path(chosen) if chosen else CLONE / "data" / "checkpoints"


def absent():
    """What to do, in one sentence, where the checkpoints' folder is not there; None where it is."""
    if folder().is_dir():
        return None
    if os.environ.get("COURSE_CHECKPOINTS"):
        return f"COURSE_CHECKPOINTS must name the folder of the checkpoints, and there is no {folder()}."
    return (
        f"the course's checkpoints are not in {folder()}: the package alone brings none, so install it with "
        "`pip install -e .` in a clone of the course, or set COURSE_CHECKPOINTS to the clone's "
        "data/checkpoints."
    )


def load_recipe(recipe):
    """The model and the provenance of a recipe's files. Raises CheckpointError where they are unusable."""
    if sentence := absent():
        raise CheckpointError(f"checkpoint {recipe.name!r} cannot be used: {sentence}")
    weights, provenance = (folder() / f"{recipe.name}{suffix}" for suffix in (".safetensors", ".json"))
    try:
        record = _read_provenance(provenance, recipe.name)
        tensors = _read_weights(weights, record["sha256"])
        model = build(recipe, seed=0)
        _compare(model.state_dict(), tensors, weights)
    except CheckpointError as error:
        raise CheckpointError(
            f"checkpoint {recipe.name!r} cannot be used: {error}; "
            f"`python -m course_utils train {recipe.name}` makes it again."
        ) from error
    except OSError as error:
        raise CheckpointError(
            f"checkpoint {recipe.name!r} cannot be used: {error.filename} cannot be read ({why(error)}); "
            "give yourself the right to read it, or get it from the repository again."
        ) from error
    model.load_state_dict(tensors)
    return model.eval(), record


def train_recipe(recipe, out=None, seconds=None, progress=True):
    """Train, evaluate and write one recipe; return the provenance. ValueError for too large a model."""
    if preset.chosen() == "smoke":
        raise ValueError("COURSE_PRESET=smoke trains no model, so there is nothing to store; unset it first.")
    if seconds is not None:
        check_number("seconds", seconds, minimum=0, open_minimum=True)
    out = _check_out(out)
    model = build(recipe, recipe.settings["seed"])
    _check_room(out, recipe.name, _check_size(recipe, model))
    data = recipe.data()
    kept, history = recipe.train(model, data, seconds=seconds, progress=progress)
    if history.interrupted:
        raise KeyboardInterrupt
    state = as_stored(kept.cpu(), recipe.dtype)
    kept.load_state_dict(state)  # measured as it is stored
    payload = safetensors.torch.save(state)
    record = {
        "recipe": recipe.name,
        "summary": recipe.summary,
        "settings": recipe.settings,
        "data": {"name": data.name, "split": data.split, "n": len(data.images), "sha256": data.sha256()},
        "training": {"steps": history.steps, "seconds": round(history.seconds, 1), **_machine()},
        "metrics": {name: round(float(value), 6) for name, value in recipe.evaluate(kept).items()},
        "versions": _versions(),
        "dtype": recipe.dtype,
        "sha256": hashlib.sha256(payload).hexdigest(),
    }
    text = json.dumps(record, indent=2, allow_nan=False) + "\n"
    _write(out, recipe.name, payload, text.encode())
    return record


def _check_out(out):
    """The folder to write to. ValueError where it is a file, or where none is named and there is no clone."""
    if out is None and not os.environ.get("COURSE_CHECKPOINTS") and not (CLONE / "pyproject.toml").is_file():
        raise ValueError(
            "out must name a folder where the package lies in no clone of the course; got none: give "
            "--out FOLDER, or set COURSE_CHECKPOINTS."
        )
    out = folder() if out is None else Path(out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"out must be a folder; got the file {str(out)!r}.")
    return out


def _check_room(out, name, size):
    """CheckpointError where the files could not be written; to be asked before hours of training too."""
    try:
        check_room(out / f"{name}.json", MARGIN)
        check_room(out / f"{name}.safetensors", size)
    except OSError as error:
        raise CheckpointError(
            f"{out} cannot take the files of {name} ({why(error)}), so nothing was trained: make room there, "
            "or name a folder that you may write to (--out FOLDER)."
        ) from error


def _write(out, name, weights, provenance):
    """Write both files; where the folder takes them no more, to a temporary one, for hours lie in them."""
    files = {f"{name}.safetensors": weights, f"{name}.json": provenance}
    try:
        for file, payload in files.items():
            write_atomically(out / file, payload)
    except OSError as error:
        aside = Path(tempfile.mkdtemp(prefix="course-checkpoints-"))
        for file, payload in files.items():
            write_atomically(aside / file, payload)
        raise CheckpointError(
            f"{out} can no longer be written ({why(error)}): the trained files of {name} are in {aside}."
        ) from error


def build(recipe, seed):
    """The recipe's untrained model; the caller's random numbers are left as they were."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return recipe.build()


def as_stored(model, dtype):
    """The model's state as it is written, its floating-point tensors in this dtype, one of DTYPES."""
    state = {name: value.detach().clone().contiguous() for name, value in model.state_dict().items()}
    to = getattr(torch, dtype)
    return {name: value.to(to) if value.is_floating_point() else value for name, value in state.items()}


def _check_size(recipe, model):
    """The bytes of the file of weights; ValueError, before hours of training, where these are too many."""
    size = len(safetensors.torch.save(as_stored(model, recipe.dtype)))
    if size > LARGEST:
        raise ValueError(
            f"the weights of {recipe.name} take {size / 1e6:.1f} MB as {recipe.dtype}, and a file may have "
            f'{LARGEST / 1e6:g} MB: make the model smaller, or store it as "float16" (see Recipe).'
        )
    return size


def _read(path):
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise CheckpointError(f"{path} is missing") from None


def _read_provenance(path, name):
    payload = _read(path)
    try:
        record = json.loads(payload.decode("utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{path} is not JSON") from error
    if not isinstance(record, dict) or not isinstance(record.get("sha256"), str):
        raise CheckpointError(f"{path} holds no sha256")
    if record.get("recipe") != name:
        raise CheckpointError(f"{path} is about another recipe, {record.get('recipe')!r}")
    return record


def _read_weights(path, sha256):
    payload = _read(path)
    if hashlib.sha256(payload).hexdigest() != sha256:
        raise CheckpointError(
            f"{path} is damaged or of another training run (its SHA-256 is not the stated one)"
        )
    try:
        tensors = safetensors.torch.load(payload)
    except SafetensorError as error:
        raise CheckpointError(f"{path} is not a safetensors file") from error
    return {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}


def _compare(expected, found, path):
    for name in [*expected, *found]:
        wanted = list(expected[name].shape) if name in expected else "no such tensor"
        got = list(found[name].shape) if name in found else "no such tensor"
        if wanted != got:
            raise CheckpointError(f"{path} has {name}: {got}, and the recipe builds {wanted}")


def _machine():
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU ({platform.machine()})"
    return {"device": device, "threads": torch.get_num_threads()}


def _versions():
    return {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
