"""Right answers to diffusion.timestep_for_snr in other words."""

import math

import torch


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


def snr_tensor(alphas_cumprod, snr):
    return (alphas_cumprod / (1 - alphas_cumprod) <= snr).nonzero()[0, 0]


OTHER_TYPE = [snr_tensor]
