"""Joining the processes that torchrun has started, and leaving them; one sentence for what fails."""

import contextlib
import os
import sys
import threading
import time
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import distributed

from ..._validate import check_choice, check_number
from . import parts

NEEDED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
START = "start all of them with torchrun"

_joins = []  # one entry a time that this process has joined a group: torchrun's store outlives them


@dataclass(frozen=True)
class Place:
    """Where a process stands: its number `.rank` of `.world`, and its `.device`."""

    rank: int
    world: int
    device: torch.device

    @property
    def main(self):
        """Whether it is process 0, the one that shows, prints and saves."""
        return self.rank == 0


@contextlib.contextmanager
def joined(timeout=30.0, device=None):
    """Join the processes that torchrun has started; yield this one's Place, and leave them at the end.

    Where torchrun's variables are not set nothing is joined, and the Place is 0 of 1. timeout: how many
    seconds to wait for the others, here and later: longer than any step, save or compilation may take.
    device: None takes the GPU of the local rank where there is CUDA (NCCL), else the CPU (gloo); or "cpu" or
    "cuda".
    Raises ValueError where the variables contradict each other, ConnectionError where the port is taken or a
    process does not come.
    """
    timeout = check_number("timeout", timeout, minimum=0, open_minimum=True)
    device = _kind(device)
    found = _environment()
    if found is None or (distributed.is_available() and distributed.is_initialized()):
        yield Place(parts.rank(), parts.world(), device)
        return
    rank, world, address, port = found
    device = _own_device(device)
    store = _store(rank, world, address, port, timeout)
    _wait_for_all(store, rank, world, timeout)
    _initialise(store, rank, world, address, device, timeout)
    try:
        yield Place(rank, world, device)
    except BaseException:
        with contextlib.suppress(Exception):  # what a lost process has left undone is not waited for
            distributed.group.WORLD.abort()
        raise
    finally:
        with contextlib.suppress(Exception):
            distributed.destroy_process_group()


def _kind(device):
    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(check_choice("device", device, ("cpu", "cuda")))


def _environment():
    """(rank, world, address, port) by torchrun's variables; None where there are none."""
    values = {name: os.environ.get(name, "") for name in NEEDED}
    if not values["RANK"] and not values["WORLD_SIZE"]:
        return None
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise ValueError(f"{' and '.join(missing)} must be set where RANK or WORLD_SIZE is; {START}.")
    rank, world, port = (_whole(name, values[name]) for name in ("RANK", "WORLD_SIZE", "MASTER_PORT"))
    if not 0 <= rank < world:
        raise ValueError(f"RANK must be at least 0 and below WORLD_SIZE={world}; got {rank}: {START}.")
    if not 0 < port < 2**16:
        raise ValueError(f"MASTER_PORT must be from 1 to 65535; got {port}.")
    return rank, world, values["MASTER_ADDR"], port


def _whole(name, text):
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name} must be a whole number; got {text!r}: {START}.") from None


def _own_device(device):
    """The device of this process; on a machine of several GPUs each process of it has its own."""
    if device.type == "cpu":
        return device
    local, count = _whole("LOCAL_RANK", os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if not 0 <= local < count:
        raise ValueError(
            f"LOCAL_RANK must name one of this machine's {count} GPUs, counted from 0; got {local}: start "
            'fewer processes, or give device="cpu".'
        )
    torch.cuda.set_device(local)
    return torch.device("cuda", local)


def _store(rank, world, address, port, timeout):
    """Where the processes leave notes for one another, kept by torchrun, or else by process 0."""
    kept_by_torchrun = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    serves = rank == 0 and not kept_by_torchrun
    wait = timedelta(seconds=timeout)

    def open_store():
        return distributed.TCPStore(address, port, world, serves, wait, wait_for_workers=False)

    try:
        store = _within(timeout + 1, open_store)
    except (distributed.DistError, TimeoutError) as error:
        reason = "is in use" if "EADDRINUSE" in str(error) else "cannot be reached"
        wanted = "set MASTER_PORT to a free one for all of them" if serves else "see that process 0 is up"
        raise ConnectionError(
            f"port {port} of {address}, where {world} processes are to meet, {reason}; {wanted}."
        ) from error
    _joins.append(world)
    attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    return distributed.PrefixStore(f"course_utils/{attempt}/{len(_joins)}", store)


def _within(seconds, function):
    """What a function returns or raises; TimeoutError where it does neither in time, and it is left behind.

    Torch waits for ever where another kind of server listens at the port and does not answer.
    """
    said = []

    def run():
        try:
            said.append((function(), None))
        except Exception as error:
            said.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not said:
        raise TimeoutError(f"no answer within {seconds:g} s")
    value, error = said[0]
    if error is not None:
        raise error
    return value


def _wait_for_all(store, rank, world, timeout):
    """Return when every process has come, or say how many have."""
    end, here = time.monotonic() + timeout, 1
    try:
        first = store.compare_set("world", "", str(world)).decode()
        if first != str(world):
            raise ValueError(f"WORLD_SIZE must be the same for all; got {world} and {first}: {START}.")
        if store.add(f"rank {rank}", 1) > 1:
            raise ValueError(f"RANK must be another one in every process; got {rank} twice: {START}.")
        here = store.add("here", 1)
        while here < world and time.monotonic() < end:
            time.sleep(0.05)
            here = store.add("here", 0)
    except distributed.DistError as error:
        raise _too_few(here, world, timeout) from error
    if here < world:
        raise _too_few(here, world, timeout)


def _too_few(here, world, timeout):
    return ConnectionError(
        f"{world} processes (WORLD_SIZE) were to meet, and {here} came within {timeout:g} s; start the "
        "others too, or set WORLD_SIZE to as many as there are."
    )


def _initialise(store, rank, world, address, device, timeout):
    # What lies on a GPU goes by NCCL; what the loops tell one another by gloo, which makes no GPU wait.
    backend = "gloo" if device.type == "cpu" else "cpu:gloo,cuda:nccl"
    wait = timedelta(seconds=timeout)
    try:
        with _loopback(address):
            distributed.init_process_group(backend, store=store, rank=rank, world_size=world, timeout=wait)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise ConnectionError(f"the {world} processes have met but cannot talk ({reason}).") from error


@contextlib.contextmanager
def _loopback(address):
    """Inside the block gloo needs no network where all processes meet on this machine."""
    name, before = "GLOO_SOCKET_IFNAME", os.environ.get("GLOO_SOCKET_IFNAME")
    if before is None and address in ("127.0.0.1", "localhost") and os.name == "posix":
        os.environ[name] = "lo0" if sys.platform == "darwin" else "lo"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
