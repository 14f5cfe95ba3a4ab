"""Right answers to flow.straightness in other words."""

import torch


def straightness_by_norms(path, velocities):
    gaps = torch.linalg.norm(path[-1] - path[0] - velocities, dim=2)
    return torch.mean(gaps**2)


def straightness_by_loops(path, velocities):
    total = torch.zeros((), dtype=path.dtype)
    for v in velocities:
        total = total + ((path[-1] - path[0] - v) ** 2).sum() / v.shape[0]
    return total / len(velocities)
