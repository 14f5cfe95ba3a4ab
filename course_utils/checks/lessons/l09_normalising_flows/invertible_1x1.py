"""nf.invertible_1x1: the channels of each pixel mixed by one matrix, whose determinant its factors give."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def invertible_1x1(x, P, lower, upper, sign, log_scale):
    """z = W x at each pixel, W = P L (U + diag(sign exp(log_scale))): x [B, C, H, W] -> z, log |det| [B].

    L is lower below its diagonal, with ones on it; U is upper above its diagonal: all [C, C]; the rest [C].
    """
    ones = torch.eye(x.shape[1], dtype=x.dtype)
    L = torch.tril(lower, -1) + ones
    U = torch.triu(upper, 1) + torch.diag(sign * torch.exp(log_scale))
    W = P @ L @ U
    z = torch.einsum("ij,bjhw->bihw", W, x)
    pixels = x.shape[2] * x.shape[3]
    return z, (pixels * log_scale.sum()).repeat(len(x))


def _images(n, channels, height, width, order):
    """A maker of n images and factors; order: the channel that comes first, second, ... out of P.

    lower and upper have numbers in all places, and about half of the signs are -1.
    """

    def make(rng):
        x = torch.randn(n, channels, height, width, generator=rng)
        P = torch.eye(channels)[list(order)]
        lower, upper = torch.randn(2, channels, channels, generator=rng)
        sign = torch.where(torch.arange(channels) % 2 == 0, -1.0, 1.0)
        return x, P, lower, upper, sign, 0.7 * torch.randn(channels, generator=rng) + 0.4

    return make


def _ones(matrix):
    return torch.eye(len(matrix)).to(matrix)


def _lower(lower, upper):
    return lower.tril(-1) + _ones(lower)


def _upper(lower, upper):
    return upper.triu(1)


def _diagonal(sign, log_scale):
    return torch.diag(sign * log_scale.exp())


def _matrix(P, L, U):
    return P @ L @ U


def _apply(W, x):
    return torch.einsum("ij,bjhw->bihw", W, x)


def _log_det(x, sign, log_scale):
    return x[0, 0].numel() * log_scale.sum()


def _with(
    lower_of=_lower, upper_of=_upper, diagonal=_diagonal, matrix=_matrix, apply=_apply, log_det=_log_det,
    spread=True,
):  # fmt: skip
    """The answer with parts replaced; spread: the log-determinant is repeated for each image."""

    def wrong(x, P, lower, upper, sign, log_scale):
        W = matrix(P, lower_of(lower, upper), upper_of(lower, upper) + diagonal(sign, log_scale))
        found = log_det(x, sign, log_scale)
        return apply(W, x), found.expand(len(x)) if spread else found

    return wrong


def _pixels(x):
    return x.shape[2] * x.shape[3]


def _times(factor):
    return _with(log_det=lambda x, sign, log_scale: factor(x) * log_scale.sum())


def _of(change):
    """Something else for the sum of log_scale: change(sign, log_scale)."""
    return _with(log_det=lambda x, sign, log_scale: _pixels(x) * change(sign, log_scale))


def _both(lower_of, upper_of):
    return _with(lower_of=lower_of, upper_of=upper_of)


def _logdet_of_the_matrix(x, P, lower, upper, sign, log_scale):
    W = _matrix(P, _lower(lower, upper), _upper(lower, upper) + _diagonal(sign, log_scale))
    return _apply(W, x), (_pixels(x) * torch.logdet(W)).expand(len(x))


def _scaled_columns(x, P, lower, upper, sign, log_scale):
    """The scales are multiplied into what stands above the diagonal."""
    W = _matrix(P, _lower(lower, upper), _upper(lower, upper) * (sign * log_scale.exp()))
    return _apply(W, x), _log_det(x, sign, log_scale).expand(len(x))


def _as_rows(W, x):
    """The numbers of x read as rows of C without moving an axis."""
    return (x.reshape(-1, x.shape[1]) @ W.T).reshape(x.shape)


exercise(
    "nf.invertible_1x1",
    reference=invertible_1x1,
    returns=("z", "log-determinant"),
    gradient=["x", "lower", "upper", "log_scale"],
    inputs={
        "2 images of 3 channels, 4 x 5 pixels": _images(2, 3, 4, 5, (1, 2, 0)),
        "3 images of 4 channels, 4 x 4 pixels": _images(3, 4, 4, 4, (2, 0, 3, 1)),
        "5 images of 2 channels, 3 x 2 pixels": _images(5, 2, 3, 2, (1, 0)),
        "4 images of 3 channels, one pixel": _images(4, 3, 1, 1, (2, 0, 1)),
        "1 image of 6 channels, 2 x 6 pixels": _images(1, 6, 2, 6, (3, 0, 5, 1, 2, 4)),
    },
    mistakes=[
        Mistake(
            _times(lambda x: 1),
            "The factor H W is missing: W acts at every pixel, and each of these maps changes the volume, "
            "so the log-determinant of one counts as often as there are pixels; without it the flow pays "
            "far too little for what it shrinks.",
        ),
        Mistake(
            (
                _times(lambda x: x.shape[2]),
                _times(lambda x: x.shape[3]),
                _times(lambda x: x.shape[2] ** 2),
                _times(lambda x: x.shape[3] ** 2),
                _times(lambda x: x.shape[2] + x.shape[3]),
                _times(lambda x: 1 / _pixels(x)),
                _times(lambda x: x.shape[1]),
            ),
            "The log-determinant must be taken once for each pixel, H times W times: axis 2 and axis 3 of x "
            "need not be equal, and each of the two counts once.",
        ),
        Mistake(
            (
                _times(lambda x: len(x) * _pixels(x)),
                _times(lambda x: x.shape[1] * _pixels(x)),
                _times(lambda x: x.numel()),
                _times(lambda x: len(x)),
                _times(lambda x: _pixels(x) / len(x)),
                _times(lambda x: _pixels(x) / x.shape[1]),
            ),
            "The log-determinant is multiplied by the channels or the images, or divided by the channels: it "
            "is that of one image, and the sum of log_scale has counted all channels already.",
        ),
        Mistake(
            (
                _with(spread=False),
                _with(log_det=lambda x, s, log_scale: _pixels(x) * log_scale.sum()[None], spread=False),
                _with(log_det=lambda x, s, log_scale: _pixels(x) * log_scale, spread=False),
                _with(log_det=lambda x, s, log_scale: log_scale.sum(), spread=False),
            ),
            "The log-determinant must have shape [B], one number an image: it is the same for all, so repeat "
            "it; the other steps of a flow return [B], too, and a sum over the channels belongs in it.",
        ),
        Mistake(
            (
                _of(lambda sign, log_scale: -log_scale.sum()),
                _with(log_det=lambda x, s, log_scale: -log_scale.sum()),
            ),
            "The sign of the log-determinant is turned: W multiplies volumes by the scales, so their "
            "logarithms are added; with a minus training shrinks all images to a point.",
        ),
        Mistake(
            (
                _of(lambda sign, log_scale: log_scale.exp().sum()),
                _of(lambda sign, log_scale: log_scale.exp().prod()),
                _of(lambda sign, log_scale: log_scale.prod()),
                _of(lambda sign, log_scale: log_scale.abs().log().sum()),
                _of(lambda sign, log_scale: log_scale.abs().sum()),
                _of(lambda sign, log_scale: log_scale.log().sum()),
                _of(lambda sign, log_scale: (sign * log_scale).sum()),
                _of(lambda sign, log_scale: (sign * log_scale.exp()).sum()),
                _of(lambda sign, log_scale: (sign * log_scale.exp()).log().sum()),
                _of(lambda sign, log_scale: sign.prod() * log_scale.sum()),
                _of(lambda sign, log_scale: 0 * log_scale.sum()),
                _with(log_det=lambda x, sign, log_scale: log_scale.sum().exp() ** _pixels(x)),
                _with(log_det=lambda x, sign, log_scale: log_scale.sum() ** _pixels(x)),
            ),
            "The log-determinant is not the sum of log_scale: it holds logarithms already, a sign changes no "
            "volume, and P and L have determinants of 1 or -1; so it is H W times their plain sum.",
        ),
        Mistake(
            _logdet_of_the_matrix,
            "A logdet of W is NaN where its determinant is negative, as it is for half of all "
            "matrices; the factors give the logarithm of its absolute value without any determinant, the "
            "sum of log_scale.",
        ),
        Mistake(
            _with(lower_of=lambda lower, upper: lower.tril(-1)),
            "L has no ones on its diagonal: it is then singular, W loses a dimension, and no x can be found "
            "for a z any more, though the log-determinant says that nothing is lost.",
        ),
        Mistake(
            (
                _with(lower_of=lambda lower, upper: lower + _ones(lower)),
                _with(lower_of=lambda lower, upper: lower.tril() + _ones(lower)),
                _with(lower_of=lambda lower, upper: lower.tril()),
                _with(lower_of=lambda lower, upper: lower),
                _with(lower_of=lambda lower, upper: lower.tril(1) + _ones(lower)),
                _with(lower_of=lambda lower, upper: lower.tril(-2) + _ones(lower)),
                _with(lower_of=lambda lower, upper: lower.triu(1) + _ones(lower)),
                _with(lower_of=lambda lower, upper: lower.tril(-1).T + _ones(lower)),
                _with(lower_of=lambda lower, upper: lower - lower.diagonal().diag() + _ones(lower)),
            ),
            "L is not what stands strictly below the diagonal of lower, with ones on the diagonal: the "
            "other numbers of lower must be ignored, or the determinant of W is no longer the product of "
            "the scales.",
        ),
        Mistake(
            (
                _with(upper_of=lambda lower, upper: upper.triu()),
                _with(upper_of=lambda lower, upper: upper.triu(), diagonal=lambda s, log_scale: 0 * s.diag()),
            ),
            "The diagonal of upper counts, beside that of sign and exp(log_scale) or in its place: triu "
            "keeps it, so take what lies strictly above; with it the log-determinant does not belong to W.",
        ),
        Mistake(
            (
                _with(upper_of=lambda lower, upper: upper),
                _with(upper_of=lambda lower, upper: upper.triu(-1)),
                _with(upper_of=lambda lower, upper: upper.triu(2)),
                _with(upper_of=lambda lower, upper: upper.tril(-1)),
                _with(upper_of=lambda lower, upper: upper.triu(1).T),
                _with(upper_of=lambda lower, upper: upper - upper.diagonal().diag()),
                _both(lambda lower, upper: lower + _ones(lower), lambda lower, upper: upper),
                _with(upper_of=lambda lower, upper: 0 * upper),
            ),
            "U is not what stands strictly above the diagonal of upper: the other numbers of upper must be "
            "ignored, or the determinant of W is no longer the product of the scales.",
        ),
        Mistake(
            (
                _both(lambda lower, upper: upper.tril(-1) + _ones(upper), lambda lower, upper: lower.triu(1)),
                _both(lambda lower, upper: lower.triu(1) + _ones(upper), lambda lower, upper: upper.tril(-1)),
            ),
            "The two triangles, lower and upper, have changed places: L is made of what lies below the "
            "diagonal of lower, and U of what lies above that of upper.",
        ),
        Mistake(
            _with(diagonal=lambda sign, log_scale: log_scale.exp().diag()),
            "The signs are forgotten: exp(log_scale) is above 0, and only with sign can W be a rotation (or "
            "a mirror) to begin with, as its factors were taken apart.",
        ),
        Mistake(
            (
                _with(diagonal=lambda sign, log_scale: (sign * log_scale).diag()),
                _with(diagonal=lambda sign, log_scale: log_scale.diag()),
                _with(diagonal=lambda sign, log_scale: (sign * log_scale).exp().diag()),
                _with(diagonal=lambda sign, log_scale: (sign + log_scale.exp()).diag()),
                _with(diagonal=lambda sign, log_scale: (sign * (-log_scale).exp()).diag()),
                _with(diagonal=lambda sign, log_scale: (sign * log_scale.exp()).diag() + _ones(sign.diag())),
                _with(diagonal=lambda sign, log_scale: log_scale.exp().diag() + _ones(sign.diag())),
                _with(diagonal=lambda sign, log_scale: _ones(sign.diag())),
                _with(diagonal=lambda sign, log_scale: sign.diag()),
                _with(diagonal=lambda sign, log_scale: 0 * sign.diag()),
                _with(diagonal=lambda sign, log_scale: -(sign * log_scale.exp()).diag()),
            ),
            "The diagonal of U is not sign times exp(log_scale): the exponential makes scales of logarithms, "
            "the sign is multiplied afterwards, and nothing is added; only then is the sum of log_scale the "
            "logarithm of the determinant.",
        ),
        Mistake(
            (
                _with(diagonal=lambda sign, log_scale: sign * log_scale.exp()),
                _with(diagonal=lambda sign, log_scale: (sign * log_scale.exp())[:, None]),
                _scaled_columns,
            ),
            "The product sign exp(log_scale) is added to every row or column of U, or multiplied into them: "
            "it belongs on the diagonal alone, and torch.diag makes that matrix.",
        ),
        Mistake(
            (
                _with(matrix=lambda P, L, U: P @ U @ L),
                _with(matrix=lambda P, L, U: L @ U @ P),
                _with(matrix=lambda P, L, U: U @ L @ P),
                _with(matrix=lambda P, L, U: L @ P @ U),
                _with(matrix=lambda P, L, U: U @ P @ L),
            ),
            "The factors stand in another order: W = P L U, and matrices do not commute; the determinant is "
            "the same, but the map is another one, and factors taken from a rotation no longer give it.",
        ),
        Mistake(
            (
                _with(matrix=lambda P, L, U: (P @ L @ U).T),
                _with(apply=lambda W, x: torch.einsum("ij,bihw->bjhw", W, x)),
            ),
            "W is transposed: z_i is the sum over j of W_ij x_j, so the second index of W runs along the "
            "channels of x; the determinant is the same, but the inverse of W does not undo it.",
        ),
        Mistake(
            (
                _with(matrix=lambda P, L, U: L @ U),
                _with(matrix=lambda P, L, U: P.T @ L @ U),
                _with(matrix=lambda P, L, U: P @ U),
                _with(matrix=lambda P, L, U: P @ L),
                _with(matrix=lambda P, L, U: U),
                _with(matrix=lambda P, L, U: P * L * U),
                _with(matrix=lambda P, L, U: L * U),
                _with(matrix=lambda P, L, U: P @ (L * U)),
                _with(matrix=lambda P, L, U: P @ (L + U)),
                _with(matrix=lambda P, L, U: P + L + U),
                _with(matrix=lambda P, L, U: torch.linalg.inv(P @ L @ U)),
            ),
            "W is not the matrix product of the three factors P, L and U, each as it is (with @): with one "
            "of them left out or turned round the channels are mixed otherwise.",
        ),
        Mistake(
            (
                _with(apply=_as_rows),
                _with(apply=lambda W, x: _apply(W, x).transpose(2, 3).reshape(x.shape)),
                _with(apply=lambda W, x: (x.permute(0, 2, 3, 1) @ W.T).reshape(x.shape)),
                _with(apply=lambda W, x: W @ x),
                _with(apply=lambda W, x: x @ W.T),
                _with(apply=lambda W, x: W @ x.reshape(len(x), x.shape[1], -1)),
                _with(apply=lambda W, x: x.permute(0, 2, 3, 1) @ W.T),
                _with(apply=lambda W, x: x @ W),
            ),
            "W must meet axis 1 of x, the channels, and the axes must come back in their order: @ works on "
            "the last axis, and reshape moves none, so the numbers of different pixels are mixed.",
        ),
        Mistake(
            lambda x, *factors: invertible_1x1(x, *factors)[::-1],
            "Output and log-determinant have changed places: z comes first, as from every step of a flow.",
        ),
        Mistake(
            (
                _with(log_det=lambda x, sign, log_scale: _pixels(x) * log_scale.detach().sum()),
                _with(diagonal=lambda sign, log_scale: (sign * log_scale.detach().exp()).diag()),
                _with(matrix=lambda P, L, U: (P @ L @ U).detach()),
            ),
            "Your values are right, but something is detached on the way: training then changes the mixing "
            "without paying for the volume, or not at all.",
        ),
    ],
    hints=[
        "Build the three factors first: torch.tril and torch.triu take a second number that says from which "
        "diagonal on they keep anything, and torch.eye and torch.diag make diagonals.",
        "W works on axis 1 of x at every pixel: torch.einsum can say that, and so can F.conv2d with W given "
        "two more axes of length 1.",
        "P and L change no volume, and U multiplies it by the scales on its diagonal: what is the logarithm "
        "for one pixel, and for an image of H times W pixels? Return one number for each image.",
    ],
)
