"""Small networks that a function under test may change in place, and critics to be differentiated."""

import copy

import torch
from torch import nn


def drawn(net, rng, scale):
    """The network with all its parameters, biases too, drawn anew."""
    with torch.no_grad():
        for weights in net.parameters():
            weights.copy_(scale * torch.randn(weights.shape, generator=rng))
    return net


class Player:
    """A network to be changed in place; not an nn.Module, which a function under test must leave alone."""

    def __init__(self, *layers):
        self._net = nn.Sequential(*layers)

    def __call__(self, x):
        return self._net(x.to(next(self._net.parameters()).dtype))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._net, name)


class Clipped(Player):
    """A critic that reads as a row of numbers: the weights it was made with, and two counts.

    The counts: parameters that have been replaced by others, and those that ask for no gradient any more. A
    copy reads as the critic that it was made from.
    """

    def __init__(self, *layers):
        super().__init__(*layers)
        self._first = list(self._net.parameters())
        with torch.no_grad():
            for weights in self._first:
                weights.grad = 3 * torch.ones_like(weights)
        self._origin = self

    def _numbers(self):
        now = list(self._net.parameters())
        replaced = sum(one is not other for one, other in zip(now, self._first, strict=True))
        frozen = sum(not weights.requires_grad for weights in now)
        values = torch.cat([weights.detach().flatten() for weights in self._first])
        return [*values.tolist(), float(replaced), float(frozen)]

    def __len__(self):
        return len(self._origin._numbers())

    def __getitem__(self, place):
        return self._origin._numbers()[place]

    def __mul__(self, factor):
        return [factor * one for one in self]

    def __deepcopy__(self, memo):
        other = object.__new__(Clipped)
        other._net = copy.deepcopy(self._net, memo)
        other._first, other._origin = list(other._net.parameters()), self._origin
        return other

    def apply(self, change):
        self._net.apply(change)
        return self


class Curved(nn.Module):
    """A critic of points or images with slopes of all sizes: x [B, ...] -> [B, 1]."""

    def __init__(self, rng, size, width, slope):
        super().__init__()
        self.inner = nn.Parameter(torch.randn(size, width, generator=rng))
        self.bias = nn.Parameter(torch.randn(width, generator=rng))
        self.outer = nn.Parameter(slope * torch.randn(width, 1, generator=rng) / size**0.5)

    def forward(self, x):
        return torch.tanh(x.flatten(1) @ self.inner + self.bias) @ self.outer


class Straight(nn.Module):
    """A linear critic of slope 1, which pays no penalty: x [B, ...] -> [B, 1]."""

    def __init__(self, rng, size):
        super().__init__()
        weight = torch.randn(size, 1, generator=rng)
        self.weight = nn.Parameter(weight / weight.norm())

    def forward(self, x):
        return x.flatten(1) @ self.weight
