"""Finish what uv wrote: environment.yml holds the lock's versions, requirements-bench.lock only what it adds.

`make lock` first lets uv write requirements.lock from pyproject.toml (versions already there are kept;
`make lock UPGRADE=--upgrade` moves them) and resolve the bench extra beside it, then runs this.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# The conda way in: `conda env create -f environment.yml`, then `conda activate generative-models` and
# `python tools/lab.py`, which does what `make lab` does.
# Written by tools/lock.py from requirements.lock; edit neither by hand.
name: generative-models
channels:
  - conda-forge
dependencies:
  - python=3.12
  - pip
  - pip:
"""


def pins(lock):
    """Every `name==version ; marker` of the lock's text, in its order."""
    lines = re.findall(r"^([A-Za-z0-9][^\\\n]*?)\s*\\?$", lock, flags=re.MULTILINE)
    return [line.strip() for line in lines]


def environment_yml(lock):
    """The text of environment.yml for the text of a lock."""
    rows = [f"      - {pin!r}" if "'" not in pin else f'      - "{pin}"' for pin in pins(lock)]
    return HEAD + "\n".join([*rows, "      - '-e .'"]) + "\n"


def beyond(extra, lock):
    """The pieces of one lock's text whose package another lock does not pin, hashes and all."""
    known = {pin.partition("==")[0] for pin in pins(lock)}
    pieces = re.split(r"\n(?=[A-Za-z0-9])", extra.strip())
    return "\n".join(piece for piece in pieces if piece.partition("==")[0] not in known) + "\n"


if __name__ == "__main__":
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (ROOT / "environment.yml").write_text(environment_yml(lock), encoding="utf-8")
    bench = ROOT / "requirements-bench.lock"
    bench.write_text(beyond(bench.read_text(encoding="utf-8"), lock), encoding="utf-8")
