"""Low-rank adaptation: a trained network learns something new in few weights (Hu et al. 2021)."""

import copy
import math

import torch
from torch import nn
from torch.nn.utils import parametrize

from ._validate import (
    check_callable,
    check_flag,
    check_int,
    check_model,
    check_number,
    check_sizes,
    check_tensor,
)


class LowRank(nn.Module):
    """A change of a weight matrix of low rank: forward(weight [M, ...]) -> weight + scale * up @ down.

    shape: of the weight; what follows M is one axis here. up: [M, rank], zero at the start, so that nothing
    is changed yet; down: [rank, N]. scale: the paper's alpha / r.
    """

    def __init__(self, shape, rank, scale=1.0):
        super().__init__()
        first, *rest = self.shape = check_sizes("shape", shape)
        self.scale, width = check_number("scale", scale), math.prod(rest)
        self.down = nn.Parameter(torch.randn(check_int("rank", rank), width) / math.sqrt(width))
        self.up = nn.Parameter(torch.zeros(first, rank))

    def forward(self, weight):
        """weight: of the shape -> the weight, changed."""
        check_tensor("weight", weight, f"[{', '.join(map(str, self.shape))}]")
        return weight + self.scale * (self.up @ self.down).view_as(weight)


def add_lora(model, rank, scale=1.0, where=lambda name, layer: True):
    """A deep copy of model, frozen, with a `LowRank` on each linear layer and convolution that `where` names.

    where(name, layer): whether that layer gets one. Only the new weights ask for gradients. Raises ValueError
    where no layer is named.
    """
    check_model("model", model), check_callable("where", where, "name", "layer")
    model = copy.deepcopy(model).requires_grad_(False)
    chosen = [
        layer
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Linear | nn.Conv2d) and check_flag("what where returns", where(name, layer))
    ]
    if not chosen:
        raise ValueError("where must name at least one linear layer or convolution of the model.")
    for layer in chosen:
        change = LowRank(layer.weight.shape, rank, scale).to(layer.weight)
        parametrize.register_parametrization(layer, "weight", change)
    return model


def merge_lora(model):
    """A deep copy of model in which every change is part of its weight: the same answers, no new parts."""
    check_model("model", model)
    model = copy.deepcopy(model)
    for layer in list(model.modules()):
        if parametrize.is_parametrized(layer, "weight"):
            # A copy shares its class with the original, and removing takes the weight's property from it.
            kind = type(layer)
            layer.__class__ = type(kind.__name__, kind.__bases__, dict(vars(kind)))
            parametrize.remove_parametrizations(layer, "weight")
    return model


def share_trained(model):
    """Which share of a model's weights asks for gradients."""
    check_model("model", model)
    sizes = [(one.numel(), one.requires_grad) for one in model.parameters()]
    return sum(n for n, asks in sizes if asks) / sum(n for n, _ in sizes)
