"""One thread count for every test, quiet progress bars, and nothing remembered of what a test "solves"."""

import os
import signal

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("COURSE_PROGRESS", "off")
os.environ["COURSE_REMEMBER"] = "off"


@pytest.fixture
def heard():
    """Ctrl-C interrupts, also where the tests run in the background, whose shell has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
