"""Right answers to nf.change_of_variables in other words."""

import numpy as np
import torch


def density_by_singular_values(log_base, J):
    return log_base + torch.linalg.svdvals(J).log().sum(-1)


def density_by_lu(log_base, J):
    """The determinant of a triangular matrix is the product of its diagonal."""
    _, _, upper = torch.linalg.lu(J)
    return torch.einsum("bii->bi", upper).abs().log().sum(1) + log_base


def density_by_qr(log_base, J):
    found = []
    for base, one in zip(log_base, J, strict=True):
        found.append(base + torch.linalg.qr(one).R.diagonal().abs().log().sum())
    return torch.stack(found)


def density_by_eigenvalues(log_base, J):
    return log_base + torch.linalg.eigvals(J).abs().log().sum(dim=1)


def density_by_the_way_back(log_base, J):
    return log_base - torch.slogdet(torch.linalg.inv(J))[1]


def density_by_gram(log_base, J):
    """J J^T has the square of the determinant, which has no sign."""
    J = J.double()
    return (log_base + torch.logdet(J @ J.transpose(1, 2)) / 2).to(log_base.dtype)


def density_numpy(log_base, J):
    return log_base.numpy() + np.linalg.slogdet(J.numpy())[1]


def density_list(log_base, J):
    return [
        float(base) + float(np.linalg.slogdet(one.numpy())[1]) for base, one in zip(log_base, J, strict=True)
    ]


OTHER_TYPE = [density_numpy, density_list]
