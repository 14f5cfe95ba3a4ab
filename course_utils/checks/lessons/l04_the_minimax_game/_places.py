"""Where the two players of the game x y stand, and a step in turns."""

import torch


def _places(n, a):
    def make(rng):
        return torch.randn(n, generator=rng), torch.randn(n, generator=rng), a

    return make


PLACES = {
    "4 places, steps of 0.1": _places(4, 0.1),
    "3 places, steps of 0.5": _places(3, 0.5),
    "6 places, steps of 0.9": _places(6, 0.9),
}


def alternating(x, y, a):
    """A step of x, and then one of y, which sees where x has gone."""
    x = x - a * y
    return x, y + a * x
