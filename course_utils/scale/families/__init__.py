"""The families that are trained at full size, a file each with a `FAMILY`, found by looking."""

import importlib
import pkgutil

from .family import Family


def _found():
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: module.FAMILY for name, module in modules.items() if hasattr(module, "FAMILY")}


FAMILIES = _found()

__all__ = ["FAMILIES", "Family"]
