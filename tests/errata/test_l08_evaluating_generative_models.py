"""What the lectures print about measuring generative models: small cases with exact answers."""

import itertools
import math

import pytest
import torch
from torch.nn import functional as F

RANDOM = torch.Generator()


@pytest.fixture(autouse=True)
def _seeded():
    RANDOM.manual_seed(0)


def entropy(p):
    """In nats, along the last dimension."""
    return -torch.xlogy(p, p).sum(-1)


def inception_score(shares, labels):
    """exp of the mean KL(p(y | x) || p(y)): images x with shares [X], labels p(y | x) [X, K]."""
    marginal = shares @ labels
    kl = (torch.xlogy(labels, labels) - torch.xlogy(labels, marginal)).sum(1)
    return (shares @ kl).exp().item()


def fid(a, b):
    """The printed form for two sets of features [N, D], with the covariances as means over the set."""
    ma, mb = a.mean(0), b.mean(0)
    ca, cb = ((x - x.mean(0)).T @ (x - x.mean(0)) / len(x) for x in (a, b))
    cross = torch.linalg.eigvals(ca @ cb).real.clamp(min=0).sqrt().sum()
    return ((ma - mb).square().sum() + ca.trace() + cb.trace() - 2 * cross).item()


def test_a_mean_over_the_data_scores_every_generator_alike():
    labels = 0.85 * torch.eye(3, dtype=torch.float64).repeat(2, 1) + 0.05  # of six images
    data = torch.full((6,), 1 / 6, dtype=torch.float64)
    one, other = F.one_hot(torch.tensor([2]), 6).double()[0], torch.arange(6).double().softmax(0)
    printed = [inception_score(data, labels) for _ in (one, other)]  # no generator stands in it
    ours = [inception_score(generator, labels) for generator in (one, other)]
    assert printed[0] == printed[1] and ours[0] < ours[1] - 0.1
    assert ours[0] == pytest.approx(1)  # one image again and again
    for shares in (data, one, other):  # the mean of the same x: the information of the image on the label
        information = entropy(shares @ labels) - shares @ entropy(labels)
        assert inception_score(shares, labels) == pytest.approx(information.exp().item())
    level = torch.full((3,), 1 / 3, dtype=torch.float64)  # with another p(y) the mean KL is another one
    elsewhere = one @ torch.xlogy(labels, labels / level).sum(1)
    assert elsewhere.exp().item() > ours[0] + 0.1


def test_equal_classes_score_above_the_data_themselves():
    labels = torch.eye(3, dtype=torch.float64)  # three kinds of images, all recognised
    data = torch.tensor([1 / 2, 1 / 4, 1 / 4], dtype=torch.float64)
    level = torch.full((3,), 1 / 3, dtype=torch.float64)
    assert inception_score(data, labels) == pytest.approx(2**1.5)
    assert inception_score(level, labels) == pytest.approx(3)
    distance = [(shares - data).abs().sum().item() for shares in (data, level)]
    assert distance[0] == 0 and distance[1] == pytest.approx(1 / 3)  # and the better score has the larger
    for shares in torch.rand(200, 3, generator=RANDOM, dtype=torch.float64):
        assert inception_score(shares / shares.sum(), labels) < 3


def test_two_good_objects_are_unsure_and_strong_noise_is_certain():
    prototypes = 10 * torch.eye(5, dtype=torch.float64)  # a linear classifier: the logits are W x
    single, both = prototypes[0], prototypes[0] + prototypes[1]
    h_single, h_both = (entropy((prototypes @ x).softmax(0)).item() for x in (single, both))
    assert h_single < 1e-9 and h_both == pytest.approx(math.log(2))
    noise = torch.randn(5, generator=RANDOM, dtype=torch.float64)
    contrast = [entropy((strength * prototypes @ noise).softmax(0)).item() for strength in (0, 0.1, 1, 10)]
    assert contrast[0] == pytest.approx(math.log(5)) and contrast == sorted(contrast, reverse=True)
    assert contrast[-1] < 1e-9  # as certain as of the good image


@pytest.mark.parametrize("classes", [2, 10])
def test_from_zero_to_c_is_one_class_too_many(classes):
    probabilities = torch.randn(classes, generator=RANDOM, dtype=torch.float64).softmax(0)
    assert sum(probabilities[c].item() for c in range(classes)) == pytest.approx(1)
    with pytest.raises(IndexError):
        sum(probabilities[c].item() for c in range(classes + 1))
    more = torch.randn(classes + 1, generator=RANDOM, dtype=torch.float64).softmax(0)
    assert more[:classes].sum() < 1  # with a further class the sum over the classes is not 1


