import pytest
import torch

from course_utils import metrics


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def with_moments(mean, cov, n=50):
    """n points whose mean and unbiased covariance are exactly these."""
    x = normal(n, len(mean))
    x = x - x.mean(0)
    x = x @ torch.linalg.inv(torch.linalg.cholesky(x.T @ x / (n - 1))).T
    return x @ torch.linalg.cholesky(cov).T + mean


def test_frechet_distance_in_closed_form():
    """Diagonal covariances: |m1 - m2|^2 plus the squared distances of the standard deviations."""
    m1, m2 = torch.tensor([1.0, -2, 0.5]).double(), torch.tensor([0.0, 0, 3]).double()
    s1, s2 = torch.tensor([1.0, 0.5, 2]).double(), torch.tensor([3.0, 0.5, 0.1]).double()
    a, b = with_moments(m1, (s1**2).diag()), with_moments(m2, (s2**2).diag(), 80)
    wanted = ((m1 - m2) ** 2).sum() + ((s1 - s2) ** 2).sum()
    assert metrics.frechet_distance(a, b) == pytest.approx(wanted.item())
    assert metrics.frechet_distance(b, a) == pytest.approx(wanted.item())
    assert abs(metrics.frechet_distance(a, a)) < 1e-9
    assert metrics.frechet_distance(a, a + 2) == pytest.approx(12)


@pytest.mark.parametrize(("n", "width"), [(2, 1), (5, 40), (300, 12), (50, 50)])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_set_is_never_nearer_to_itself_than_0(n, width, scale):
    a = scale * normal(n, width)
    for one in (a, a.float(), a.flip(0), a.repeat(2, 1)):
        assert 0 <= metrics.frechet_distance(one, one) <= 1e-9 * max(1.0, scale**2)


def test_frechet_distance_against_scipys_square_root():
    from scipy.linalg import sqrtm

    a, b = normal(40, 6) @ normal(6, 6, seed=1), normal(60, 6, seed=2) + 1
    cov_a, cov_b = torch.cov(a.T).numpy(), torch.cov(b.T).numpy()
    wanted = ((a.mean(0) - b.mean(0)) ** 2).sum().item()
    wanted += (cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real).trace()
    assert metrics.frechet_distance(a, b) == pytest.approx(wanted, rel=1e-9)
    assert metrics.frechet_distance(a.float(), b.float()) == pytest.approx(wanted, rel=1e-4)


def test_frechet_distance_of_degenerate_sets():
    """Fewer points than features, a constant feature, a single repeated point."""
    few, other = normal(5, 20), normal(4, 20, seed=1)
    turned = torch.linalg.qr(normal(20, 20, seed=2)).Q
    distance = metrics.frechet_distance(few, other)
    assert distance > 0 and metrics.frechet_distance(few @ turned, other @ turned) == pytest.approx(distance)
    point = torch.ones(3, 20)
    spread = few.var(0).sum() + (few.mean(0) - 1).square().sum()
    assert metrics.frechet_distance(few, point) == pytest.approx(spread.item())
    assert metrics.frechet_distance(point, point) == 0


@pytest.mark.parametrize(("n", "width"), [(20, 64), (40, 256)])
def test_frechet_distance_of_few_points_is_exact(n, width):
    """By way of eigenvalues of S_a S_b, 40 points of 256 features lay -7e-4 from themselves."""
    x = normal(n, width).relu() * 10
    assert 0 <= metrics.frechet_distance(x, x.flip(0)) < 1e-9
    assert metrics.frechet_distance(x, x + 1) == pytest.approx(width, abs=1e-9)
    assert metrics.frechet_distance(x, 3 * x) == pytest.approx(
        4 * (x.mean(0).square() + x.var(0)).sum().item(), rel=1e-12
    )


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        (torch.zeros(4, 3), torch.zeros(4, 2), r"b must have shape \[M, 3\]; got \[4, 2\]"),
        (torch.zeros(1, 3), torch.zeros(4, 3), "a must have at least 2 rows; got 1"),
        (torch.zeros(4, 1, 8, 8), torch.zeros(4, 3), r"a must have shape \[N, F\]"),
        (torch.zeros(4, 3), torch.full((4, 3), torch.nan), "b must hold finite numbers only; got NaN"),
        (torch.full((4, 3), torch.inf), torch.zeros(4, 3), "a must hold finite numbers only"),
    ],
)
def test_what_frechet_distance_refuses(a, b, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.frechet_distance(a, b)
