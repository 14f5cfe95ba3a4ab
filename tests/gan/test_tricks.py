"""Each trick against its definition, written out another way."""

import copy
import math

import pytest
import torch
from scipy import stats
from torch import nn
from torch.nn import functional as F

from course_utils import gan
from course_utils.gan import tricks


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_one_sided_smoothing_is_the_cross_entropy_with_a_lower_target():
    real, fake = normal(7, 1), normal(5, 1, seed=1)
    pair = gan.losses["non_saturating"]
    smooth = tricks.one_sided(pair, 0.9)
    wanted = F.binary_cross_entropy_with_logits(real, torch.full_like(real, 0.9))
    wanted += F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    assert torch.allclose(smooth.d_loss(real, fake), wanted) and smooth.g_loss is pair.g_loss
    assert torch.allclose(tricks.one_sided(pair, 1).d_loss(real, fake), pair.d_loss(real, fake))
    assert tricks.one_sided(pair).d_loss(torch.tensor([1e4]), torch.tensor([-1e4])).isfinite()


def test_the_best_smoothed_discriminator():
    """Where p = q it answers r / 2: the slope of the loss is zero there."""
    logit = torch.tensor(math.log(0.45 / 0.55), dtype=torch.float64, requires_grad=True)
    tricks.one_sided(gan.losses["minimax"], 0.9).d_loss(logit, logit).backward()
    assert abs(logit.grad) < 1e-12


@pytest.mark.parametrize("name", ["wgan", "lsgan", "hinge"])
def test_losses_without_a_label_are_refused(name):
    with pytest.raises(ValueError, match="losses must be a pair with the cross-entropy"):
        tricks.one_sided(gan.losses[name])


class Squares(nn.Module):
    """A discriminator whose features are a scaled square."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0, dtype=torch.float64))

    def features(self, x):
        return self.scale * x.square()


def test_feature_matching_compares_means_and_reaches_the_fakes_only():
    D, real, fake = Squares(), normal(6, 3).requires_grad_(), normal(4, 3, seed=1).requires_grad_()
    loss = tricks.feature_matching(D, real, fake)
    difference = (2 * real**2).sum(0) / 6 - (2 * fake**2).sum(0) / 4
    assert loss.item() == pytest.approx((difference**2).sum().item())
    loss.backward()
    assert real.grad is None
    assert torch.allclose(fake.grad, -2 * difference * 4 * fake / 4)
    assert tricks.feature_matching(D, real, torch.cat([real, real])) < 1e-20


def test_feature_matching_moves_the_generator():
    torch.manual_seed(0)
    G, D = gan.ImageGenerator(3, width=4), gan.ImageDiscriminator(width=4)
    D.requires_grad_(False)
    tricks.feature_matching(D, torch.rand(8, 1, 8, 8), G(torch.randn(8, 3))).backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in G.parameters())
    assert all(weight.grad is None for weight in D.parameters())


def test_minibatch_features_by_hand():
    h, kernel = normal(5, 4), 0.3 * normal(4, 3, 2, seed=1)
    result = tricks.minibatch_features(h, kernel)
    assert result.shape == (5, 3)
    for i in range(5):
        for k in range(3):
            others = [j for j in range(5) if j != i]
            wanted = sum(math.exp(-((h[i] - h[j]) @ kernel[:, k]).abs().sum().item()) for j in others)
            assert result[i, k].item() == pytest.approx(wanted)


def test_a_collapsed_batch_is_as_close_as_can_be():
    kernel = normal(4, 3, 2)
    assert torch.allclose(
        tricks.minibatch_features(normal(1, 4).expand(6, 4), kernel), torch.tensor(5.0).double()
    )
    assert (tricks.minibatch_features(1e3 * normal(6, 4), kernel) < 1e-6).all()
    assert torch.equal(tricks.minibatch_features(normal(1, 4), kernel), torch.zeros(1, 3).double())


def test_the_layer_appends_and_gives_every_row_a_gradient():
    torch.manual_seed(0)
    layer = tricks.MinibatchDiscrimination(4, kernels=3, dimensions=2).double()
    h = normal(5, 4).requires_grad_()
    out = layer(h)
    assert out.shape == (5, 7) and torch.equal(out[:, :4], h)
    assert torch.allclose(out[:, 4:], tricks.minibatch_features(h, layer.kernel))
    out[0, 4:].sum().backward()
    assert (h.grad.abs().sum(1) > 0).all()  # the first row's closeness asks all others to move


def test_historical_average_is_the_mean_of_all_weights_so_far():
    torch.manual_seed(0)
    model = nn.Linear(3, 2).double()
    average, seen = tricks.HistoricalAverage(model), [copy.deepcopy(model.state_dict())]
    assert average.penalty().item() == 0
    for step in range(5):
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(normal(*weight.shape, seed=step))
        average.update()
        seen.append(copy.deepcopy(model.state_dict()))
    means = [torch.stack([state[name] for state in seen]).mean(0) for name in ("weight", "bias")]
    assert all(torch.allclose(ours, mean) for ours, mean in zip(average.mean, means, strict=True))
    distance = (model.weight - means[0]).square().sum() + (model.bias - means[1]).square().sum()
    assert torch.allclose(average.penalty(), distance)
    average.penalty().backward()
    assert torch.allclose(model.weight.grad, 2 * (model.weight - means[0]))


def test_virtual_batch_norm_is_batch_norm_of_the_reference_and_one():
    layer = tricks.VirtualBatchNorm2d(3, 4).double()
    with torch.no_grad():
        layer.weight.copy_(normal(3)), layer.bias.copy_(normal(3, seed=1))
    reference, x = normal(4, 3, 5, 5, seed=2), 2 + 3 * normal(6, 3, 5, 5, seed=3)
    out = layer(torch.cat([reference, x]))

    def batch_norm(batch):
        return F.batch_norm(batch, None, None, layer.weight, layer.bias, training=True, eps=layer.eps)

    assert torch.allclose(out[:4], batch_norm(reference))
    for i in range(6):
        assert torch.allclose(out[4 + i], batch_norm(torch.cat([reference, x[i : i + 1]]))[-1])
    with pytest.raises(ValueError, match="x must hold the 4 rows of the reference batch first; got 3 rows"):
        layer(reference[:3])


@pytest.mark.parametrize("threshold", [0.3, 1.0, 2.5])
def test_truncated_normal_has_the_moments_of_one(threshold):
    n, dim = 20_000, 3
    z = tricks.truncated_normal(n, dim, threshold, torch.Generator().manual_seed(0))
    exact = stats.truncnorm(-threshold, threshold)
    assert z.shape == (n, dim) and z.abs().max() <= threshold
    assert abs(z.mean().item()) < 5 * exact.std() / (n * dim) ** 0.5
    assert z.square().mean().item() == pytest.approx(exact.var(), rel=0.03)
    assert stats.kstest(z.flatten().numpy(), exact.cdf).pvalue > 1e-3


def test_truncated_normal_is_seeded_and_leaves_the_inside_alone():
    free = torch.randn(500, 4, generator=torch.Generator().manual_seed(1))
    z = tricks.truncated_normal(500, 4, 1.5, torch.Generator().manual_seed(1))
    inside = free.abs() <= 1.5
    assert torch.equal(z[inside], free[inside]) and not inside.all()
    again = tricks.truncated_normal(500, 4, 1.5, torch.Generator().manual_seed(1))
    assert torch.equal(z, again)
    with pytest.raises(ValueError, match="threshold must be a finite number at least 0.01; got 0"):
        tricks.truncated_normal(5, 2, 0)
