"""How far apart two sets of features lie, as normal distributions."""

import torch

from ._features import check_pair


@torch.no_grad()
def frechet_distance(a, b):
    """The squared Frechet distance of the normal distributions fitted to two sets of features, a float >= 0.

    a: [N, F], b: [M, F], with N, M >= 2. |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), in float64, with
    unbiased covariances; these may be singular. It is biased upwards for few samples, so compare only sets of
    one size. Source: Dowson & Landau 1982; Heusel et al. 2017. Raises ValueError where the widths differ, a
    number is not finite or a set has fewer than two rows.
    """
    a, b = check_pair(a, b, ("a", "b"), more_than=1)
    root_a, root_b = _root(a), _root(b)
    cross = torch.linalg.svdvals(root_a @ root_b.T).sum()  # tr (S_a S_b)^(1/2): see _root
    means = (a.mean(0) - b.mean(0)).square().sum()
    return max(float(means + root_a.square().sum() + root_b.square().sum() - 2 * cross), 0.0)


def _root(x):
    """R [min(N, F), F] with R^T R the covariance of x.

    S_a S_b = R_a^T (R_a R_b^T) R_b has the eigenvalues of (R_a R_b^T)(R_a R_b^T)^T, which are the squared
    singular values of R_a R_b^T. So nothing is squared and then rooted, which would make 1e-8 of a rounding
    of 1e-16 where a covariance is singular.
    """
    return torch.linalg.qr((x - x.mean(0)) / (len(x) - 1) ** 0.5, mode="r").R
