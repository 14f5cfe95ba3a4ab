"""Right answers in other words to the exercises of notebook 11, Reverse diffusion."""

import numpy as np
import torch
import torch.nn.functional as F


def mean_by_precisions(x0, x_t, before, after):
    """Two Gaussians multiplied: one from x_0, one from x_t read backwards."""
    alpha = after / before
    of_t = alpha / (1 - alpha)  # the precision that x_t brings
    out = before.sqrt() * x0 + (1 - before) * of_t * x_t / alpha.sqrt()
    return out / (1 + (1 - before) * of_t)


def mean_by_noise(x0, x_t, before, after):
    """x_t less this step's share of the noise, scaled up: Ho et al. 2020, eq. 11."""
    epsilon = (x_t - after.sqrt() * x0) / (1 - after).sqrt()
    alpha = after / before
    return (x_t - (1 - alpha) / torch.sqrt(1 - after) * epsilon) / torch.sqrt(alpha)


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


def kl_by_means(x0, x0_guess, before, after):
    beta = 1 - after / before
    apart = before.sqrt() * beta / (1 - after) * (x0 - x0_guess)
    variance = (1 - before) / (1 - after) * beta
    return (apart**2 / (2 * variance)).sum(-1)


def kl_by_torch(x0, x0_guess, before, after):
    beta = 1 - after / before
    std = ((1 - before) / (1 - after) * beta).sqrt().expand(x0.shape)
    weight = before.sqrt() * beta / (1 - after)
    one, other = (
        torch.distributions.Normal(weight * x0, std),
        torch.distributions.Normal(weight * x0_guess, std),
    )
    return torch.distributions.kl_divergence(one, other).sum(dim=1)


def x0_in_two_fractions(x_t, epsilon, level):
    return x_t / level**0.5 - torch.sqrt(1 / level - 1) * epsilon


def x0_by_tweedie(x_t, epsilon, level):
    score = -epsilon / torch.sqrt(1 - level)
    return (x_t + (1 - level) * score) / torch.sqrt(level)


def x0_by_angle(x_t, v, level):
    angle = torch.arccos(level.sqrt())
    return torch.cos(angle) * x_t - torch.sin(angle) * v


def x0_by_elimination(x_t, v, level):
    epsilon = torch.sqrt(1 - level) * x_t + level.sqrt() * v
    return (x_t - torch.sqrt(1 - level) * epsilon) / level.sqrt()


def loss_by_mse(model, x0, alphas_cumprod, generator):
    noise = torch.randn(x0.shape, generator=generator)
    t = torch.randint(0, alphas_cumprod.shape[0], (x0.shape[0],), generator=generator)
    level = alphas_cumprod[t].float().unsqueeze(1)
    return F.mse_loss(model(torch.sqrt(level) * x0 + torch.sqrt(1 - level) * noise, t), noise)


def loss_by_rates(model, x0, alphas_cumprod, generator):
    t = (torch.rand(len(x0), generator=generator) * len(alphas_cumprod)).long()
    signal, sigma = alphas_cumprod.sqrt()[t].to(x0), (1 - alphas_cumprod).sqrt()[t].to(x0)
    noise = torch.empty_like(x0).normal_(generator=generator)
    x_t = signal.view(-1, 1) * x0 + sigma.view(-1, 1) * noise
    return ((noise - model(x_t, t)) ** 2).sum() / x0.numel()


def loss_without_a_cast(model, x0, alphas_cumprod, generator):
    t = torch.randint(len(alphas_cumprod), x0.shape[:1], generator=generator)
    level = alphas_cumprod[t][:, None]
    noise = torch.randn(x0.shape, generator=generator)
    return torch.mean((model(level.sqrt() * x0 + (1 - level).sqrt() * noise, t) - noise) ** 2)


def step_by_x0(x_t, epsilon, noise, t, alphas_cumprod):
    """By way of the guess of x_0 and the posterior's mean."""
    levels = F.pad(alphas_cumprod, (1, 0), value=1.0)
    after, before = levels[t + 1], levels[t]
    beta = 1 - after / before
    x0 = (x_t - torch.sqrt(1 - after) * epsilon) / torch.sqrt(after)
    mean = (before.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - before) * x_t) / (1 - after)
    return mean + (t > 0) * beta.sqrt() * noise


def step_by_betas(x_t, epsilon, noise, t, alphas_cumprod):
    alphas = torch.cat([alphas_cumprod[:1], alphas_cumprod[1:] / alphas_cumprod[:-1]])
    betas = 1 - alphas
    z = noise if t > 0 else torch.zeros_like(noise)
    mean = x_t - betas[t] / torch.sqrt(1 - alphas_cumprod[t]) * epsilon
    return mean / torch.sqrt(alphas[t]) + torch.sqrt(betas[t]) * z


RIGHT = {
    "diffusion.posterior_mean": [mean_by_precisions, mean_by_noise],
    "diffusion.posterior_variance": [
        variance_by_a_one_in_front, variance_by_loop, variance_by_precisions,
    ],
    "diffusion.kl_step": [kl_by_means, kl_by_torch],
    "diffusion.epsilon_to_x0": [x0_in_two_fractions, x0_by_tweedie],
    "diffusion.velocity_to_x0": [x0_by_angle, x0_by_elimination],
    "diffusion.training_loss": [loss_by_mse, loss_by_rates, loss_without_a_cast],
    "diffusion.ancestral_step": [step_by_x0, step_by_betas],
}  # fmt: skip


def variance_numpy(alphas_cumprod, t):
    levels = np.concatenate([[1.0], alphas_cumprod.numpy()])
    betas = 1 - levels[1:] / levels[:-1]
    return (betas * (1 - levels[:-1]) / (1 - levels[1:]))[t.numpy()]


OTHER_TYPE = {"diffusion.posterior_variance": [variance_numpy]}
