"""Right answers to gan.discriminator_shapes in other words."""

import torch
from torch import nn


def discriminator_by_halves(width, size, layers):
    rows = torch.tensor([[width * 2**i // 2, size >> i, size >> i] for i in range(layers + 1)])
    rows[0, 0] = 1
    return rows


@torch.no_grad()
def discriminator_asked(width, size, layers):
    x = torch.zeros(1, 1, size, size, device="meta")
    rows = [x.shape[1:]]
    for i in range(layers):
        x = nn.Conv2d(x.shape[1], width * 2**i, 4, 2, 1, device="meta")(x)
        rows.append(x.shape[1:])
    return torch.tensor(rows)


def discriminator_list(width, size, layers):
    return [tuple(row) for row in discriminator_by_halves(width, size, layers).tolist()]


OTHER_TYPE = [discriminator_list]
