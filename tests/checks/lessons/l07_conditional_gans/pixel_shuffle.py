"""Right answers to cgan.pixel_shuffle in other words."""

import torch
from torch import nn
from torch.nn import functional as F


def shuffle_by_a_module(x, r):
    return nn.PixelShuffle(r)(x)


def shuffle_by_reshape(x, r):
    b, c, h, w = x.shape
    c = c // (r * r)
    return x.reshape(b, c, r, r, h, w).permute(0, 1, 4, 2, 5, 3).reshape(b, c, h * r, w * r)


def shuffle_by_transposed_convolution(x, r):
    """Each channel is laid down at its own place in the square: a kernel with a single one in it."""
    kernel = torch.eye(r * r, dtype=x.dtype).view(r * r, 1, r, r)
    groups = x.shape[1] // r**2
    return F.conv_transpose2d(x, kernel.repeat(groups, 1, 1, 1), stride=r, groups=groups)


def shuffle_by_stacking(x, r):
    """One output row of little squares after the other."""
    group = torch.stack(x.split(r * r, dim=1), 1)  # [B, C, r^2, H, W]
    rows = []
    for a in range(r):
        columns = [group[:, :, a * r + b] for b in range(r)]
        rows.append(torch.stack(columns, -1).flatten(-2))
    return torch.stack(rows, 3).flatten(2, 3)


def shuffle_by_fold(x, r):
    """Squares that do not overlap, put side by side."""
    b, c, h, w = x.shape
    return F.fold(x.reshape(b, c, h * w), (r * h, r * w), kernel_size=r, stride=r)


def shuffle_pixel_by_pixel(x, r):
    b, c, h, w = x.shape
    out = x.new_empty(b, c // r**2, r * h, r * w)
    for k in range(c):
        a, column = divmod(k % r**2, r)
        out[:, k // r**2, a::r, column::r] = x[:, k]
    return out
