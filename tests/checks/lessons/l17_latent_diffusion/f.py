"""Right answers to consistency.f in other words."""

import torch


def consistent_by_layers(network, x, sigma, sigma_data=0.5, sigma_min=0.002):
    levels = sigma
    while levels.ndim < x.ndim:
        levels = levels.unsqueeze(-1)
    c_skip = 1 / (((levels - sigma_min) / sigma_data) ** 2 + 1)
    c_out = sigma_data * (levels - sigma_min) * torch.rsqrt(levels**2 + sigma_data**2)
    return c_skip * x + c_out * network(x, sigma)


def consistent_by_rows(network, x, sigma, sigma_data=0.5, sigma_min=0.002):
    said = network(x, sigma)
    rows = []
    for one, answer, level in zip(x, said, sigma, strict=True):
        above = level - sigma_min
        c_skip = sigma_data**2 / (above.square() + sigma_data**2)
        rows.append(c_skip * one + sigma_data * above / torch.hypot(level, level * 0 + sigma_data) * answer)
    return torch.stack(rows)


def consistent_by_einsum(network, x, sigma, sigma_data=0.5, sigma_min=0.002):
    """Coefficients as [B], and a product along the rows."""
    away = sigma - sigma_min
    c_skip = sigma_data**2 / (away**2 + sigma_data**2)
    c_out = sigma_data * away / torch.sqrt(sigma_data**2 + sigma**2)
    return torch.einsum("b,b...->b...", c_skip, x) + torch.einsum("b,b...->b...", c_out, network(x, sigma))


def consistent_at_the_end(network, x, sigma, sigma_data=0.5, sigma_min=0.002):
    """With the rows at the end, where [B] broadcasts by itself."""
    away = sigma - sigma_min
    c_skip = sigma_data**2 / (away**2 + sigma_data**2)
    c_out = sigma_data * away / torch.sqrt(sigma_data**2 + sigma**2)
    mixed = x.movedim(0, -1) * c_skip + network(x, sigma).movedim(0, -1) * c_out
    return mixed.movedim(-1, 0)
