"""Right answers to start.sample_mixture in other words."""

import torch


def sample_by_inversion(weights, means, stds, n, generator):
    u = torch.rand(n, generator=generator)
    component = torch.searchsorted(weights.cumsum(0), u).clamp(max=len(weights) - 1)
    return torch.normal(means[component], stds[component], generator=generator)


def sample_all_then_choose(weights, means, stds, n, generator):
    everything = means + stds * torch.randn(n, len(means), generator=generator)
    choice = torch.multinomial(weights.expand(n, -1), 1, generator=generator)
    return everything.gather(1, choice).squeeze(1)


def sample_one_by_one(weights, means, stds, n, generator):
    samples = []
    for _ in range(n):
        k = int(torch.multinomial(weights, 1, generator=generator))
        samples.append(means[k] + stds[k] * torch.randn((), generator=generator))
    return torch.stack(samples)


def sample_by_normal(weights, means, stds, n, generator):
    component = torch.multinomial(weights, n, replacement=True, generator=generator)
    return torch.normal(means[component], stds[component], generator=generator)
