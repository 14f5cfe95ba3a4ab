"""A network for couplings, which tells of what it is handed that is not x_a."""

import torch
from torch import nn


class Net(nn.Module):
    """x_a [B, D // 2] -> s, t, both [B, D - D // 2], with numbers as a trained network has them.

    s lies within reach of middle, t to either side of 0. Raises ValueError for an input of another width.
    """

    def __init__(self, rng, dim, reach=2.0, middle=0.0):
        super().__init__()
        self.kept, changed = dim // 2, dim - dim // 2
        self.reach, self.middle = reach, middle

        def draw(*shape):
            return nn.Parameter(torch.randn(shape, generator=rng))

        self.to_s, self.to_t = draw(changed, self.kept), draw(changed, self.kept)
        self.s0, self.t0 = draw(changed), draw(changed)

    def forward(self, x_a):
        if not isinstance(x_a, torch.Tensor) or x_a.shape[-1:] != (self.kept,):
            got = list(x_a.shape) if isinstance(x_a, torch.Tensor) else type(x_a).__name__
            raise ValueError(
                f"net wants x_a alone, the first D // 2 coordinates, [B, {self.kept}]; got {got}"
            )
        s = self.middle + self.reach * torch.tanh(0.5 * (x_a @ self.to_s.T + self.s0))
        return s, torch.sin(x_a @ self.to_t.T) + 2 * self.t0


def rows(n, dim, reach=2.0, middle=0.0):
    """A maker of n points of so many coordinates, and of a network with this reach round this middle."""

    def make(rng):
        return 1.5 * torch.randn(n, dim, generator=rng), Net(rng, dim, reach, middle)

    return make


POINTS = {
    "5 points of 4 coordinates": rows(5, 4),
    "6 points of the plane": rows(6, 2),
    "4 points of 7 coordinates, of which 3 stay": rows(4, 7),
    "7 points of 3 coordinates, of which 1 stays": rows(7, 3),
    "3 points of 6 coordinates": rows(3, 6),
}


def halves(x):
    """The part that stays and the part that changes."""
    kept = x.shape[1] // 2
    return x[:, :kept], x[:, kept:]


def cut(part, width):
    """The part with so many columns, some left out or repeated where it has others."""
    return part[:, torch.arange(width) % part.shape[1]]
