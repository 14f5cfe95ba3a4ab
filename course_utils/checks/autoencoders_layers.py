"""The exercises of notebook 01, Autoencoders: sizes of layers, and the linear autoencoder that is PCA."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def conv_out(n, kernel, stride, padding):
    """Output size of a convolution along one axis of n pixels (Dumoulin and Visin 2016, relationship 6)."""
    return (n + 2 * padding - kernel) // stride + 1


def _sizes(names, *rows):
    """Inputs of whole numbers: {"n=28, kernel=4": maker, ...}."""
    return {
        ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True)): lambda rng, row=row: row
        for row in rows
    }


exercise(
    "ae.conv_out",
    reference=conv_out,
    inputs=_sizes(
        ("n", "kernel", "stride", "padding"),
        (28, 4, 2, 1),
        (8, 3, 1, 0),
        (16, 3, 1, 1),
        (7, 4, 2, 1),
        (10, 3, 2, 0),
        (32, 5, 3, 2),
    ),
    mistakes=[
        Mistake(
            lambda n, k, s, p: (n + 2 * p - k) // s,
            "The + 1 is missing: you count the steps that the kernel takes and not the places where it "
            "stands, so every layer comes out one pixel short.",
        ),
        Mistake(
            lambda n, k, s, p: (n + p - k) // s + 1,
            "The padding counts once, but it is added on both sides: with padding 1 and kernel 3 the size "
            "should stay what it was, and yours shrinks.",
        ),
        Mistake(
            lambda n, k, s, p: math.ceil((n + 2 * p - k) / s) + 1,
            "You round up: a last kernel that sticks out over the edge is not computed, so where the "
            "stride leaves a remainder your layer expects a pixel that is not there.",
        ),
        Mistake(
            lambda n, k, s, p: n + 2 * p - k + 1,
            "The stride is ignored: with stride 2 the kernel skips every other place, so the real output "
            "is about half as wide as you say.",
        ),
        Mistake(
            lambda n, k, s, p: (n + 2 * p - k) / s + 1,
            "You divide with / and keep the fraction: a layer of 4.5 pixels does not exist, and torch "
            "refuses a float as a size even where it is whole.",
        ),
        Mistake(
            lambda n, k, s, p: (n + 2 * p - k + 1) // s,
            "The + 1 stands inside the division: with stride 1 that is the same, and with a larger stride "
            "the first place where the kernel stands gets lost.",
        ),
        Mistake(
            lambda n, k, s, p: (n + 2 * p) // s,
            "The kernel is left out: it needs k pixels to stand on, so its first pixel cannot go up to the "
            "edge.",
        ),
    ],
    hints=[
        "Put the kernel at the left edge of the padded axis. How many pixels are left for it to move over?",
        "The padded axis has the padding at both ends; the kernel itself takes up k of it. How many whole "
        "strides fit in the rest?",
        "Whole strides: // rounds down. And the kernel stands in one place more than it takes steps.",
    ],
)


def conv_transpose_out(n, kernel, stride, padding, output_padding=0):
    """Output size of a transposed convolution along one axis of n pixels (torch.nn.ConvTranspose2d)."""
    return (n - 1) * stride - 2 * padding + kernel + output_padding


exercise(
    "ae.conv_transpose_out",
    reference=conv_transpose_out,
    inputs=_sizes(
        ("n", "kernel", "stride", "padding", "output_padding"),
        (7, 4, 2, 1, 0),
        (14, 3, 1, 1, 0),
        (4, 3, 2, 1, 1),
        (5, 6, 3, 2, 2),
        (6, 2, 2, 0, 0),
    ),
    mistakes=[
        Mistake(
            lambda n, k, s, p, op: n * s - 2 * p + k + op,
            "You count n strides, but n kernels have n - 1 gaps between them: the output comes out one "
            "stride too wide, and will not match the image it should rebuild.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s + 2 * p + k + op,
            "The padding is added, but here it is trimmed off both ends: a transposed convolution undoes "
            "the size of a convolution, padding included.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s - p + k + op,
            "The padding is trimmed once, but it goes from both ends, so the decoder's image is wider than "
            "the input by p pixels.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s - 2 * p + k,
            "The output padding is forgotten: without it, sizes at which the strided convolution threw a "
            "remainder away cannot be reached again.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n + 2 * p - k) // s + 1,
            "This is the size of an ordinary convolution: it shrinks the axis, while the decoder has to "
            "make it larger.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s - 2 * p + op,
            "The kernel is left out: the last pixel of the input still puts a whole kernel on the canvas, "
            "so the canvas is k pixels wider than where that kernel begins.",
        ),
    ],
    hints=[
        "Draw it: one kernel on an empty canvas for each input pixel, s pixels apart. Where does the last "
        "one begin?",
        "The last kernel begins after n - 1 strides, and is k wide. That is the canvas.",
        "Then trim the padding from both ends, and add output_padding at one.",
    ],
)


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
    tolerance=1e-3,
    inputs={
        "x [12, 5] and k=2": _cloud(12, 5, 2),
        "x [9, 4] and k=1": _cloud(9, 4, 1),
        "x [20, 6] and k=3": _cloud(20, 6, 3),
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
