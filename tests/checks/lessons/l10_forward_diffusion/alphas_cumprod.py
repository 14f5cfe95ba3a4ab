"""Right answers to diffusion.alphas_cumprod in other words."""

import numpy as np
import torch


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


def levels_numpy(betas):
    return np.cumprod(1 - betas.numpy())


OTHER_TYPE = [levels_numpy]
