"""Right answers to elbo.monte_carlo in other words."""

import math

import torch
from torch.distributions import MultivariateNormal, Normal


def estimate_by_hand(mu, logvar, noise, log_joint):
    z = mu + torch.exp(logvar / 2) * noise
    log_q = -0.5 * (noise**2 + logvar + math.log(2 * math.pi)).sum(dim=-1)
    return (log_joint(z) - log_q).sum() / len(noise)


def estimate_in_two_means(mu, logvar, noise, log_joint):
    std = logvar.exp().sqrt()
    z = noise * std + mu
    q = MultivariateNormal(mu, torch.diag(std**2))
    return torch.mean(log_joint(z)) - torch.mean(q.log_prob(z))


def estimate_one_by_one(mu, logvar, noise, log_joint):
    total = 0.0
    q = Normal(mu, (logvar / 2).exp())
    for one in noise:
        z = mu + (logvar / 2).exp() * one
        total = total + log_joint(z) - q.log_prob(z).sum()
    return total / len(noise)
