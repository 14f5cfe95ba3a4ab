"""Right answers to cgan.cycle_loss in other words."""

import torch
from torch import nn
from torch.nn import functional as F


def cycle_by_l1(there, back, x, y):
    fake_y, fake_x = there(x), back(y)
    return F.l1_loss(back(fake_y), x) + F.l1_loss(there(fake_x), y)


def cycle_by_a_module(there, back, x, y):
    distance = nn.L1Loss()
    return sum(distance(image, second(first(image))) for first, second, image in _trips(there, back, x, y))


def _trips(there, back, x, y):
    return (there, back, x), (back, there, y)


def cycle_by_norms(there, back, x, y):
    total = x.new_zeros(())
    for first, second, image in _trips(there, back, x, y):
        difference = (image - second(first(image))).flatten()
        total = total + torch.linalg.vector_norm(difference, ord=1) / difference.numel()
    return total


def cycle_image_by_image(there, back, x, y):
    def lost(first, second, image):
        after = second(first(image[None]))[0]
        return torch.maximum(after - image, image - after).sum() / image.numel()

    return (
        torch.stack([lost(there, back, one) for one in x]).mean()
        + torch.stack([lost(back, there, one) for one in y]).mean()
    )


def cycle_of_a_chain(there, back, x, y):
    one, other = nn.Sequential(there, back)(x), nn.Sequential(back, there)(y)
    return torch.mean(torch.abs(x - one)) + torch.mean(torch.abs(y - other))
