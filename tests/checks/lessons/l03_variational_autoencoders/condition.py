"""Right answers to vae.condition in other words."""

import torch
import torch.nn.functional as F


def condition_hstack(z, y, classes):
    return torch.hstack((z, F.one_hot(y, num_classes=classes)))


def condition_eye(z, y, classes):
    return torch.cat((z, torch.eye(classes, dtype=z.dtype)[y]), dim=-1)


def condition_scatter(z, y, classes):
    code = z.new_zeros(len(z), classes)
    code.scatter_(1, y.unsqueeze(1), 1.0)
    return torch.cat([z, code], 1)


def condition_compare(z, y, classes):
    return torch.cat([z, (y[:, None] == torch.arange(classes)).to(z)], dim=1)


def condition_filled(z, y, classes):
    result = torch.zeros(z.shape[0], z.shape[1] + classes, dtype=z.dtype)
    result[:, : z.shape[1]] = z
    result[torch.arange(len(y)), z.shape[1] + y] = 1
    return result
