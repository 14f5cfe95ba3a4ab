"""What is there is found by looking: what the files of a folder define, and nobody lists."""

import importlib
import pkgutil


def functions(package, folders):
    """name -> function, sorted: what each file of a package defines under the file's own name.

    package, folders: the package's `__name__` and `__path__`. Files whose names begin with _ are left out.
    Raises ImportError where a file has no function of its name.
    """
    modules = _modules(package, folders)
    for name, module in modules.items():
        if not callable(getattr(module, name, None)):
            raise ImportError(f"{module.__file__} must define a function {name}, named as the file is.")
    return {name: getattr(module, name) for name, module in modules.items()}


def public(package, folders):
    """name -> function or class, sorted: all that the files of a package define under a public name.

    package, folders: the package's `__name__` and `__path__`. Files whose names begin with _ are left out.
    """
    found = {
        name: value
        for module in _modules(package, folders).values()
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    }
    return dict(sorted(found.items()))


def _modules(package, folders):
    names = sorted(file.name for file in pkgutil.iter_modules(folders) if not file.name.startswith("_"))
    return {name: importlib.import_module(f"{package}.{name}") for name in names}
