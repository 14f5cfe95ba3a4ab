"""Right answers to nf.invertible_1x1 in other words."""

import torch
from torch.nn import functional as F


def mixed_by_convolution(x, P, lower, upper, sign, log_scale):
    L, U = lower.tril(-1).clone(), upper.triu(1).clone()
    L.fill_diagonal_(1)
    U.diagonal().copy_(sign * log_scale.exp())
    W = torch.linalg.multi_dot([P, L, U])
    log_det = x.shape[2] * x.shape[3] * log_scale.sum()
    return F.conv2d(x, W[:, :, None, None]), log_det * torch.ones(len(x), dtype=x.dtype)


def mixed_by_factors(x, P, lower, upper, sign, log_scale):
    """Each factor by itself, on the last axis; W is never made."""
    here = x.permute(0, 2, 3, 1)
    here = F.linear(here, torch.triu(upper, 1)) + here * (sign * torch.exp(log_scale))
    here = here + F.linear(here, torch.tril(lower, diagonal=-1))
    here = here @ P.T
    return [here.movedim(-1, 1), log_scale.sum().expand(len(x)) * x[0, 0].numel()]


def mixed_by_places(x, P, lower, upper, sign, log_scale):
    place = torch.arange(len(sign))
    L = torch.where(place[:, None] > place, lower, torch.zeros_like(lower)) + torch.eye(len(sign)).to(x)
    U = torch.where(place[:, None] < place, upper, 0 * upper) + torch.diag_embed(sign * log_scale.exp())
    z = torch.einsum("ij,jk,kl,blhw->bihw", P, L, U, x)
    return z, x.new_ones(len(x)) * z[0, 0].numel() * sum(log_scale)


def mixed_by_slogdet(x, P, lower, upper, sign, log_scale):
    L = torch.tril(lower, -1) + torch.diag(torch.ones_like(sign))
    W = P @ L @ (torch.triu(upper, 1) + torch.diag(sign * torch.exp(log_scale)))
    B, C, height, width = x.shape
    z = (W @ x.reshape(B, C, height * width)).reshape(B, C, height, width)
    return z, (height * width * torch.linalg.slogdet(W).logabsdet).expand(B)


def mixed_pixel_by_pixel(x, P, lower, upper, sign, log_scale):
    size, L, U = len(sign), torch.zeros_like(P), torch.zeros_like(P)
    for i in range(size):
        for j in range(size):
            L[i, j] = lower[i, j] if j < i else float(i == j)
            U[i, j] = upper[i, j] if j > i else sign[i] * log_scale[i].exp() * (i == j)
    rows = [
        torch.stack([x[:, :, i, j] @ (P @ L @ U).T for j in range(x.shape[3])], -1) for i in range(x.shape[2])
    ]
    log_det = sum(log_scale.sum() for _ in range(x.shape[2]) for _ in range(x.shape[3]))
    return torch.stack(rows, 2), torch.stack([log_det for _ in x])
