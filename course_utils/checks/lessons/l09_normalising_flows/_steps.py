"""Steps of a flow as plain functions, x -> (z, log_det), and a base density for their end."""

import math

import torch


def log_base(z):
    """The log density of a normal distribution with its mean at 0.5 and standard deviation 1.5, [B]."""
    return (-0.5 * ((z - 0.5) / 1.5) ** 2 - math.log(1.5 * math.sqrt(2 * math.pi))).sum(-1)


def bend(strength, shift):
    """z = x + strength tanh(x + shift): each coordinate by itself, strength above -1."""

    def step(x):
        curve = torch.tanh(x + shift.to(x))
        return x + strength * curve, torch.log1p(strength * (1 - curve**2)).sum(-1)

    return step


def turn(matrix):
    """z = matrix x, with the same log-determinant everywhere."""

    def step(x):
        A = matrix.to(x)
        return x @ A.T, torch.linalg.slogdet(A).logabsdet + 0 * x.sum(-1)

    return step


def flow(n, dim, kinds, size=1.0):
    """A maker of n points, of a step for each letter of kinds (b bends, t turns), and of the base density.

    size: by how much the turns stretch, too; the points are that much closer together.
    """

    def make(rng):
        def draw(*shape):
            return torch.randn(shape, generator=rng, dtype=torch.float64)

        steps = []
        for number, kind in enumerate(kinds):
            if kind == "b":
                steps.append(bend((1.5, -0.7, 0.8)[number % 3], draw(dim)))
            else:
                turned = torch.linalg.qr(draw(dim, dim)).Q
                steps.append(turn(size * ((0.6 + 0.3 * number) * turned + 0.2 * draw(dim, dim))))
        return (draw(n, dim) / size).float(), steps, log_base

    return make
