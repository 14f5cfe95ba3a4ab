"""A model too large for one device, cut over the processes by torch's fully_shard (FSDP2).

Each process keeps a slice of every weight, of its moments and of its average. What a layer needs is gathered
when its turn comes, and let go afterwards (Zhao et al. 2023).
"""

import copy

import torch

from . import parts
from .gradients import Asked


class Shards(dict):
    """The parts of a run as a checkpoint keeps them, whole and on the CPU; behind them the shards that train.

    gather() copies what the shards have learnt into the whole parts, and scatter() what these hold into the
    shards; every process must call them. `.asked` and `.optimiser` are what gradient_step takes, `.weights`
    the shards, `.averages` those of the average, if there is one.
    """

    def __init__(self, whole, device, optimiser):
        super().__init__(whole)
        self.asked = cut(Asked(copy.deepcopy(self["model"])), device)
        self.optimiser = optimiser(self.asked.model)
        self.weights = list(self.asked.parameters())
        self.averages = [weight.detach().clone() for weight in self.weights] if "ema" in self else []

    @torch.no_grad()
    def gather(self):
        """Bring the shards' values into the whole parts."""
        for name, shards in self._pairs():
            for whole, shard in zip(self[name].parameters(), shards, strict=True):
                whole.copy_(shard.full_tensor())
            for whole, own in zip(self[name].buffers(), self.asked.buffers(), strict=True):
                whole.copy_(own)
        for whole, shard in self._trained():
            moments = self.optimiser.state.get(shard, {}).items()
            full = {
                name: value.full_tensor() if hasattr(value, "full_tensor") else value
                for name, value in moments
            }
            self["optimiser"].state[whole] = {
                name: value.to("cpu", copy=True) for name, value in full.items()
            }

    @torch.no_grad()
    def scatter(self):
        """Bring the whole parts' values into the shards."""
        for name, shards in self._pairs():
            for whole, shard in zip(self[name].parameters(), shards, strict=True):
                shard.copy_(_shard_of(whole, shard))
        for whole, own in zip(self["model"].buffers(), self.asked.buffers(), strict=True):
            own.copy_(whole)
        for whole, shard in self._trained():
            for name, value in self["optimiser"].state.get(whole, {}).items():
                moment = value.shape == whole.shape and value.ndim
                self.optimiser.state[shard][name] = (
                    _shard_of(value, shard) if moment else value.to(shard.device)
                )

    def _pairs(self):
        return [("model", self.weights), *([("ema", self.averages)] if self.averages else [])]

    def _trained(self):
        """(whole, shard) of every weight that the optimisers have."""
        of = [
            group["params"]
            for optimiser in (self["optimiser"], self.optimiser)
            for group in optimiser.param_groups
        ]
        return zip(*of, strict=True)


def cut(asked, device):
    """The module, each of its weights cut over the processes: a group for each entry of its ModuleLists.

    Those entries must be called as modules, entry(x), for that is what gathers them; all the rest is gathered
    when the whole is called.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(device.type, (parts.world(),))
    lists = [module for module in asked.modules() if isinstance(module, torch.nn.ModuleList)]
    for entry in (entry for entries in reversed(lists) for entry in entries):  # the inner ones first
        if any(True for _ in entry.parameters()):
            fully_shard(entry, mesh=mesh)
    return fully_shard(asked, mesh=mesh)


def is_cut(module):
    """Whether a module is one that cut() gave."""
    return hasattr(module, "unshard")


def _shard_of(whole, shard):
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(whole.detach().to(shard.device), shard.device_mesh, shard.placements)
