"""Right answers to diffusion.attention in other words."""

import math

import torch
import torch.nn.functional as F


def attention_by_einsum(q, k, v, heads):
    b, c, n = q.shape
    q, k, v = (each.reshape(b, heads, c // heads, n) for each in (q, k, v))
    weights = torch.softmax(torch.einsum("bhdi,bhdj->bhij", q, k) / math.sqrt(c // heads), dim=-1)
    return torch.einsum("bhij,bhdj->bhdi", weights, v).reshape(b, c, n), weights


def attention_by_torch(q, k, v, heads):
    q, k, v = (each.unflatten(1, (heads, -1)).transpose(-1, -2) for each in (q, k, v))
    output = F.scaled_dot_product_attention(q, k, v).transpose(-1, -2).flatten(1, 2)
    scores = (q @ k.mT) * q.shape[-1] ** -0.5
    return output, scores.log_softmax(-1).exp()


def attention_loop(q, k, v, heads):
    outputs, maps = [], []
    for one_q, one_k, one_v in zip(q.chunk(heads, 1), k.chunk(heads, 1), v.chunk(heads, 1), strict=True):
        weights = (one_q.mT @ one_k / one_q.shape[1] ** 0.5).softmax(-1)
        outputs.append((weights @ one_v.mT).mT)
        maps.append(weights)
    return torch.cat(outputs, 1), torch.stack(maps, 1)
