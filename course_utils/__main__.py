"""`python -m course_utils`: the doctor, training, downloads, updates, progress, and a class's work."""

import argparse
import sys
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


def main(arguments=None):
    """Run one command; return the exit code: 0 done, 1 the doctor is not content, 2 a mistake in the call."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped by the keyboard; nothing was written.", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(prog="python -m course_utils", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    doctor = commands.add_parser("doctor", help="is this machine ready, and if not, what to do")
    doctor.set_defaults(run=_doctor)
    recipes = commands.add_parser("recipes", help="list the checkpoints that can be made")
    recipes.set_defaults(run=_recipes)
    train = commands.add_parser("train", help="make one checkpoint again")
    train.add_argument("recipe", nargs="?", metavar="RECIPE")
    train.add_argument("--list", action="store_true", help="list the recipes, as `recipes` does")
    train.add_argument("--out", metavar="FOLDER", help="where to write (default: data/checkpoints)")
    train.add_argument("--seconds", type=float, help="train this long instead of the recipe's steps")
    train.set_defaults(run=_train)
    at_scale = train.add_argument_group(
        "a model at full size: RECIPE is vae, gan, ..., and --out names a file"
    )
    at_scale.add_argument("--data", help="mnist, fashion_mnist, cifar10, mnist_5k, ... or a folder of images")
    for name, how in AT_SCALE.items():
        at_scale.add_argument(name, **how)
    download = commands.add_parser("download", help="fetch a data set that does not come with the course")
    download.add_argument("name", metavar="NAME", help="mnist, fashion_mnist or cifar10")
    download.set_defaults(run=_download)
    progress = commands.add_parser("progress", help="which exercises are solved, and which are left")
    progress.add_argument(
        "--reset", action="store_true", help="begin anew; it asks, and sets the old one aside"
    )
    progress.set_defaults(run=_progress)
    _add_for_a_class(commands)
    update = commands.add_parser("update", help="get the course's new state; your work is set aside first")
    update.set_defaults(run=_update)
    return parser


def _add_for_a_class(commands):
    """The commands for whoever teaches."""
    pool = commands.add_parser("pool", help="put together a class's answers to the game real-or-fake")
    pool.add_argument("files", nargs="+", metavar="FILE", help="what the game's button `Save answers` wrote")
    pool.set_defaults(run=_pool)
    questions = commands.add_parser("questions", help="export a lesson's questions, with answers and reasons")
    questions.add_argument("lesson", metavar="NN", help="the lesson's number, or its name")
    questions.add_argument("--format", default="markdown", help="gift (Moodle), csv or markdown, the default")
    questions.add_argument("--out", metavar="FILE", help="where to write (default: on the screen)")
    questions.add_argument("--no-key", action="store_true", help="without answers and reasons")
    questions.add_argument("--shown", action="store_true", help="only the five in the notebook")
    questions.set_defaults(run=_questions)
    grade = commands.add_parser("grade", help="judge submitted notebooks: points, feedback, what to look at")
    grade.add_argument("path", metavar="FILE|FOLDER", help="a notebook, or a folder of them")
    grade.add_argument("--out", default="grades.csv", metavar="FILE", help="the table (default: grades.csv)")
    grade.add_argument("--html", metavar="FOLDER", help="write a page for each student there")
    grade.add_argument("--lesson", metavar="NN", help="where the notebooks may not say which they are of")
    grade.add_argument("--seed", type=int, default=0, help="of the inputs; take another one each term")
    grade.add_argument("--jobs", type=int, default=2, help="how many are judged at once (default: 2)")
    grade.set_defaults(run=_grade)
    release = commands.add_parser("release", help="write a lesson as an assignment for nbgrader")
    release.add_argument("lesson", metavar="NN", help="the lesson's number, or its name")
    release.add_argument("--out", metavar="FOLDER", default="build/nbgrader", help="nbgrader's course folder")
    release.add_argument("--points", type=float, default=1, help="for each exercise (default: 1)")
    release.add_argument("--seed", type=int, default=1, help="of the tests' further inputs (default: 1)")
    release.set_defaults(run=_release)


def _doctor(options):
    from . import doctor

    return doctor.main()


def _recipes(options):
    from .checkpoints import RECIPES

    width = max(map(len, RECIPES))
    for name, recipe in RECIPES.items():
        print(f"{name:<{width}}  {recipe.summary} (lesson {', '.join(map(_told, recipe.lessons))})")
    return 0


def _told(number):
    """A lesson's number, and whether its notebook is still to come."""
    folder = Path(__file__).parents[1] / "notebooks"
    missing = folder.is_dir() and not any(folder.glob(f"{number}_*.ipynb"))
    return f"{number}, to come" if missing else number


def _train(options):
    if options.list:
        return _recipes(options)
    from . import checkpoints

    if options.recipe is None:
        raise ValueError(f"RECIPE must be one of {', '.join(checkpoints.RECIPES)}; got none.")
    names = {flag: flag[2:].replace("-", "_") for flag in AT_SCALE}
    given = {name: value for name in names.values() if (value := getattr(options, name)) is not None}
    if options.data is not None:
        from .scale.telling import main as at_scale

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


def _download(options):
    from . import data

    data.download(options.name)
    return 0


def _pool(options):
    from .classroom import answers as classroom

    files, answers, problems = classroom.pool_answers(options.files)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not files:
        return 2
    print(classroom.table(files, answers))
    return 0


def _questions(options):
    from .classroom import questions

    text = questions.export(
        options.lesson, options.format, options.out, key=not options.no_key, shown=options.shown
    )
    if options.out is None:
        print(text, end="")
    return 0


def _grade(options):
    from .classroom.grading import grade

    return grade.run(options)


def _progress(options):
    from .classroom import progress

    print(progress.reset() if options.reset else progress.table())
    return 0


def _release(options):
    from .classroom.release import release

    print(release(options.lesson, options.out, options.points, options.seed))
    return 0


def _update(options):
    from .classroom.update import update

    print(update())
    return 0


if __name__ == "__main__":
    sys.exit(main())
