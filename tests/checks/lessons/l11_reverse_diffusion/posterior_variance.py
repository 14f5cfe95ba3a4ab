"""Right answers to diffusion.posterior_variance in other words."""

import numpy as np
import torch
import torch.nn.functional as F


def variance_by_a_one_in_front(alphas_cumprod, t):
    levels = torch.cat([torch.ones(1, dtype=alphas_cumprod.dtype), alphas_cumprod])
    beta = 1 - levels[1:] / levels[:-1]
    return (beta * (1 - levels[:-1]) / (1 - levels[1:]))[t]


def variance_by_loop(alphas_cumprod, t):
    out = []
    for step in t.tolist():
        before = alphas_cumprod[step - 1] if step else torch.tensor(1.0).to(alphas_cumprod)
        alpha = alphas_cumprod[step] / before
        out.append((1 - alpha) * (1 - before) / (1 - alphas_cumprod[step]))
    return torch.stack(out)


def variance_by_precisions(alphas_cumprod, t):
    """1 / (alpha / beta + 1 / (1 - before)), multiplied out so that nothing is divided by zero."""
    before = F.pad(alphas_cumprod, (1, 0), value=1.0)[t]
    alpha = alphas_cumprod[t] / before
    return (1 - alpha) * (1 - before) / (alpha * (1 - before) + 1 - alpha)


def variance_numpy(alphas_cumprod, t):
    levels = np.concatenate([[1.0], alphas_cumprod.numpy()])
    betas = 1 - levels[1:] / levels[:-1]
    return (betas * (1 - levels[:-1]) / (1 - levels[1:]))[t.numpy()]


OTHER_TYPE = [variance_numpy]
