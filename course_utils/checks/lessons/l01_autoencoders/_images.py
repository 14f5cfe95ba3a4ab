"""Images with their copies, and how far apart the two are."""

import torch


def images_and_copies(*shape):
    """A maker of images in [0, 1] and copies that are a little off."""

    def make(rng):
        x = torch.rand(shape, generator=rng)
        return x, 0.7 * x + 0.3 * torch.rand(shape, generator=rng)

    return make


def images_and_wild_copies(*shape):
    """A maker of images in [0, 1] and copies of which many pixels lie outside, as a linear decoder's do."""

    def make(rng):
        x = torch.rand(shape, generator=rng)
        return x, x + torch.randn(shape, generator=rng)

    return make


def black_and_white(*shape):
    """A maker of images of zeros and ones, and copies that are off by 0.01 at every pixel."""

    def make(rng):
        x = (torch.rand(shape, generator=rng) > 0.5).float()
        return x, x + 0.01 * torch.randn(shape, generator=rng).sign()

    return make


def distances(x, x_hat):
    """The distance of each image from its copy, the root of its summed squared error: [B]."""
    return (x - x_hat).flatten(1).norm(dim=1)
