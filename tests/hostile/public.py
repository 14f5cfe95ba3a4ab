"""Every public callable of course_utils, found by looking: functions, classes, and their public methods."""

import importlib
import inspect
import pkgutil

import course_utils

BY_ALL = {  # rooms whose `__all__` is all that is public; what else stands in their files is their own
    "capstone", "checkpoints", "checks", "classroom", "counting", "data", "errata", "figures", "museum",
    "scale",
    "training", "widgets",
}  # fmt: skip
NO_ARGUMENTS_OF_OURS = {"doctor"}  # it examines the machine, and is called without arguments


def callables():
    """{name: function or class} by its shortest name, such as diffusion.samplers.ddim; or (class, method)."""
    found = {}
    for module in sorted(_modules(), key=lambda module: (module.__name__.count("."), module.__name__)):
        for name, value in _names(module):
            if callable(value) and _ours(value) and not any(value is known for known in found.values()):
                found[f"{module.__name__.removeprefix('course_utils.')}.{name}"] = value
    with_methods = {}
    for name, value in found.items():
        if not _record(value):
            with_methods[name] = value
        if inspect.isclass(value):
            with_methods.update({f"{name}.{method}": (value, method) for method in _methods(value)})
    return with_methods


def parameters(value, method=None):
    """The parameters that a caller may give, without self, *args and **kwargs."""
    function = getattr(value, method) if method else value
    bound = method and not isinstance(inspect.getattr_static(value, method), classmethod | staticmethod)
    given = list(inspect.signature(function).parameters.values())[1 if bound else 0 :]
    return [p for p in given if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def _modules():
    for info in pkgutil.walk_packages(course_utils.__path__, "course_utils."):
        parts = info.name.split(".")[1:]
        inner = parts[0] in BY_ALL and len(parts) > 1
        if inner or parts[0] in NO_ARGUMENTS_OF_OURS or any(part.startswith("_") for part in parts):
            continue
        yield importlib.import_module(info.name)


def _names(module):
    """Names of `__all__`, and what a module defines itself, but for its checks: these do the refusing."""
    names = list(getattr(module, "__all__", []))
    own = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    names += [
        name for name in own if name not in names and not name.startswith("check_")
    ]  # they do the refusing
    return [(name, getattr(module, name)) for name in names]


def _ours(value):
    documented = inspect.isclass(value) or inspect.isfunction(value)
    return documented and bool(value.__doc__) and value.__module__.startswith("course_utils.")


def _record(value):
    """Whether a class merely holds what it is given: a named tuple, a dataclass, an error."""
    if not inspect.isclass(value):
        return False
    return (
        hasattr(value, "_fields")
        or hasattr(value, "__dataclass_fields__")
        or issubclass(value, Exception | dict)
    )


def _methods(kind):
    return [
        name
        for name, member in vars(kind).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or isinstance(member, classmethod | staticmethod))
        and getattr(kind, name).__doc__
        and getattr(kind, name).__module__ == kind.__module__
        and parameters(kind, name)
    ]
