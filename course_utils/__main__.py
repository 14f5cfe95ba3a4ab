"""`python -m course_utils`: the doctor, training, downloads, updates, progress, and a class's work."""

import argparse
import difflib
import sys

from ._commands import makers, students, teachers

# In the order in which --help lists them.
COMMANDS = (
    students.doctor, makers.recipes, makers.train, students.download, students.progress,
    teachers.pool, teachers.questions, teachers.grade, teachers.release, students.update,
)  # fmt: skip


def main(arguments=None):
    """Run one command; return the exit code: 0 done, 1 the doctor is not content, 2 a mistake in the call."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser, wrong = _parser(), _misspelt(arguments)
    if wrong:
        print(wrong, file=sys.stderr)
        return 2
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped by the keyboard; nothing was written.", file=sys.stderr)
        return 130


def _misspelt(arguments):
    """One sentence, with the nearest match, where the first argument should be a command and is none."""
    names = [add.__name__ for add in COMMANDS]
    if not arguments or arguments[0].startswith("-") or arguments[0] in names:
        return ""
    near = difflib.get_close_matches(arguments[0], names, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"COMMAND must be one of {', '.join(names)}; got {arguments[0]!r}.{hint}"


def _parser():
    parser = argparse.ArgumentParser(prog="python -m course_utils", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in COMMANDS:
        add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
