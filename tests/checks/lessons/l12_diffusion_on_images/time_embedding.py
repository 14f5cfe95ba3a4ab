"""Right answers to diffusion.time_embedding in other words."""

import math

import numpy as np
import torch


def embedding_by_log(t, dim):
    half = dim // 2
    frequencies = torch.exp(-math.log(10_000) * torch.arange(half) / half)
    angles = t.float().unsqueeze(1) * frequencies.unsqueeze(0)
    return torch.cat((torch.sin(angles), torch.cos(angles)), dim=-1)


def embedding_by_logspace(t, dim):
    frequencies = torch.logspace(0, -4, dim // 2 + 1)[:-1]
    angles = torch.outer(t.float(), frequencies)
    return torch.hstack([angles.sin(), angles.cos()])


def embedding_by_phase(t, dim):
    """The cosine is a sine a quarter turn ahead."""
    i = torch.arange(dim) % (dim // 2)
    phase = torch.where(torch.arange(dim) < dim // 2, 0.0, math.pi / 2)
    return torch.sin(t[:, None] / 10_000 ** (2 * i / dim) + phase)


def embedding_loop(t, dim):
    rows = []
    for step in t.tolist():
        angles = [step / 10_000 ** (2 * i / dim) for i in range(dim // 2)]
        rows.append([math.sin(a) for a in angles] + [math.cos(a) for a in angles])
    return torch.tensor(rows)


def embedding_numpy(t, dim):
    angles = t.numpy()[:, None] * 10_000.0 ** (-np.arange(dim // 2) / (dim // 2))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


OTHER_TYPE = [embedding_numpy]
