"""Build the lecture decks: slides/NN_name.md to build/slides/NN_name.html, a file that needs nothing else.

How a deck is written is in slides/README.md.
"""

import argparse
import os
import sys
from pathlib import Path

# Before numpy and torch start: what decks compute is small, so one thread is faster (a hundred times, where
# others compete for the processor), and its sums come out the same every time.
os.environ["OMP_NUM_THREADS"] = "1"

from standalone import deck
from standalone.errors import BuildError
from standalone.files import choose, write

ROOT = Path(__file__).resolve().parent.parent


def main(arguments=None):
    """Build the named decks, or all of them; return the exit status."""
    parser = argparse.ArgumentParser(description="Build the lecture decks.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="decks to build, such as 00_start_here; all without"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "slides", help="the folder to write to")
    options = parser.parse_args(arguments)
    try:
        for path in choose(ROOT / "slides", ".md", options.names, "deck"):
            target = options.out / f"{path.stem}.html"
            size = write(target, deck.build(path))
            print(f"{target}  {size / 1e6:.2f} MB")
    except BuildError as error:
        print(f"slides: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
