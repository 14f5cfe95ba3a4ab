"""Whatever a function does: one sentence about it, and a kernel that is as it was.

An attack is a public function in a file of tests/checks/attacks, on the exercise start.kl. The file says
which verdicts they get, KINDS, and which are WRONG, RIGHT or get a WORD against that, and which are survived
in a process of its own only, APART.
"""

import importlib
import inspect
import os
import random
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from course_utils.checks import check
from course_utils.checks.engine import apart, process, run, state
from course_utils.checks.engine.registry import find

FOLDER = Path(__file__).parents[1] / "attacks"
LEAST = 121


def attacks():
    """{name: (the function, the kinds of verdict that are right, whether it needs a process of its own)}"""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        module = importlib.import_module(f"attacks.{path.stem}")
        for name, one in vars(module).items():
            if inspect.isfunction(one) and not name.startswith("_") and one.__module__ == module.__name__:
                special = [k for k in ("WRONG", "RIGHT", "WORD") if name in getattr(module, k, ())]
                kinds = {special[0].lower()} if special else getattr(module, "KINDS", None)
                if kinds:
                    found[f"{path.stem}-{name}"] = one, kinds, name in module.APART
    return found


ATTACKS = attacks()
HERE = [name for name, (_, _, alone) in ATTACKS.items() if not alone]


@pytest.fixture
def quick(monkeypatch):
    """Short limits; and interrupts heard, as in a notebook: a job in the background is deaf to them."""
    monkeypatch.setattr(run, "TIME_LIMIT", 0.4)
    monkeypatch.setattr(run, "ROOM", 2**30)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def dice():
    return torch.get_rng_state().tolist(), repr(np.random.get_state()), random.getstate()


def survive(name, printed):
    """The verdict on an attack; nothing of this process may have changed."""
    function, kinds, _ = ATTACKS[name]
    exercise, here = find("start.kl"), os.getpid()
    kept, before = state.keep(), dice()
    verdict = apart.judge(exercise, function, printed)
    changed = state.mend(kept), state.put_back(kept)
    assert os.getpid() == here
    assert changed == ([], {})
    assert dice() == before
    assert verdict.kind in kinds, verdict
    text = verdict.text
    assert "\n" not in text and (text.endswith((".", "?")) if verdict.kind != "right" else not text), text
    assert len(text) < 600
    if verdict.kind == "wrong":
        assert verdict.function is exercise.reference
    else:
        assert verdict.function is function or verdict.function.__wrapped__ is function
    return verdict


def test_there_are_enough_of_them():
    assert len(ATTACKS) >= LEAST


def test_linux_without_a_gpu_has_a_process_of_its_own():
    """There the tests that skip without one may not: what they hold would be lost without a word."""
    assert process.possible() == (sys.platform == "linux" and not torch.accelerator.is_available())


@pytest.mark.skipif(not process.possible(), reason="no fork is safe here")
@pytest.mark.parametrize("name", ATTACKS)
def test_a_process_of_its_own_survives(name, quick):
    survive(name, run.Printed())


@pytest.mark.parametrize("name", HERE)
def test_the_process_of_the_notebook_survives_most(name, quick, monkeypatch):
    monkeypatch.setattr(process, "possible", lambda: False)
    survive(name, run.Printed())


def test_a_second_check_says_whose_function_it_is(capsys):
    reference = check("start.kl", lambda p, q: p.sum())
    capsys.readouterr()
    assert check("start.kl", reference) is reference
    said = capsys.readouterr().out
    assert (
        said == "start.kl: that is the reference, not your answer; the notebook goes on with the reference.\n"
    )


def test_the_readers_interrupt_is_not_taken_for_the_functions(monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(process.select, "select", interrupted)
    if process.possible():
        with pytest.raises(KeyboardInterrupt):
            apart.judge(find("start.kl"), lambda p, q: p.sum(), run.Printed())


def test_no_module_is_left_patched():
    assert sys.modules["numpy"] is np
