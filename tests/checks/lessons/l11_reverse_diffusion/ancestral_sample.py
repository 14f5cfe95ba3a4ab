"""Right answers to diffusion.ancestral_sample in other words."""

import torch
import torch.nn.functional as F


@torch.no_grad()
def sample_by_x0(model, shape, alphas_cumprod, generator):
    """By way of the guess of x_0; no noise is drawn for the last step."""
    levels = F.pad(alphas_cumprod, (1, 0), value=1.0)
    x = torch.empty(shape).normal_(generator=generator)
    for t in range(len(alphas_cumprod), 0, -1):
        after, before = levels[t], levels[t - 1]
        beta = 1 - after / before
        epsilon = model(x, torch.full((shape[0],), t - 1, dtype=torch.long))
        x0 = (x - (1 - after).sqrt() * epsilon) / after.sqrt()
        x = (before.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - before) * x) / (1 - after)
        if t > 1:
            x = x + beta.sqrt() * torch.randn(*shape, generator=generator)
    return x


def sample_in_full(model, shape, alphas_cumprod, generator):
    """Algorithm 2 as it is printed, with all alphas and betas found first."""
    before = torch.cat([torch.ones(1), alphas_cumprod[:-1]])
    alphas = alphas_cumprod / before
    x, t = torch.randn(shape, generator=generator), len(alphas) - 1
    while t >= 0:
        z = torch.randn(shape, generator=generator) if t > 0 else torch.zeros(shape)
        step = torch.ones(len(x), dtype=torch.int64) * t
        taken = (1 - alphas[t]) / (1 - alphas_cumprod[t]).sqrt() * model(x, step)
        x = (x - taken) / alphas[t].sqrt() + (1 - alphas[t]).sqrt() * z
        t -= 1
    return x


def sample_with_noises_first(model, shape, alphas_cumprod, generator):
    """All noise drawn beforehand; the last of it is the start."""
    noises = torch.randn(len(alphas_cumprod) + 1, *shape, generator=generator)
    x, sign = noises[-1], torch.tensor(-1.0)
    for t in range(len(alphas_cumprod))[::-1]:
        now = alphas_cumprod[t]
        alpha = now / alphas_cumprod[t - 1] if t else now
        mean = (x - (1 - alpha) / (1 - now).sqrt() * model(x, torch.tensor([t] * len(x)))) / alpha.sqrt()
        x = mean + sign * (1 - alpha).sqrt() * noises[t] if t else mean
    return x
