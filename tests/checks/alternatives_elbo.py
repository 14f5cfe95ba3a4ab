"""Right answers in other words for the exercises of notebook 02, The evidence lower bound."""

import math

import numpy as np
import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence


def kl_torch(mu, logvar):
    return kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum(-1)


def kl_by_width(mu, logvar):
    std = torch.exp(0.5 * logvar)
    return (-torch.log(std) + (std**2 + mu**2) / 2 - 0.5).sum(dim=-1)


def kl_as_in_the_paper(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)


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


def evidence_shifted(log_joint, log_q):
    log_w = log_joint - log_q
    top = log_w.max(dim=0).values
    return top + (log_w - top).exp().mean(dim=0).log()


def evidence_logaddexp(log_joint, log_q):
    log_w = log_joint - log_q
    total = log_w[0]
    for one in log_w[1:]:
        total = torch.logaddexp(total, one)
    return total - np.log(len(log_w))


def evidence_inside(log_joint, log_q):
    return torch.logsumexp(log_joint - log_q - math.log(log_q.shape[0]), dim=0)


def size_by_shares(log_w):
    return 1 / (torch.softmax(log_w, dim=0) ** 2).sum(dim=0)


def size_shifted(log_w):
    w = torch.exp(log_w - log_w.max(dim=0, keepdim=True).values)
    return w.sum(0) ** 2 / (w**2).sum(0)


def size_doubled(log_w):
    return torch.exp(2 * log_w.logsumexp(0) - (2 * log_w).logsumexp(0))


def q_from_precisions(x, w, sigma):
    variance = 1 / (1 + w.dot(w) / sigma**2)
    return variance * (x @ w) / sigma**2, variance


def q_by_matrices(x, w, sigma):
    weight = w[:, None]
    precision = torch.eye(1, dtype=w.dtype) + weight.T @ weight / sigma**2
    covariance = torch.linalg.inv(precision)
    return (x @ weight @ covariance / sigma**2).squeeze(1), covariance.squeeze()


def q_by_conditioning(x, w, sigma):
    """Condition the joint Gaussian of (z, x) on x, with the covariance of x."""
    gain = torch.linalg.solve(torch.outer(w, w) + sigma**2 * torch.eye(len(w), dtype=w.dtype), w)
    return x @ gain, 1 - gain @ w


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


RIGHT = {
    "elbo.kl": [kl_torch, kl_by_width, kl_as_in_the_paper],
    "elbo.monte_carlo": [estimate_by_hand, estimate_in_two_means, estimate_one_by_one],
    "elbo.log_evidence": [evidence_shifted, evidence_logaddexp, evidence_inside],
    "elbo.effective_sample_size": [size_by_shares, size_shifted, size_doubled],
    "elbo.best_q": [q_from_precisions, q_by_matrices, q_by_conditioning],
    "elbo.em_step": [em_by_distributions, em_one_by_one],
}


def kl_numpy(mu, logvar):
    mu, logvar = mu.numpy(), logvar.numpy()
    return 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar).sum(axis=1)


def evidence_list(log_joint, log_q):
    return [float(column.logsumexp(0)) - math.log(len(log_q)) for column in (log_joint - log_q).T]


def q_with_a_float(x, w, sigma):
    total = float(w @ w) + sigma**2
    return x @ w / total, sigma**2 / total


OTHER_TYPE = {
    "elbo.kl": [kl_numpy],
    "elbo.log_evidence": [evidence_list],
    "elbo.best_q": [q_with_a_float],
}
