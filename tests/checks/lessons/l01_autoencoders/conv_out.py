"""Right answers to ae.conv_out in other words."""

import math

import torch


def conv_floor(n, kernel, stride, padding):
    return math.floor((n + 2 * padding - kernel) / stride + 1)


def conv_counted(n, kernel, stride, padding):
    return sum(1 for _ in range(0, n + 2 * padding - kernel + 1, stride))


def conv_asked(n, kernel, stride, padding):
    return torch.nn.Conv1d(1, 1, kernel, stride, padding)(torch.zeros(1, 1, n)).shape[-1]


def conv_tensor(n, kernel, stride, padding):
    return torch.tensor((n + 2 * padding - kernel) // stride + 1)


OTHER_TYPE = [conv_tensor]