def test_the_printed_form_breaks_the_triangle_and_its_root_does_not():
    """One feature: the printed form is (m - m')^2 + (s - s')^2, by two points at m - s and m + s."""
    spread = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    a, b, c = (mean + sigma * spread for mean, sigma in ((0, 1), (1, 2), (2, 3)))
    assert fid(a, b) == pytest.approx(2) and fid(b, c) == pytest.approx(2) and fid(a, c) == pytest.approx(8)
    assert fid(a, c) > fid(a, b) + fid(b, c) + 3
    assert math.sqrt(fid(a, c)) == pytest.approx(math.sqrt(fid(a, b)) + math.sqrt(fid(b, c)))
    for factor in (2, 3):  # in other units, a distance grows by the factor, and this by its square
        assert fid(factor * a, factor * c) == pytest.approx(factor**2 * fid(a, c))
    sets = torch.randn(20, 3, 6, 2, generator=RANDOM, dtype=torch.float64)
    for x, y, z in sets:
        way = [math.sqrt(fid(*pair)) for pair in ((x, y), (y, z), (x, z))]
        assert way[2] <= way[0] + way[1]


def test_blends_of_images_have_fid_zero_in_pixels():
    """A turn of the images' *numbers* that leaves (1, ..., 1) where it is: each new one is a sum of all."""
    images = torch.rand(12, 30, generator=RANDOM, dtype=torch.float64).round()  # black or white
    v = torch.randn(12, generator=RANDOM, dtype=torch.float64)
    v = (v - v.mean()) / (v - v.mean()).norm()
    turn = torch.eye(12, dtype=torch.float64) - 2 * torch.outer(v, v)
    blends = turn @ images
    assert torch.allclose(blends.mean(0), images.mean(0))
    assert torch.allclose(blends.T @ blends, images.T @ images)  # so all second moments as well
    assert fid(images, blends) == pytest.approx(0, abs=1e-5)
    assert torch.allclose(turn.sum(1), torch.ones(12).double()) and (turn.abs() > 1e-6).all()
    level = torch.minimum(blends.abs(), (blends - 1).abs()) > 1e-6  # neither black nor white
    assert level.double().mean() > 0.5 and level.any(1).all()
    assert fid(images, images[:6]) > 1  # twelve images against six of them: all of them good ones


def test_against_the_training_images_a_copy_beats_a_perfect_model():
    """Draws of one feature from a fair coin: all 16 sets of four, as training set, test set and samples."""
    sets = [torch.tensor(four).double()[:, None] for four in itertools.product((0, 1), repeat=4)]
    table = torch.tensor([[fid(a, b) for b in sets] for a in sets], dtype=torch.float64)
    copy, perfect = table.diagonal().mean(), table.mean()  # against the training set
    assert copy.item() == pytest.approx(0, abs=1e-12)
    assert perfect > 1 / 8  # (m - m')^2 alone has the mean 2 / 4 of the variance 1/4
    means = torch.tensor([s.mean() for s in sets])
    assert (means[:, None] - means).square().mean().item() == pytest.approx(1 / 8)
    unseen = torch.stack([table.mean(1), table.mean(0)])  # a copy of the training set against all test sets
    assert unseen.mean().item() == pytest.approx(perfect.item())  # no more and no less than fresh draws


def test_a_likelihood_in_784_dimensions_and_a_distance_from_samples_alone():
    size = 784
    lower = torch.randn(size, size, generator=RANDOM, dtype=torch.float64).tril(-1) / size
    lower += torch.diag(0.5 + torch.rand(size, generator=RANDOM, dtype=torch.float64))
    z = torch.randn(size, generator=RANDOM, dtype=torch.float64)
    x = lower @ z  # a flow with one layer, and what it says of its own sample
    flow = -0.5 * (z @ z + size * math.log(2 * math.pi)) - lower.diagonal().log().sum()
    covariance = lower @ lower.T
    exact = -0.5 * (x @ torch.linalg.solve(covariance, x) + size * math.log(2 * math.pi))
    exact -= 0.5 * torch.linalg.slogdet(covariance).logabsdet
    assert flow.item() == pytest.approx(exact.item())
    bits = torch.tensor(list(itertools.product((0, 1), repeat=8)))  # a chain: like the last pixel with 0.9
    like = torch.where(bits[:, 1:] == bits[:, :-1], 0.9, 0.1).double()
    assert (0.5 * like.prod(1)).sum().item() == pytest.approx(1)
    values = torch.arange(3).double()
    p, q = torch.tensor([[0.5, 0.2, 0.3], [0.1, 0.6, 0.3]], dtype=torch.float64)
    kernel = (values[:, None] * values + 1) ** 3
    exact = (p - q) @ kernel @ (p - q)
    mean = 0.0  # of the estimate from two samples of each, over all that can be drawn
    for i, j, k, m in itertools.product(range(3), repeat=4):
        cross = (kernel[i, k] + kernel[i, m] + kernel[j, k] + kernel[j, m]) / 4
        mean += p[i] * p[j] * q[k] * q[m] * (kernel[i, j] + kernel[k, m] - 2 * cross)
    assert mean.item() == pytest.approx(exact.item()) and exact > 0.1


