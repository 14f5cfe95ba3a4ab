"""The rows of a batch that are a process's own: together all processes take the batch that was asked for."""

import contextlib
from dataclasses import dataclass

from torch import distributed


@dataclass(frozen=True)
class Part:
    """Rows start to stop of a batch of so many rows."""

    start: int
    stop: int
    total: int

    @property
    def rows(self):
        """How many rows are in the part."""
        return self.stop - self.start

    @property
    def slice(self):
        """What cuts the part out of the batch: batch[part.slice]."""
        return slice(self.start, self.stop)


_in_hand = []  # the parts of the steps at work, the innermost last


def world():
    """How many processes train together."""
    return distributed.get_world_size() if _joined() else 1


def rank():
    """The number of this process, from 0."""
    return distributed.get_rank() if _joined() else 0


def part(total):
    """This process's Part of a batch of `total` rows; those of any two processes differ by one row at most.

    Raises ValueError where there are more processes than rows.
    """
    n, me = world(), rank()
    if total < n:
        raise ValueError(
            f"a batch must have a row for each of the {n} processes; got one of {total}: take a larger "
            "batch_size, or fewer processes."
        )
    return Part(total * me // n, total * (me + 1) // n, total)


@contextlib.contextmanager
def batch_of(total):
    """Inside the block, a step is done on a batch of `total` rows, of which this process has its part."""
    _in_hand.append(part(total))
    try:
        yield _in_hand[-1]
    finally:
        _in_hand.pop()


def in_hand():
    """The Part of the step that is being done, or None between steps."""
    return _in_hand[-1] if _in_hand else None


def weight():
    """What this process counts in a mean over all: its share of the step's rows; else all alike."""
    mine = in_hand()
    return 1 / world() if mine is None else mine.rows / mine.total


def scale(value):
    """What the gradient of a mean over own rows is to be multiplied by, if a plain mean over all follows."""
    return value.new_tensor(world() * weight())


def only_cpus():
    """Whether the processes talk about tensors on CPUs only."""
    return "nccl" not in distributed.get_backend_config()


def _joined():
    return distributed.is_available() and distributed.is_initialized()
