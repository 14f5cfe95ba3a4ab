"""Right answers to conditions.network_input in other words."""

import numpy as np
import torch
from torch.nn import functional as F


def input_by_factor(x_t, small):
    factor = x_t.shape[-1] // small.shape[-1]
    condition = F.interpolate(2 * small - 1, scale_factor=factor, mode="bilinear", align_corners=False)
    return torch.hstack([x_t, condition])


def input_by_filling(x_t, small):
    channels = x_t.shape[1]
    both = x_t.new_empty(len(x_t), 2 * channels, *x_t.shape[2:])
    both[:, :channels] = x_t
    both[:, channels:] = torch.nn.Upsample(size=x_t.shape[2:], mode="bilinear")(small).sub(0.5).mul(2)
    return both


def input_stacked(x_t, small):
    large = F.interpolate(small, x_t.shape[2:], mode="bilinear")
    return torch.stack([x_t, (large - 0.5) / 0.5], dim=1).flatten(1, 2)


def input_numpy(x_t, small):
    large = F.interpolate(small, x_t.shape[2:], mode="bilinear").numpy()
    return np.concatenate([x_t.numpy(), 2 * large - 1], axis=1)


OTHER_TYPE = [input_numpy]
