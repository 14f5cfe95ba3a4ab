"""What a run is made of, as lines of text: so that a resumed run can tell whether it is the same one.

Seen is the code of the update and of the loss inside it, with the constants, defaults, plain values, tensors
and functions that it reaches by name; the tree of a model's modules, with the code of their classes; and each
optimiser's kind, options and choice of weights. Not seen is what is inside lists, dicts, other models, hooks
and installed packages, and what a function looks up by another way than its name.
"""

import functools
import hashlib
import inspect
import os
import re
import sys
import sysconfig
import types
from pathlib import Path

import numpy as np
import torch

from .batches import fingerprint

PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...), range, torch.dtype)
INSTALLED = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
PACKAGES = {"site-packages", "dist-packages"}  # of a user, or of the Python below a virtual environment, too
OWN = str(Path(__file__).parents[1]) + os.sep  # the course's code is seen wherever it lies: losses hang on it
CODE = "code of "  # begins the labels that only runs of one Python version can compare


def describe(update, parts):
    """The lines of a run, label -> text, of its update and of the named parts that a checkpoint keeps."""
    models = {name: part for name, part in parts.items() if isinstance(part, torch.nn.Module)}
    names = {id(w): f"{name}.{key}" for name, model in models.items() for key, w in model.named_parameters()}
    lines = {}
    for name, part in parts.items():
        if isinstance(part, torch.optim.Optimizer):
            weights = [weight for group in part.param_groups for weight in group["params"]]
            lines[f"choice of weights for {name}"] = "\n".join(
                names.get(id(weight), str(list(weight.shape))) for weight in weights
            )
            options = [f"{key}={v!r}" for key, v in part.defaults.items() if isinstance(v, (*PLAIN, tuple))]
            lines[name] = "\n".join([type(part).__name__, *options])
        elif isinstance(part, torch.nn.Module):
            lines[name] = re.sub(r" at 0x[0-9a-f]+", "", repr(part))
            lines[CODE + name] = digest(list(part.modules()))
    return {**lines, CODE + "loss or update": digest([update]), "python": "{}.{}".format(*sys.version_info)}


def difference(was, now):
    """The first difference between two runs' lines, as a clause; None where there is none."""
    was = {str(label): str(text) for label, text in was.items()}  # a foreign file may hold anything
    code_compares = was.get("python") == now["python"]
    for label in [*now, *(label for label in was if label not in now)]:
        if label == "python" or (label.startswith(CODE) and not code_compares):
            continue
        if was.get(label) != now.get(label):
            there, here = _first_difference(was.get(label, "none"), now.get(label, "none"))
            return f"it was made with another {label.removeprefix(CODE)}: {there} there, {here} here"
    return None


def digest(values):
    """The first characters of a SHA-256 over all that can be seen of some functions or modules."""
    sha, seen = hashlib.sha256(), {}
    for value in values:
        for text in _attributes(value, seen) if isinstance(value, torch.nn.Module) else _walk(value, seen):
            sha.update(f"{len(text)}:{text};".encode())
    return f"code {sha.hexdigest()[:12]}"


def _first_difference(was, now):
    was, now = was.split("\n"), now.split("\n")
    size = max(len(was), len(now))
    pairs = zip(*(lines + ["nothing"] * (size - len(lines)) for lines in (was, now)), strict=True)
    return next((a.strip(), b.strip()) for a, b in pairs if a != b)


def _walk(value, seen):
    """Texts that differ where two values do, as far as can be seen; what was seen is not visited again."""
    if isinstance(value, PLAIN):
        yield repr(value)
    elif isinstance(value, tuple):
        for entry in value:
            yield from _walk(entry, seen)
    elif isinstance(value, frozenset):
        yield from sorted(map(repr, value))
    elif isinstance(value, torch.Tensor):
        # One that is trained has another value by the time of the next call.
        yield "weight" if value.requires_grad else fingerprint((value,))
    elif isinstance(value, np.ndarray | np.generic):
        yield f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    elif isinstance(value, torch.device):
        yield value.type
    elif isinstance(value, torch.nn.Module):
        yield "a model"  # described by itself where it is a part; and one that is compiled is the same model
    elif isinstance(value, types.CodeType):
        yield from _code(value, seen)
    elif id(value) not in seen:
        seen[id(value)] = value  # kept, so that no other object gets its id meanwhile
        yield from _inside(value, seen)


