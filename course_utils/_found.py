"""What is there is found by looking: the files of a folder, each with one function of the file's name."""

import importlib
import pkgutil


def functions(package, folders):
    """name -> function, sorted: what each file of a package defines under the file's own name.

    package, folders: the package's `__name__` and `__path__`. Files whose names begin with _ are left out.
    Raises ImportError where a file has no function of its name.
    """
    names = sorted(file.name for file in pkgutil.iter_modules(folders) if not file.name.startswith("_"))
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names}
    for name, module in modules.items():
        if not callable(getattr(module, name, None)):
            raise ImportError(f"{module.__file__} must define a function {name}, named as the file is.")
    return {name: getattr(module, name) for name, module in modules.items()}
