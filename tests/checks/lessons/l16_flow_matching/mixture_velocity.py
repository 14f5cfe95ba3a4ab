"""Right answers to flow.mixture_velocity in other words."""

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal


def velocity_by_the_mean_of_the_data(x, t, means, stds, weights):
    """E[data | x] first; what is left of the way, by what is left of the time."""
    mean_data = torch.zeros_like(x)
    logs = []
    for mean, std, weight in zip(means, stds, weights, strict=True):
        spread = torch.sqrt(t**2 * std**2 + (1 - t) ** 2)
        logs.append(weight.log() + Normal(t * mean, spread).log_prob(x).sum(1))
    shares = torch.softmax(torch.stack(logs), 0)
    for share, mean, std in zip(shares, means, stds, strict=True):
        gain = t * std**2 / (t**2 * std**2 + (1 - t) ** 2)
        mean_data = mean_data + share[:, None] * (mean + gain * (x - t * mean))
    return (mean_data - x) / (1 - t)


def velocity_by_data_and_noise(x, t, means, stds, weights):
    """Both conditional means of each component, and the difference."""
    variance = (t**2 * stds**2 + (1 - t) ** 2).view(1, -1, 1)
    rest = x.unsqueeze(1) - t * means.unsqueeze(0)
    data = means + t * stds.view(1, -1, 1) ** 2 / variance * rest
    noise = (1 - t) / variance * rest
    parts = Independent(Normal(t * means, variance[0].sqrt().expand_as(means)), 1)
    joint = weights.log() + parts.log_prob(x.unsqueeze(1))
    shares = (joint - joint.logsumexp(1, keepdim=True)).exp()
    return torch.einsum("bk,bkd->bd", shares, data - noise)


def velocity_by_the_score(x, t, means, stds, weights):
    """The score of the mixture at time t, by autograd, read as a velocity; at t = 0 the mean less x."""
    if t == 0:
        return weights @ means - x
    spread = torch.sqrt(t**2 * stds**2 + (1 - t) ** 2)
    parts = Independent(Normal(t * means, spread[:, None].expand_as(means)), 1)
    with torch.enable_grad():
        at = x.detach().requires_grad_()
        log_p = MixtureSameFamily(Categorical(weights), parts).log_prob(at).sum()
        (score,) = torch.autograd.grad(log_p, at)
    return (x + (1 - t) * score) / t
