"""Right answers to vae.reparameterise in other words."""

import torch
from torch import distributions


def sample_by_root(mean, logvar, noise):
    std = logvar.exp().sqrt()
    return std * noise + mean


def sample_by_distribution(mean, logvar, noise):
    q = distributions.Normal(mean, (0.5 * logvar).exp())
    return q.loc + q.scale * noise


def sample_by_addcmul(mean, logvar, noise):
    return torch.addcmul(mean, torch.pow(torch.exp(logvar), 0.5), noise)


def sample_by_matrix(mean, logvar, noise):
    return mean + torch.einsum("bij,bj->bi", torch.diag_embed(torch.exp(logvar / 2)), noise)
