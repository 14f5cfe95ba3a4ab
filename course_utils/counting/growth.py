"""How well a chip is used, and how time grows with size."""

from typing import NamedTuple

import torch

from .._validate import as_numbers, check_alike, check_finite, check_number, check_tensor

POWERS = torch.linspace(0.1, 4.0, 1_561, dtype=torch.float64)  # 0.0025 apart


def utilisation(flops, seconds, peak):
    """The share of a chip's arithmetic that was used: FLOPs done over seconds times peak (FLOPs a second).

    peak: as its maker states it for the precision in use, or measured on large products of matrices; it is
    never guessed here. Only what the model asks for counts as done, not what is computed again to save
    memory (the "model FLOPs utilisation" of Chowdhery et al. 2022, appendix B).
    """
    done = check_number("flops", flops, 0)
    time = check_number("seconds", seconds, 0, open_minimum=True)
    return done / (time * check_number("peak", peak, 0, open_minimum=True))


class Growth(NamedTuple):
    """time = a + b size^p: the three, the interval of p, and the fit as a function of size."""

    a: float
    b: float
    p: float
    low: float
    high: float

    def __call__(self, size):
        """The fitted time for a size, a number or a tensor."""
        return self.a + self.b * as_numbers("size", size, torch.float64) ** self.p


def fit_growth(sizes, seconds, confidence=0.95):
    """Fit seconds = a + b size^p, a >= 0, by least squares of the relative errors, as a `Growth`.

    sizes, seconds: [N], N of at least 4, all above 0. low, high: the powers p that the measurements do not
    rule out (the profile of the residuals with an F quantile, as for a regression with three unknowns); where
    one is an end of 0.1 ... 4, the measurements do not say more. Raises ValueError for fewer, for sizes that
    are all alike, and for what is not above 0.
    """
    sizes, seconds = (as_numbers(n, v, torch.float64) for n, v in (("sizes", sizes), ("seconds", seconds)))
    check_tensor("sizes", sizes, "[N]"), check_alike("seconds", seconds, "sizes", sizes)
    for name, values in (("sizes", sizes), ("seconds", seconds)):
        check_finite(name, values)
        if bool((values <= 0).any()):
            raise ValueError(f"{name} must be above 0 everywhere; got {float(values.min()):g}.")
    check_number("confidence", confidence, 0.01, 0.999)
    if len(sizes) < 4 or len(sizes.unique()) < 3:
        raise ValueError(f"sizes must be 4 or more, of which 3 differ; got {sizes.tolist()}.")
    a, b, errors = _lines((sizes / sizes.max()) ** POWERS[:, None], seconds)
    best = int(errors.argmin())
    limit = max(float(errors[best]), 1e-18) * (1 + _quantile(confidence, len(sizes)))
    p, inside = float(POWERS[best]), POWERS[errors <= limit]
    scale = float(b[best]) / float(sizes.max()) ** p
    return Growth(float(a[best]), scale, p, float(inside.min()), float(inside.max()))


def _lines(x, y):
    """a >= 0, b, and the sum of squared relative errors of y = a + b x: x [P, N], y [N] -> three [P]."""
    u, v = (1 / y).expand_as(x), x / y
    uu, uv, vv, u1, v1 = (
        (one * other).sum(1) for one, other in ((u, u), (u, v), (v, v), (u, u**0), (v, v**0))
    )
    determinant = (uu * vv - uv.square()).clamp_min(1e-300)
    a, b = (vv * u1 - uv * v1) / determinant, (uu * v1 - uv * u1) / determinant
    a, b = a.clamp_min(0), torch.where(a < 0, v1 / vv, b)
    return a, b, (a[:, None] * u + b[:, None] * v - 1).square().sum(1)


def _quantile(confidence, n):
    """How much larger than the least a sum of squares may be, as a share: F(1, n - 3) / (n - 3)."""
    from scipy.stats import f

    return float(f.ppf(confidence, 1, n - 3)) / (n - 3)
