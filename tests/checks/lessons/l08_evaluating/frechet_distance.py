"""Right answers to eval.frechet_distance in other words."""

import numpy as np
import scipy.linalg
import torch


def distance_by_sqrtm(real, fake):
    """As in the published code: NumPy's covariances, SciPy's root, the real part."""
    real, fake = (x.detach().numpy().astype(np.float64) for x in (real, fake))
    a, b = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    apart = real.mean(axis=0) - fake.mean(axis=0)
    return apart @ apart + np.trace(a + b - 2 * scipy.linalg.sqrtm(a @ b).real)


def distance_by_symmetric_root(real, fake):
    """eigvalsh of C_r^1/2 C_f C_r^1/2, which is symmetric."""
    real, fake = real.double(), fake.double()
    a, b = torch.cov(real.T), torch.cov(fake.T)
    values, vectors = torch.linalg.eigh(a)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ b @ root).clamp(min=0).sqrt().sum()
    return torch.linalg.vector_norm(real.mean(0) - fake.mean(0)) ** 2 + torch.trace(a + b) - 2 * cross


def distance_by_nuclear_norm(real, fake):
    """No covariance at all: the trace of the root is the nuclear norm of one centred set times the other."""
    x, y = real.double(), fake.double()
    x, y = (x - x.mean(0)) / (len(x) - 1) ** 0.5, (y - y.mean(0)) / (len(y) - 1) ** 0.5
    cross = torch.linalg.matrix_norm(x @ y.T, ord="nuc")
    means = torch.dist(real.double().mean(0), fake.double().mean(0)).square()
    return (means + x.square().sum() + y.square().sum() - 2 * cross).item()


def distance_by_variances_and_values(real, fake):
    real, fake = real.to(torch.float64), fake.to(torch.float64)
    covariances = [(x - x.mean(0)).T @ (x - x.mean(0)) / (x.shape[0] - 1) for x in (real, fake)]
    values = np.linalg.eigvals((covariances[0] @ covariances[1]).detach().numpy())
    cross = np.sqrt(values.real.clip(min=0)).sum()
    spread = real.var(0).sum() + fake.var(0).sum()
    return ((real.mean(0) - fake.mean(0)) ** 2).sum() + spread - 2 * float(cross)


def distance_in_float32_at_last(real, fake):
    return torch.tensor(distance_by_nuclear_norm(real, fake), dtype=torch.float32)
