"""Right answers to conditions.add_control in other words."""

import torch
from torch.nn import functional as F


def control_by_function(features, control, conv):
    return F.conv2d(control, conv.weight, conv.bias).add(features)


def control_by_einsum(features, control, conv):
    pushed = torch.einsum("od,bdhw->bohw", conv.weight.flatten(1), control)
    return features + pushed + conv.bias.view(1, -1, 1, 1)


def control_summed(features, control, conv):
    return torch.stack([conv(control), features]).sum(0)
