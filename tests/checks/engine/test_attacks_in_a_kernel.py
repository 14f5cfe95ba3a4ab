"""The worst attacks in a real Jupyter kernel: it stays the same process, and answers the next cell."""

import nbformat
import pytest
from nbclient import NotebookClient

from course_utils.checks.engine import process

BEGIN = """
import ctypes, os, signal, sys, time
import torch
from course_utils.checks import check
from course_utils.checks.engine import run
run.TIME_LIMIT, run.ROOM = 0.5, 2**30
process = os.getpid()
"""
ATTACKS = {
    "an endless loop that swallows everything": "while True:\n        try:\n            time.sleep(0.01)\n"
    "        except BaseException:\n            pass",
    "one endless call into C": "sum(range(10**13))",
    "leaving without a word": "os._exit(3)",
    "a crash": "ctypes.string_at(0)",
    "killing itself": "os.kill(os.getpid(), signal.SIGKILL)",
    "20 GB": "torch.ones(20 * 2**28).sum()",
    "printing without end": "while True:\n        print('again', flush=True)",
    "an interrupt": "raise KeyboardInterrupt",
    "an exit": "sys.exit(0)",
    "a question to the reader": "input('?')",
    "no output any more": "os.close(1); sys.stdout.close(); sys.stdout = None",
    "another default dtype": "torch.set_default_dtype(torch.float64)",
    "no gradients any more": "torch.set_grad_enabled(False)",
}
END = """
assert os.getpid() == process and torch.is_grad_enabled() and torch.get_default_dtype() == torch.float32
print("alive")
"""


def cells():
    yield BEGIN
    for body in ATTACKS.values():
        define = f"def attack(p, q):\n    {body}\n    return p.sum()\n"
        yield f"{define}\nanswer = check('start.kl', attack)\n{END}"


def words(cell):
    """What a cell showed, as plain text."""
    return "".join(one.get("text") or one.get("data", {}).get("text/plain", "") for one in cell.outputs)


@pytest.mark.skipif(not process.possible(), reason="no fork is safe here, so a crash is not survived")
def test_the_kernel_survives_them_all():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells()])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    for name, cell in zip(ATTACKS, notebook.cells[1:], strict=True):
        said = words(cell)
        assert said.startswith("start.kl: not yet. ") and said.rstrip().endswith("alive"), (name, said)
        assert "the reference" in said and len(said) < 1200, (name, said)
