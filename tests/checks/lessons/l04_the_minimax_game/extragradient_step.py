"""Right answers to gan.extragradient_step in other words."""

import math

import numpy as np
import torch


def extragradient_in_one_line(x, y, a):
    return (1 - a**2) * x - a * y, (1 - a**2) * y + a * x


def extragradient_by_matrix(x, y, a):
    field = torch.tensor([[0, -a], [a, 0]], dtype=x.dtype)
    place = torch.stack([x, y])
    return tuple(place + field @ (place + field @ place))


def extragradient_numpy(x, y, a):
    angle = math.atan2(a, 1 - a**2)
    size = math.sqrt(1 - a**2 + a**4)
    x, y = x.numpy(), y.numpy()
    return size * (np.cos(angle) * x - np.sin(angle) * y), size * (np.sin(angle) * x + np.cos(angle) * y)


OTHER_TYPE = [extragradient_numpy]
