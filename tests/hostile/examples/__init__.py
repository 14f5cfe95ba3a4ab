"""An example of every argument of every public callable, small enough that a call takes milliseconds.

A file a room. `EXAMPLES` maps the beginning of a callable's name to {argument: function that makes its
value}; the longest beginning that knows the argument counts. What has a default needs no entry, and a method
is called on an object made by its class's own example.
"""

import importlib
import inspect
import pkgutil

import torch

from hostile import public

_FILES = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
_KNOWN = {prefix: made for file in _FILES for prefix, made in file.EXAMPLES.items()}


def arguments(name, value, method=None):
    """{argument: value} of an example call; LookupError, with the argument's name, where one is missing."""
    torch.manual_seed(0)
    found = {}
    for parameter in public.parameters(value, method):
        make = _made(name, parameter.name)
        if make is not None:
            found[parameter.name] = make()
        elif parameter.default is inspect.Parameter.empty:
            raise LookupError(f"{name} needs an example of {parameter.name} in tests/hostile/examples/")
        else:
            found[parameter.name] = parameter.default
    return found


def target(name, value, method=None):
    """What is called: a function or class, or the method of an object made by its class's example."""
    if method is None:
        return value
    if isinstance(inspect.getattr_static(value, method), classmethod | staticmethod):
        return getattr(value, method)
    owner = name.rpartition(".")[0]
    return getattr(value(**arguments(owner, value)), method)


def _made(name, argument):
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        known = _KNOWN.get(".".join(parts[:end]), {})
        if argument in known:
            return known[argument]
    return None
