"""What a call may change for all that comes after it: one table, by which it is seen and put back.

Not in it: the random numbers, which `run.quiet_room` keeps, and what no row can undo (files, threads that
run on, the insides of objects that the notebook holds). On Linux a check runs in a process of its own, so
that those do not reach the notebook either; see `process`.
"""

import builtins
import contextlib
import gc
import locale
import logging
import math
import operator
import os
import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import _get_current_function_mode_stack as function_modes


class Row(NamedTuple):
    """One thing that a call may change. name: as a sentence says it; put: what sets it to what get gave."""

    name: str
    get: Callable[[], Any]
    put: Callable[[Any], Any]


# Where a patched function would change what everybody else computes; looked at first, and by nothing patched.
_CODE = (builtins, torch, torch.Tensor, nn, F, np, math, random, os, time)
_PLAIN = (bool, int, float, str, bytes, torch.dtype, torch.device)
_is, _all, _map, _len, _zip, _vars = operator.is_, all, map, len, zip, vars
_setattr, _delattr = setattr, delattr
_SIGNALS = [getattr(signal, f"SIG{n}") for n in ("INT", "TERM", "ALRM", "CHLD") if hasattr(signal, f"SIG{n}")]
_TIMERS = [getattr(signal, f"ITIMER_{n}") for n in ("VIRTUAL", "PROF") if hasattr(signal, f"ITIMER_{n}")]
_CUDNN = torch.backends.cudnn
_MINE = []  # a guard of inference mode works for as long as it lives


class Kept(NamedTuple):
    """How all was at one moment: the names in the modules of _CODE, and the value of each row."""

    code: list
    values: list


def keep(all_of_it=True):
    """How all is now, as `put_back` wants it; or only what sways the very next call, which is quick."""
    if not all_of_it:
        return Kept([], [row.get() for row in ROWS[:_QUICK]])
    return Kept([dict(vars(owner)) for owner in _CODE], [row.get() for row in ROWS])


def put_back(kept):
    """Put all rows back that are no longer as they were kept; {name: (before, after)} of those."""
    changed = {}
    for row, before in zip(ROWS, kept.values, strict=False):
        after = row.get()
        if not _same(before, after):
            changed[row.name] = before, after
            _try(row.put, before)
    return changed


def _try(put, value):
    """Put a value back, or not, where that cannot be: the other rows come all the same."""
    with contextlib.suppress(Exception):
        put(value)


def mend(kept):
    """Put back the functions and classes that were replaced in builtins, torch and their like; their owners.

    It calls nothing that may have been replaced, so that it can come right after a call. Names that are new
    stay: an import leaves some.
    """
    found = []
    for owner, names in _zip(_CODE, kept.code):
        now = _vars(owner)
        if _len(now) == _len(names) and _all(_map(_is, now.values(), names.values())):
            continue
        lost = [name for name, value in names.items() if now.get(name, found) is not value]
        for name in lost:
            _setattr(owner, name, names[name])
        if owner is torch.Tensor:  # a new name there may hide one that its tensors inherit
            hiding = [name for name in now if name not in names and hasattr(torch._C.TensorBase, name)]
            for name in hiding:
                _delattr(owner, name)
            lost += hiding
        found += [f"{owner.__name__}.{lost[0]}"] if lost else []
    return found


def word(changed):
    """One sentence on what a right function changes, or ""; changed: as `put_back` gives it."""
    if not changed:
        return ""
    name, (before, after) = next(iter(changed.items()))
    named = type(before) in _PLAIN and type(after) in _PLAIN
    what = f"{name} from {before} to {after}" if named else name
    more = f" (and {_len(changed) - 1} more)" if _len(changed) > 1 else ""
    return (
        f"It changes {what}{more} for all that comes after it. The check put that back; do without it, or "
        "put it back before you return."
    )


