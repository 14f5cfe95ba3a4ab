"""What keeps processes from meeting is one sentence, and soon."""

import socket
import threading

import pytest
import torch
from torch import distributed

from course_utils import training
from course_utils.training import processes
from course_utils.training.processes import joining


@pytest.fixture
def port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def torchrun(monkeypatch):
    """Set torchrun's variables, or take some away (None)."""

    def set_variables(**variables):
        for name in (*joining.NEEDED, "LOCAL_RANK", "TORCHELASTIC_USE_AGENT_STORE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"MASTER_ADDR": "127.0.0.1", **variables}.items():
            monkeypatch.setenv(name, str(value))

    return set_variables


def join(**options):
    with processes.joined(**{"timeout": 0.3, "device": "cpu", **options}) as place:
        return place


def test_a_plain_run_joins_nothing(torchrun):
    torchrun()
    place = join()
    assert (place.rank, place.world, place.main, place.device.type) == (0, 1, True, "cpu")
    assert not distributed.is_initialized()


def test_one_process_of_torchrun_joins_itself_and_leaves_again(torchrun, port):
    for _ in range(2):
        torchrun(RANK=0, WORLD_SIZE=1, MASTER_PORT=port)
        with processes.joined(30, device="cpu") as place:
            assert distributed.is_initialized() and place.world == processes.world() == 1
            with processes.joined() as inner:
                assert inner.world == 1 and distributed.is_initialized()
            assert distributed.is_initialized()
        assert not distributed.is_initialized()


def test_who_forgets_to_join_is_told(torchrun, monkeypatch):
    torchrun(RANK=0, WORLD_SIZE=2)
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "1")
    with pytest.raises(RuntimeError, match="torchrun has started 2 processes, of which each would train"):
        training.steps(lambda x: 0.0, torch.zeros(3), steps=1, device="cpu", progress=False)


def test_the_group_is_left_where_the_run_fails(torchrun, port):
    torchrun(RANK=0, WORLD_SIZE=1, MASTER_PORT=port)
    with pytest.raises(KeyError, match="no"), processes.joined(30, device="cpu"):
        raise KeyError("no")
    assert not distributed.is_initialized()


def test_a_port_that_is_taken(torchrun):
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        taken = other.getsockname()[1]
        torchrun(RANK=0, WORLD_SIZE=2, MASTER_PORT=taken)
        with pytest.raises(
            ConnectionError, match=f"^port {taken} of 127.0.0.1, .* is in use; set MASTER_PORT"
        ):
            join()
        torchrun(RANK=1, WORLD_SIZE=2, MASTER_PORT=taken)  # it answers, but not as a process of ours would
        with pytest.raises(ConnectionError, match="cannot be reached; see that process 0 is up"):
            join()


def test_processes_that_do_not_come(torchrun, port):
    torchrun(RANK=0, WORLD_SIZE=3, MASTER_PORT=port)
    with pytest.raises(
        ConnectionError, match=r"^3 processes \(WORLD_SIZE\) were to meet, and 1 came within 0.3 s"
    ):
        join()
    torchrun(RANK=2, WORLD_SIZE=3, MASTER_PORT=port)
    with pytest.raises(
        ConnectionError, match=f"^port {port} of 127.0.0.1, where 3 processes .* cannot be reached"
    ):
        join()
    assert not distributed.is_initialized()


def test_how_many_came_is_said():
    store, said = distributed.HashStore(), []

    def come(rank):
        try:
            joining._wait_for_all(store, rank, 3, timeout=0.5)
        except ConnectionError as error:
            said.append(str(error))

    both = [threading.Thread(target=come, args=(rank,)) for rank in (0, 1)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(said) == 2 and all("3 processes (WORLD_SIZE) were to meet, and 2 came" in one for one in said)


def test_processes_that_disagree():
    store = distributed.HashStore()
    joining._wait_for_all(store, 0, 1, timeout=0.5)
    with pytest.raises(ValueError, match="WORLD_SIZE must be the same for all; got 2 and 1"):
        joining._wait_for_all(store, 1, 2, timeout=0.5)
    with pytest.raises(ValueError, match="RANK must be another one in every process; got 0 twice"):
        joining._wait_for_all(store, 0, 1, timeout=0.5)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"RANK": 0, "WORLD_SIZE": 2}, "^MASTER_PORT must be set where RANK or WORLD_SIZE is"),
        ({"WORLD_SIZE": 2, "MASTER_PORT": 2900}, "^RANK must be set where"),
        (
            {"RANK": 2, "WORLD_SIZE": 2, "MASTER_PORT": 2900},
            "^RANK must be at least 0 and below WORLD_SIZE=2; got 2",
        ),
        ({"RANK": "x", "WORLD_SIZE": 2, "MASTER_PORT": 2900}, "^RANK must be a whole number; got 'x'"),
        (
            {"RANK": 0, "WORLD_SIZE": 2, "MASTER_PORT": 99999},
            "^MASTER_PORT must be from 1 to 65535; got 99999",
        ),
    ],
)
def test_variables_that_contradict_each_other(torchrun, variables, says):
    torchrun(**variables)
    with pytest.raises(ValueError, match=says) as caught:
        join()
    assert str(caught.value).endswith(".") and str(caught.value).count(". ") == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"timeout": 0}, "timeout must be a finite number above 0"),
        ({"device": "gpu"}, "device must be one of"),
    ],
)
def test_bad_arguments(torchrun, options, says):
    torchrun()
    with pytest.raises(ValueError, match=says):
        join(**options)
