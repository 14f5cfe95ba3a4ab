"""Examples of the room of full-size models: a small one that nobody has trained, and its files."""

import functools
import tempfile
from pathlib import Path

import torch

from course_utils.scale.beside import Files, built
from course_utils.scale.families import FAMILIES


@functools.cache
def small():
    settings = FAMILIES["diffusion"].settings((1, 8, 8), 3, "quick")
    record = {"recipe": "diffusion", "settings": settings, "classes": ["a", "b", "c"], "data": {"name": "it"}}
    return built("diffusion", settings).eval(), record


def written():
    files, (model, record) = Files(Path(tempfile.mkdtemp()) / "small"), small()
    files.write(dict(record), model.state_dict())
    return files.stem


EXAMPLES = {
    "scale": {
        "recipe": lambda: "vae",
        "data": lambda: "digits",
        "path": written,
        "model": lambda: small()[0],
        "record": lambda: small()[1],
        "n": lambda: 1,
        "images": lambda: torch.zeros(4, 1, 8, 8, dtype=torch.uint8),
        "workers": lambda: (0,),
        "seconds": lambda: 0.01,
    }
}
