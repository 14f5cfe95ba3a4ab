"""The files of a run, side by side: FILE.run while it trains, then FILE.safetensors, FILE.json, FILE.png."""

import hashlib
import io
import json
import platform
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError

from .._validate import check_kind
from ..training import CheckpointError
from ..training.storage import check_room, why, write_atomically
from .families import FAMILIES

MARGIN = 4_000_000  # bytes for the picture and the record
COLUMNS = 10  # of the picture, where there are no labels, or more than as many
ROWS = 8
SUFFIXES = (".safetensors", ".json", ".png", ".run")
EDGE = 2  # pixels between images
SAME = ("recipe", "data", "settings")  # what two runs that write one file must have in common


class Files:
    """The four files of one name. path: with .safetensors at its end, or without."""

    def __init__(self, path):
        path = Path(path)
        self.stem = path.with_suffix("") if path.suffix == ".safetensors" else path
        if path.is_dir():
            raise ValueError(f"out must be a file to write; got the folder {str(path)!r}.")
        self.weights, self.record, self.picture, self.run = (
            self.stem.with_name(self.stem.name + suffix) for suffix in SUFFIXES
        )

    def check(self, record, size):
        """Raise where the files are another run's, or where so many bytes of weights could not be written."""
        if self.record.exists() or self.weights.exists():
            self._compare(record)
        try:
            check_room(self.weights, size + MARGIN)
        except OSError as error:
            raise CheckpointError(
                f"{self.weights} cannot be written ({why(error)}), so nothing was trained: make room there, "
                "or name another file (--out FILE)."
            ) from error

    def _compare(self, record):
        there = read(self.record) if self.record.exists() else {}
        for name in SAME:
            if there.get(name) != record[name]:
                was, now = _difference(name, there.get(name), record[name])
                raise CheckpointError(
                    f"{self.stem} holds a run with {was}, and this one has {now}: name another file "
                    "(--out FILE), or delete those there."
                )
        if not self.run.exists():
            raise CheckpointError(
                f"{self.weights} is there, and {self.run}, from which its run would go on, is not: name "
                "another file (--out FILE), or delete those there."
            )

    def write(self, record, state=None, images=None):
        """Write what is given, weights first; CheckpointError where there is no room, FILE.run being left."""
        files = {}
        if state is not None:
            files[self.weights] = safetensors.torch.save(state)
            record["sha256"] = hashlib.sha256(files[self.weights]).hexdigest()
        if images is not None:
            files[self.picture] = as_png(images, record)
        files[self.record] = (json.dumps(record, indent=2, allow_nan=False) + "\n").encode()
        try:
            for path, payload in files.items():
                write_atomically(path, payload)
        except OSError as error:
            raise CheckpointError(
                f"{path} cannot be written ({why(error)}): {self.run} holds the whole run, so make room and "
                "give the same command again."
            ) from error


def load(path):
    """The model that a run wrote, in eval mode on the CPU, and its provenance, a dict.

    path: FILE, or FILE.safetensors. Raises CheckpointError, in one sentence, where a file is missing,
    damaged, of another run, or of another shape than its recipe builds.
    """
    files = Files(check_kind("path", path, str | Path, "the name of a file"))
    record = read(files.record)
    if record.get("recipe") not in FAMILIES or not isinstance(record.get("settings"), dict):
        raise CheckpointError(f"{files.record} is about no recipe that is known here.")
    payload = _bytes_of(files.weights)
    if hashlib.sha256(payload).hexdigest() != record.get("sha256"):
        raise CheckpointError(
            f"{files.weights} is damaged or of another run: its SHA-256 is not the one in {files.record}."
        )
    model = built(record["recipe"], record["settings"])
    try:
        model.load_state_dict(safetensors.torch.load(payload))
    except (SafetensorError, RuntimeError) as error:
        raise CheckpointError(f"{files.weights} does not hold the weights that its recipe builds.") from error
    return model.eval(), record


def built(recipe, settings, seed=0):
    """The recipe's untrained network; the caller's random numbers are left as they were."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return FAMILIES[recipe].build(settings)


def read(path):
    """The record in a JSON file. Raises CheckpointError where it is missing or none."""
    try:
        record = json.loads(_bytes_of(path).decode("utf-8"))
    except ValueError as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{path} is damaged: it is no JSON.") from error
    if not isinstance(record, dict):
        raise CheckpointError(f"{path} is damaged: it holds no record.")
    return record


def machine(device):
    """What a run ran on: the device's name, and the versions of what computed."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return {
        "device": f"{device.type} ({name})",
        "threads": torch.get_num_threads(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
            "cuda": torch.version.cuda if device.type == "cuda" else None,
        },
    }


def columns(classes):
    """How many columns the picture has: one a class, where these are few."""
    return len(classes) if 2 <= len(classes) <= COLUMNS else COLUMNS


def as_png(images, record):
    """Images [n, C, H, W] in [0, 1], row by row, as the bytes of a PNG that says what they are."""
    from PIL import Image, PngImagePlugin

    across = min(columns(record["classes"]), len(images))
    levels = (255 * images.clamp(0, 1)).round().to(torch.uint8).cpu()
    tiles = torch.nn.functional.pad(levels, (0, EDGE, 0, EDGE), value=255)
    tiles = tiles[: len(tiles) // across * across].unflatten(0, (-1, across))  # [rows, across, C, h, w]
    sheet = tiles.permute(0, 3, 1, 4, 2).flatten(0, 1).flatten(1, 2).squeeze(-1)
    described = PngImagePlugin.PngInfo()
    order = f"column by column: {', '.join(record['classes'])}" if record["classes"] else "without labels"
    described.add_text("Description", f"Samples of {record['recipe']} on {record['data']['name']}, {order}.")
    buffer = io.BytesIO()
    Image.fromarray(sheet.numpy()).save(buffer, "PNG", pnginfo=described)
    return buffer.getvalue()


def _bytes_of(path):
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise CheckpointError(f"{path} is missing: path must name what a run has written.") from None
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({why(error)}).") from error


def _difference(name, was, now):
    """What differs first in two records, as name=value."""
    if isinstance(was, dict) and isinstance(now, dict):
        name = next(name for name in [*now, *was] if was.get(name) != now.get(name))
        return f"{name}={was.get(name)!r}", f"{name}={now.get(name)!r}"
    return f"{name}={was!r}", f"{name}={now!r}"
