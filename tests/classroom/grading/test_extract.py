"""Answers are found in notebooks that were cut up, doubled, reordered or spoiled, without running a line."""

import os
import sys

import pytest
from submissions import notebook

from course_utils.classroom.grading import extract
from course_utils.classroom.grading.extract import answers, checked
from course_utils.classroom.grading.notebook import MOST_BYTES, plain_python, read_cells

FUNCTIONS = {"ae.l1_penalty": "l1_penalty", "ae.psnr": "psnr"}
IMPORTS = "import math\nimport torch\nraise SystemExit"
HELPER = "SCALE = math.log(10)\n\ndef scaled(x):\n    return 10 * torch.log(x) / SCALE"
PSNR = "def psnr(x, x_hat):\n    return scaled(1 / (x - x_hat).square().mean())"
CHECK = 'psnr = check("ae.psnr", psnr)'
L1 = 'def l1_penalty(z):\n    return z.abs().sum(1).mean()\n\nl1_penalty = check("ae.l1_penalty", l1_penalty)'


def found(tmp_path, *cells):
    return answers(read_cells(notebook(tmp_path / "a.ipynb", *cells)), FUNCTIONS)


def works(answer):
    """The answer, run alone: what it gives for two images that differ by a tenth."""
    import torch

    scope = {}
    exec("\n".join(answer.statements), scope)
    return float(scope[answer.function](torch.zeros(1, 1, 2, 2), torch.full((1, 1, 2, 2), 0.1)))


@pytest.mark.parametrize(
    "cells",
    [
        (IMPORTS, HELPER, PSNR, CHECK, L1),
        (CHECK, PSNR, L1, HELPER, IMPORTS),
        (IMPORTS, HELPER, PSNR, L1),
        (IMPORTS, HELPER, PSNR, PSNR, CHECK, CHECK, L1),
        (IMPORTS, HELPER, PSNR, "def psnr(x, x_hat):\n    '''Left blank.'''\n    ...", CHECK, L1),
        (IMPORTS, HELPER, PSNR, 'print("ae.psnr: right.")', L1),
        ("%matplotlib inline\n!pip install x\n" + IMPORTS, "%%time\n" + HELPER, PSNR + "\npsnr?", L1),
        (IMPORTS, "def broken(:\n    pass", HELPER, PSNR, "this is no Python", CHECK, L1),
        ("%%bash\nrm -rf x", IMPORTS, HELPER + "; y = 1", PSNR, CHECK, L1),
        (IMPORTS, HELPER, PSNR.replace("psnr", "mine"), 'psnr = check("ae.psnr", mine)', L1),
        (IMPORTS, HELPER, PSNR, 'psnr = check("ae.psnr", psnr)\ncheck = lambda name, f: f', L1),
    ],
    ids=[
        "as it should be", "from back to front", "no check", "doubled", "a blank copy below",
        "an edited check", "magics", "broken cells", "another language", "another name", "a check of its own",
    ],
)  # fmt: skip
def test_the_answer_is_found(tmp_path, cells):
    both = found(tmp_path, *cells)
    assert works(both["ae.psnr"]) == pytest.approx(20, abs=1e-4)
    assert both["ae.l1_penalty"].statements == [L1.split("\n\n")[0]]


def test_of_two_versions_the_last_counts(tmp_path):
    other = PSNR.replace("scaled(1", "scaled(10")
    assert works(found(tmp_path, IMPORTS, HELPER, PSNR, other)["ae.psnr"]) == pytest.approx(30, abs=1e-4)


def test_what_is_missing_and_what_cannot_be_read(tmp_path):
    both = found(tmp_path, IMPORTS, "def psnr(x, x_hat)\n    return x")
    assert both["ae.psnr"].fault.startswith("The cell with psnr is not Python (line 1: expected ':'")
    assert both["ae.l1_penalty"].function == "" and both["ae.l1_penalty"].fault == ""


def test_other_answers_that_are_used_are_named(tmp_path):
    both = found(tmp_path, IMPORTS, HELPER, PSNR, "def l1_penalty(z):\n    return psnr(z, z)")
    assert both["ae.l1_penalty"].uses == {"ae.psnr": "psnr"} and both["ae.psnr"].uses == {}


