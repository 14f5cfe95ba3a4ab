"""Right answers to vae.straight_through in other words."""

import torch


def straight_other_order(z, nearest):
    return nearest.detach() + z - z.detach()


def straight_no_grad(z, nearest):
    with torch.no_grad():
        step = nearest - z
    return z + step


def straight_minus(z, nearest):
    return z - (z - nearest.data).data


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, nearest):
        return nearest.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def straight_by_function(z, nearest):
    return _StraightThrough.apply(z, nearest)
