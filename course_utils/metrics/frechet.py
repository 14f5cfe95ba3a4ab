"""How far apart two sets of features lie, as normal distributions."""

import torch

from .._validate import check_tensor


@torch.no_grad()
def frechet_distance(a, b):
    """The squared Frechet distance of the normal distributions fitted to two sets of features, a float.

    a: [N, F], b: [M, F], with N, M >= 2. |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), in float64, with
    unbiased covariances; these may be singular. It is biased upwards for few samples, so compare only sets of
    one size. Source: Dowson & Landau 1982; Heusel et al. 2017. Raises ValueError where the widths differ or a
    set has fewer than two rows.
    """
    check_tensor("a", a, "[N, F]")
    check_tensor("b", b, f"[M, {a.shape[1]}]")
    for name, features in (("a", a), ("b", b)):
        if len(features) < 2:
            raise ValueError(f"{name} must have at least 2 rows; got {len(features)}.")
    a, b = a.double(), b.double()
    cov_a, cov_b = _covariance(a), _covariance(b)
    root = _root(cov_a)
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()  # tr (S_a S_b)^(1/2)
    return float((a.mean(0) - b.mean(0)).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross)


def _covariance(x):
    centred = x - x.mean(0)
    return centred.T @ centred / (len(x) - 1)


def _root(matrix):
    """The symmetric square root of a positive semi-definite matrix [F, F]."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T
