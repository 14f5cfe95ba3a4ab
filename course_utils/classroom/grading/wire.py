"""Values on their way between two processes: JSON, and the bytes of tensors behind it. No code travels.

What arrives is rebuilt as one of a few plain types, and only where sizes and types agree with one another:
nothing that the other side sends can run on this one. `Garbled` says that it does not agree.
"""

import json
import math
import select
import struct
import time

import numpy as np
import torch

MOST = 2**28  # bytes of a message
_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
        torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128,
    )
}  # fmt: skip
_PLAIN = (bool, int, float, complex, str, bytes, torch.Tensor, torch.dtype, torch.Size)
_HEAD = struct.Struct("<QQ")


class Garbled(Exception):
    """What came over the wire is no message."""


class Late(Exception):
    """Nothing came in time."""


class Thing:
    """Stands for an object that does not travel. name: its type's name; place: where it was."""

    def __init__(self, name, place=()):
        self.name, self.place = name, place


def travels(value):
    """Whether a value, no list, tuple or dict, arrives as what it was."""
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "biufc"
    return value is None or value is ... or type(value) in _PLAIN


class Channel:
    """Messages over a connected socket, one after the other."""

    def __init__(self, sock):
        self.sock = sock

    def send(self, message):
        """Send a message: a dict of what `pack` takes."""
        self.sock.sendall(pack(message))

    def receive(self, seconds=None):
        """(the message, its tensors that ask for gradients); Late, Garbled, or EOFError where it ended."""
        until = None if seconds is None else time.monotonic() + seconds
        text, blob = _HEAD.unpack(self._read(_HEAD.size, until))
        if text + blob > MOST:
            raise Garbled("a message that is far too long")
        return unpack(self._read(text, until), self._read(blob, until))

    def _read(self, length, until):
        parts = bytearray()
        while len(parts) < length:
            if until is not None:
                left = until - time.monotonic()
                if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                    raise Late
            part = self.sock.recv(min(length - len(parts), 2**20))
            if not part:
                raise EOFError
            parts += part
        return parts


def pack(value):
    """A message as bytes. What is no plain value becomes a `Thing` on the way."""
    blob = bytearray()
    text = json.dumps(_told(value, blob)).encode()
    return _HEAD.pack(len(text), len(blob)) + text + blob


def unpack(text, blob):
    """(the value of a message, its tensors that ask for gradients)."""
    asking = []
    try:
        return _heard(json.loads(text), blob, asking), asking
    except (ValueError, TypeError, LookupError, OverflowError, RuntimeError) as error:
        raise Garbled(f"{type(error).__name__}: {error}") from None


def _told(value, blob):
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind is list:
        return [_told(one, blob) for one in value]
    if kind is dict:
        return {"dict": [[_told(key, blob), _told(one, blob)] for key, one in value.items()]}
    if issubclass(kind, tuple) and kind in (tuple, torch.Size):
        return {"tuple": [_told(one, blob) for one in value]}
    if kind in (torch.Tensor, torch.nn.Parameter):
        return _tensor_told(value, blob)
    if issubclass(kind, np.ndarray | np.generic) and value.dtype.kind in "biufc":
        array = np.ascontiguousarray(value)
        return {
            "array": value.dtype.str, "shape": list(np.shape(value)), "at": _put(array.tobytes(), blob),
            "scalar": issubclass(kind, np.generic),
        }  # fmt: skip
    if kind is torch.dtype:
        return {"dtype": str(value).removeprefix("torch.")}
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    if kind in (bytes, bytearray):
        return {"bytes": _put(value, blob), "length": len(value)}
    if value is ...:
        return {"ellipsis": True}
    if kind is Thing:
        return {"thing": value.name, "place": list(value.place)}
    return {"thing": kind.__name__, "place": []}


def _tensor_told(value, blob):
    found = {"tensor": str(value.dtype).removeprefix("torch."), "shape": list(value.shape)}
    found |= {"asks": value.requires_grad, "leaf": value.is_leaf}
    flat = value.detach().cpu().resolve_conj().resolve_neg()
    if found["tensor"] not in _DTYPES:
        flat, found["tensor"] = flat.float(), "float32"
    if not flat.is_contiguous() and 0 not in flat.stride():
        found["stride"] = list(flat.stride())
    flat = flat.contiguous()
    flat = flat.view(torch.int16) if flat.dtype is torch.bfloat16 else flat
    return found | {"at": _put(flat.numpy().tobytes(), blob)}


def _put(data, blob):
    at = len(blob)
    blob += data
    return at


def _heard(told, blob, asking):
    if isinstance(told, list):
        return [_heard(one, blob, asking) for one in told]
    if not isinstance(told, dict):
        return told
    if "tensor" in told:
        return _tensor_heard(told, blob, asking)
    if "dict" in told:
        return {_key(_heard(key, blob, asking)): _heard(one, blob, asking) for key, one in told["dict"]}
    if "tuple" in told:
        return tuple(_heard(one, blob, asking) for one in told["tuple"])
    if "array" in told:
        dtype = np.dtype(str(told["array"]))
        if dtype.kind not in "biufc":
            raise ValueError("an array of objects")
        shape = _shape(told["shape"])
        array = np.frombuffer(_cut(told["at"], math.prod(shape) * dtype.itemsize, blob), dtype).reshape(shape)
        return array[()] if told["scalar"] else array.copy()
    if "dtype" in told:
        return _DTYPES[told["dtype"]]
    if "complex" in told:
        return complex(*told["complex"])
    if "bytes" in told:
        return bytes(_cut(told["bytes"], told["length"], blob))
    if "ellipsis" in told:
        return ...
    return Thing(str(told["thing"])[:100], tuple(told["place"]))


def _tensor_heard(told, blob, asking):
    dtype, shape = _DTYPES[told["tensor"]], _shape(told["shape"])
    data = _cut(told["at"], math.prod(shape) * dtype.itemsize, blob)
    found = torch.frombuffer(bytearray(data), dtype=dtype) if data else torch.empty(0, dtype=dtype)
    found = found.reshape(shape)
    if "stride" in told:
        strides = _shape(told["stride"])
        if len(strides) == len(shape) and math.prod(shape):
            room = 1 + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
            if room > 4 * math.prod(shape):
                raise ValueError("a tensor with gaps far larger than itself")
            found = torch.empty_strided(shape, strides, dtype=dtype).copy_(found)
    if told["asks"] is True and (dtype.is_floating_point or dtype.is_complex):
        found.told_leaf = told["leaf"] is True
        asking.append(found)
    return found


def _key(key):
    if not isinstance(key, str | int | float | tuple | None):
        raise ValueError("a key that is none")
    return key


def _shape(told):
    if not all(type(one) is int and 0 <= one <= MOST for one in told) or len(told) > 64:
        raise ValueError("no shape")
    return tuple(told)


def _cut(at, length, blob):
    if type(at) is not int or type(length) is not int or not 0 <= at <= at + length <= len(blob):
        raise ValueError("bytes that are not there")
    return blob[at : at + length]
