"""Two-dimensional data whose shape one can see; each fits about [-3, 3] x [-3, 3]."""

import math

import torch

from course_utils._validate import check_choice, check_int

from ._random import stream


def _noise(n, generator, std):
    return std * torch.randn(n, 2, generator=generator)


def _polar(radius, angle):
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def _moons(n, generator):
    """Two half circles of radius 1, one upside down, hooked into each other; noise 0.08, then times 1.3."""
    upper = torch.rand(n, generator=generator) < 0.5
    angle = math.pi * torch.rand(n, generator=generator)
    points = _polar(torch.ones(n), angle)
    points = torch.where(upper[:, None], points, torch.tensor([1.0, 0.5]) - points)
    return 1.3 * (points - torch.tensor([0.5, 0.25]) + _noise(n, generator, 0.08))


def _rings(n, generator):
    """Circles of radius 0.6, 1.2, 1.8, equally likely; noise 0.06."""
    radius = 0.6 * torch.randint(1, 4, (n,), generator=generator)
    angle = 2 * math.pi * torch.rand(n, generator=generator)
    return _polar(radius, angle) + _noise(n, generator, 0.06)


def _spiral(n, generator):
    """Two Archimedean arms of one and a half turns, radius 0.25 to 2.2; noise 0.06."""
    turn = torch.rand(n, generator=generator).sqrt()  # the root keeps the density along the arm about even
    arm = math.pi * torch.randint(0, 2, (n,), generator=generator)
    return _polar(0.25 + 1.95 * turn, 3 * math.pi * turn + arm) + _noise(n, generator, 0.06)


def _swiss_roll(n, generator):
    """One arm of one and a half turns that starts away from the centre; noise 0.05."""
    angle = 1.5 * math.pi * (1 + 2 * torch.rand(n, generator=generator))
    mean = torch.tensor([2 / 7, 2 / (21 * math.pi)])  # of (angle / 7) (cos, sin), by parts
    return _polar(angle / 7, angle) - mean + _noise(n, generator, 0.05)


def _checkerboard(n, generator):
    """The dark squares, side 1, of a 4 x 4 board on [-2, 2]^2; uniform, no noise."""
    column = torch.randint(0, 4, (n,), generator=generator)
    row = 2 * torch.randint(0, 2, (n,), generator=generator) + column % 2
    return torch.stack([column, row], dim=1) - 2 + torch.rand(n, 2, generator=generator)


def _eight_gaussians(n, generator):
    """Eight equally likely modes on a circle of radius 2, std 0.15 each."""
    angle = math.pi / 4 * torch.randint(0, 8, (n,), generator=generator)
    return _polar(torch.full((n,), 2.0), angle) + _noise(n, generator, 0.15)


def _two_gaussians(n, generator):
    """Two equally likely modes at (-1.5, 0) and (1.5, 0), std 0.5 each."""
    side = 2.0 * torch.randint(0, 2, (n,), generator=generator) - 1
    return torch.stack([1.5 * side, torch.zeros(n)], dim=1) + _noise(n, generator, 0.5)


_MAKERS = {
    "moons": _moons,
    "rings": _rings,
    "spiral": _spiral,
    "swiss_roll": _swiss_roll,
    "checkerboard": _checkerboard,
    "eight_gaussians": _eight_gaussians,
    "two_gaussians": _two_gaussians,
}
TOYS = tuple(_MAKERS)


def toy(name, n, seed=0):
    """n independent points of a two-dimensional distribution, float32 [n, 2].

    name: one of TOYS; n: int, at least 1; seed: int, at least 0. Every set has mean zero, a root mean square
    coordinate of about 1 (0.9 to 1.5, by set), and practically all of it lies within 3.5 of the origin.
    `eight_gaussians` and `two_gaussians` are mixtures that `exact.GaussianMixture` can hold.
    Raises ValueError or TypeError for another name, n or seed.
    """
    name = check_choice("name", name, TOYS)
    n = check_int("n", n)
    return _MAKERS[name](n, stream(f"toy/{name}", seed)).float()
