"""Right answers to start.kl in other words."""

import math

import torch


def kl_masked(p, q):
    kept = p > 0
    return (p[kept] * (p[kept].log() - q[kept].log())).sum()


def kl_xlogy(p, q):
    return (torch.xlogy(p, p) - torch.xlogy(p, q)).sum()


def kl_loop(p, q):
    total = torch.zeros((), dtype=p.dtype)
    for one, other in zip(p, q, strict=True):
        if one > 0:
            total = total + one * torch.log(one / other)
    return total


def kl_float(p, q):
    return sum(float(a) * math.log(a / b) if b > 0 else math.inf for a, b in zip(p, q, strict=True) if a > 0)


OTHER_TYPE = [kl_float]
