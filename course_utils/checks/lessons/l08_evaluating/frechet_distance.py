"""eval.frechet_distance: how far apart two sets of features lie, as normal distributions."""

import numpy as np
import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l08_evaluating._clouds import clouds


def frechet_distance(real, fake):
    """|mu_r - mu_f|^2 + tr(C_r + C_f - 2 (C_r C_f)^(1/2)), a number: real [N, D], fake [M, D], in float64.

    The covariances are divided by N - 1 and M - 1 (Heusel et al. 2017, eq. 6).
    """
    cov_r, cov_f = torch.cov(real.double().T), torch.cov(fake.double().T)
    root = torch.linalg.eigvals(cov_r @ cov_f).sqrt().sum().real  # the trace is the sum of the eigenvalues
    means = (real.mean(dim=0) - fake.mean(dim=0)).square().sum()
    return (means + cov_r.trace() + cov_f.trace() - 2 * root).item()


def _means(real, fake):
    return (real.mean(0) - fake.mean(0)).square().sum()


def _root(matrix):
    """The symmetric square root of a positive semi-definite matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


def _cross(a, b):
    return torch.linalg.eigvals(a @ b).sqrt().sum().real


def _cov(x):
    return torch.cov(x.T)


def _with(means=_means, cross=_cross, cov=_cov, times=2.0, traces=lambda a, b: a.trace() + b.trace()):
    """The distance with parts replaced: means(real, fake), cross(C_r, C_f), cov(x), traces(C_r, C_f)."""

    def wrong(real, fake):
        real, fake = real.double(), fake.double()
        a, b = cov(real), cov(fake)
        return means(real, fake) + traces(a, b) - times * cross(a, b)

    return wrong


def _of(change):
    """What becomes of the right answer."""
    return lambda real, fake: change(torch.tensor(frechet_distance(real, fake), dtype=torch.float64))


def _scaled(scale, centre=True):
    """A covariance with scale(n) for its divisor."""

    def cov(x):
        x = x - x.mean(0) if centre else x
        return x.T @ x / scale(len(x))

    return cov


def _numpy_rows(first):
    def wrong(real, fake):
        a, b = np.cov(real.detach().numpy()), np.cov(fake.detach().numpy())
        return first(a, b)

    return wrong


def _torch_rows(first):
    return lambda real, fake: first(torch.cov(real.double()), torch.cov(fake.double()))


def _uneven(of_real, of_fake):
    """Other covariances for real and fake."""

    def wrong(real, fake):
        real, fake = real.double(), fake.double()
        a, b = of_real(real), of_fake(fake)
        return _means(real, fake) + a.trace() + b.trace() - 2 * _cross(a, b)

    return wrong


def _nan_where(few):
    """Right, but NaN where few(number of rows of the smaller set, features)."""

    def wrong(real, fake):
        lost = few(min(len(real), len(fake)), real.shape[1])
        return float("nan") if lost else frechet_distance(real, fake)

    return wrong


def _ridge(small):
    """The root of covariances with a small number added to their diagonals."""
    return _with(cross=lambda a, b: _cross(*(one + small * torch.eye(len(one)).to(one) for one in (a, b))))


def _nuclear(matrix):
    return torch.linalg.svdvals(matrix).sqrt().sum()


def _biased(x):
    return torch.cov(x.T, correction=0)


def _entries(a, b):
    return (a + b).sum()


exercise(
    "eval.frechet_distance",
    reference=frechet_distance,
    batch=False,
    inputs={
        "12 real and 9 generated images, 3 features": clouds(12, 9, 3),
        "20 real and 30 generated images, 6 features": clouds(20, 30, 6, shift=-1.0, scale=0.6),
        "8 real and 15 generated images, 2 features": clouds(8, 15, 2, shift=0.0, scale=2.0),
        "40 images of each kind, 4 features": clouds(40, 40, 4, shift=0.2),
        "4 real and 9 generated images, 6 features: singular, and float32 is too short for its root": clouds(
            4, 9, 6, shift=0.2
        ),
        "5 real and 3 generated images, 5 features: singular, too": clouds(5, 3, 5),
    },
    mistakes=[
        Mistake(
            (
                _with(cross=lambda a, b: (a @ b).sqrt().trace()),
                _with(cross=lambda a, b: (a @ b).sqrt().nan_to_num().trace()),
                _with(cross=lambda a, b: (a @ b).clamp(min=0).sqrt().trace()),
                _with(cross=lambda a, b: (a @ b).abs().sqrt().trace()),
            ),
            "The root is taken entry by entry: the square root of a matrix is the matrix whose product with "
            "itself it is; its trace is the sum of the roots of the eigenvalues.",
        ),
        Mistake(
            (
                _with(cross=lambda a, b: (a.diagonal() * b.diagonal()).sqrt().sum()),
                _with(cross=lambda a, b: a.diagonal().sqrt() @ b.diagonal().sqrt()),
                _with(cov=lambda x: _cov(x).diagonal().diag()),
                _with(cov=lambda x: _biased(x).diagonal().diag()),
            ),
            "Only the variances enter, feature by feature: how two features go together is left out, and a "
            "generator that gets all of that wrong is not found. The root is of the matrix product C_r C_f.",
        ),
        Mistake(
            (
                _with(cross=lambda a, b: (a @ b).trace().sqrt()),
                _with(cross=lambda a, b: (a @ b).trace().sqrt(), times=1.0),
                _with(cross=lambda a, b: (a.trace() * b.trace()).sqrt()),
            ),
            "A root of traces is taken, and the trace of the root is wanted: the root of each eigenvalue "
            "first, then the sum.",
        ),
        Mistake(
            (
                _with(cross=lambda a, b: (a @ b).trace()),
                _with(cross=lambda a, b: torch.linalg.eigvals(a @ b).sum().real),
            ),
            "The root is left out: C_r C_f has the unit of a feature to the fourth power, and cannot be "
            "taken from covariances; for equal ones the distance would not be 0.",
        ),
        Mistake(
            (
                _with(cross=lambda a, b: torch.linalg.eigvalsh(a @ b).clamp(min=0).sqrt().sum()),
                _with(cross=lambda a, b: torch.linalg.eigvalsh(a @ b).abs().sqrt().sum()),
                _with(cross=lambda a, b: torch.linalg.eigvalsh(a @ b).sqrt().sum()),
                _with(
                    cross=lambda a, b: torch.linalg.eigvalsh((a @ b + b @ a) / 2).clamp(min=0).sqrt().sum()
                ),
                _with(cross=lambda a, b: _nuclear(a @ b)),
            ),
            "The product C_r C_f is not symmetric, though both of its factors are: eigh and eigvalsh read "
            "one triangle of it alone, its symmetric part is another matrix, and its singular values are "
            "not its eigenvalues. Take eigvals.",
        ),
        Mistake(
            (
                _with(cross=lambda a, b: _cross(a * b, torch.eye(len(a)).to(a))),
                _with(cross=lambda a, b: _root(a * b).sum()),
            ),
            "The covariances are multiplied entry by entry (a star): the product in the formula is that of "
            "matrices, C_r @ C_f.",
        ),
        Mistake(
            (
                _with(cross=lambda a, b: (_root(a) @ _root(b)).trace()),
                _with(cross=lambda a, b: (_root(a) * _root(b)).sum()),
            ),
            "The product of the two roots is not the root of the product: unless C_r and C_f have the same "
            "axes, tr(C_r^(1/2) C_f^(1/2)) is too small, and the distance too large.",
        ),
        Mistake(
            (
                _numpy_rows(lambda a, b: a @ b),
                _numpy_rows(lambda a, b: a.dot(b)),
                _numpy_rows(lambda a, b: a + b),
                _torch_rows(lambda a, b: a @ b),
                _torch_rows(lambda a, b: a + b),
                lambda real, fake: real @ real.T / (len(real) - 1) + fake @ fake.T / (len(fake) - 1),
                lambda real, fake: (real @ real.T / (len(real) - 1)) @ (fake @ fake.T / (len(fake) - 1)),
                lambda real, fake: real.mean(1) - fake.mean(1),
                lambda real, fake: real @ fake,
                lambda real, fake: real.double() @ fake.double(),
                lambda real, fake: real.T @ fake,
                lambda real, fake: real.double().T @ fake.double(),
                lambda real, fake: real.detach().numpy() - fake.detach().numpy(),
                lambda real, fake: real.double().mean(1) - fake.double().mean(1),
                lambda real, fake: real.detach().numpy().mean(1) - fake.detach().numpy().mean(1),
            ),
            "The shapes do not fit: the sets differ in size, and their images are no pairs. Images are the "
            "rows, so a mean has one entry a feature and a covariance is D times D; torch.cov and np.cov "
            "take rows for variables, so hand them the transpose (or np.cov rowvar=False).",
        ),
        Mistake(
            (
                _with(means=lambda r, f: _means(r, f).sqrt()),
                _with(means=lambda r, f: (r.mean(0) - f.mean(0)).abs().sum()),
                _with(means=lambda r, f: (r.mean(0) - f.mean(0)).sum().abs()),
            ),
            "The distance of the means is not squared: all other terms have the unit of a feature squared, "
            "and so must this one, the sum of the squared differences.",
        ),
        Mistake(
            (
                _with(means=lambda r, f: (r.mean(0) - f.mean(0)).square().mean()),
                _with(means=lambda r, f: (r.mean() - f.mean()).square()),
                _with(means=lambda r, f: (r.mean(0) - f.mean(0)).sum().square()),
                _with(means=lambda r, f: (r.median(0).values - f.median(0).values).square().sum()),
            ),
            "The term of the means is not |mu_r - mu_f|^2: one mean a feature, the difference of each "
            "squared, and the sum of these over the D features.",
        ),
        Mistake(
            (
                _with(means=lambda r, f: 0.0),
                lambda real, fake: _means(real, fake),
                _with(traces=lambda a, b: 0.0, times=0.0),
            ),
            "Half of the distance is missing: the means differ, and the covariances do; each has its own "
            "term, and neither sees what the other measures.",
        ),
        Mistake(
            _with(times=1.0),
            "The 2 before the root is missing: for two equal sets C_r + C_f is twice C, and the distance of "
            "a set to itself must be 0.",
        ),
        Mistake(
            (
                _with(times=-2.0),
                _with(times=-1.0),
                _with(means=lambda r, f: -_means(r, f)),
                _with(traces=lambda a, b: a.trace() - b.trace()),
                _with(traces=lambda a, b: b.trace() - a.trace()),
                _of(lambda value: -value),
            ),
            "A sign is turned: the squared means and both covariances are added, and twice the root is "
            "subtracted; only then two equal sets are at distance 0.",
        ),
        Mistake(
            (
                _with(traces=lambda a, b: a.trace()),
                _with(traces=lambda a, b: b.trace()),
                _with(traces=lambda a, b: (a + b).trace() / 2),
                _with(traces=lambda a, b: 0.0),
            ),
            "The trace of C_r + C_f is not whole: both covariances count, each in full; what is then "
            "subtracted is twice their root, and nothing is left only if they are equal.",
        ),
        Mistake(
            (
                _with(cov=_biased),
                _with(cov=_scaled(lambda n: n)),
                _uneven(_biased, _cov),
                _uneven(_cov, _biased),
            ),
            "A covariance is divided by the number of images where one less is wanted: the deviations are "
            "from the mean of the same images, so they come out too small, the more so the fewer there are.",
        ),
        Mistake(
            (
                _with(cov=_scaled(lambda n: n, centre=False)),
                _with(cov=_scaled(lambda n: n - 1, centre=False)),
            ),
            "The mean is not taken off before the products: these are second moments, in which the means "
            "count once more, and not covariances.",
        ),
        Mistake(
            _with(cov=_scaled(lambda n: 1)),
            "The sums of products are divided by nothing: a covariance is a mean, and here the larger set "
            "would count for more.",
        ),
        Mistake(
            (
                _of(lambda value: value.sqrt()),
                _of(lambda value: value.clamp(min=0).sqrt()),
            ),
            "This is the root of what is wanted: what goes by the name of FID is the squared distance.",
        ),
        Mistake(
            (
                lambda real, fake: _means(real, fake) + (_cov(real) - _cov(fake)).square().sum(),
                lambda real, fake: _means(real, fake) + (_cov(real) - _cov(fake)).norm(),
                lambda real, fake: _means(real, fake) + (_cov(real) - _cov(fake)).trace().abs(),
                lambda real, fake: _means(real, fake) + (_cov(real) - _cov(fake)).trace().square(),
                _with(
                    traces=lambda a, b: (a - b).abs().sum(),
                    times=0.0,
                ),
            ),
            "The covariances are subtracted from one another: what is wanted is tr(C_r + C_f - 2 (C_r "
            "C_f)^(1/2)), and no function of their difference gives that.",
        ),
        Mistake(
            (
                _with(traces=_entries, cross=lambda a, b: (_root(a) @ _root(b)).sum()),
                _with(traces=_entries),
                _with(cov=lambda x: torch.corrcoef(x.T)),
                _with(cov=lambda x: x.std(0).diag()),
            ),
            "Something else stands for a covariance or its trace: the covariance of the features is the full "
            "matrix in their own units, and a trace is the sum of its diagonal alone.",
        ),
        Mistake(
            (_ridge(1e-6), _ridge(1e-5), _ridge(1e-4), _ridge(1e-3)),
            "Right but for singular covariances: what should be an eigenvalue of 0 is a small number there "
            "(rounding in float32, or something added to the diagonal), and the root of it is not small any "
            "more: compute in float64, and add nothing.",
        ),
        Mistake(
            (
                _nan_where(lambda n, d: n <= d),
                _nan_where(lambda n, d: n <= d and n == 4),
                _nan_where(lambda n, d: n <= d and n == 3),
            ),
            "NaN for few images: their covariance has eigenvalues of 0, and rounding can make -1e-17 of one, "
            "which has no real root; cut them off at 0 (clamp) first, or take the root among complex numbers "
            "and then the real part.",
        ),
    ],
    hints=[
        "Two normal distributions differ in their means and in their covariances: the first is a squared "
        "length, the second a trace. Which axis of the features do mean and covariance run along?",
        "torch.cov wants the variables as rows, so it gets the transpose, and divides as is wanted. The root "
        "is of the matrix C_r C_f, and not of its entries: what are the eigenvalues of a root?",
        "The trace of the root is the sum of the roots of torch.linalg.eigvals of the product; these are "
        "complex numbers, so take the real part in the end. All in float64: .double() first.",
    ],
)
