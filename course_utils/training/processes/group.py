"""Which process this is, of how many; and what they tell one another while they train."""

import contextlib
import hashlib
import os

import torch
from torch import distributed

from ..._validate import check_tensor
from . import parts


class ProcessLost(RuntimeError):
    """Another process of the run has ended or does not answer, so that this one cannot go on."""


def world():
    """How many processes train together: 1 where no group was joined."""
    return parts.world()


def rank():
    """The number of this process among them, from 0."""
    return parts.rank()


@torch.no_grad()
def average(tensor):
    """The mean of one floating-point tensor [...] over the processes, the same on all of them: [...].

    Every process must call it, with a tensor of one shape. In a step of the loop each counts by its rows of
    the batch, so that means over its rows become the mean over the whole batch; elsewhere all count alike.
    Carries no gradient. Raises TypeError for anything else than a tensor of floating-point numbers.
    """
    check_tensor("tensor", tensor, nonempty=False)
    if world() == 1:
        return tensor.detach().clone()
    total = parts.weight() * tensor.detach()
    distributed.all_reduce(total)
    return total


def averages(scalars):
    """average of name -> number or tensor of one element; the tensors stay where they are."""
    if world() == 1 or not scalars:
        return scalars
    tensors = [value for value in scalars.values() if isinstance(value, torch.Tensor)]
    where = tensors[0].device if tensors else _talking()
    kind = {"dtype": torch.float64, "device": where}
    column = torch.stack([torch.as_tensor(value, **kind) for value in scalars.values()])
    means = average(column)
    return dict(zip(scalars, means if tensors else means.tolist(), strict=True))


def as_first(*numbers):
    """The numbers that process 0 has, on every process."""
    if world() == 1:
        return numbers
    told = torch.tensor(numbers, dtype=torch.float64, device=_talking())
    distributed.broadcast(told, src=0)
    return tuple(told.tolist())


def anywhere(flag):
    """Whether a flag is set on any of the processes."""
    if world() == 1:
        return bool(flag)
    count = torch.tensor(float(bool(flag)), device=_talking())
    distributed.all_reduce(count)
    return count.item() > 0


def meet():
    """Wait until every process has come here."""
    anywhere(False)


def check_joined():
    """Raise RuntimeError where torchrun has started several processes that have not joined."""
    started = os.environ.get("WORLD_SIZE", "1") if distributed.is_available() else "1"
    if started != "1" and world() == 1 and distributed.is_torchelastic_launched():
        raise RuntimeError(
            f"torchrun has started {started} processes, of which each would train alone; put "
            "`with training.processes.joined():` around the training."
        )


def check_same(*values):
    """Raise ValueError, on every process, unless the text of these values is the same on all of them."""
    if world() == 1:
        return
    digest = hashlib.blake2b(repr(values).encode(), digest_size=6).digest()  # 48 bits: exact in float64
    number = float(int.from_bytes(digest, "little"))
    ends = torch.tensor([number, -number], dtype=torch.float64, device=_talking())
    distributed.all_reduce(ends, distributed.ReduceOp.MAX)
    if ends.sum() != 0:
        raise ValueError(
            f"the {world()} processes must train alike, and their data, settings or first steps differ: give "
            "all of them the same arguments, and a checkpoint that all of them can read."
        )


@torch.no_grad()
def check_weights(models):
    """Raise RuntimeError, on every process, where the weights of a module differ between the processes."""
    weights = [weight for model in models for weight in model.parameters()]
    if world() == 1 or not weights:
        return
    sums = torch.stack([weight.sum(dtype=torch.float64) for weight in weights])
    ends = torch.cat([sums, -sums])
    distributed.all_reduce(ends, distributed.ReduceOp.MAX)
    most, least = ends.chunk(2)
    if not torch.allclose(most, -least, rtol=1e-4, atol=1e-6, equal_nan=True):
        raise RuntimeError(
            f"the weights differ between the {world()} processes: their gradients must be averaged "
            "(processes.parallel), and nothing else may change them by what one process alone has seen."
        )


@torch.no_grad()
def as_first_buffers(models):
    """Give every process the buffers, such as running statistics, that process 0 has."""
    if world() > 1:
        for buffer in (buffer for model in models for buffer in model.buffers()):
            distributed.broadcast(buffer, src=0)


@contextlib.contextmanager
def losses_in_a_sentence(history, path):
    """Say in one sentence, as ProcessLost, that another process was lost, and in which step."""
    try:
        yield
    except RuntimeError as error:
        if "were not used in producing loss" in str(error):
            raise ValueError(
                "loss must reach every weight of the model in every step where several processes average its "
                "gradients; freeze those that are not trained by requires_grad_(False)."
            ) from error
        if world() == 1 or not of_the_group(error):
            raise
        saved = path is not None and path.exists()
        kept = f"; started again, the same call goes on from what {path} holds" if saved else ""
        raise ProcessLost(
            f"another of the {world()} processes has ended or does not answer, so process {rank()} stops in "
            f"step {history.steps + 1}{kept}."
        ) from error


def of_the_group(error):
    """Whether an error came from talking to other processes."""
    talks = "gloo", "Connection closed by peer", "Connection reset by peer", "Broken pipe", "NCCL"
    return isinstance(error, distributed.DistError) or any(word in str(error) for word in talks)


def _talking():
    """The device whose tensors the processes exchange without waiting for a GPU, where they can."""
    return torch.device("cpu" if "cpu" in distributed.get_backend_config() else "cuda")
