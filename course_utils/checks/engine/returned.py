"""What came back from a student's function, as plain values that none of its own code acts through.

An object of a class of its own may lie about its type, length and values, or never end; here it becomes an
array where it can be one, and else a stand-in of the same name. Done within the time limit of the call.
"""

import functools
import sys

import numpy as np
import torch
from torch import nn

_DEEPEST, _LONGEST, _MOST = 40, 10_000_000, 10_000_000  # lists in lists; parts of one; values of a tensor
_PLAIN = {bool, int, float, complex, str, bytes, type(None), type(...), torch.Tensor, nn.Parameter}
_KNOWN = {"numpy", "torch", "pandas", "scipy", "PIL"}


class Unusable(Exception):
    """What came back cannot be looked at; says why in a sentence."""


def plain(value, _depth=0):
    """value with tensors, arrays and lists as exactly those, and none of the student's classes in it.

    Raises Unusable for a list that holds itself and for what is endless or far too large.
    """
    kind = type(value)
    if issubclass(kind, torch.Tensor):
        return _tensor(value, kind)
    if kind in _PLAIN:
        return value
    if issubclass(kind, tuple | list):
        return _parts(value, kind, _depth)
    if issubclass(kind, np.ndarray):
        return value if kind is np.ndarray else np.ndarray.view(value, np.ndarray)
    if issubclass(kind, bool | int | float) and not issubclass(kind, np.generic):
        return next(one.__pos__(value) for one in (int, float) if issubclass(kind, one))
    return _other(value, kind)


def _tensor(value, kind):
    if kind not in _PLAIN:
        with torch._C.DisableTorchFunctionSubclass():
            value = torch.Tensor.as_subclass(value, torch.Tensor)
    if value.is_meta:
        raise Unusable("Your function returns a tensor without values (on the device meta).")
    if value.is_nested:
        raise Unusable("Your function returns a nested tensor; a plain one is wanted.")
    if value.is_quantized:
        value = value.dequantize()
    if value.layout is not torch.strided:
        value = value.to_dense()
    if value.numel() and value.untyped_storage().nbytes() == 0:
        raise Unusable("Your function returns a tensor whose memory it has given back.")
    if value.numel() > _MOST:
        raise Unusable(f"Your function returns a tensor of {value.numel():,} values; far fewer are wanted.")
    return value


def _parts(value, kind, depth):
    base = tuple if issubclass(kind, tuple) else list
    if base.__len__(value) > _LONGEST:
        raise Unusable(f"Your function returns a {base.__name__} of {base.__len__(value):,} values.")
    if depth > _DEEPEST:
        raise Unusable(
            f"Your function returns a {base.__name__} that holds itself, or {base.__name__}s within each "
            "other without end: return the values."
        )
    parts = list(base.__iter__(value))
    if not {type(part) for part in parts} <= {bool, int, float}:
        parts = [plain(part, depth + 1) for part in parts]
    return parts if base is list else tuple(parts)


def _other(value, kind):
    """An object that is neither number, tensor, array nor list."""
    root = getattr(sys.modules.get(type.__getattribute__(kind, "__module__")), "__name__", "").split(".")[0]
    known = root in _KNOWN or (root in sys.stdlib_module_names and root != "__main__")
    if known and root != "unittest":
        size = getattr(value, "__len__", int)()
        if size > _LONGEST:
            raise Unusable(f"Your function returns a {kind.__name__} of {size:,} values.")
        return value
    try:
        array = np.array(value, dtype=np.float64)
    except Exception:
        array = np.array(None)
    if array.ndim or array.dtype == np.float64:
        return array
    return stand_in(str(kind.__name__))


@functools.lru_cache(maxsize=256)
def stand_in(name):
    """In place of an object of a type of that name: another with nothing in it, for one name the same."""
    return type(name, (), {})()