def _inside(value, seen):
    """What a function is, or a class, or an object that holds a function or plain values."""
    if isinstance(value, types.FunctionType):
        yield from _function(value, seen)
    elif isinstance(value, types.MethodType):
        yield from _walk((value.__func__, value.__self__), seen)
    elif isinstance(value, functools.partial):
        yield from _walk((value.func, value.args, tuple(sorted(value.keywords.items()))), seen)
    elif isinstance(value, staticmethod | classmethod):
        yield from _walk(value.__func__, seen)
    elif isinstance(value, property):
        yield from _walk((value.fget, value.fset), seen)
    elif not isinstance(value, type) and hasattr(value, "__wrapped__"):
        yield from _walk(value.__wrapped__, seen)
    elif isinstance(value, type):
        yield from _class(value, seen)
    elif isinstance(value, types.BuiltinFunctionType | types.ModuleType):
        yield value.__name__
    elif isinstance(value, list | dict | set | torch.optim.Optimizer | torch.Generator):
        yield type(value).__name__
    else:
        yield from _attributes(value, seen)


def _function(function, seen):
    code = function.__code__
    if _with_packages(code.co_filename):
        yield f"{function.__module__}.{function.__qualname__}"
        return
    yield from _code(code, seen, function.__doc__)
    yield from _walk((function.__defaults__, tuple(sorted((function.__kwdefaults__ or {}).items()))), seen)
    yield from _walk(tuple(_contents(cell) for cell in function.__closure__ or ()), seen)
    named = [name for name in sorted(_names(code)) if name in function.__globals__]
    yield from _walk(tuple((name, function.__globals__[name]) for name in named), seen)


def _code(code, seen, doc=None):
    """A code object's instructions, names and constants, without its documentation, the first of them."""
    yield code.co_code.hex()
    yield from code.co_names
    documented = code.co_consts[:1] in ((doc,), (None,))
    for constant in code.co_consts[documented:]:
        yield from _walk(constant, seen)


def _names(code):
    inner = (_names(constant) for constant in code.co_consts if isinstance(constant, types.CodeType))
    return set(code.co_names).union(*inner)


def _contents(cell):
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not bound yet
        return None


def _class(kind, seen):
    for one in inspect.getmro(kind):
        if _installed(one.__module__):
            yield f"{one.__module__}.{one.__qualname__}"
            continue
        yield one.__qualname__
        for name, value in sorted(vars(one).items()):
            if not name.startswith("__") or callable(value):
                yield name
                yield from _walk(value, seen)


def _installed(module):
    """Whether a module of this name came with Python or with a package."""
    file = getattr(sys.modules.get(module), "__file__", None)
    return module != "__main__" and (file is None or _with_packages(file))


def _with_packages(file):
    """Whether a file lies with Python's own or with a package's, and is none of the course's."""
    if file.startswith(OWN):
        return False
    return file.startswith(INSTALLED) or not PACKAGES.isdisjoint(Path(file).parts)


def _attributes(value, seen):
    """An object's class, and its public attributes where the class is a model's or no installed package's."""
    yield from _walk(type(value), seen)
    is_model = isinstance(value, torch.nn.Module)
    if not is_model and _installed(type(value).__module__):
        return
    for name, inner in sorted(getattr(value, "__dict__", {}).items()):
        # The loop sets a model's mode itself, and a tensor that is no buffer comes from its weights.
        aside = is_model and (name == "training" or isinstance(inner, torch.Tensor))
        if not name.startswith("_") and not aside:
            yield name
            yield from _walk(inner, seen)
