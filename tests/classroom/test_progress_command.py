"""`python -m course_utils progress`, as a student calls it."""

import subprocess
import sys
from pathlib import Path

from course_utils.classroom import progress

ROOT = Path(__file__).resolve().parents[2]


def test_the_command():
    command = [sys.executable, "-m", "course_utils", "progress"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "00_start_here" in done.stdout and " exercise" in done.stdout.splitlines()[0]
    asked = subprocess.run(
        [*command, "--reset"], cwd=ROOT, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    assert asked.stdout.strip().endswith((progress.EMPTY, "Nothing was changed."))