def test_a_class_a_lambda_and_a_decorator_come_along(tmp_path):
    cells = (
        "import torch, functools",
        "class Log:\n    base = 10.0\n    def __call__(self, x): return Log.base * torch.log10(x)",
        "log = Log()\ntwice = lambda f: functools.wraps(f)(lambda *args: f(*args))",
        "@twice\ndef psnr(x, x_hat):\n    return log(1 / (x - x_hat).square().mean())",
    )
    assert works(found(tmp_path, *reversed(cells))["ae.psnr"]) == pytest.approx(20, abs=1e-4)


def test_checks_name_the_functions(tmp_path):
    cells = read_cells(notebook(tmp_path / "a.ipynb", CHECK, L1, "check('x.y', 3)\ncheck(name, f)"))
    assert checked(cells) == {"ae.psnr": "psnr", "ae.l1_penalty": "l1_penalty"}


def test_what_is_no_notebook_is_refused_in_a_sentence(tmp_path):
    spoiled = {
        "text.ipynb": b"hello", "list.ipynb": b"[1]", "deep.ipynb": b"[" * 100_000, "empty.ipynb": b"",
        "cells.ipynb": b'{"cells": 3}', "source.ipynb": b'{"cells": [{"cell_type": "code", "source": 3}]}',
        "bytes.ipynb": bytes(range(256)), "cell.ipynb": b'{"cells": ["x"]}',
    }  # fmt: skip
    for name, content in spoiled.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=rf"^{name} is no notebook, or damaged\.$"):
            read_cells(tmp_path / name)
    with open(tmp_path / "large.ipynb", "wb") as file:
        file.truncate(100 * MOST_BYTES)
    with pytest.raises(ValueError, match="larger than 20 MB"):
        read_cells(tmp_path / "large.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("pipe.ipynb", "missing.ipynb", "."):
        with pytest.raises(ValueError, match=r"is not a file|cannot be read"):
            read_cells(tmp_path / name)


def test_magics_keep_the_lines_in_place():
    source = "x = 1\n%time f()\nif x:\n    !ls\n    y = !ls\nz = x % 3\nhelp?\n?help"
    assert plain_python(source).split("\n") == [
        "x = 1", "pass", "if x:", "    pass", "    y = None", "z = x % 3", "pass", "pass",
    ]  # fmt: skip


def chain(count):
    """So many constants, each of the one before it, from back to front, and an answer that uses the last."""
    constants = [f"k{number} = k{number - 1} + 1" for number in range(1, count)]
    return ["\n".join(["k0 = 1", *constants][::-1]), f"def l1_penalty(z):\n    return z * k{count - 1}"]


def steps(tmp_path, cells):
    """How many lines of the reader run until the answers in the cells are found."""
    lines = []

    def trace(frame, event, _):
        lines.append(event)
        return trace if frame.f_code.co_filename == extract.__file__ else None

    read, before = read_cells(notebook(tmp_path / "a.ipynb", *cells)), sys.gettrace()
    sys.settrace(trace)
    try:
        answers(read, FUNCTIONS)
    finally:
        sys.settrace(before)
    return len(lines)


def test_a_chain_of_constants_takes_as_many_steps_as_it_has_links(tmp_path):
    few, many = (steps(tmp_path, chain(count)) for count in (50, 200))
    assert many < 5 * few
    texts = found(tmp_path, *chain(3000))["ae.l1_penalty"].statements
    order = [f"k{number} = k{number - 1} + 1" for number in range(1, 3000)]
    assert texts == ["k0 = 1", "def l1_penalty(z):\n    return z * k2999", *order]


def test_names_in_a_ring_and_names_given_twice_come_in_the_order_of_the_notebook(tmp_path):
    cells = (
        "def l1_penalty(z): return a + b + c + d",
        "a = b",
        "b, x = a, 1",
        "c, x = x, 2",
        "d = x",
        "a = b + 0",
    )
    texts = found(tmp_path, *cells)["ae.l1_penalty"].statements
    assert texts == [
        "def l1_penalty(z): return a + b + c + d",
        "b, x = a, 1",
        "c, x = x, 2",
        "a = b + 0",
        "d = x",
    ]
