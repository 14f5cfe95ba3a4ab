"""Right answers to ae.conv_transpose_out in other words."""

import torch


def transpose_regrouped(n, kernel, stride, padding, output_padding=0):
    return stride * n - stride + (kernel - 2 * padding) + output_padding


def transpose_asked(n, kernel, stride, padding, output_padding=0):
    layer = torch.nn.ConvTranspose1d(1, 1, kernel, stride, padding, output_padding)
    return layer(torch.zeros(1, 1, n)).shape[-1]
