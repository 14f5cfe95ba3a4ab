"""Right answers to gan.minibatch_features in other words."""

import torch


def minibatch_by_cdist(h, kernel):
    m = (h @ kernel.flatten(1)).reshape(len(h), *kernel.shape[1:]).transpose(0, 1)
    near = torch.exp(-torch.cdist(m, m, p=1))
    return near.sum(2).T - 1


def minibatch_loop(h, kernel):
    m = torch.tensordot(h, kernel, dims=1)
    rows = []
    for i in range(len(h)):
        others = torch.cat([m[:i], m[i + 1 :]])
        rows.append((-(others - m[i]).abs().sum(2)).exp().sum(0))
    return torch.stack(rows)


def minibatch_masked(h, kernel):
    m = torch.tensordot(h, kernel, dims=1)
    near = (-(m[None] - m[:, None]).abs().sum(-1)).exp()
    return (near * (1 - torch.eye(len(h), dtype=h.dtype))[:, :, None]).sum(0)
