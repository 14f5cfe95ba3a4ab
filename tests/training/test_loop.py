import math
import signal
import threading

import pytest
import torch

from course_utils import training
from course_utils.training import History

QUIET = {"progress": False, "device": "cpu"}


class Player(torch.nn.Module):
    def __init__(self, value):
        super().__init__()
        self.value = torch.nn.Parameter(torch.tensor(value, dtype=torch.float64))


def bilinear_game(x, y, rate):
    """Simultaneous gradient steps on V(x, y) = x y, which x minimises and y maximises."""
    optimisers = [torch.optim.SGD(p.parameters(), lr=rate, maximize=p is y) for p in (x, y)]

    def update(batch):
        value = x.value * y.value
        for optimiser in optimisers:
            optimiser.zero_grad()
        value.backward()
        for optimiser in optimisers:
            optimiser.step()
        return value, {"radius": (x.value**2 + y.value**2).sqrt()}

    return update, {"x": x, "y": y, "opt_x": optimisers[0], "opt_y": optimisers[1]}


def play(steps, checkpoint=None):
    update, parts = bilinear_game(Player(1.0), Player(0.5), rate=0.2)
    history = History()
    seen = list(
        training.steps(
            update, torch.zeros(4), steps=steps, parts=parts, history=history, checkpoint=checkpoint, **QUIET
        )
    )
    return history, seen


def test_two_players_share_the_loop_and_spiral_out_at_the_known_rate():
    history, seen = play(30)
    assert seen == list(range(1, 31))
    radius = history.extras["radius"]
    assert radius[1:] / radius[:-1] == pytest.approx(math.sqrt(1 + 0.2**2))


def test_two_players_are_resumed_exactly(tmp_path):
    path = tmp_path / "game"
    play(11, path)
    history, seen = play(30, path)
    assert seen == list(range(12, 31))
    assert history.extras["radius"].tolist() == play(30)[0].extras["radius"].tolist()


def test_the_body_of_the_loop_draws_its_own_random_numbers():
    def run(draws_in_body):
        drawn = []
        for _ in training.steps(
            lambda x: drawn.append(torch.rand(1)) or 0.0, torch.zeros(3), steps=5, **QUIET
        ):
            torch.rand(draws_in_body)
        return torch.cat(drawn).tolist()

    assert run(0) == run(4)


def test_bad_arguments_are_refused_at_the_call_not_at_the_first_step():
    with pytest.raises(ValueError, match="exactly one of steps"):
        training.steps(lambda x: 0.0, torch.zeros(3), **QUIET)


def test_the_interrupt_handler_is_put_back_when_the_loop_is_left_early():
    before = signal.getsignal(signal.SIGINT)
    loop = training.steps(lambda x: 0.0, torch.zeros(3), steps=5, **QUIET)
    next(loop)
    loop.close()
    assert signal.getsignal(signal.SIGINT) is before


def begin(n):
    return training.steps(lambda x: 0.0, torch.zeros(3), steps=n, **QUIET)


@pytest.mark.parametrize("lengths", [(2, 4), (4, 2), (3, 3), (1, 1, 5)])
def test_loops_side_by_side_give_the_interrupt_handler_back(lengths):
    before = signal.getsignal(signal.SIGINT)
    assert len(list(zip(*map(begin, lengths), strict=False))) == min(lengths)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("first", [0, 1])
def test_loops_may_end_in_any_order(first):
    before = signal.getsignal(signal.SIGINT)
    loops = [begin(5), begin(5)]
    for loop in loops:
        next(loop)
    loops[first].close()
    assert signal.getsignal(signal.SIGINT) is not before  # one is still at work
    loops[1 - first].close()
    assert signal.getsignal(signal.SIGINT) is before


def test_one_press_ends_all_loops_after_their_steps_and_a_second_interrupts(capsys):
    seen = []
    for pair in zip(begin(9), begin(9), strict=False):
        seen.append(pair)
        if len(seen) == 2:
            signal.raise_signal(signal.SIGINT)
    assert seen == [(1, 1), (2, 2)]
    assert "Stopped by the keyboard after step 2" in capsys.readouterr().out
    with pytest.raises(KeyboardInterrupt):
        for _ in zip(begin(9), begin(9), strict=False):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_loop_that_another_thread_throws_away_swallows_no_press():
    before = signal.getsignal(signal.SIGINT)
    loop = begin(5)
    next(loop)
    other = threading.Thread(target=loop.close)
    other.start()
    other.join()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    list(begin(1))
    assert signal.getsignal(signal.SIGINT) is before


def test_the_bar_shows_loss_and_time_left(capfd, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    list(training.steps(lambda x: 0.25, torch.zeros(3), steps=5, device="cpu"))
    list(training.steps(lambda x: 0.25, torch.zeros(3), seconds=0.05, device="cpu"))
    out, err = capfd.readouterr()
    assert out == "" and err.count("100%") >= 2
    assert "5/5 [" in err and "loss=0.25" in err and "<00:00" in err


@pytest.mark.parametrize(("variable", "progress"), [("off", True), ("OFF", True), ("on", False)])
def test_the_bar_can_be_silenced(capfd, monkeypatch, variable, progress):
    monkeypatch.setenv("COURSE_PROGRESS", variable)
    list(training.steps(lambda x: 0.25, torch.zeros(3), steps=5, device="cpu", progress=progress))
    assert capfd.readouterr() == ("", "")