def _same(one, other):
    """Whether two values of a row are the same; objects that may have a hostile == count as themselves."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        if len(one) == len(other) and all(map(operator.is_, one.values(), other.values())):
            return True
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    return type(one) in _PLAIN and one == other


def _device(device):
    torch.set_default_device(None if device.type == "cpu" else device)


def _modes(stack):
    while function_modes():
        torch._C._pop_torch_function_stack()
    for mode in stack:
        torch._C._push_on_torch_function_stack(mode)


def _inference(on):
    _MINE.append(torch._C._InferenceMode(on))


def _autocast():
    return [
        (torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind)) for kind in ("cpu", "cuda")
    ], torch.is_autocast_cache_enabled()


def _put_autocast(value):
    kinds, cache = value
    for kind, (on, dtype) in zip(("cpu", "cuda"), kinds, strict=True):
        torch.set_autocast_enabled(kind, on)
        torch.set_autocast_dtype(kind, dtype)
    torch.set_autocast_cache_enabled(cache)


def _attributes(owner, *names):
    """(get, put) of some attributes of an object."""

    def put(values):
        for name, value in zip(names, values, strict=True):
            setattr(owner, name, value)

    return lambda: [getattr(owner, name) for name in names], put


def _environment():
    return dict(getattr(os.environ, "_data", os.environ))  # decoding it all takes longer than most calls


def _put_environment(values):
    os.environ.clear()
    for key, value in values.items():
        os.environ[os.fsdecode(key)] = os.fsdecode(value)


def _options():
    return dict(vars(torch._tensor_str.PRINT_OPTS))


def _language(*value):
    return locale.setlocale(locale.LC_ALL, *value)


def _folder():
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return None


def _rc():
    loaded = sys.modules.get("matplotlib")  # "backend" is chosen at the first picture
    if not loaded:
        return {}
    values = dict(zip(dict.keys(loaded.rcParams), dict.values(loaded.rcParams), strict=True))
    values.pop("backend", None)
    return values


def _handlers():
    main = threading.current_thread() is threading.main_thread()
    return [signal.getsignal(one) for one in _SIGNALS] if main else []


def _put_handlers(values):
    for one, handler in zip(_SIGNALS, values, strict=False):
        signal.signal(one, signal.SIG_DFL if handler is None else handler)


def _put_timers(running):
    for timer, ran in zip(_TIMERS, running, strict=True):
        if not ran:
            signal.setitimer(timer, 0)


def _put_path(value):
    sys.path = value[0]
    sys.path[:] = value[1]


def _put_modules(value):
    sys.modules.update(value)


def _modules():
    """The course's own and torch's modules, as far as they are loaded."""
    return {name: sys.modules.get(name) for name in ("torch", "numpy", "math", "random", "builtins", "sys")}


def _warn_again(value):
    warnings.filters[:] = value[0]
    warnings.showwarning, warnings.catch_warnings = value[1:]


def _put_logging(value):
    root = logging.getLogger()
    root.setLevel(value[0])
    root.handlers[:] = value[1]
    root.disabled = value[2]
    logging.disable(value[3])


def _logging():
    root = logging.getLogger()
    return root.level, list(root.handlers), root.disabled, logging.root.manager.disable


ROWS = [
    Row("gradients", torch.is_grad_enabled, torch.set_grad_enabled),
    Row("torch's default dtype", torch.get_default_dtype, torch.set_default_dtype),
    Row("torch's number of threads", torch.get_num_threads, torch.set_num_threads),
    Row("torch's default device", torch.get_default_device, _device),
    Row("torch's function modes", lambda: list(function_modes()), _modes),
    Row("torch's inference mode", torch.is_inference_mode_enabled, _inference),
    Row("torch's autocast", _autocast, _put_autocast),
    Row(
        "torch's deterministic algorithms",
        lambda: (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
        ),
        lambda value: torch.use_deterministic_algorithms(value[0], warn_only=value[1]),
    ),
    Row(
        "torch's anomaly detection",
        lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        lambda value: torch.autograd.set_detect_anomaly(*value),
    ),
    Row(
        "torch's precision of products",
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
    ),
    Row("torch's flags for cuDNN", *_attributes(_CUDNN, "enabled", "benchmark", "deterministic")),
    Row(
        "torch's print options",
        _options,
        lambda value: vars(torch._tensor_str.PRINT_OPTS).update(value),
    ),
    Row("NumPy's handling of errors", np.geterr, lambda value: np.seterr(**value)),
    Row(
        "NumPy's print options",
        lambda: {key: value for key, value in np.get_printoptions().items() if key != "override_repr"},
        lambda value: np.set_printoptions(**value),
    ),
    Row("matplotlib's settings", _rc, lambda value: dict.update(sys.modules["matplotlib"].rcParams, value)),
    Row("the working folder", _folder, lambda value: os.chdir(value) if value else None),
    Row("the environment variables", _environment, _put_environment),
    Row("the language settings (locale)", _language, _language),
    Row(
        "the warnings that are shown",
        lambda: (list(warnings.filters), warnings.showwarning, warnings.catch_warnings),
        _warn_again,
    ),
    Row("the logging", _logging, _put_logging),
    Row("where Python looks for modules", lambda: (sys.path, list(sys.path)), _put_path),
    Row("the modules that are loaded", _modules, _put_modules),
    Row("the standard streams", *_attributes(sys, "stdin", "stdout", "stderr")),
    Row("Python's hooks", *_attributes(sys, "displayhook", "excepthook", "breakpointhook")),
    Row("the trace function", sys.gettrace, sys.settrace),
    Row("the profile function", sys.getprofile, sys.setprofile),
    Row("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    Row("how often threads take turns", sys.getswitchinterval, sys.setswitchinterval),
    Row("the garbage collection", gc.isenabled, lambda value: gc.enable() if value else gc.disable()),
    Row("when garbage is collected", gc.get_threshold, lambda value: gc.set_threshold(*value)),
    Row("the handlers of signals", _handlers, _put_handlers),
    Row("the timers", lambda: [signal.getitimer(one)[0] > 0 for one in _TIMERS], _put_timers),
]
_QUICK = next(place for place, row in enumerate(ROWS) if row.get is _options)  # those before it
