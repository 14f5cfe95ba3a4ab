"""Trained weights that come with the course, where they come from, and how to make them again.

`load(name)` gives a model and its provenance; `train(name)` makes the files anew. A new checkpoint is a file
here with a Recipe in its RECIPES, which is found.
"""

import importlib
import pkgutil

from ..training import CheckpointError
from .digit_vaes import betas
from .recipe import Recipe
from .store import folder, load_recipe, train_recipe


def _found():
    """{name: Recipe} of all modules here that have RECIPES: by the first lesson in need, then by module."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    recipes = [recipe for module in modules for recipe in getattr(module, "RECIPES", [])]
    return {recipe.name: recipe for recipe in sorted(recipes, key=lambda recipe: min(recipe.lessons))}


RECIPES = _found()

__all__ = ["RECIPES", "CheckpointError", "Recipe", "betas", "find", "folder", "load", "train"]


def find(name):
    """The Recipe called name. Raises ValueError with the nearest match where there is none."""
    from .._validate import check_choice

    return RECIPES[check_choice("name", name, RECIPES)]


def load(name):
    """The trained model called name, in eval mode on the CPU in float32, and its provenance (a dict).

    Raises ValueError for an unknown name, CheckpointError where a file is missing, damaged, or of another
    shape than the recipe builds.
    """
    return load_recipe(find(name))


def train(name, out=None, seconds=None, progress=True):
    """Train the checkpoint called name and write NAME.safetensors and NAME.json; return the provenance.

    out: folder (the course's own by default). seconds: stop after this long instead of the recipe's number
    of steps, for a trial. Nothing is written before training and evaluation are done; Ctrl-C writes nothing
    and raises KeyboardInterrupt.
    """
    return train_recipe(find(name), out, seconds, progress)
