"""The wrapper round nbval: tolerant to another processor's rounding, strict about everything else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbval_rules import TolerantText, longest_first

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("other", ["loss 1.005 in 3 steps", "loss 0.99 in 3 steps", "loss 1.00e0 in 3 steps"])
def test_close_decimals_are_equal(other):
    assert TolerantText("loss 1.00 in 3 steps") == TolerantText(other)


@pytest.mark.parametrize(
    "other",
    [
        "loss 1.10 in 3 steps",
        "loss 1.00 in 4 steps",
        "Loss 1.00 in 3 steps",
        "loss -1.00 in 3 steps",
        "loss nan",
    ],
)
def test_the_rest_is_not(other):
    assert TolerantText("loss 1.00 in 3 steps") != TolerantText(other)


def test_long_notebooks_start_first_and_unknown_ones_last():
    files = ["a/01_short.ipynb", "a/02_new.ipynb", "a/03_long.ipynb", "a/04_new.ipynb"]
    wanted = [files[2], files[0], files[1], files[3]]
    assert longest_first(files, {"01_short": 10, "03_long": 90, "04_new": None}) == wanted


SHOW = "from IPython.display import display\ndisplay({{'text/plain': {!r}, 'text/html': {!r}}}, raw=True)"
LOOK = '<output class="said" style="{}"><b>✓ {}</b></output>'


def printing(source, stored, count=1):
    """A cell with what it printed when it was stored."""
    stream = nbformat.v4.new_output("stream", name="stdout", text=stored)
    return nbformat.v4.new_code_cell(source, execution_count=count, outputs=[stream])


def boxed(words, html):
    """A cell that shows these, stored with the box of "a: right."."""
    stored = {"text/plain": "a: right.", "text/html": LOOK.format("", "a: right.")}
    shown = nbformat.v4.new_output("display_data", stored)
    return nbformat.v4.new_code_cell(SHOW.format(words, html), execution_count=1, outputs=[shown])


# One notebook holds them all, for each kernel takes seconds to start: name -> (cell, whether it passes).
MEASURED = "x at most 1: PASS (here 0.5)\n"
CASES = {
    "a close decimal": (printing("print(0.1 + 0.2)", "0.3000\n"), True),
    "another decimal": (printing("print(0.1 + 0.2)", "0.4000\n"), False),
    "never executed": (printing("print(0.1 + 0.2)", "0.3000\n", None), False),
    "another measurement in its band": (printing("print('x at most 1: PASS (here 0.8)')", MEASURED), True),
    "out of its band": (printing("print('x at most 1: FAIL (here 0.5)')", MEASURED), False),
    "another look": (boxed("a: right.", LOOK.format("color:red", "a: right.")), True),
    "other words": (boxed("a: not yet.", LOOK.format("", "a: right.")), False),
    "other HTML": (boxed("a: right.", "<p>a: right.</p>"), False),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """nbval on a notebook of all cases: what it printed."""
    folder = tmp_path_factory.mktemp("nbval")
    nb = nbformat.v4.new_notebook(cells=[cell for cell, _ in CASES.values()])
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (folder / "toy.ipynb").write_text(nbformat.writes(nb), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "nbval_rules", "--nbval"]
    where = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    done = subprocess.run(
        [*command, "--nbval-current-env", "toy.ipynb"],
        cwd=folder, env=where, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr  # some fail, and nothing else went wrong
    return done.stdout


@pytest.mark.parametrize("number", range(len(CASES)), ids=list(CASES))
def test_nbval_itself_obeys(run, number):
    _, passes = list(CASES.values())[number]
    said = "PASSED" if passes else "(FAILED|ERROR)"
    assert re.search(rf"^{said} toy\.ipynb::Cell {number}\b", run, re.MULTILINE), run


def test_time_and_size_are_reported(run):
    assert re.search(r"toy\.ipynb: \d+ s, \d\.\d\d MB", run)
