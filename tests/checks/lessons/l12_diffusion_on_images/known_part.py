"""Right answers to diffusion.known_part in other words."""

import torch


def known_by_add_noise(x, known, mask, schedule, t, noise):
    seen = known if t < 0 else schedule.add_noise(known, noise, t)
    return torch.where(mask.bool(), seen, x)


def known_by_sum(x, known, mask, schedule, t, noise):
    level = 1.0 if t < 0 else float(schedule.alphas_cumprod[t])
    return mask * (level**0.5 * known + (1 - level) ** 0.5 * noise) + (1 - mask) * x


def known_by_index(x, known, mask, schedule, t, noise):
    signal, sigma = schedule.rates(t, known)
    out, here = x.clone(), mask.expand_as(x) == 1
    out[here] = (signal * known + sigma * noise)[here]
    return out
