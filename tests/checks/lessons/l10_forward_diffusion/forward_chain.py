"""Right answers to diffusion.forward_chain in other words."""

import torch


def chain_filled_in(x0, betas, generator):
    """All noises at once, and a tensor that is filled in."""
    noise = torch.randn(len(betas), *x0.shape, generator=generator, dtype=x0.dtype)
    path = torch.empty(len(betas) + 1, *x0.shape, dtype=x0.dtype)
    path[0] = x0
    for t in range(len(betas)):
        path[t + 1] = (1 - betas[t]).sqrt() * path[t] + betas[t].sqrt() * noise[t]
    return path


def chain_by_normal(x0, betas, generator):
    """Each state drawn from its Gaussian; a running state that is no view of another."""
    x, states = x0.clone(), [x0]
    for beta in betas:
        x = torch.normal(x * (1 - beta) ** 0.5, (beta**0.5).item(), generator=generator)
        states.append(x)
    return torch.stack(states, dim=0)


def chain_in_place_on_a_copy(x0, betas, generator):
    x, states = x0.clone(), [x0.clone()]
    for beta in betas.tolist():
        x *= (1 - beta) ** 0.5
        x -= beta**0.5 * torch.empty_like(x).normal_(generator=generator)
        states.append(x.clone())
    return torch.stack(states)
