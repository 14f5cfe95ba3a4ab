"""Trained weights that come with the course, where they come from, and how to make them again.

`load(name)` gives a model and its provenance; `train(name)` makes the files anew. A new checkpoint is one
more Recipe in RECIPES.
"""

from ..training import CheckpointError
from .digit_classifier import RECIPES as _DIGIT_CLASSIFIER
from .digit_vaes import RECIPES as _DIGIT_VAES
from .digit_vaes import betas
from .digits_diffusion import RECIPES as _DIGITS_DIFFUSION
from .digits_gan_tricks import RECIPES as _DIGITS_GAN_TRICKS
from .digits_guidance import RECIPES as _DIGITS_GUIDANCE
from .glyph_autoencoders import RECIPES as _GLYPH_AUTOENCODERS
from .glyph_vae import RECIPES as _GLYPH_VAE
from .glyphs_control import RECIPES as _GLYPHS_CONTROL
from .glyphs_dcgan import RECIPES as _GLYPHS_DCGAN
from .glyphs_diffusion import RECIPES as _GLYPHS_DIFFUSION
from .glyphs_superres import RECIPES as _GLYPHS_SUPERRES
from .recipe import Recipe
from .store import folder, load_recipe, train_recipe

_ALL = [*_GLYPH_AUTOENCODERS, *_DIGIT_VAES, *_DIGIT_CLASSIFIER, *_GLYPH_VAE]
_ALL += [*_DIGITS_GAN_TRICKS, *_GLYPHS_DCGAN]
_ALL += [*_DIGITS_DIFFUSION, *_GLYPHS_DIFFUSION]
_ALL += [*_DIGITS_GUIDANCE, *_GLYPHS_CONTROL, *_GLYPHS_SUPERRES]
RECIPES = {recipe.name: recipe for recipe in _ALL}

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
