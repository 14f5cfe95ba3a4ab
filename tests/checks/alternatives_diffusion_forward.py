"""Right answers in other words for the exercises of notebook 10, Forward diffusion."""

import math

import numpy as np
import torch


def step_by_torch_normal(x, noise, beta):
    scale = torch.tensor(1 - beta).sqrt()
    return torch.addcmul(scale * x, torch.tensor(beta).sqrt().expand_as(noise), noise)


def step_by_alpha(x, noise, beta):
    alpha = 1 - beta
    return alpha**0.5 * x + (1 - alpha) ** 0.5 * noise


def step_by_angle(x, noise, beta):
    angle = math.asin(math.sqrt(beta))
    return math.cos(angle) * x + math.sin(angle) * noise


def levels_by_logs(betas):
    return torch.log1p(-betas).cumsum(0).exp()


def levels_by_loop(betas):
    level, levels = torch.ones((), dtype=betas.dtype), []
    for beta in betas:
        level = level * (1 - beta)
        levels.append(level)
    return torch.stack(levels)


def levels_by_prod(betas):
    return torch.stack([(1 - betas[: t + 1]).prod() for t in range(len(betas))])


def jump_by_views(x0, noise, t, betas):
    level = (1 - betas).cumprod(0)[t].view(len(x0), *[1 for _ in x0.shape[1:]])
    return torch.sqrt(level) * x0 + torch.sqrt(1.0 - level) * noise


def jump_by_loop(x0, noise, t, betas):
    rows = []
    for i, step in enumerate(t.tolist()):
        level = float((1 - betas[: step + 1]).prod())
        rows.append(math.sqrt(level) * x0[i] + math.sqrt(1 - level) * noise[i])
    return torch.stack(rows)


def jump_by_einsum(x0, noise, t, betas):
    level = torch.cumprod(1 - betas, 0)[t]
    return torch.einsum("b,b...->b...", level**0.5, x0) + torch.einsum(
        "b,b...->b...", (1 - level) ** 0.5, noise
    )


def jump_from_the_end(x0, noise, t, betas):
    level = torch.cumprod(1 - betas, 0)[t]
    mixed = level.sqrt() * x0.movedim(0, -1) + (1 - level).sqrt() * noise.movedim(0, -1)
    return mixed.movedim(-1, 0)


def merge_by_product(alphas_cumprod, s, t):
    alphas = alphas_cumprod[1:] / alphas_cumprod[:-1]
    share = alphas[s:t].prod()
    return torch.sqrt(share), torch.sqrt(1 - share)


def merge_by_variance(alphas_cumprod, s, t):
    signal = alphas_cumprod[t].sqrt() / alphas_cumprod[s].sqrt()
    variance = (1 - alphas_cumprod[t]) - signal**2 * (1 - alphas_cumprod[s])
    return signal, variance.sqrt()


def cosine_by_double_angle(steps, s):
    u = torch.arange(steps + 1, dtype=torch.float64) / steps
    level = (1 + torch.cos((u + s) / (1 + s) * math.pi)) / 2
    return level / level[0]


def cosine_by_sine(steps, s):
    t = torch.arange(steps + 1, dtype=torch.float64)
    level = 1 - torch.sin((t / steps + s) / (1 + s) * math.pi / 2) ** 2
    return level / level.max()


def snr_by_loop(alphas_cumprod, snr):
    for t, level in enumerate(alphas_cumprod.tolist()):
        if level <= snr * (1 - level):
            return t
    raise ValueError("no such step")


def snr_by_level(alphas_cumprod, snr):
    return int((alphas_cumprod <= snr / (1 + snr)).int().argmax())


def snr_by_count(alphas_cumprod, snr):
    log_snr = alphas_cumprod.log() - torch.log1p(-alphas_cumprod)
    return int((log_snr > math.log(snr)).sum())


RIGHT = {
    "diffusion.one_step": [step_by_torch_normal, step_by_alpha, step_by_angle],
    "diffusion.alphas_cumprod": [levels_by_logs, levels_by_loop, levels_by_prod],
    "diffusion.add_noise": [jump_by_views, jump_by_loop, jump_by_einsum, jump_from_the_end],
    "diffusion.merge_steps": [merge_by_product, merge_by_variance],
    "diffusion.cosine_levels": [cosine_by_double_angle, cosine_by_sine],
    "diffusion.timestep_for_snr": [snr_by_loop, snr_by_level, snr_by_count],
}


def levels_numpy(betas):
    return np.cumprod(1 - betas.numpy())


def snr_tensor(alphas_cumprod, snr):
    return (alphas_cumprod / (1 - alphas_cumprod) <= snr).nonzero()[0, 0]


OTHER_TYPE = {
    "diffusion.alphas_cumprod": [levels_numpy],
    "diffusion.timestep_for_snr": [snr_tensor],
}
