import itertools

import pytest
import torch
from sklearn.metrics.pairwise import polynomial_kernel

from course_utils.metrics import kernel_distance


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_it_equals_explicit_loops():
    x, y = normal(5, 3).tolist(), (normal(7, 3, seed=1) + 0.5).tolist()

    def mean(pairs):
        values = []
        for a, b in pairs:
            product = 0.0
            for one, other in zip(a, b, strict=True):
                product += one * other
            values.append((product / 3 + 1) ** 3)
        return sum(values) / len(values)

    within = mean(itertools.permutations(x, 2)) + mean(itertools.permutations(y, 2))
    wanted = within - 2 * mean(itertools.product(x, y))
    assert kernel_distance(torch.tensor(x), torch.tensor(y)) == pytest.approx(wanted, rel=1e-5)
    assert kernel_distance(torch.tensor(y).double(), torch.tensor(x).double()) == pytest.approx(wanted)


def test_it_agrees_with_scikit_learns_kernel():
    x, y = normal(50, 16), 1.3 * normal(40, 16, seed=1)
    xx, yy, xy = (
        polynomial_kernel(a, b, degree=3) for a, b in ((x, x), (y, y), (x, y))
    )  # gamma 1/F, coef0 1
    wanted = (xx.sum() - xx.trace()) / (50 * 49) + (yy.sum() - yy.trace()) / (40 * 39) - 2 * xy.mean()
    assert kernel_distance(x, y) == pytest.approx(wanted, rel=1e-10)


def test_its_mean_is_0_for_equal_distributions_and_it_is_often_negative():
    found = torch.tensor([kernel_distance(*normal(2, 12, 4, seed=s)) for s in range(3000)])
    assert abs(found.mean()) < 4 * found.std() / 3000**0.5
    assert 0.4 < (found < 0).double().mean() < 0.75


def test_its_mean_is_the_true_one_in_closed_form():
    """y = 1 or -1 evenly, against x = 1: k(x, x) = 8, and k(y, y') and k(x, y) are 8 or 0 evenly."""
    generator = torch.Generator().manual_seed(0)
    ones = torch.ones(6, 1).double()
    signs = torch.randint(0, 2, (4000, 6, 1), generator=generator).double() * 2 - 1
    found = torch.tensor([kernel_distance(ones, y) for y in signs])
    assert abs(found.mean() - (8 + 4 - 2 * 4)) < 4 * found.std() / 4000**0.5


@pytest.mark.parametrize(
    ("real", "fake", "sentence"),
    [
        (torch.zeros(4, 3), torch.zeros(4, 2), r"fake must have shape \[M, 3\]"),
        (torch.zeros(4, 3), torch.zeros(1, 3), "fake must have at least 2 rows; got 1"),
        (torch.full((4, 3), torch.inf), torch.zeros(4, 3), "real must hold finite numbers only"),
    ],
)
def test_what_it_refuses(real, fake, sentence):
    with pytest.raises(ValueError, match=sentence):
        kernel_distance(real, fake)
