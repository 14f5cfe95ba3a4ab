"""Right answers to diffusion.merge_steps in other words."""

import torch


def merge_by_product(alphas_cumprod, s, t):
    alphas = alphas_cumprod[1:] / alphas_cumprod[:-1]
    share = alphas[s:t].prod()
    return torch.sqrt(share), torch.sqrt(1 - share)


def merge_by_variance(alphas_cumprod, s, t):
    signal = alphas_cumprod[t].sqrt() / alphas_cumprod[s].sqrt()
    variance = (1 - alphas_cumprod[t]) - signal**2 * (1 - alphas_cumprod[s])
    return signal, variance.sqrt()
