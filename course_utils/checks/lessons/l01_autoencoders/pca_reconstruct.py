"""ae.pca_reconstruct: the linear autoencoder, in closed form."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def pca_reconstruct(x, k):
    """Project x [N, D] on its k principal axes through the mean -> [N, D]."""
    mean = x.mean(dim=0)
    axes = _axes(x - mean)[:k]
    return mean + (x - mean) @ axes.T @ axes


def _axes(x):
    """All right singular vectors of x [N, D] as rows [D, D], the largest singular value first."""
    return torch.linalg.svd(x, full_matrices=True).Vh


def _cloud(points, axes, k):
    """A maker of points far from zero, with a different spread along each of some random axes."""

    def make(rng):
        turn = torch.linalg.qr(torch.randn(axes, axes, generator=rng)).Q
        spread = 2.0 ** -torch.arange(axes)
        return 2 + torch.randn(points, axes, generator=rng) * spread @ turn, k

    return make


def _without_centring(x, k):
    axes = _axes(x)[:k]
    return x @ axes.T @ axes


def _without_mean_back(x, k):
    return pca_reconstruct(x, k) - x.mean(dim=0)


def _uncentred_into_centred_axes(x, k):
    axes = _axes(x - x.mean(dim=0))[:k]
    return x @ axes.T @ axes


def _smallest_axes(x, k):
    mean = x.mean(dim=0)
    axes = _axes(x - mean)[-k:]
    return mean + (x - mean) @ axes.T @ axes


def _columns_for_rows(x, k):
    mean = x.mean(dim=0)
    axes = _axes(x - mean)[:, :k].T
    return mean + (x - mean) @ axes.T @ axes


def _rows_for_columns(x, k):
    mean = x.mean(dim=0)
    axes = torch.linalg.eigh((x - mean).T @ (x - mean)).eigenvectors[-k:]
    return mean + (x - mean) @ axes.T @ axes


def _standardised(x, k):
    mean, std = x.mean(dim=0), x.std(dim=0)
    return mean + std * pca_reconstruct((x - mean) / std, k)


def _scaled(power):
    """The projection with every coordinate multiplied by its singular value to some power."""

    def project(x, k):
        mean = x.mean(dim=0)
        _, values, axes = torch.linalg.svd(x - mean, full_matrices=False)
        return mean + (x - mean) @ axes[:k].T * values[:k] ** power @ axes[:k]

    return project


def _deviations(x, k):
    """Whitened by standard deviations."""
    return x.mean(dim=0) + (_scaled(-1)(x, k) - x.mean(dim=0)) * (len(x) - 1) ** 0.5


exercise(
    "ae.pca_reconstruct",
    reference=pca_reconstruct,
    batch=False,
    tolerance=1e-3,
    inputs={
        "x [12, 5] and k=2": _cloud(12, 5, 2),
        "x [9, 4] and k=1": _cloud(9, 4, 1),
        "x [20, 6] and k=3": _cloud(20, 6, 3),
        "x [11, 3] and k=2, values of tens": lambda rng: (20 * torch.randn(11, 3, generator=rng) - 7, 2),
    },
    mistakes=[
        Mistake(
            _without_centring,
            "The data are not centred: the first axis then points from the origin to the mean instead of "
            "along the spread, and one of your k axes is wasted on it.",
        ),
        Mistake(
            _uncentred_into_centred_axes,
            "The axes are right, but x itself is projected on them and not x minus the mean: the part of "
            "the mean off those axes is lost, and every point is shifted by it.",
        ),
        Mistake(
            _without_mean_back,
            "The mean is not added back: the copies lie around zero, all shifted by the same vector from "
            "where the data are.",
        ),
        Mistake(
            _smallest_axes,
            "These are the k axes with the smallest variance (eigh sorts upwards, svd downwards): you keep "
            "what PCA throws away, the largest error that k axes can have.",
        ),
        Mistake(
            (_columns_for_rows, _rows_for_columns),
            "You took columns for rows, or rows for columns: svd gives the axes as the rows of Vh, eigh as "
            "the columns of its matrix; the shapes fit either way, but yours have nothing to do with the "
            "data's spread.",
        ),
        Mistake(
            _standardised,
            "Each column is divided by its standard deviation first: that is PCA of the correlations, "
            "where a pixel that hardly changes counts as much as one that changes a lot, and the error in "
            "x is no longer the least.",
        ),
        Mistake(
            (_scaled(-1), _deviations, _scaled(1)),
            "The coordinates are scaled by the singular values on the way: that is whitening (or its "
            "opposite), which gives the copies another spread than the data's.",
        ),
        Mistake(
            lambda x, k: (x - x.mean(dim=0)) @ _axes(x - x.mean(dim=0))[:k].T,
            "These are the codes, k numbers for each point: the way back to D numbers is missing, the "
            "decoder of this linear autoencoder.",
        ),
    ],
    hints=[
        "Shift the cloud so that its mean is zero. The axes come from the shifted cloud, and everything is "
        "projected there.",
        "torch.linalg.svd of the centred data returns U, S, Vh; the rows of Vh are the axes, the widest "
        "first.",
        "Multiply by the k axes' transpose to get k numbers for each point, by the axes to come back, and "
        "undo the shift.",
    ],
)
