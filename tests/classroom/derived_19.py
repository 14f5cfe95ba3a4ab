"""The numbers in right options of lesson 19, derived."""

import torch
from derived_numbers import derives
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


@derives("19", "flops-of-a-convolution")
def _():
    layer, x = nn.Conv2d(16, 32, 3, padding=1, bias=False), torch.zeros(10, 16, 20, 20)
    with FlopCounterMode(display=False) as counter:
        layer(x)
    return [counter.get_total_flops()]


@derives("19", "bytes-of-adamw")
def _():
    weight = nn.Parameter(torch.zeros(1000))
    optimiser = torch.optim.AdamW([weight])
    weight.sum().backward()
    optimiser.step()
    state = [value for value in optimiser.state[weight].values() if value.numel() == 1000]
    tensors = [weight, weight.grad, *state, weight.detach().clone()]
    return [10 * sum(one.numel() * one.element_size() for one in tensors) / 1000]


@derives("19", "attention-and-size")
def _():
    def cost(side):
        x, layer = torch.zeros(1, 4, side, side), nn.Conv2d(4, 4, 1)
        rows = x.flatten(2).transpose(1, 2)
        found = []
        for call in (lambda: layer(x), lambda: rows @ rows.transpose(1, 2)):
            with FlopCounterMode(display=False) as counter:
                call()
            found.append(counter.get_total_flops())
        return found

    return [large / small for large, small in zip(cost(8), cost(4), strict=True)]


@derives("19", "unequal-parts")
def _():
    rows = torch.tensor([1.0] * 6 + [5.0] * 2)
    return [float(rows.mean())]


@derives("19", "warm-up")
def _():
    whole = 0.1 * 2048 / 256
    return [[whole * k / 5 for k in range(1, 6)][1]]


@derives("19", "utilisation-of-a-training")
def _():
    return [100 * 2 * 3 * 100e9 * 1e6 / (10_000 * 300e12)]
