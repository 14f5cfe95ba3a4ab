"""State on disk without pickle: tensors as safetensors, the rest as JSON inside the same file."""

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import time
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError

STATE = "course_utils.state"  # the key of our JSON in the file's header
SHA = "course_utils.sha256"  # the key of the checksum beside it: of the file with 64 zeros in its place
SEAL = re.compile(rb'"%s":"([0-9a-f]{64})"' % re.escape(SHA).encode())


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message says why, and what to do."""


def write_atomically(path, payload):
    """Write bytes to path so that a reader, or a crash, sees the old file or the new one whole."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own, for two may write one file; no mkstemp, whose files nobody else may read.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        with open(temporary, "xb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def check_room(path, size):
    """Raise OSError where a file of so many bytes could not be written at path now; nothing is left behind.

    It is tried, for no other question tells of a full disk, a quota and a folder of somebody else's alike: in
    the file's folder, or in the nearest one above that is there.
    """
    path = Path(path)
    folder = next(folder for folder in path.absolute().parents if os.path.lexists(folder))
    trial, noise = folder / f".{path.name}.{secrets.token_hex(8)}.part", os.urandom(2**20)
    if os.path.isdir(path):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    try:
        with open(trial, "xb") as file:
            for start in range(0, size, len(noise)):
                file.write(noise[: size - start])
            file.flush()
            os.fsync(file.fileno())
    finally:
        with contextlib.suppress(OSError):
            trial.unlink(missing_ok=True)


def why(error):
    """What an OSError says, without its number and path: "No space left on device"."""
    return error.strerror or type(error).__name__


def _replace(temporary, path):
    """os.replace, which Windows refuses for as long as somebody reads the old file: so ask a few times."""
    for wait in (0.05, 0.2, 1.0) if os.name == "nt" else ():
        try:
            return os.replace(temporary, path)
        except PermissionError:
            time.sleep(wait)
    return os.replace(temporary, path)


def dump(tree):
    """A nested state (dicts, lists, tuples, numbers, strings, tensors) as one safetensors file: bytes."""
    tensors = {}
    skeleton = _pack(tree, "", tensors)
    metadata = {STATE: json.dumps(skeleton), SHA: "0" * 64}
    return _with_checksum(safetensors.torch.save(tensors, metadata=metadata))


def parse(payload):
    """The nested state in the bytes of a file that dump() made. Raises CheckpointError for any others."""
    if not SEAL.search(payload) or _with_checksum(payload) != payload:
        raise CheckpointError("damaged, or not a training checkpoint (its checksum is wrong or missing)")
    try:
        tensors = safetensors.torch.load(payload)
        header = json.loads(payload[8 : 8 + int.from_bytes(payload[:8], "little")])
        return _unpack(json.loads(header["__metadata__"][STATE]), tensors)
    except (SafetensorError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"damaged, or not a training checkpoint ({type(error).__name__})") from error


def _with_checksum(payload):
    """The payload with the SHA-256 of all its other bytes where the header keeps it."""
    start, end = SEAL.search(payload).span(1)
    before, after = memoryview(payload)[:start], memoryview(payload)[end:]
    sha = hashlib.sha256(before)
    sha.update(b"0" * 64)
    sha.update(after)
    return b"".join((before, sha.hexdigest().encode(), after))


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
