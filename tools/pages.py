"""Export executed notebooks: notebooks/solutions/NN_name.ipynb to build/pages/NN_name.html.

A page opens from the file system, with no kernel and no request; its widgets still answer.
"""

import sys

from standalone import command


def build(path, options):
    """The HTML of one executed notebook."""
    from standalone import notebook

    return notebook.build(path)


def prepare(paths):
    """Import what every page needs."""
    from standalone import notebook  # noqa: F401


def main(arguments=None):
    """Export the named notebooks, or all of them; return the exit status."""
    parser = command.parser("pages", "Export executed notebooks as HTML pages.")
    sources = command.ROOT / "notebooks" / "solutions" / "*.ipynb"
    return command.run(parser, arguments, sources, "notebook", build, prepare)


if __name__ == "__main__":
    sys.exit(main())
