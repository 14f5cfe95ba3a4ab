"""Right answers to vae.score_surrogate in other words."""

import torch


def score_dot(f, log_q):
    return torch.dot(f.detach(), log_q) / len(f)


def score_no_grad(f, log_q):
    with torch.no_grad():
        weights = f / f.numel()
    return (weights * log_q).sum()


def score_einsum(f, log_q):
    return torch.einsum("s,s->", f.data, log_q) / f.shape[0]
