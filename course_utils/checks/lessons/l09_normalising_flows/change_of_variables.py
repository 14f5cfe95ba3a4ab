"""nf.change_of_variables: the log density of x from that of z = f(x) and the Jacobian of f."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def change_of_variables(log_base, J):
    """log p(x) = log p_z(f(x)) + log |det dz/dx|: log_base [B], J [B, D, D] -> [B], in nats."""
    log_det = torch.linalg.slogdet(J).logabsdet
    return log_base + log_det


def _points(n, dim, scale=1.0, dtype=torch.float32):
    """A maker of n log densities and Jacobians, every other one with a negative determinant."""

    def make(rng):
        turned = torch.linalg.qr(torch.randn(n, dim, dim, generator=rng, dtype=torch.float64)).Q
        skewed = 0.6 / dim**0.5 * torch.randn(n, dim, dim, generator=rng, dtype=torch.float64).tril(-1)
        lengths = (0.5 * torch.randn(n, dim, generator=rng, dtype=torch.float64)).exp()
        J = turned @ (torch.diag_embed(lengths) + skewed)
        wanted = torch.where(torch.arange(n) % 2 == 0, 1.0, -1.0)
        J[:, 0] *= (wanted * torch.linalg.det(J).sign())[:, None]
        log_base = 7 * torch.randn(n, generator=rng, dtype=torch.float64) - 1.5 * dim
        return log_base.to(dtype), (scale * J).to(dtype)

    return make


def _log_det(J):
    return torch.linalg.slogdet(J).logabsdet


def _sum(base, log_det):
    return base + log_det


def _with(log_det=_log_det, join=_sum):
    """The answer with one part replaced."""
    return lambda log_base, J: join(log_base, log_det(J))


def _det(*changes):
    """Functions of the determinant itself in place of the logarithm, in J's dtype and in float64."""
    return tuple(
        _with(lambda J, change=change, dtype=dtype: change(torch.linalg.det(J.to(dtype or J.dtype))).to(J))
        for change in changes
        for dtype in (None, torch.float64)
    )


def _floor(small):
    """Logarithms of |det| that a small number keeps from being infinite."""
    return _det(
        lambda det: (det.abs() + small).log(),
        lambda det: det.abs().clamp(min=small).log(),
    )


def _signed_floor(small):
    """The same, where negative determinants end at the small number too."""
    return _det(lambda det: det.clamp(min=small).log(), lambda det: (det + small).log())


def _diagonal(J):
    return J.diagonal(dim1=-2, dim2=-1)


def _density(log_base, J):
    return (log_base.exp() * torch.linalg.det(J).abs()).log()


