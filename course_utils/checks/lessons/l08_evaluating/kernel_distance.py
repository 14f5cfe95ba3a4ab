"""eval.kernel_distance: how far apart two sets of features lie, by a kernel and without a bias."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l08_evaluating._clouds import clouds


def kernel_distance(real, fake):
    """The unbiased squared MMD with the kernel (x.y / D + 1)^3, a number: real [N, D], fake [M, D].

    Means over the pairs i != j of each set, less twice the mean over all N M pairs across; it may be negative
    (Binkowski et al. 2018, eq. 4).
    """
    real, fake = real.double(), fake.double()
    n, m, d = len(real), len(fake), real.shape[1]
    among_real, among_fake = (real @ real.T / d + 1) ** 3, (fake @ fake.T / d + 1) ** 3
    across = (real @ fake.T / d + 1) ** 3
    of_real = (among_real.sum() - among_real.trace()) / (n * (n - 1))
    of_fake = (among_fake.sum() - among_fake.trace()) / (m * (m - 1))
    return (of_real + of_fake - 2 * across.mean()).item()


def _kernel(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3


def _off(k):
    """The mean over i != j."""
    return (k.sum() - k.trace()) / (len(k) * (len(k) - 1))


def _mmd(kernel=_kernel, within=_off, across=torch.mean, cross=-2.0, own=1.0, other=1.0):
    """The distance with parts replaced: kernel(x, y), within(K), across(K) and the three factors."""

    def wrong(real, fake):
        real, fake = real.double(), fake.double()
        of_real, of_fake = within(kernel(real, real)), within(kernel(fake, fake))
        return own * of_real + other * of_fake + cross * across(kernel(real, fake))

    return wrong


def _power(degree, shift=1.0, by=lambda x: x.shape[1]):
    return _mmd(lambda x, y: (x @ y.T / by(x) + shift) ** degree)


def _of(change):
    """What becomes of the right answer."""
    return lambda real, fake: change(torch.tensor(kernel_distance(real, fake), dtype=torch.float64))


def _first(change):
    """The right distance of other features: change(real, fake)."""
    return lambda real, fake: kernel_distance(*change(real.double(), fake.double()))


def _squares(x, y):
    return torch.cdist(x, y).square()


def _divisors(of_real, of_fake):
    """Other divisors than n (n - 1) for the sums over i != j."""

    def wrong(real, fake):
        real, fake = real.double(), fake.double()
        parts = [(k.sum() - k.trace()) for k in (_kernel(real, real), _kernel(fake, fake))]
        n, m = len(real), len(fake)
        return parts[0] / of_real(n, m) + parts[1] / of_fake(n, m) - 2 * _kernel(real, fake).mean()

    return wrong


def _no_pairs(k):
    """The mean across, without the pairs of one number."""
    return (k.sum() - k.diagonal().sum()) / (k.numel() - min(k.shape))


exercise(
    "eval.kernel_distance",
    reference=kernel_distance,
    batch=False,
    inputs={
        "8 real and 6 generated images, 3 features": clouds(8, 6, 3),
        "5 real and 9 generated images, 6 features": clouds(5, 9, 6, shift=-1.0),
        "12 real and 7 generated images, 1 feature": clouds(12, 7, 1, shift=1.0),
        "10 images of each kind, 4 features": clouds(10, 10, 4, shift=0.3, scale=0.5),
        "6 real and 4 generated images alike, 2 features": lambda rng: (
            torch.randn(6, 2, generator=rng),
            torch.randn(4, 2, generator=rng),
        ),
        "2 images of each kind, 5 features": clouds(2, 2, 5),
    },
    mistakes=[
        Mistake(
            (
                _mmd(within=torch.mean),
                _mmd(within=lambda k: k.sum() / (len(k) * (len(k) - 1))),
                lambda real, fake: _mmd(within=torch.mean)(real, fake).clamp(min=0),
                lambda real, fake: _mmd(within=torch.mean)(real, fake).clamp(min=0).sqrt(),
                lambda real, fake: _mmd(within=torch.mean)(real, fake).sqrt(),
                _mmd(lambda x, y: (x @ y.T + 1) ** 3, within=torch.mean),
                _mmd(within=lambda k: k.triu().sum() / (len(k) * (len(k) + 1) / 2)),
            ),
            "The diagonal is left in: k(x, x) of a point with itself is large and has no partner in the term "
            "across, so two equal distributions come out above 0; take the pairs i != j only.",
        ),
        Mistake(
            (
                _mmd(within=lambda k: (k.sum() - k.trace()) / len(k) ** 2),
                _divisors(lambda n, m: n * n, lambda n, m: m * (m - 1)),
                _divisors(lambda n, m: n * (n - 1), lambda n, m: m * m),
            ),
            "The pairs i != j are divided by the number of all pairs: there are n (n - 1) of them in a set "
            "of n, and not n^2; too small a mean within biases the distance downwards.",
        ),
        Mistake(
            (
                _divisors(lambda n, m: m * (m - 1), lambda n, m: n * (n - 1)),
                _divisors(lambda n, m: n * (n - 1), lambda n, m: n * (n - 1)),
                _divisors(lambda n, m: m * (m - 1), lambda n, m: m * (m - 1)),
                _divisors(lambda n, m: n * m, lambda n, m: n * m),
            ),
            "The numbers of real and generated images are mixed up: each set's sum is divided by the number "
            "of its own pairs.",
        ),
        Mistake(
            (
                _power(3, by=lambda x: 1),
                _power(3, by=lambda x: x.shape[1] ** 0.5),
                _power(3, by=lambda x: x.shape[1] ** 2),
                _power(3, by=lambda x: 1 / x.shape[1]),
                _mmd(lambda x, y: (x @ y.T / len(x) + 1) ** 3),
                _mmd(lambda x, y: (x @ y.T + 1) ** 3 / x.shape[1]),
                _mmd(lambda x, y: ((x @ y.T + 1) / x.shape[1]) ** 3),
            ),
            "The inner product is not divided by D as it should be, x.y / D before the 1 is added: it is "
            "meant as a mean over the features, so that more of them do not drown the 1.",
        ),
        Mistake(
            (
                _power(1),
                _power(2),
                _power(4),
                _mmd(lambda x, y: ((x @ y.T / x.shape[1]) + 1) * 3),
                _mmd(lambda x, y: (x @ y.T / x.shape[1]) ** 3 + 1),
                _power(3, shift=0.0),
                _power(3, shift=-1.0),
                _power(1, shift=0.0),
                _power(2, shift=0.0),
            ),
            "The kernel is not the cube of x.y / D + 1: the cube with the 1 inside compares the moments up "
            "to the third, and another power or bracket compares others.",
        ),
        Mistake(
            (
                _of(torch.sqrt),
                _of(lambda value: value.clamp(min=0).sqrt()),
                _of(lambda value: value.abs().sqrt()),
                _of(lambda value: value.sign() * value.abs().sqrt()),
            ),
            "A root is taken: the squared MMD is wanted, which has an estimate without a bias; of its root "
            "there is none, and where the estimate is negative not even a root.",
        ),
        Mistake(
            (
                _mmd(cross=-1.0),
                _mmd(cross=-0.5),
            ),
            "The term across has not its factor 2: the square of a difference is a^2 + b^2 - 2 a b, and with "
            "less two equal distributions are not at 0.",
        ),
        Mistake(
            (
                _mmd(cross=2.0),
                _mmd(cross=1.0),
                _mmd(other=-1.0),
                _mmd(own=-1.0),
                _of(lambda value: -value),
                _mmd(own=-1.0, other=-1.0, cross=-2.0),
            ),
            "A sign is turned: both sets' own means are added and twice the mean across is subtracted, for "
            "points of one set that are more alike than points of two make the distance large.",
        ),
        Mistake(
            (
                _of(torch.abs),
                _of(lambda value: value.clamp(min=0)),
                _of(lambda value: value.clamp(min=1e-6)),
                _of(lambda value: value.clamp(min=1e-12)),
            ),
            "Negative estimates are hidden (cut off at 0, or made positive): an estimate without a bias must "
            "often fall below 0 where the distributions are equal, or its mean is not 0.",
        ),
        Mistake(
            _mmd(across=_no_pairs),
            "Pairs are left out across: real image 3 and generated image 3 share a number and nothing else; "
            "the mean across runs over all N M pairs.",
        ),
        Mistake(
            (
                _mmd(across=torch.sum),
                _mmd(within=lambda k: k.sum() - k.trace()),
                _mmd(within=lambda k: k.sum() - k.trace(), across=torch.sum),
                _mmd(within=torch.sum, across=torch.sum),
                _mmd(within=lambda k: k.triu(1).sum() / (len(k) * (len(k) - 1))),
                _mmd(within=lambda k: (k.sum() - k.trace()) / (len(k) - 1)),
                _mmd(within=lambda k: (k.sum() - k.trace()) / len(k)),
                _mmd(across=lambda k: k.sum() / (len(k) * (len(k) - 1))),
                _mmd(across=lambda k: k.sum() / (len(k) * (k.shape[1] - 1))),
            ),
            "A sum and the number of its terms do not fit: the terms are three means, over n (n - 1) pairs, "
            "each counted both ways round, over m (m - 1), and over N M.",
        ),
        Mistake(
            (
                *(
                    _mmd(lambda x, y, by=by: (-_squares(x, y) / by(x)).exp())
                    for by in (lambda x: 2, lambda x: 1, lambda x: x.shape[1], lambda x: 2 * x.shape[1])
                ),
                _mmd(lambda x, y: -torch.cdist(x, y)),
                _mmd(_squares),
                _mmd(lambda x, y: (_squares(x, y) / x.shape[1] + 1) ** 3),
                _mmd(lambda x, y: (torch.cdist(x, y) / x.shape[1] + 1) ** 3),
            ),
            "A distance between points stands in the kernel: KID's is a polynomial of the inner product x.y, "
            "which needs no width to be chosen.",
        ),
        Mistake(
            (
                _first(lambda r, f: (r / r.norm(dim=1, keepdim=True), f / f.norm(dim=1, keepdim=True))),
                _first(lambda r, f: (r - r.mean(0), f - f.mean(0))),
                _first(lambda r, f: (r - r.mean(0), f - r.mean(0))),
                _first(lambda r, f: ((r - r.mean(0)) / r.std(0), (f - r.mean(0)) / r.std(0))),
                lambda real, fake: (real.double().mean(0) - fake.double().mean(0)).square().sum(),
            ),
            "The features are not left as they are: x.y is of the features themselves, and what is centred, "
            "scaled or averaged away before is not compared any more.",
        ),
        Mistake(
            (
                lambda real, fake: _kernel(real.T, real.T) + _kernel(fake.T, fake.T),
                lambda real, fake: (real.T @ fake / real.shape[1] + 1) ** 3,
                lambda real, fake: real.T @ fake,
                lambda real, fake: real @ fake,
                lambda real, fake: real * fake,
                lambda real, fake: _kernel(real, real) + _kernel(fake, fake) - 2 * _kernel(real, fake),
                lambda real, fake: real.double().T @ fake.double(),
                lambda real, fake: real.double() * fake.double(),
                lambda real, fake: real.double() @ fake.double(),
            ),
            "The shapes do not fit: the kernel matrices are [N, N], [M, M] and [N, M], one row an image "
            "(x @ y.T), and each is averaged by itself before they are put together.",
        ),
        Mistake(
            (
                _of(lambda value: 100 * value),
                _of(lambda value: 1000 * value),
                _of(lambda value: value / 2),
            ),
            "The whole is scaled: papers print KID times 100 or 1000 to save zeros, and the squared MMD "
            "itself is wanted.",
        ),
    ],
    hints=[
        "Three means of the same kernel: among the real images, among the generated ones, and across. Which "
        "pairs among images of one set say nothing of how the set is spread?",
        "x @ y.T holds all inner products at once. A sum over i and j that differ is the sum of all less the "
        "trace; how many such pairs are there?",
        "Divide the products by D, add 1, cube. Both means within are added, twice the mean across is "
        "subtracted; no root, and nothing is cut off.",
    ],
)
