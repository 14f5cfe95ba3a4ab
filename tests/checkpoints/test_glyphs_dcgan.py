import copy

import pytest
import torch
from torch import nn

from course_utils import checkpoints, data
from course_utils.checkpoints import glyphs_dcgan as recipes


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("glyphs_dcgan")


@pytest.fixture(scope="module")
def samples(shipped):
    with torch.no_grad():
        return shipped[0](torch.randn(500, 32, generator=torch.Generator().manual_seed(5)))


@pytest.fixture(scope="module")
def glyphs():
    return data.load("glyphs", n=4_000, seed=2)  # neither the recipe's training set nor its test set


def test_samples_look_like_glyphs_pixel_by_pixel(samples, glyphs):
    """Mean, spread and ink near those of glyphs, and closer to some glyph than a shuffled glyph is."""
    assert samples.shape == (500, 1, 28, 28) and samples.min() >= 0 and samples.max() <= 1
    x = glyphs.images
    assert samples.mean().item() == pytest.approx(x.mean().item(), rel=0.15)
    assert samples.std().item() == pytest.approx(x.std().item(), rel=0.15)
    shuffled = x[:500].flatten(1)[:, torch.randperm(784, generator=torch.Generator().manual_seed(0))]
    near = torch.cdist(samples.flatten(1), x.flatten(1)).min(1).values.mean()
    assert near < 0.7 * torch.cdist(shuffled, x.flatten(1)).min(1).values.mean()


def test_every_class_is_there(samples, glyphs, shipped):
    nearest = torch.cdist(samples.flatten(1), glyphs.images.flatten(1)).argmin(1)
    shares = glyphs.labels[nearest].bincount(minlength=10) / 500
    assert (shares >= 0.025).all() and shipped[1]["metrics"]["classes"] == 10


def test_samples_are_no_copies(samples, glyphs):
    """A sample is about as far from the nearest glyph of a set as another glyph is."""
    x = glyphs.images.flatten(1)
    among = torch.cdist(x[:500], x[500:]).min(1).values.mean().item()
    assert torch.cdist(samples.flatten(1), x[500:]).min(1).values.mean().item() > 0.7 * among


def test_running_statistics_fit_the_weights(shipped):
    """In inference mode images are about those of a large batch in training mode."""
    model = copy.deepcopy(shipped[0])
    z = torch.randn(1_000, 32, generator=torch.Generator().manual_seed(6))
    with torch.no_grad():
        still, live = model(z), model.train()(z)
    assert (still - live).abs().mean() < 0.02


def test_recalibration_takes_the_mean_of_its_own_maps():
    torch.manual_seed(0)
    G = recipes.build()
    weights = [weight.clone() for weight in G.parameters()]
    recipes.recalibrated(G, recipes.SETTINGS)
    assert not G.training
    assert all(torch.equal(a, b) for a, b in zip(weights, G.parameters(), strict=True))
    (first, *_) = [module for module in G.modules() if isinstance(module, nn.BatchNorm2d)]
    dense = G.body[0].weight.detach().view(64, 49, 32)
    variance = dense.square().sum(2).mean(1)  # of W z with z ~ N(0, I)
    assert torch.allclose(first.running_var, variance, rtol=0.1)


def test_the_metrics_are_those_of_a_generator_that_learnt(shipped):
    found = shipped[1]["metrics"]
    assert found["distance_7x7_train_glyphs"] < found["distance_7x7"] < 1
    assert 0.025 <= found["rarest_class"] <= 0.1