def test_five_of_nine_is_what_guessing_and_ticking_none_give():
    assert sum(math.comb(9, right) for right in range(5, 10)) / 2**9 == 0.5  # by guessing
    z, share, n = 1.96, 5 / 9, 9
    likely = torch.linspace(0, 1, 100_001, dtype=torch.float64)[1:-1]  # Wilson: who is within z deviations
    likely = likely[(share - likely).abs() <= z * (likely * (1 - likely) / n).sqrt()]
    assert likely[0].item() == pytest.approx(0.267, abs=5e-4)
    assert likely[-1].item() == pytest.approx(0.811, abs=5e-4)
    enough = next(n for n in range(9, 10_000, 9) if abs(share - 0.5) > z * math.sqrt(0.25 / n))
    assert enough == 315  # answers with the same share that would tell it from guessing
    real, fake = 5, 4
    ticked = {"none": (0, 0), "all": (fake, real), "sees": (fake, 0)}  # hits, false alarms
    score = {name: (hits + real - alarms) / 9 for name, (hits, alarms) in ticked.items()}
    assert score["none"] == 5 / 9 and score["all"] == 4 / 9 and score["sees"] == 1
    for name in ("none", "all"):  # hits as often as false alarms: nothing is seen
        assert ticked[name][0] / fake == ticked[name][1] / real


def test_a_copy_moved_by_one_pixel_is_not_found():
    stripes = (torch.arange(16) % 2).double().expand(16, 16)
    moved = stripes.roll(1, dims=1)
    grey = torch.full((16, 16), 0.5, dtype=torch.float64)
    to_original, to_grey = ((moved - other).square().sum().item() for other in (stripes, grey))
    assert to_original == 256 and to_grey == 64  # the nearest of the two is the grey one
    assert torch.equal(moved.roll(-1, dims=1), stripes)  # a copy, and nothing else
    assert (stripes - stripes).square().sum() == 0  # one that is copied pixel by pixel is found


def test_more_draws_bring_the_bound_to_the_likelihood():
    """z is 0 or 1, p(x | z) is 0.9 or 0.1 for the x at hand, and q(z | x) is 1/2: log p(x) = log 1/2."""
    exact, weights = math.log(0.5), torch.tensor([0.9, 0.1], dtype=torch.float64)
    bounds = []
    for draws in (1, 2, 5, 20, 100, 500):
        first = torch.arange(draws + 1, dtype=torch.float64)  # how many of the draws are z = 0
        chance = torch.tensor([math.comb(draws, k) / 2**draws for k in range(draws + 1)], dtype=torch.float64)
        bounds.append((chance @ ((first * weights[0] + (draws - first) * weights[1]) / draws).log()).item())
    assert bounds[0] == pytest.approx(weights.log().mean().item())  # the ELBO
    assert bounds[0] < exact - 0.5  # half a nat below
    assert bounds == sorted(bounds) and bounds[-1] < exact
    assert exact - bounds[-1] < 1e-3


def test_narrow_bumps_raise_the_observed_and_sink_the_unseen():
    """One normal bump on each of 40 points, judged on these and on 40 others: the normal's 80 quantiles."""
    seen, unseen = torch.special.ndtri((torch.arange(80).double() + 0.5) / 80).view(40, 2).T
    widths = torch.logspace(1, -9, 21, dtype=torch.float64)

    def mean_log(x, width):
        away = -0.5 * ((x[:, None] - seen) / width) ** 2 - width.log() - 0.5 * math.log(2 * math.pi)
        return (away.logsumexp(1) - math.log(40)).mean().item()

    observed, held = ([mean_log(x, width) for width in widths] for x in (seen, unseen))
    for width, value in zip(widths, observed, strict=True):  # its own bump alone gives as much
        assert value >= -math.log(40) - width.log().item() - 0.5 * math.log(2 * math.pi) - 1e-9
    best = held.index(max(held))
    assert 1e-3 < widths[best] < 1 and held[best:] == sorted(held[best:], reverse=True)
    assert held[-1] < -1e6 and max(observed) == observed[-1]
    truth = 0.5 * (seen.square().mean().item() + math.log(2 * math.pi))
    assert observed[-1] > -truth + 15  # above what the true density gives the same points
