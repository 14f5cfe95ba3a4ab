"""Pictures that can be touched: a Python face with synced traits, a JavaScript body that draws.

A widget is a folder with a widget.js and a class that is a `Face`; what is there is found by looking.
"""

import importlib
from pathlib import Path

from .shared.face import Face


def _faces():
    """Every widget's class by its name."""
    modules = [
        importlib.import_module(f".{path.parent.name}", __name__)
        for path in sorted(Path(__file__).parent.glob("*/widget.js"))
    ]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Face) and value.__module__ == module.__name__
    }


globals().update(_faces())
__all__ = sorted(_faces())
