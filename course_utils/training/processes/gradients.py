"""Gradients that are the mean over the whole batch, by torch's DistributedDataParallel."""

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from ..._validate import check_model
from . import parts


class Asked(torch.nn.Module):
    """A model together with the loss that asks it: forward(loss, *batch) is loss(model, *batch).

    DistributedDataParallel watches what passes through forward; so a loss may call any method of its model.
    """

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, loss, *batch):
        """What the loss returns."""
        return loss(self.model, *batch)


def parallel(model):
    """The model, its gradients averaged over the processes in every backward; itself where one trains.

    Returns torch's DistributedDataParallel(model), whose weights are the model's own and start as those of
    process 0. Each process counts by its rows of the step's batch, so that unequal parts make no difference.
    The update of a game plays with parallel(G) and parallel(D); optimisers, averages of weights and `parts`
    take G and D themselves. Only what passes through the model's forward is averaged. Buffers, such as
    running statistics, stay each process's own until the loop saves or ends, and then are those of process 0.
    """
    check_model("model", model)
    if parts.world() == 1 or not any(weight.requires_grad for weight in model.parameters()):
        return model
    shared = DistributedDataParallel(model)
    shared.broadcast_buffers = False  # that is, not in every forward: a player may have two before a backward
    shared.register_comm_hook(None, _weighted)
    return shared


def whole_batch_norm(model):
    """The model with each batch norm taken over the rows of all processes, as one process alone would.

    On CUDA it is torch's SyncBatchNorm, in the place of every BatchNorm; alone on a CPU the model stays as it
    is. Call it before `fit`, `adamw` and `parallel`. Raises ValueError for a model with batch norm on CPUs
    that train together, for which torch has none: take GroupNorm, or let each process norm its own rows.
    """
    check_model("model", model)
    norms = [m for m in model.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    together = parts.world() > 1
    if norms and torch.cuda.is_available() and not (together and parts.only_cpus()):
        return torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)
    if norms and together:
        raise ValueError(
            "model must have no batch norm where several processes on CPUs are to norm together, for torch's "
            "SyncBatchNorm needs CUDA; take torch.nn.GroupNorm, or let each process norm its own rows."
        )
    return model


def _weighted(_, bucket):
    """The sum of some gradients over the processes, each times its weight: called in every backward."""
    mine = bucket.buffer().mul_(parts.weight())
    return distributed.all_reduce(mine, async_op=True).get_future().then(lambda done: done.value()[0])
