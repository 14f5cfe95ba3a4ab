"""Right answers to conditions.known_log_prob in other words."""

import torch


def known_by_rates(x_t, t, model, known, mask, schedule):
    signal, sigma = schedule.rates(t, x_t)
    error = known - (signal * x_t - sigma * model(x_t, t))
    return (-0.5 * mask * error**2 / sigma**2).sum(dim=(1, 2, 3))


def known_by_where(x_t, t, model, known, mask, schedule):
    level = schedule.alphas_cumprod[t].to(x_t.dtype)
    v = model(x_t, t)
    x0 = level.sqrt().view(-1, 1, 1, 1) * x_t - (1 - level).sqrt().view(-1, 1, 1, 1) * v
    error = torch.where(mask > 0, x0 - known, torch.zeros_like(x0))
    return -(error.flatten(1).norm(dim=1) ** 2) / (2 * (1 - level))


def known_by_normal(x_t, t, model, known, mask, schedule):
    """With the constant taken off again: the log density of a normal distribution."""
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    sigma = schedule.rates(t, x_t)[1].expand_as(x0)
    density = torch.distributions.Normal(x0, sigma)
    return (mask * (density.log_prob(known) - density.log_prob(x0))).sum((1, 2, 3))
