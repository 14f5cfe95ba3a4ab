"""Rewrite environment.yml from requirements.lock, so that conda's way holds the same versions.

`make lock` first lets uv write requirements.lock from pyproject.toml (versions already there are kept;
`make lock UPGRADE=--upgrade` moves them), then runs this.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# The conda way in: `conda env create -f environment.yml`, then `conda activate generative-models`.
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


if __name__ == "__main__":
    text = environment_yml((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    (ROOT / "environment.yml").write_text(text, encoding="utf-8")
