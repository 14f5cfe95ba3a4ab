"""Images with their copies, and how far apart the two are."""

import torch


def images_and_copies(*shape):
    """A maker of images in [0, 1] and copies that are a little off."""

    def make(rng):
        x = torch.rand(shape, generator=rng)
        return x, 0.7 * x + 0.3 * torch.rand(shape, generator=rng)

    return make


def distances(x, x_hat):
    """The distance of each image from its copy, the root of its summed squared error: [B]."""
    return (x - x_hat).flatten(1).norm(dim=1)
