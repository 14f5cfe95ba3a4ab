"""The wrapper round nbval: tolerant to another processor's rounding, strict about everything else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbval_rules import TolerantText

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


def nbval(tmp_path, cell):
    nb = nbformat.v4.new_notebook(cells=[cell])
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (tmp_path / "toy.ipynb").write_text(nbformat.writes(nb), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "nbval_rules",
        "--nbval",
        "--nbval-current-env",
        "toy.ipynb",
    ]
    where = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    return subprocess.run(command, cwd=tmp_path, env=where, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("count", "stored", "passes"), [(1, "0.3000\n", True), (1, "0.4000\n", False), (None, "0.3000\n", False)]
)
def test_nbval_itself_obeys(tmp_path, count, stored, passes):
    stream = nbformat.v4.new_output("stream", name="stdout", text=stored)
    cell = nbformat.v4.new_code_cell("print(0.1 + 0.2)", execution_count=count, outputs=[stream])
    done = nbval(tmp_path, cell)
    assert (done.returncode == 0) == passes, done.stdout + done.stderr
    assert re.search(r"toy\.ipynb: \d+ s, \d\.\d\d MB", done.stdout), "no report of time and size"


def test_what_a_verdict_measured_is_not_compared_but_its_band_is(tmp_path):
    stream = nbformat.v4.new_output("stream", name="stdout", text="x at most 1: PASS (here 0.5)\n")
    for line, passes in (("x at most 1: PASS (here 0.8)", True), ("x at most 1: FAIL (here 0.5)", False)):
        cell = nbformat.v4.new_code_cell(f"print({line!r})", execution_count=1, outputs=[stream])
        assert (nbval(tmp_path, cell).returncode == 0) == passes


SHOW = "from IPython.display import display\ndisplay({{'text/plain': {!r}, 'text/html': {!r}}}, raw=True)"
LOOK = '<output class="said" style="{}"><b>✓ {}</b></output>'


@pytest.mark.parametrize(
    "words, html, passes",
    [
        ("a: right.", LOOK.format("color:red", "a: right."), True),  # the look is no lesson's business
        ("a: not yet.", LOOK.format("", "a: right."), False),
        ("a: right.", "<p>a: right.</p>", False),  # other HTML is compared as ever
    ],
)
def test_of_a_box_the_words_are_compared_and_not_the_look(tmp_path, words, html, passes):
    stored = nbformat.v4.new_output(
        "display_data", {"text/plain": "a: right.", "text/html": LOOK.format("", "a: right.")}
    )
    cell = nbformat.v4.new_code_cell(SHOW.format(words, html), execution_count=1, outputs=[stored])
    assert (nbval(tmp_path, cell).returncode == 0) == passes
