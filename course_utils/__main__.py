"""`python -m course_utils`: the doctor, training, downloads, updates, progress, and a class's work."""

import argparse
import sys

from ._commands import makers, students, teachers

# In the order in which --help lists them.
COMMANDS = (
    students.doctor, makers.recipes, makers.train, students.download, students.progress,
    teachers.pool, teachers.questions, teachers.grade, teachers.release, students.update,
)  # fmt: skip


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
    for add in COMMANDS:
        add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
