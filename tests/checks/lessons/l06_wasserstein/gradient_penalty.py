"""Right answers to wgan.gradient_penalty in other words."""

import torch
from torch.nn import functional as F


def penalty_as_programs_have_it(critic, real, fake, generator):
    """Alpha in the dtype of the points, ones for grad_outputs, an explicit reshape."""
    shape = (real.shape[0],) + (1,) * (real.dim() - 1)
    alpha = torch.rand(shape, generator=generator, dtype=real.dtype)
    between = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    output = critic(between)
    (slope,) = torch.autograd.grad(
        output, between, grad_outputs=torch.ones_like(output), create_graph=True, retain_graph=True
    )
    norms = slope.reshape(len(slope), -1).norm(2, dim=1)
    return ((norms - 1) ** 2).mean()


def penalty_by_lerp(critic, real, fake, generator):
    """A way from the fake to the real point, and the mean squared error of the lengths from 1."""
    alpha = torch.rand(len(real), generator=generator)
    way = torch.einsum("b,b...->b...", alpha.to(real), real - fake)
    x_hat = (fake + way).detach().requires_grad_()
    slope = torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)[0]
    lengths = torch.linalg.vector_norm(slope, dim=tuple(range(1, slope.ndim)))
    return F.mse_loss(lengths, torch.ones_like(lengths))


def penalty_row_by_row(critic, real, fake, generator):
    """One example at a time, with a small number that keeps the root differentiable."""
    alphas, total = torch.rand(len(real), generator=generator), 0.0
    for alpha, x, y in zip(alphas, real, fake, strict=True):
        x_hat = (alpha * x + (1 - alpha) * y)[None].requires_grad_()
        (slope,) = torch.autograd.grad(
            critic(x_hat), x_hat, torch.ones(1, 1, dtype=real.dtype), create_graph=True
        )
        total = total + ((slope.pow(2).sum() + 1e-12).sqrt() - 1) ** 2
    return total / len(real)
