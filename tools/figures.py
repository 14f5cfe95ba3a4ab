"""The figures of lessons as PNG files with their alternative texts: `make figures NAME=NN_name`.

They are taken out of the executed notebooks in notebooks/solutions, stills of widgets included; nothing runs
again. build/figures/NN_name/ then holds 01.png, 02.png, ... in the order of the lesson, and alt.txt. There a
line for each says the file's name and, after a tab, what the picture shows.
"""

import argparse
import base64
import shutil
import sys
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from standalone.errors import BuildError
from standalone.files import choose, write

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "notebooks" / "solutions"
EMBEDDED = "data:image/png;base64,"
LIST = "alt.txt"


def pictures(notebook):
    """The pictures of an executed notebook node in their order, each as (bytes of a PNG, its words)."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:  # a widget's still
                words = output.get("metadata", {}).get("image/png", {}).get("alt", "")
                yield base64.b64decode(data["image/png"]), words
            elif EMBEDDED in data.get("text/html", ""):
                for image in BeautifulSoup(data["text/html"], "html.parser").select("img"):
                    if image.get("src", "").startswith(EMBEDDED):
                        yield base64.b64decode(image["src"].removeprefix(EMBEDDED)), image.get("alt", "")


def export(path, folder):
    """Write the pictures of the notebook at path, and the list of their words, to a folder; their number.

    What an earlier export left there is replaced. Raises BuildError where a picture has no words, or where
    the folder holds something else.
    """
    found = list(pictures(nbformat.read(path, as_version=4)))
    if not all(words.strip() for _, words in found):
        raise BuildError(f"{path.stem}: a figure has no alternative text: let figures.show draw it.")
    if folder.exists():
        if any(file.name != LIST and file.suffix != ".png" for file in folder.iterdir()):
            raise BuildError(f"{folder} holds something that is no figure: name another folder with --out.")
        shutil.rmtree(folder)
    lines = ""
    for number, (png, words) in enumerate(found, 1):
        write(folder / f"{number:02d}.png", png)
        lines += f"{number:02d}.png\t{' '.join(words.split())}\n"
    write(folder / LIST, lines)
    return len(found)


def main(arguments=None):
    """Export the figures of the named lessons, or of all; return the exit status."""
    parser = argparse.ArgumentParser(prog="figures", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="such as 00_start_here; all without")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "figures", help="the folder to write to")
    options = parser.parse_args(arguments)
    try:
        for path in choose(SOLUTIONS, ".ipynb", options.names, "lesson"):
            count = export(path, options.out / path.stem)
            print(f"{options.out / path.stem}  {count} figures", flush=True)
    except BuildError as error:
        print(f"figures: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
