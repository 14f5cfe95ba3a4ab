"""What makes weights: the recipes of the course's own, and trainings at full size."""

import argparse
from pathlib import Path

# Options of `train` that go with --data, for course_utils.scale; None where they are left out.
AT_SCALE = {
    "--steps": {"type": int, "help": "train so many steps; or give --seconds"},
    "--device": {"help": "cuda, cpu or mps (default: cuda where there is one)"},
    "--preset": {"help": "full (the default), or quick: a small network"},
    "--batch": {"type": int, "help": "images a step, instead of the recipe's"},
    "--lr": {"type": float, "help": "learning rate, instead of the recipe's"},
    "--seed": {"type": int, "help": "of all random numbers (default: 0)"},
    "--size": {"type": int, "help": "bring a folder's images to so many pixels"},
    "--channels": {"help": "bring a folder's images to 1 (grey) or 3 (colour)"},
    "--workers": {"type": int, "help": "processes that load what memory does not hold"},
    "--resident-gb": {"type": float, "help": "hold so much in memory (default: 4)"},
    "--samples": {"type": int, "help": "how many to sample for the measures"},
    "--sharded": {"action": "store_true", "default": None, "help": "under torchrun: cut the weights up"},
    "--compile": {"action": argparse.BooleanOptionalAction, "help": "default: on a GPU"},
}


def recipes(commands):
    """Add `recipes`."""
    called = commands.add_parser("recipes", help="list the checkpoints that can be made")
    called.set_defaults(run=_recipes)


def _recipes(options):
    from ..checkpoints import RECIPES

    width = max(map(len, RECIPES))
    for name, recipe in RECIPES.items():
        print(f"{name:<{width}}  {recipe.summary} (lesson {', '.join(map(_told, recipe.lessons))})")
    return 0


def _told(number):
    """A lesson's number, and whether its notebook is still to come."""
    folder = Path(__file__).parents[2] / "notebooks"
    missing = folder.is_dir() and not any(folder.glob(f"{number}_*.ipynb"))
    return f"{number}, to come" if missing else number


def train(commands):
    """Add `train`."""
    called = commands.add_parser("train", help="make one checkpoint again")
    called.add_argument("recipe", nargs="?", metavar="RECIPE")
    called.add_argument("--list", action="store_true", help="list the recipes, as `recipes` does")
    called.add_argument("--out", metavar="FOLDER", help="where to write (default: data/checkpoints)")
    called.add_argument("--seconds", type=float, help="train this long instead of the recipe's steps")
    called.set_defaults(run=_train)
    at_scale = called.add_argument_group(
        "a model at full size: RECIPE is vae, gan, ..., and --out names a file"
    )
    at_scale.add_argument("--data", help="mnist, fashion_mnist, cifar10, mnist_5k, ... or a folder of images")
    for name, how in AT_SCALE.items():
        at_scale.add_argument(name, **how)


def _train(options):
    if options.list:
        return _recipes(options)
    from .. import checkpoints

    if options.recipe is None:
        raise ValueError(f"RECIPE must be one of {', '.join(checkpoints.RECIPES)}; got none.")
    names = {flag: flag[2:].replace("-", "_") for flag in AT_SCALE}
    given = {name: value for name in names.values() if (value := getattr(options, name)) is not None}
    if options.data is not None:
        from ..scale.telling import main as at_scale

        return at_scale(options.recipe, options.data, options.out, seconds=options.seconds, **given)
    if given:
        flag = next(flag for flag, name in names.items() if name in given)
        raise ValueError(f"{flag} goes with --data, which names what to train on.")
    checkpoints.find(options.recipe)
    record = checkpoints.train(options.recipe, out=options.out, seconds=options.seconds)
    print(f"{options.recipe}: {record['training']['steps']} steps in {record['training']['seconds']:.0f} s")
    for name, value in record["metrics"].items():
        print(f"  {name}: {value:.5g}")
    return 0
