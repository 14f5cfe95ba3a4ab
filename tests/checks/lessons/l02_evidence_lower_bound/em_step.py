"""Right answers to elbo.em_step in other words."""

import torch
from torch.distributions import Normal


def em_by_distributions(x, weights, means, stds):
    joint = weights.log() + Normal(means, stds).log_prob(x[:, None])
    r = (joint - joint.logsumexp(1, keepdim=True)).exp()
    count = r.sum(0)
    new = x @ r / count
    spread = torch.sqrt((r * (x[:, None] - new) ** 2).sum(0) / count)
    return count / count.sum(), new, spread


def em_one_by_one(x, weights, means, stds):
    columns = []
    for k in range(len(means)):
        columns.append(weights[k].log() - stds[k].log() - (x - means[k]) ** 2 / (2 * stds[k] ** 2))
    r = torch.softmax(torch.stack(columns), dim=0)
    mass = [one.sum() for one in r]
    new = [(one * x).sum() / m for one, m in zip(r, mass, strict=True)]
    var = [(one * (x - c) ** 2).sum() / m for one, m, c in zip(r, mass, new, strict=True)]
    return torch.stack(mass) / len(x), torch.stack(new), torch.stack(var).sqrt()


def em_with_products(x, weights, means, stds):
    shares = torch.softmax(weights.log() - stds.log() - ((x[:, None] - means) / stds) ** 2 / 2, dim=1)
    mass = shares.sum(dim=0)
    new_means = shares.T @ x / mass
    spread = torch.einsum("nk,nk->k", shares, (x[:, None] - new_means) ** 2) / mass
    return shares.mean(dim=0), new_means, spread**0.5
