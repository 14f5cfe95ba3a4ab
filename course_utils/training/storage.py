"""State on disk without pickle: tensors as safetensors, the rest as JSON inside the same file."""

import contextlib
import json
import os
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError

STATE = "course_utils.state"  # the key of our JSON in the file's header


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message says why, and what to do."""


def write_atomically(path, payload):
    """Write bytes to path so that a reader, or a crash, sees the old file or the new one whole."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with open(temporary, "wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def dump(tree):
    """A nested state (dicts, lists, tuples, numbers, strings, tensors) as one safetensors file: bytes."""
    tensors = {}
    skeleton = _pack(tree, "", tensors)
    return safetensors.torch.save(tensors, metadata={STATE: json.dumps(skeleton)})


def parse(payload):
    """The nested state in the bytes of a file that dump() made. Raises CheckpointError for any others."""
    try:
        tensors = safetensors.torch.load(payload)
        header = json.loads(payload[8 : 8 + int.from_bytes(payload[:8], "little")])
        return _unpack(json.loads(header["__metadata__"][STATE]), tensors)
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise CheckpointError(f"damaged, or not a training checkpoint ({type(error).__name__})") from error


def _pack(tree, name, tensors):
    if isinstance(tree, torch.Tensor):
        # A copy of its own: safetensors refuses two names for one memory, which tied weights would have.
        tensors[name] = tree.detach().to("cpu", copy=True).contiguous()
        return {"tensor": name}
    if isinstance(tree, dict):
        return {"dict": [[key, _pack(value, f"{name}/{key}", tensors)] for key, value in tree.items()]}
    if isinstance(tree, list | tuple):
        kind = "tuple" if isinstance(tree, tuple) else "list"
        return {kind: [_pack(value, f"{name}/{i}", tensors) for i, value in enumerate(tree)]}
    return {"value": tree}


def _unpack(skeleton, tensors):
    [(kind, content)] = skeleton.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "dict":
        return {key: _unpack(value, tensors) for key, value in content}
    if kind in ("list", "tuple"):
        values = [_unpack(value, tensors) for value in content]
        return tuple(values) if kind == "tuple" else values
    return content
