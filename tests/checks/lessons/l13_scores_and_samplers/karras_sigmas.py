"""Right answers to scores.karras_sigmas in other words."""

import torch
import torch.nn.functional as F


def sigmas_by_the_paper(n, sigma_min, sigma_max, rho):
    """Equation 5 of Karras et al. (2022), with index i."""
    i = torch.arange(n)
    top, bottom = sigma_max ** (1 / rho), sigma_min ** (1 / rho)
    return F.pad((top + i / (n - 1) * (bottom - top)) ** rho, (0, 1))


def sigmas_from_roots(n, sigma_min, sigma_max, rho):
    roots = torch.linspace(float(sigma_min) ** (1 / rho), float(sigma_max) ** (1 / rho), n)
    return torch.hstack([roots.flip(0).pow(rho), torch.tensor([0.0])])


def sigmas_as_a_list(n, sigma_min, sigma_max, rho):
    sigmas = []
    for i in range(n):
        share = i / (n - 1)
        sigmas.append(((1 - share) * sigma_max ** (1 / rho) + share * sigma_min ** (1 / rho)) ** rho)
    return [*sigmas, 0.0]


OTHER_TYPE = [sigmas_as_a_list]
