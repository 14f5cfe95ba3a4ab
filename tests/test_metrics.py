import pytest
import torch

from course_utils import metrics
from course_utils.autoencoders import count_parameters


def seeded(*shape):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def test_the_classifier_reads_its_features():
    model = metrics.DigitClassifier(channels=(4, 6), features=5)
    x = seeded(3, 1, 8, 8)
    features = model.features(x)
    assert features.shape == (3, 5) and (features >= 0).all()
    assert torch.equal(model(x), model.head(features)) and model(x).shape == (3, 10)
    convolutions = (9 + 1) * 4 + (9 * 4 + 1) * 4 + (9 * 4 + 1) * 6 + (9 * 6 + 1) * 6
    assert count_parameters(model) == convolutions + (6 * 2 * 2 + 1) * 5 + (5 + 1) * 10


@pytest.mark.parametrize("shape", [(3, 64), (3, 1, 28, 28), (3, 3, 8, 8)])
def test_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"x must have shape \[B, 1, 8, 8\]; got"):
        metrics.DigitClassifier()(seeded(*shape))


def test_agreement_is_the_share_read_as_asked():
    logits = torch.tensor([[2.0, 0, 0], [0, 1, 3], [0, 5, 1], [1, 0, 0]])
    assert metrics.agreement(lambda images: images, logits, torch.tensor([0, 2, 1, 1])) == 0.75
    assert metrics.agreement(lambda images: -images, logits, torch.tensor([0, 2, 1, 1])) == 0.25


@pytest.mark.parametrize(
    ("images", "labels", "sentence"),
    [
        (torch.zeros(4, 3), torch.zeros(3), r"labels must have shape \[4\]; got \[3\]"),
        (torch.zeros(0, 3), torch.zeros(0), "images must not be empty"),
    ],
)
def test_bad_input(images, labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.agreement(lambda x: x, images, labels)


MODES = torch.tensor([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])


def test_a_mode_counts_from_its_share_on():
    """Ten points: six on the first mode, three on the second, one on the third, each 0.14 away from it."""
    samples = MODES[[0] * 6 + [1] * 3 + [2]] + torch.tensor([0.1, -0.1])
    for share, count in ((0.05, 3), (0.1, 3), (0.11, 2), (0.3, 2), (0.31, 1), (0.61, 0)):
        assert metrics.modes_covered(samples, MODES, 0.2, share) == count
    assert metrics.modes_covered(samples, MODES, 0.1) == 0
    assert metrics.modes_covered(samples[:6], MODES, 0.2) == 1


def test_samples_of_the_mixture_cover_it():
    noise = torch.randn(300, 2, generator=torch.Generator().manual_seed(0))
    assert metrics.modes_covered(MODES.repeat(100, 1) + 0.1 * noise, MODES, 0.3, 0.3) == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"samples": torch.zeros(4, 3)}, r"means must have shape \[K, 3\]"),
        ({"radius": 0}, "radius must be a finite number above 0"),
        ({"at_least": 20}, "at_least must be a finite number above 0 and at most 1; got 20"),
    ],
)
def test_what_modes_covered_refuses(change, sentence):
    arguments = {"samples": torch.zeros(4, 2), "means": MODES, "radius": 0.5, "at_least": 0.1, **change}
    with pytest.raises(ValueError, match=sentence):
        metrics.modes_covered(**arguments)


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


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        (torch.zeros(4, 3), torch.zeros(4, 2), r"b must have shape \[M, 3\]; got \[4, 2\]"),
        (torch.zeros(1, 3), torch.zeros(4, 3), "a must have at least 2 rows; got 1"),
        (torch.zeros(4, 1, 8, 8), torch.zeros(4, 3), r"a must have shape \[N, F\]"),
    ],
)
def test_what_frechet_distance_refuses(a, b, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.frechet_distance(a, b)


def test_cluster_centres_find_separate_groups():
    groups = torch.tensor([[0.0, 0], [10, 0], [0, 10], [7, 7]]).double()
    x = groups.repeat_interleave(30, 0) + 0.2 * normal(120, 2)
    centres = metrics.cluster_centres(x, 4)
    means = x.view(4, 30, 2).mean(1)
    order = torch.cdist(means, centres).argmin(1)
    assert torch.allclose(centres[order], means) and sorted(order.tolist()) == [0, 1, 2, 3]
    assert torch.equal(centres, metrics.cluster_centres(x, 4))
    every = metrics.cluster_centres(x[:5], 5)  # as many centres as points: the points themselves
    assert torch.cdist(every, x[:5]).min(1).values.max() < 1e-6 and len(every.unique(dim=0)) == 5


def test_bins_that_hold_their_part_are_covered():
    centres = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    data = metrics.bin_shares(torch.tensor([[0.1], [0.9], [1.1], [2.2], [2.0], [1.8], [2.1], [2.4]]), centres)
    assert data.tolist() == [1 / 8, 2 / 8, 5 / 8, 0]
    samples = metrics.bin_shares(torch.tensor([[0.0]] * 15 + [[1.0]] + [[2.0]] * 4), centres)
    assert samples.tolist() == pytest.approx([0.75, 0.05, 0.2, 0])
    for part, count in ((0.2, 4), (0.25, 3), (0.32, 3), (0.33, 2)):
        assert metrics.bins_covered(samples, data, part) == count
    with pytest.raises(ValueError, match="k must be at least 1 and at most 4; got 9"):
        metrics.cluster_centres(centres, 9)
    with pytest.raises(ValueError, match="part must be a finite number above 0"):
        metrics.bins_covered(samples, data, 0)


def test_precision_and_recall_by_hand():
    """On a line, k = 1: the data's balls have radius 1; the first samples' have 0.2 and 0.5."""
    real = torch.tensor([[0.0], [1.0], [10.0], [11.0]])
    fake = torch.tensor([[0.5], [0.7], [30.0], [30.5]])
    assert metrics.precision_recall(real, fake, k=1) == (0.5, 0.0)
    fake = torch.tensor([[0.5], [1.2], [9.8], [50.0]])  # balls of radius 0.7, 0.7, 8.6, 40.2
    assert metrics.precision_recall(real, fake, k=1) == (0.75, 1.0)
    fake = torch.tensor([[0.1], [0.3], [0.4], [0.5]])  # one place of two: all precise, little recalled
    assert metrics.precision_recall(real, fake, k=1) == (1.0, 0.25)


def test_a_set_covers_itself_and_nothing_far():
    x = seeded(40, 5)
    assert metrics.precision_recall(x, x) == (1.0, 1.0)
    assert metrics.precision_recall(x, x + 100) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("fake", "sentence"),
    [(torch.zeros(5, 2), "fake must have shape"), (torch.zeros(3, 3), "fake must have more than k = 3 rows")],
)
def test_precision_refuses(fake, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.precision_recall(seeded(9, 3), fake)
