"""Right answers to eval.kernel_distance in other words."""

import math

import numpy as np
import torch


def distance_by_loops(real, fake):
    """Pair by pair, in plain numbers."""

    def kernel(x, y):
        return (sum(a * b for a, b in zip(x, y, strict=True)) / len(x) + 1) ** 3

    def among(points):
        values = [kernel(x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j]
        return sum(values) / len(values)

    real, fake = real.tolist(), fake.tolist()
    across = math.fsum(kernel(x, y) for x in real for y in fake) / (len(real) * len(fake))
    return among(real) + among(fake) - 2 * across


def distance_by_masks(real, fake):
    """In the input's dtype, with the diagonal masked out of one big matrix."""
    points = torch.cat([real, fake])
    kernel = (points @ points.T / real.shape[1] + 1).pow(3)
    n = len(real)
    off = ~torch.eye(len(points), dtype=torch.bool)
    of_real, of_fake = kernel[:n, :n][off[:n, :n]].mean(), kernel[n:, n:][off[n:, n:]].mean()
    return of_real + of_fake - 2 * kernel[:n, n:].mean()


def distance_by_numpy(real, fake):
    x, y = (one.detach().double().numpy() for one in (real, fake))

    def kernel(a, b):
        return (np.einsum("id,jd->ij", a, b) / a.shape[1] + 1) ** 3

    def among(a):
        matrix = kernel(a, a)
        np.fill_diagonal(matrix, 0)
        return matrix.sum() / (len(a) * (len(a) - 1))

    return among(x) + among(y) - 2 * np.mean(kernel(x, y))


def distance_by_triangles(real, fake):
    """Each pair of a set once."""

    def kernel(x, y):
        return (1 + x.matmul(y.t()).div(x.size(1))) ** 3

    def among(x):
        i, j = torch.triu_indices(len(x), len(x), offset=1)
        return kernel(x, x)[i, j].mean()

    return (among(real) + among(fake) - kernel(real, fake).mean() * 2).item()


def distance_by_signed_weights(real, fake):
    """A quadratic form in weights 1/n and -1/m, put right for the diagonal."""
    points, d = torch.cat([real, fake]).double(), real.shape[1]
    n, m = len(real), len(fake)
    kernel = (points @ points.T / d + 1) ** 3
    weights = torch.cat([torch.full((n,), 1.0 / n), torch.full((m,), -1.0 / m)]).double()
    biased = weights @ kernel @ weights
    for k, size in ((kernel[:n, :n], n), (kernel[n:, n:], m)):
        biased = biased - k.mean() + (k.sum() - k.diagonal().sum()) / (size * (size - 1))
    return biased