exercise(
    "nf.change_of_variables",
    reference=change_of_variables,
    inputs={
        "5 points of the plane": _points(5, 2),
        "4 points of 3 coordinates": _points(4, 3, dtype=torch.float64),
        "3 points on a line": _points(3, 1, 2.5),
        "3 points of 64 coordinates, a determinant too small for a float": _points(3, 64, 1e-7),
        "2 points of 64 coordinates, a determinant too large for a float": _points(2, 64, 1e7),
    },
    mistakes=[
        Mistake(
            (
                _with(join=lambda base, log_det: base - log_det),
                _with(lambda J: -torch.logdet(J)),
                *_det(lambda det: -det.abs().log(), lambda det: -det.log()),
            ),
            "The sign before the log-determinant is turned: J leads from the data to the noise, so where it "
            "stretches, the data lie closer together than their noise, and log p(x) is larger; like this "
            "training squeezes all data into one point and calls that likely.",
        ),
        Mistake(
            (
                _with(torch.logdet),
                _with(lambda J: torch.logdet(J).nan_to_num()),
                _with(lambda J: torch.logdet(J.abs())),
                _with(lambda J: _log_det(J) * (torch.linalg.slogdet(J).sign > 0)),
            ),
            "The absolute value is missing: torch.logdet gives NaN where the determinant is negative, as it "
            "is for every map that mirrors, and one such point makes the whole loss NaN; a volume has no "
            "sign, and slogdet gives the logarithm of the absolute value.",
        ),
        Mistake(
            _det(lambda det: det.log(), lambda det: det.log().nan_to_num()),
            "You take the logarithm of the determinant as it comes: a negative one gives NaN, and in 64 "
            "dimensions the determinant is 0 or infinite as a float though its logarithm is an ordinary "
            "number; slogdet mends both.",
        ),
        Mistake(
            (*_det(lambda det: det.abs().log(), lambda det: det.abs().log().nan_to_num()), _density),
            "The determinant is formed before its logarithm: a product of 64 lengths can be smaller or "
            "larger than any float, so it is 0 or infinite, and training stops at a loss of infinity; "
            "slogdet adds up logarithms and never forms the product.",
        ),
        Mistake(
            tuple(
                one for small in (1e-30, 1e-12, 1e-8, 1e-6) for one in (*_floor(small), *_signed_floor(small))
            ),
            "A small number stands in for determinants that are too small (or negative): every such point "
            "then gets the same volume, whatever the map does there, and no gradient; slogdet needs no such "
            "number.",
        ),
        Mistake(
            (
                *_det(lambda det: det, lambda det: det.abs()),
                _with(lambda J: _log_det(J).exp()),
            ),
            "The logarithm of the determinant is missing: densities multiply by |det J|, and log densities "
            "add its logarithm; like this no pair of numbers belongs to the same scale.",
        ),
        Mistake(
            (
                *_det(lambda det: det.abs().log1p(), lambda det: det.log1p()),
                *_det(lambda det: det.abs().log10(), lambda det: det.abs().log2()),
                _with(lambda J: _log_det(J) / math.log(10)),
                _with(lambda J: _log_det(J) / math.log(2)),
            ),
            "It is not the natural logarithm of |det J| that you add: the base density is in nats, and with "
            "another base (or log(1 + det)) the sum is the logarithm of nothing.",
        ),
        Mistake(
            (
                _with(lambda J: torch.linalg.slogdet(J).sign),
                _with(join=lambda base, log_det: base),
                _with(lambda J: 0 * J[:, 0, 0]),
            ),
            "How the map changes volumes is left out (slogdet returns first the sign and then the logarithm, "
            "which is the part that counts): a map that sends all data to the mode of the noise would then "
            "give every point the highest density there is.",
        ),
        Mistake(
            (
                _with(lambda J: torch.linalg.slogdet(J).sign * _log_det(J)),
                _with(lambda J: torch.linalg.slogdet(J).sign + _log_det(J)),
                _with(
                    lambda J: torch.where(torch.linalg.slogdet(J).sign > 0, _log_det(J), -_log_det(J)).abs()
                ),
                _with(lambda J: _log_det(J).abs()),
                _with(join=lambda base, log_det: base - log_det.abs()),
            ),
            "A sign is put where none belongs: the absolute value is that of the determinant, inside the "
            "logarithm; the logarithm is negative wherever the map shrinks, and stays so.",
        ),
        Mistake(
            (
                _with(lambda J: _diagonal(J).abs().log().sum(-1)),
                _with(lambda J: _diagonal(J).log().sum(-1)),
                _with(lambda J: _diagonal(J).sum(-1)),
                _with(lambda J: _diagonal(J).abs().sum(-1)),
                _with(lambda J: _diagonal(J).abs().log().mean(-1)),
                _with(lambda J: _diagonal(J).prod(-1).abs().log()),
                _with(lambda J: _diagonal(J).prod(-1).log()),
            ),
            "Only the diagonal of J enters: that is enough for a triangular Jacobian, as a coupling's is, "
            "but in general a change of volume also comes from how coordinates mix.",
        ),
        Mistake(
            (
                _with(lambda J: torch.linalg.matrix_norm(J).log()),
                _with(lambda J: torch.linalg.matrix_norm(J, ord=2).log()),
                _with(lambda J: J.abs().log().sum((1, 2))),
                _with(lambda J: torch.linalg.svdvals(J).sum(-1).log()),
                _with(lambda J: torch.linalg.matrix_norm(J)),
            ),
            "A norm, or a sum over the entries, stands for the determinant: they say how long the arrows of "
            "J are, and not how much volume it makes of a small cube.",
        ),
        Mistake(
            (
                _with(lambda J: _log_det(J) / J.shape[-1]),
                _with(lambda J: _log_det(J) / 2),
                _with(lambda J: 2 * _log_det(J)),
                _with(lambda J: J.shape[-1] * _log_det(J)),
            ),
            "The log-determinant is multiplied or divided by something: it counts once, as it is, for it is "
            "already the sum over all dimensions.",
        ),
        Mistake(
            (
                _with(lambda J: _log_det(J).mean()),
                _with(lambda J: _log_det(J).sum()),
                _with(lambda J: _log_det(J.mean(0))),
                _with(lambda J: _log_det(J[0])),
            ),
            "Every point gets one and the same log-determinant, a mean or a sum over the batch: the map "
            "stretches each place differently, and that is how it makes a new shape.",
        ),
        Mistake(
            (
                _with(join=lambda base, log_det: (base + log_det).mean()),
                _with(join=lambda base, log_det: (base + log_det).sum()),
                _with(join=lambda base, log_det: base[:, None] + log_det),
                _with(join=lambda base, log_det: base + log_det[:, None]),
                _with(join=lambda base, log_det: (base + log_det)[:, None]),
            ),
            "One number for each point is wanted, [B]: the mean over a batch comes later, with the loss, and "
            "a column that meets a row makes a table of every density with every determinant.",
        ),
        Mistake(
            (
                _with(lambda J: _log_det(J).log()),
                _with(lambda J: _log_det(J).abs().log()),
                _with(join=lambda base, log_det: base.log() + log_det),
                _with(join=lambda base, log_det: (base + log_det).log()),
                _with(join=lambda base, log_det: base.abs().log() + log_det),
            ),
            "A logarithm is taken of what is one already: log_base comes as a logarithm, and so does the "
            "second result of slogdet.",
        ),
        Mistake(
            (
                _with(join=lambda base, log_det: log_det),
                _with(join=lambda base, log_det: log_det - base),
                _with(join=lambda base, log_det: -base - log_det),
            ),
            "The density of the noise does not enter as it should: log p_z(f(x)) is added with a plus; "
            "without it every place where the map stretches is likely, however far out its noise lies.",
        ),
        Mistake(
            (
                _with(join=lambda base, log_det: base * log_det.exp()),
                _with(join=lambda base, log_det: base * log_det),
                _with(join=lambda base, log_det: base / log_det.exp()),
                _with(join=torch.logaddexp),
            ),
            "You multiply: densities multiply, and their logarithms add, so log p_z and log |det J| stand "
            "with a plus between them.",
        ),
        Mistake(
            (
                _with(join=lambda base, log_det: (base + log_det).exp()),
                lambda log_base, J: log_base.exp() * torch.linalg.det(J).abs(),
                _with(join=lambda base, log_det: base.exp() + log_det),
            ),
            "A density is returned, or added, where its logarithm is wanted: in 64 dimensions the density "
            "itself is 0 or infinite as a float.",
        ),
    ],
    hints=[
        "In logarithms the product of the density and the volume becomes a sum. Which way does J lead, and "
        "does a map that stretches make the data denser or thinner than their noise?",
        "The determinant of a map that mirrors is negative, and that of a 64 by 64 matrix may be too small "
        "or too large for a float. Look for a function that gives the logarithm of its absolute value.",
        "torch.linalg.slogdet(J) takes the whole batch and returns two things, the sign and the logarithm "
        "of the absolute value. Add the second one to log_base.",
    ],
)
