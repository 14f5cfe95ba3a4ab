"""Right answers to scale.flops in other words."""

import torch
from torch.nn import functional as F


def flops_by_size_of_the_result(x_shape, weight_shape, stride, padding):
    """The result's size from torch, without computing it."""
    x, weight = (torch.empty(*shape, device="meta") for shape in (x_shape, weight_shape))
    y = F.conv2d(x, weight, stride=stride, padding=padding, groups=x_shape[1] // weight_shape[1])
    products = y.numel() * weight_shape[1] * weight_shape[2] * weight_shape[3]
    return 2 * products, 6 * products


def flops_by_taps(x_shape, weight_shape, stride, padding):
    """Each axis: count the places at which the kernel begins."""
    laid = [
        len(range(-padding, size + padding - tap + 1, stride))
        for size, tap in zip(x_shape[2:], weight_shape[2:], strict=True)
    ]
    once = 2 * x_shape[0] * laid[0] * laid[1] * torch.Size(weight_shape).numel()
    forward, of_weight, of_input = once, once, once
    return [forward, forward + of_weight + of_input]
