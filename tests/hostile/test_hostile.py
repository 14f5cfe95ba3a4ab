"""Every public callable meets every kind of bad argument: one clear sentence, or at least nothing wrong.

What becomes of a call is one of
    clear   our own error, one sentence that names the argument
    raw     an error of torch, NumPy or Python, which names something else
    silent  an answer that hides the bad value: finite from NaN, or another answer without a word
    hang    three seconds of processor time, and no end
    taken   an answer that shows the bad value, or is right for it: no fault
"""

import collections
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from hostile import attack, bad_values, examples, public, run_attacks
from hostile.allowed import ALLOWED

TESTS = Path(__file__).parent.parent
WANTED = 0.98  # the share of clear ones among all errors
WANTED_OF_A_ROOM = 0.9


def all_calls(path):
    """[callable, argument, kind, class, what was said] for every call, made in a process of its own."""
    told = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent}"}
    command = [sys.executable, "-m", "hostile.run_attacks", str(path)]
    done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(path.read_text())


def listed(rows):
    return "\n".join(f"{name} {argument} {kind}: {said}" for name, argument, kind, _, said in rows[:40])


def is_allowed(row):
    return any(re.fullmatch(pattern, " ".join(row[:3])) for pattern, _ in ALLOWED)


def test_every_public_callable_has_an_example():
    names = public.callables()
    assert len(names) > 400
    for name, value in names.items():
        value, method = value if isinstance(value, tuple) else (value, None)
        assert examples.arguments(name, value, method) is not None


def test_every_bad_call_gets_one_clear_sentence_or_does_no_harm(tmp_path):
    """One test, for the calls are dear: half a minute of processor time."""
    calls = all_calls(tmp_path / "calls.json")
    assert len(calls) > 10_000
    assert not (hangs := [row for row in calls if row[3] == "hang"]), listed(hangs)
    silent = [row for row in calls if row[3] == "silent"]
    assert not (wrong := [row for row in silent if not is_allowed(row)]), listed(wrong)
    taken = [" ".join(row[:3]) for row in silent]
    unused = [pattern for pattern, _ in ALLOWED if not any(re.fullmatch(pattern, call) for call in taken)]
    assert not unused, "allowed.py lists what does not happen"
    refused = [row for row in calls if row[3] in ("clear", "raw")]
    raw = [row for row in refused if row[3] == "raw"]
    assert len(raw) <= (1 - WANTED) * len(refused), f"{len(raw)} of {len(refused)} are raw:\n{listed(raw)}"
    rooms = collections.Counter(row[0].split(".")[0] for row in refused)
    behind = {
        room: n for room, n in collections.Counter(row[0].split(".")[0] for row in raw).items()
        if n > (1 - WANTED_OF_A_ROOM) * rooms[room]
    }  # fmt: skip
    assert not behind, behind


def test_the_attack_tells_the_classes_apart():
    """On functions of our own making, whose behaviour is known."""

    def forgiving(x):
        return x if x == 1 else 5.0

    def endless(x):
        while x != 1:
            pass

    def natural(x):
        return x + 1.0

    given = {"x": 1}
    assert attack.outcome(forgiving, given, "x", "text", "text", 1)[0] == "silent"
    assert attack.outcome(forgiving, given, "x", "nan", float("nan"), 1)[0] == "silent"
    assert attack.outcome(natural, given, "x", "nan", float("nan"), 2.0)[0] == "taken"
    assert attack.outcome(natural, given, "x", "text", "text", 2.0)[0] == "raw"
    assert attack.outcome(endless, given, "x", "text", "text", None)[0] == "hang"
    assert set(bad_values.bad_values(1.0, None)) > {"nan", "inf", "text", "huge"}


def test_what_is_not_called_exists():
    assert set(run_attacks.NOT_CALLED) <= set(public.callables())
