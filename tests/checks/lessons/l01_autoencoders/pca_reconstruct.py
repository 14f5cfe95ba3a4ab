"""Right answers to ae.pca_reconstruct in other words."""

import itertools

import numpy as np
import torch


def pca_covariance(x, k):
    mean = x.mean(dim=0, keepdim=True)
    centred = x - mean
    _, vectors = torch.linalg.eigh(centred.T @ centred / len(x))
    top = vectors[:, -k:]
    return centred @ top @ top.T + mean


def pca_truncated(x, k):
    mean = x.mean(0)
    u, s, vh = torch.linalg.svd(x - mean, full_matrices=False)
    return (u[:, :k] * s[:k]) @ vh[:k] + mean


def pca_left(x, k):
    mean = x.mean(0)
    u = torch.linalg.svd(x - mean).U[:, :k]
    return u @ u.T @ (x - mean) + mean


def pca_sklearn(x, k):
    from sklearn.decomposition import PCA

    pca = PCA(k).fit(x.numpy())
    return torch.from_numpy(pca.inverse_transform(pca.transform(x.numpy())))


def pca_power(x, k):
    """Power iteration with deflation, in float64 NumPy."""
    x = x.numpy().astype(np.float64)
    rest = x - x.mean(axis=0)
    copy = np.zeros_like(x) + x.mean(axis=0)
    for _ in range(k):
        axis = np.ones(x.shape[1])
        for _ in itertools.repeat(None, 500):
            axis = rest.T @ (rest @ axis)
            axis /= np.linalg.norm(axis)
        part = np.outer(rest @ axis, axis)
        copy, rest = copy + part, rest - part
    return copy


OTHER_TYPE = [pca_power]

LIMITED = [pca_sklearn]
