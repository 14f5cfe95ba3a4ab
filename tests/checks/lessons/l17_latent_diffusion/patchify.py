"""Right answers to dit.patchify in other words."""

import torch
from torch.nn import functional as F


def patchify_by_unfold(images, size):
    return F.unfold(images, size, stride=size).transpose(1, 2)


def patchify_by_unshuffle(images, size):
    return F.pixel_unshuffle(images, size).flatten(2).mT


def patchify_by_windows(images, size):
    windows = images.unfold(2, size, size).unfold(3, size, size)
    return windows.permute(0, 2, 3, 1, 4, 5).reshape(len(images), -1, images.shape[1] * size * size)


def patchify_by_loops(images, size):
    height, width = images.shape[2:]
    patches = [
        images[:, :, i : i + size, j : j + size].flatten(1)
        for i in range(0, height, size)
        for j in range(0, width, size)
    ]
    return torch.stack(patches, dim=1)


def patchify_by_einsum(images, size):
    batch, channels, height, width = images.shape
    cut = images.reshape(batch, channels, height // size, size, width // size, size)
    patches = torch.einsum("bchiwj->bhwcij", cut)
    return patches.reshape(batch, height * width // size**2, -1)


def patchify_by_chunks(images, size):
    rows = images.split(size, dim=2)
    return torch.stack([patch.flatten(1) for row in rows for patch in row.split(size, dim=3)], 1)
