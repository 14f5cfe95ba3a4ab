"""Build the lecture decks: slides/NN_name.md to build/slides/NN_name.html, a file that needs nothing else.

How a deck is written is in slides/README.md.
"""

import os
import sys

# Before numpy and torch start: what decks compute is small, so one thread is faster (a hundred times, where
# others compete for the processor), and its sums come out the same every time.
os.environ["OMP_NUM_THREADS"] = "1"

from standalone import command


def build(path, options):
    """The HTML of one deck."""
    from standalone import deck

    return deck.build(path, compute=options.studies)


def prepare(paths):
    """Import what the code of these decks imports."""
    from standalone import deck

    deck.import_for(paths)


def main(arguments=None):
    """Build the named decks, or all of them; return the exit status."""
    parser = command.parser("slides", "Build the lecture decks.")
    parser.add_argument("--studies", action="store_true", help="compute and store their studies again")
    return command.run(parser, arguments, command.ROOT / "slides" / "*.md", "deck", build, prepare)


if __name__ == "__main__":
    sys.exit(main())
