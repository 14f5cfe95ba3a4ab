"""Export executed notebooks: notebooks/solutions/NN_name.ipynb to build/pages/NN_name.html.

A page opens from the file system, with no kernel and no request; its widgets still answer.
"""

import argparse
import sys
from pathlib import Path

from standalone import notebook
from standalone.errors import BuildError
from standalone.files import choose, write

ROOT = Path(__file__).resolve().parent.parent


def main(arguments=None):
    """Export the named notebooks, or all of them; return the exit status."""
    parser = argparse.ArgumentParser(description="Export executed notebooks as HTML pages.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="such as 00_start_here; all without")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "pages", help="the folder to write to")
    options = parser.parse_args(arguments)
    try:
        for path in choose(ROOT / "notebooks" / "solutions", ".ipynb", options.names, "notebook"):
            target = options.out / f"{path.stem}.html"
            size = write(target, notebook.build(path))
            print(f"{target}  {size / 1e6:.2f} MB")
    except BuildError as error:
        print(f"pages: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
