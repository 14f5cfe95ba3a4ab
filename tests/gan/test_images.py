"""The convolutional players: shapes, DCGAN's rules, initialisation, spectral norm."""

import pytest
import torch
from torch import nn

from course_utils import gan
from course_utils.gan import tricks


def seeded(*shape):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("size", "channels"), [(8, 1), (28, 1), (28, 3), (32, 3), (16, 1), ((4, 20), 3)])
def test_shapes(size, channels):
    torch.manual_seed(0)
    height, width = size if isinstance(size, tuple) else (size, size)
    G = gan.ImageGenerator(5, size=size, channels=channels, width=4)
    D = gan.ImageDiscriminator(size=size, channels=channels, width=4)
    fake = G(torch.randn(3, 5))
    assert fake.shape == (3, channels, height, width) and fake.min() > 0 and fake.max() < 1
    features = D.features(fake)
    assert features.shape == (3, 8 * (height // 4) * (width // 4))
    assert D(fake).shape == (3, 1) and torch.equal(D(fake), D.head(features))


def test_an_image_shifted_by_the_stride_shifts_the_maps():
    """Strided convolutions and no pooling: in the middle, features move with the image."""
    torch.manual_seed(0)
    first = gan.ImageDiscriminator(size=28, width=4).body[0]
    x = seeded(1, 1, 28, 28)
    moved = torch.roll(x, 2, dims=3)
    assert torch.allclose(first(moved)[..., 3:-2], first(x)[..., 2:-3], atol=1e-6)


@pytest.mark.parametrize("size", [8, 28, 32])
def test_the_discriminator_follows_the_rules(size):
    D = gan.ImageDiscriminator(size=size, norm="batch", width=4)
    kinds = [type(module) for module in D.modules()]
    assert kinds.count(nn.Linear) == 1 and kinds.count(nn.Conv2d) == 2 and kinds.count(nn.BatchNorm2d) == 1
    assert all(module.stride == (2, 2) for module in D.modules() if isinstance(module, nn.Conv2d))
    assert all(module.negative_slope == 0.2 for module in D.modules() if isinstance(module, nn.LeakyReLU))
    assert not any("Pool" in kind.__name__ for kind in kinds)
    (gradient,) = torch.autograd.grad(D(-seeded(2, 1, size, size)).sum(), [D.body[0].weight])
    assert (gradient != 0).all()  # no map is dead: LeakyReLU passes a gradient on both sides


def test_initialise_gives_dcgans_spread():
    torch.manual_seed(0)
    G = gan.initialise(gan.ImageGenerator(64, size=28, width=32))
    for module in G.modules():
        if isinstance(module, nn.Linear | nn.ConvTranspose2d):
            n = module.weight.numel()
            assert abs(module.weight.std().item() - 0.02) < 5 * 0.02 / (2 * n) ** 0.5
            assert abs(module.weight.mean().item()) < 5 * 0.02 / n**0.5
            assert module.bias is None or (module.bias == 0).all()
        if isinstance(module, nn.BatchNorm2d):
            assert abs(module.weight.mean().item() - 1) < 5 * 0.02 / len(module.weight) ** 0.5
            assert 0 < module.weight.std() < 0.04 and (module.bias == 0).all()
    assert gan.initialise(gan.ImageGenerator(64), std=0.5).body[0].weight.std() > 0.4


def test_spectral_norm_makes_every_layers_norm_one():
    torch.manual_seed(0)
    D = gan.initialise(gan.ImageDiscriminator(width=4, spectral=True))
    for _ in range(200):  # one power iteration a call, in training mode
        D(seeded(4, 1, 8, 8))
    layers = [module for module in D.modules() if isinstance(module, nn.Linear | nn.Conv2d)]
    assert len(layers) == 3
    for layer in layers:
        assert torch.linalg.svdvals(layer.weight.detach().flatten(1))[0].item() == pytest.approx(1, abs=1e-4)


def test_dropout_is_of_whole_maps_and_of_training_only():
    torch.manual_seed(0)
    G = gan.ImageGenerator(5, width=64, norm="none", dropout=0.5)
    maps = G.body[:4](torch.randn(20, 5)).flatten(2)
    share = (maps == 0).all(2).double().mean().item()
    assert 0.45 < share < 0.65  # half of them, and the few that ReLU has silenced
    z = torch.randn(4, 5)
    assert not torch.equal(G(z), G(z)) and torch.equal(G.eval()(z), G(z))


def test_virtual_batch_norm_keeps_images_apart():
    """Batch norm lets every image depend on its batch; virtual batch norm on the reference batch alone."""
    torch.manual_seed(0)
    z, reference = torch.randn(6, 5), torch.randn(8, 5)
    G = gan.ImageGenerator(5, width=4, norm="virtual", reference=reference)
    assert torch.allclose(G(z)[:2], G(z[:2]), atol=1e-6)
    assert torch.allclose(G.eval()(z), G.train()(z))
    other = gan.ImageGenerator(5, width=4, norm="virtual", reference=2 * reference)
    other.load_state_dict({**G.state_dict(), "reference": other.reference})
    assert not torch.allclose(G(z), other(z), atol=1e-3)
    plain = gan.ImageGenerator(5, width=4)
    assert not torch.allclose(plain(z)[:2], plain(z[:2]), atol=1e-3)
    D = gan.ImageDiscriminator(width=4, norm="virtual", reference=seeded(8, 1, 8, 8))
    assert torch.allclose(D(G(z))[:2], D(G(z[:2])), atol=1e-5)


def test_minibatch_discrimination_reads_the_whole_batch():
    torch.manual_seed(0)
    D = gan.ImageDiscriminator(width=4, minibatch=True)
    x = seeded(4, 1, 8, 8)
    h = D.features(x)
    assert h.shape == (4, 32)
    appended = torch.cat([h, tricks.minibatch_features(h, D.closeness.kernel)], 1)
    assert torch.allclose(D(x), D.head(appended)) and not torch.allclose(D(x)[:2], D(x[:2]))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: gan.ImageGenerator(5, size=18), "size must be a multiple of 4, or two of them as .*got 18"),
        (lambda: gan.ImageDiscriminator(size=(8, 6)), r"size must be a multiple of 4.*got \(8, 6\)"),
        (lambda: gan.ImageDiscriminator(size=(8, 8, 8)), "size must be a multiple of 4"),
        (lambda: gan.ImageGenerator(5, size=0), "size must be at least 1; got 0"),
        (lambda: gan.ImageGenerator(0), "latent_dim must be at least 1"),
        (lambda: gan.ImageDiscriminator(norm="bach"), "Did you mean 'batch'"),
        (lambda: gan.ImageDiscriminator(norm="virtual"), "reference must be given with norm='virtual'"),
        (lambda: gan.ImageGenerator(5, reference=torch.zeros(2, 5)), "and only then; got norm='batch'"),
        (
            lambda: gan.ImageDiscriminator(norm="virtual", reference=torch.zeros(2, 1, 28, 28)),
            r"reference must have shape \[R, 1, 8, 8\]",
        ),
        (lambda: gan.ImageGenerator(5)(torch.zeros(2, 4)), r"z must have shape \[B, 5\]; got \[2, 4\]"),
        (lambda: gan.ImageDiscriminator()(torch.zeros(2, 64)), r"x must have shape \[B, 1, 8, 8\]"),
        (lambda: gan.ImageDiscriminator(dropout=1.5), "dropout must be a finite number"),
        (lambda: gan.initialise(gan.ImageDiscriminator(), std=0), "std must be a finite number above 0"),
    ],
)
def test_bad_input(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
