"""Right answers to cgan.receptive_field in other words."""

import copy
import math

import torch


def field_from_the_output(layers):
    """How many pixels one output needs, layer by layer back to the image."""
    field = 1
    for kernel, stride in reversed(layers):
        field = (field - 1) * stride + kernel
    return field


def field_as_a_sum(layers):
    strides = [stride for _, stride in layers]
    return 1 + sum((kernel - 1) * math.prod(strides[:i]) for i, (kernel, _) in enumerate(layers))


def field_by_recursion(layers):
    if not layers:
        return 1
    (kernel, stride), *rest = layers
    return kernel + (field_by_recursion(rest) - 1) * stride


def field_of_a_popped_copy(layers):
    left, field = copy.deepcopy(layers), 1
    while left:
        kernel, stride = left.pop()
        field = field * stride + kernel - stride
    return field


def field_by_marking_pixels(layers):
    """Which pixels are there under output 0: offsets, widened by every layer from the last on."""
    seen = {0}
    for kernel, stride in layers[::-1]:
        seen = {stride * place + i for place in seen for i in range(kernel)}
    return len(seen)


def field_by_gradient(layers):
    """Ones for weights: the pixels at which the middle output has a gradient."""
    x = torch.zeros(1, 1, 300, requires_grad=True, dtype=torch.float64)
    h = x
    for kernel, stride in layers:
        h = torch.nn.functional.conv1d(h, torch.ones(1, 1, kernel, dtype=h.dtype), stride=stride)
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(h[0, 0, h.shape[-1] // 2], x)
    return int((slope != 0).sum())
