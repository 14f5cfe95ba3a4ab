"""What the lectures print about convolutional GANs: parts of one, and samples of many of them."""

import pytest
import torch
from torch import nn
from torch.distributions import Normal

from course_utils import checkpoints, data
from course_utils.gan import ImageDiscriminator, ImageGenerator
from course_utils.gan.tricks import VirtualBatchNorm2d
from course_utils.metrics import bin_shares, bins_covered, cluster_centres, frechet_distance


def test_sparse_gradients_are_the_discriminators_trouble():
    """Below 0 a ReLU sends nothing back, a LeakyReLU a fifth; the generator of a DCGAN is built on ReLU."""
    x = torch.tensor([-1.0, -3.0], requires_grad=True)
    dead, alive = (torch.autograd.grad(f(x).sum(), x)[0] for f in (nn.ReLU(), nn.LeakyReLU(0.2)))
    assert not dead.any() and alive.tolist() == pytest.approx([0.2, 0.2])
    g, d = ImageGenerator(4), ImageDiscriminator()
    assert sum(isinstance(m, nn.ReLU) for m in g.modules()) == 2
    assert not any(isinstance(m, nn.ReLU | nn.MaxPool2d) for m in d.modules())


def test_softmax_of_one_logit_says_nothing():
    logit = torch.tensor([[-3.0], [0.5]], requires_grad=True)
    assert logit.softmax(1).tolist() == [[1.0], [1.0]]
    assert not torch.autograd.grad(logit.softmax(1).sum(), logit)[0].any()
    assert torch.autograd.grad(logit.sigmoid().sum(), logit)[0].all()


def test_a_reference_with_the_current_batch_leaves_its_images_dependent():
    generator = torch.Generator().manual_seed(0)
    reference, batch = (
        torch.randn(6, 2, 3, 3, generator=generator),
        torch.randn(4, 2, 3, 3, generator=generator),
    )
    other = batch.clone()
    other[1:] += 5

    def printed(x):
        both = torch.cat([reference, x])
        return (x - both.mean((0, 2, 3), keepdim=True)) / both.std((0, 2, 3), keepdim=True)

    norm = VirtualBatchNorm2d(2, len(reference))
    with torch.no_grad():
        held = [norm(torch.cat([reference, x]))[6] for x in (batch, other)]
    assert torch.allclose(*held, atol=1e-6)
    assert (printed(batch)[0] - printed(other)[0]).abs().max() > 0.1


def test_a_rotation_of_the_codes_leaves_the_samples_distribution():
    """z and Q z have one density, so G(z) and G(Q z) draw the same images, with other directions as axes."""
    torch.manual_seed(0)
    z, turn = torch.randn(20_000, 3).double(), torch.linalg.qr(torch.randn(3, 3).double()).Q
    prior = Normal(torch.zeros(3).double(), 1.0)
    assert torch.allclose(prior.log_prob(z).sum(1), prior.log_prob(z @ turn).sum(1))
    g = ImageGenerator(3, width=4).eval()
    with torch.no_grad():
        one, other = (g(codes.float()).flatten(1) for codes in (z, z @ turn))
    assert (one - other).abs().max() > 0.01  # image by image another map
    assert torch.allclose(one.mean(0), other.mean(0), atol=0.002)
    assert torch.allclose(torch.cov(one.T), torch.cov(other.T), atol=1e-4)


def test_a_cut_on_one_side_is_no_truncation():
    z = torch.randn(200_000, generator=torch.Generator().manual_seed(0)).double()
    one_sided, both = z[z < 0.5], z[z.abs() <= 0.5]
    assert one_sided.mean().item() == pytest.approx(-0.3521 / 0.6915, abs=0.01)  # -density over share below
    assert one_sided.min() < -3
    assert both.mean().abs() < 0.01 and both.abs().max() <= 0.5


T_95 = 2.571  # of Student's t with 5 degrees of freedom, six seeds: 95 % lie within


def in_errors(difference):
    """Student's t of paired differences [seeds]: their mean in standard errors."""
    return (difference.mean() / (difference.std() / len(difference) ** 0.5)).item()


@pytest.fixture(scope="module")
def scores():
    """{switch: Frechet distance to unseen digits and bins covered [seeds, 2]}, from the study's samples."""
    study, judge = checkpoints.load("digits_gan_tricks")[0], checkpoints.load("digit_classifier")[0]
    with torch.no_grad():
        train, real = (judge.features(data.load("digits", split=part).images) for part in ("train", "test"))
        centres = cluster_centres(train, 50)
        shares = bin_shares(train, centres)

        def judged(x):
            features = judge.features(x)
            bins = bins_covered(bin_shares(features, centres), shares)
            return frechet_distance(features, real), bins

        wanted = ("plain", "dropout_g", "dropout_g_on", "sgd_d")
        return {name: torch.tensor([judged(x) for x in study(name)]).double() for name in wanted}


def test_dropout_in_the_generator_is_better_left_on_and_best_left_out(scores):
    """By distance, paired by seed."""
    assert len(scores["plain"]) == 6
    for better, worse in (("dropout_g_on", "dropout_g"), ("plain", "dropout_g_on")):
        assert in_errors(scores[worse][:, 0] - scores[better][:, 0]) > T_95


def test_plain_descent_for_the_discriminator_changes_bins_and_not_the_distance(scores):
    difference = scores["sgd_d"] - scores["plain"]
    assert abs(in_errors(difference[:, 0])) < T_95
    assert in_errors(difference[:, 1]) > T_95
    assert 1 <= difference[:, 1].mean() <= 2
