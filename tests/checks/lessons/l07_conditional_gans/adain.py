"""Right answers to cgan.adain in other words."""

import torch
from torch.nn import functional as F


def adain_by_instance_norm(content, style):
    spread = (style.var((2, 3), unbiased=False, keepdim=True) + 1e-5).sqrt()
    return F.instance_norm(content) * spread + style.mean((2, 3), keepdim=True)


def adain_of_rows(content, style):
    b, c, h, w = content.shape
    x, y = content.reshape(b * c, h * w), style.reshape(b * c, -1)

    def statistics(rows):
        mean = rows.mean(1, keepdim=True)
        return mean, ((rows - mean) ** 2).mean(1, keepdim=True).add(1e-5).sqrt()

    (mu_x, sigma_x), (mu_y, sigma_y) = statistics(x), statistics(y)
    return (sigma_y / sigma_x * x + (mu_y - sigma_y / sigma_x * mu_x)).reshape(b, c, h, w)


def adain_by_moments(content, style):
    """The variance as the mean square less the squared mean."""

    def moments(maps):
        mean = maps.mean(dim=[2, 3], keepdim=True)
        return mean, maps.pow(2).mean(dim=[2, 3], keepdim=True) - mean**2

    (mean, variance), (new_mean, new_variance) = moments(content), moments(style)
    return torch.rsqrt(variance + 1e-5) * (content - mean) * (new_variance + 1e-5) ** 0.5 + new_mean


def adain_map_by_map(content, style):
    maps = []
    for x, y in zip(content.flatten(0, 1), style.flatten(0, 1), strict=True):
        sigma_x, sigma_y = (
            torch.sqrt(one.sub(one.mean()).square().sum() / one.numel() + 1e-5) for one in (x, y)
        )
        maps.append((x - x.mean()) / sigma_x * sigma_y + y.mean())
    return torch.stack(maps).view(content.shape)


def adain_by_layer_norm(content, style):
    variance, mean = torch.var_mean(style, dim=(-2, -1), correction=0, keepdim=True)
    return torch.addcmul(mean, torch.sqrt(variance + 1e-5), F.layer_norm(content, content.shape[2:]))
