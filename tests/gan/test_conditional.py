"""Players that are told a label: shapes, where the label enters, and what the projection can express."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_utils import gan
from course_utils.gan import conditional

Y = torch.tensor([3, 0, 9, 3])
GENERATORS = [conditional.JoinedGenerator, conditional.EmbeddedGenerator]
TOLD = [conditional.JoinedDiscriminator, conditional.ProjectionDiscriminator]


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize("make", GENERATORS)
@pytest.mark.parametrize(("size", "channels"), [(8, 1), (28, 1), (32, 3), ((12, 20), 1)])
def test_generators_make_images_that_depend_on_the_label(make, size, channels):
    G = gan.initialise(make(5, size=size, channels=channels, width=4))
    for module in G.modules():
        if isinstance(module, conditional.ConditionalBatchNorm2d):
            nn.init.normal_(module.scale.weight, 1.0, 0.5)
    z = torch.randn(4, 5)
    x = G(z, Y)
    height, width = size if isinstance(size, tuple) else (size, size)
    assert x.shape == (4, channels, height, width) and x.min() > 0 and x.max() < 1
    assert not torch.allclose(x, G(z, (Y + 1) % 10))


@pytest.mark.parametrize("make", TOLD)
def test_discriminators_judge_image_and_label_together(make):
    D, x = make(width=4), torch.rand(4, 1, 8, 8)
    assert D(x, Y).shape == (4, 1) and not torch.allclose(D(x, Y), D(x, (Y + 1) % 10))
    for row in range(4):  # no row sees another
        assert torch.allclose(D(x[row : row + 1], Y[row : row + 1]), D(x, Y)[row : row + 1], atol=1e-6)


@pytest.mark.parametrize("make", [*GENERATORS, *TOLD])
def test_labels_outside_are_told(make):
    net = make(5, width=4) if make in GENERATORS else make(width=4)
    first = torch.randn(2, 5) if make in GENERATORS else torch.rand(2, 1, 8, 8)
    for y, said in [([0, 10], "0 to 9; got 0 to 10"), ([-1, 0], "got -1 to 0"), ([1], "shape")]:
        with pytest.raises(ValueError, match=said):
            net(first, torch.tensor(y))


def test_label_maps_are_one_hot_everywhere():
    maps = conditional.label_maps(Y, 10, 4)
    assert maps.shape == (4, 10, 4, 4) and torch.equal(maps[:, :, 2, 1], F.one_hot(Y, 10).float())
    assert torch.equal(maps, maps[:, :, :1, :1].expand_as(maps))


def test_labels_may_be_whole_numbers_of_any_kind():
    for dtype in (torch.int32, torch.uint8):
        assert torch.equal(
            conditional.label_maps(Y.to(dtype), 10, (2, 3)), conditional.label_maps(Y, 10, (2, 3))
        )


def test_joining_is_one_more_input_of_the_plain_players():
    G, z = conditional.JoinedGenerator(5, width=4), torch.randn(4, 5)
    assert torch.equal(G(z, Y), G.net(torch.cat([z, F.one_hot(Y, 10)], 1)))
    D, x = conditional.JoinedDiscriminator(width=4), torch.rand(4, 1, 8, 8)
    seen = torch.cat([x, conditional.label_maps(Y, 10, 8)], 1)
    assert torch.equal(D(x, Y), D.head(D.features(seen)))


def test_conditional_batch_norm_is_batch_norm_and_then_the_label_s_scale_and_shift():
    norm, x = conditional.ConditionalBatchNorm2d(3), torch.randn(4, 3, 5, 5)
    plain = nn.BatchNorm2d(3)
    assert torch.allclose(norm(x, Y), plain(x), atol=1e-6)  # it starts without regard to the label
    nn.init.normal_(norm.scale.weight)
    nn.init.normal_(norm.shift.weight)
    wanted = norm.scale.weight[Y][:, :, None, None] * plain(x) + norm.shift.weight[Y][:, :, None, None]
    assert torch.allclose(norm(x, Y), wanted, atol=1e-6)
    norm.eval(), plain.eval()  # running statistics are of all labels together
    assert torch.allclose(norm.norm.running_mean, plain.running_mean)


def test_initialise_leaves_the_label_s_scales_alone():
    G = gan.initialise(conditional.EmbeddedGenerator(5, width=4))
    norms = [module for module in G.modules() if isinstance(module, conditional.ConditionalBatchNorm2d)]
    assert len(norms) == 2 and all((norm.scale.weight == 1).all() for norm in norms)


def test_the_projection_is_a_head_and_an_inner_product():
    features, V, head = torch.randn(4, 6), torch.randn(10, 6), nn.Linear(6, 1)
    logit = conditional.projection_logit(features, Y, head, V)
    for row in range(4):
        wanted = head(features[row]) + V[Y[row]] @ features[row]
        assert torch.allclose(logit[row], wanted, atol=1e-6)
    with pytest.raises(ValueError, match=r"embedding must have shape \[K, 6\]"):
        conditional.projection_logit(features, Y, head, V[:, :3])


def test_the_best_logit_of_gaussian_classes_is_a_projection():
    """Data N(m_y, s^2), samples N(n_y, t^2), labels with shares a and b: log p(x, y) / q(x, y), exactly.

    p(y | x) and q(y | x) are softmaxes of something linear in phi(x) = (x, 1), so the part with y is
    <v_y, phi(x)>; what is left, log p(x) / q(x) and two normalisers, has no y and goes to the head.
    """
    x = torch.linspace(-5, 5, 201, dtype=torch.float64)
    m, n = (torch.tensor(v, dtype=torch.float64) for v in ([-2.0, 0.0, 1.5], [-1.0, 0.3, 2.0]))
    a, b = (torch.tensor(v, dtype=torch.float64) for v in ([0.2, 0.5, 0.3], [1 / 3, 1 / 3, 1 / 3]))
    s, t = 0.7, 1.1

    def log_joint(means, std, shares):
        normal = torch.distributions.Normal(means[:, None], std)
        return normal.log_prob(x) + shares[:, None].log()

    best = log_joint(m, s, a) - log_joint(n, t, b)  # [3, G]
    phi = torch.stack([x, torch.ones_like(x)], 1)
    V = torch.stack([
        m / s**2 - n / t**2,
        (a / b).log() - m**2 / (2 * s**2) + n**2 / (2 * t**2),
    ], 1)  # fmt: skip

    def head(points):
        return (-0.5 * points[:, :1] ** 2 * (1 / s**2 - 1 / t**2)) - math.log(s / t)

    for y in range(3):
        told = torch.full((len(x),), y)
        logit = conditional.projection_logit(phi, told, head, V)[:, 0]
        assert torch.allclose(logit, best[y], atol=1e-10)
        sigmoid = log_joint(m, s, a)[y].exp() / (log_joint(m, s, a)[y].exp() + log_joint(n, t, b)[y].exp())
        assert torch.allclose(logit.sigmoid(), sigmoid, atol=1e-10)  # D* = p / (p + q) of pairs


def test_differences_between_labels_are_ratios_of_posteriors():
    """logit(x, y) - logit(x, y') = log p(y | x) / p(y' | x) - log q(y | x) / q(y' | x)."""
    x = torch.linspace(-3, 3, 61, dtype=torch.float64)
    phi = torch.stack([x, torch.ones_like(x)], 1)
    P, Q = (torch.randn(3, 2, dtype=torch.float64) for _ in range(2))
    log_p, log_q = (phi @ P.T).log_softmax(1), (phi @ Q.T).log_softmax(1)

    def logit(y):
        return conditional.projection_logit(phi, torch.full((61,), y), nn.Linear(2, 1).double(), P - Q)[:, 0]

    torch.manual_seed(1)
    first = logit(0)
    torch.manual_seed(1)  # the same head
    second = logit(2)
    wanted = (log_p[:, 0] - log_p[:, 2]) - (log_q[:, 0] - log_q[:, 2])
    assert torch.allclose(first - second, wanted, atol=1e-10)


def test_spectral_norm_reaches_the_embedding_and_the_class_head():
    for make, name in [
        (conditional.ProjectionDiscriminator, "embedding"), (conditional.AuxiliaryDiscriminator, "classes")
    ]:  # fmt: skip
        D = make(width=4, spectral=True)
        for _ in range(200):  # one power iteration a call, in training mode
            weight = getattr(D, name).weight
        assert torch.linalg.svdvals(weight.detach())[0].item() == pytest.approx(1, abs=1e-3)


def test_the_auxiliary_classifier_knows_k_classes_and_no_more():
    D, x = conditional.AuxiliaryDiscriminator(width=4), torch.rand(4, 1, 8, 8)
    logits, classes = D(x)
    assert logits.shape == (4, 1) and classes.shape == (4, 10)
    assert torch.equal(classes, D.classes(D.features(x)))


def test_the_class_net_has_k_logits():
    D = conditional.ClassDiscriminator(width=4)
    assert D(torch.rand(4, 1, 8, 8)).shape == (4, 10) and D.features(torch.rand(2, 1, 8, 8)).shape == (2, 32)


def test_a_generator_in_half_precision_takes_labels():
    generator = conditional.JoinedGenerator(4, 3, norm="none").bfloat16()
    z = torch.zeros(2, 4, dtype=torch.bfloat16)
    assert generator(z, torch.tensor([0, 2])).dtype == torch.bfloat16
