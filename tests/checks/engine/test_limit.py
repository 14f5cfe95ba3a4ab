"""The time limit: by signal and by message, in the main thread and in another."""

import signal
import sys
import threading
import time

import pytest

from course_utils.checks.engine import limit
from course_utils.checks.engine.limit import TimeUp, call_within

WAYS = [limit._by_message]
if hasattr(signal, "setitimer"):
    WAYS.append(limit._by_signal)


def forever():
    while True:
        pass


def stubborn():
    while True:
        try:
            sum(range(100))
        except Exception:
            continue


@pytest.mark.parametrize("loop", [forever, stubborn])
@pytest.mark.parametrize("way", WAYS)
def test_an_endless_loop_is_ended(way, loop):
    with pytest.raises(TimeUp):
        way(0.1, loop)


@pytest.mark.parametrize("way", WAYS)
def test_what_returns_in_time_is_left_alone(way):
    assert way(5.0, lambda: 7) == 7
    with pytest.raises(KeyError):
        way(5.0, lambda: {}["x"])
    time.sleep(0.02)


def test_a_worker_thread_is_interrupted_too():
    said = []

    def work():
        try:
            call_within(0.1, forever)
        except TimeUp:
            said.append("stopped")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert said == ["stopped"]


def test_without_setitimer_the_main_thread_is_interrupted_as_well(monkeypatch):
    monkeypatch.delattr(signal, "setitimer", raising=False)
    with pytest.raises(TimeUp):
        call_within(0.1, forever)


@pytest.mark.parametrize("way", WAYS)
def test_an_import_may_take_longer(way, tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text("import time\nfor _ in range(40):\n    time.sleep(0.01)\n")
    monkeypatch.syspath_prepend(tmp_path)

    def student():
        import slow_to_import

        return slow_to_import.__name__

    assert way(0.1, student) == "slow_to_import"
    sys.modules.pop("slow_to_import")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals on this system")
def test_somebody_elses_timer_and_handler_are_given_back():
    fired = []
    before = signal.signal(signal.SIGALRM, lambda *_: fired.append(1))
    left, interval = signal.setitimer(signal.ITIMER_REAL, 300.0)
    try:
        assert call_within(5.0, lambda: 1) == 1
        remaining, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        assert 200 < remaining <= 300
        assert signal.getsignal(signal.SIGALRM) is not before
        signal.raise_signal(signal.SIGALRM)
        assert fired == [1]
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left, interval)
