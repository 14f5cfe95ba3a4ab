"""Shapes, exact optima and kind errors of the autoencoders."""

import pytest
import torch

from course_utils.autoencoders import (
    ConvAutoencoder,
    LinearAutoencoder,
    MLPAutoencoder,
    count_parameters,
    dead_units,
)

NETS = [LinearAutoencoder, MLPAutoencoder, ConvAutoencoder]


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("in_shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32)])
@pytest.mark.parametrize("latent_dim", [1, 2, 17])
def test_shapes(net, in_shape, latent_dim):
    model = net(in_shape, latent_dim)
    x = torch.rand(5, *in_shape)
    assert model.encoder(x).shape == (5, latent_dim)
    assert model(x).shape == x.shape
    assert torch.equal(model(x), model.decoder(model.encoder(x)))


@pytest.mark.parametrize("net", [MLPAutoencoder, ConvAutoencoder])
def test_outputs_are_pixels(net):
    out = net((1, 8, 8), 2)(torch.randn(16, 1, 8, 8) * 10)
    assert out.min() >= 0 and out.max() <= 1


def test_best_linear_net_is_the_pca_projector():
    """At W_f = U^T, W_g = U the loss is the sum of the discarded eigenvalues, and its gradient is zero."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(400, 9, dtype=torch.float64, generator=generator) * torch.arange(1.0, 10)
    x = x - x.mean(0)
    eigenvalues, axes = torch.linalg.eigh(x.T @ x / len(x))
    net = LinearAutoencoder((1, 3, 3), 4).double()
    with torch.no_grad():
        net.encoder[1].weight.copy_(axes[:, -4:].T)
        net.decoder[0].weight.copy_(axes[:, -4:])
    images = x.view(-1, 1, 3, 3)
    loss = ((net(images) - images) ** 2).flatten(1).sum(1).mean()
    loss.backward()
    assert loss.item() == pytest.approx(eigenvalues[:-4].sum().item(), rel=1e-10)
    assert all(p.grad.abs().max() < 1e-8 for p in net.parameters())


def test_parameters_by_hand():
    assert count_parameters(LinearAutoencoder((1, 8, 8), 8)) == 2 * 64 * 8
    by_hand = (64 * 5 + 5) + (5 * 2 + 2) + (2 * 5 + 5) + (5 * 64 + 64)
    assert count_parameters(MLPAutoencoder((1, 8, 8), 2, hidden=(5,))) == by_hand
    convolutions = (1 * 4 * 16 + 4) + (4 * 1 * 16 + 1)
    dense = (4 * 16 * 3 + 3) + (3 * 64 + 64)
    assert count_parameters(ConvAutoencoder((1, 8, 8), 3, channels=(4,))) == convolutions + dense


def test_no_checkerboard():
    """With all weights one, every inner output pixel of the last layer is written equally often."""
    layer = ConvAutoencoder((1, 8, 8), 2).decoder[-2]
    counts = torch.nn.functional.conv_transpose2d(
        torch.ones(1, 1, 8, 8),
        torch.ones(1, 1, *layer.kernel_size),
        stride=layer.stride,
        padding=layer.padding,
    )
    assert counts[0, 0, 1:-1, 1:-1].unique().numel() == 1


def test_dead_units():
    codes = torch.randn(50, 4)
    codes[:, 2] = 1.5
    assert dead_units(codes) == 1
    assert dead_units(codes[:1]) == 4  # one row varies nowhere


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (((1, 8, 8), 0), "latent_dim must be at least 1; got 0"),
        (((1, 8, 8), -2), "latent_dim must be at least 1; got -2"),
        (((8, 8), 2), r"in_shape must hold 3 whole numbers; got \(8, 8\)"),
        (((1, 0, 8), 2), "in_shape must be at least 1; got 0"),
    ],
)
@pytest.mark.parametrize("net", NETS)
def test_bad_input(net, arguments, says):
    with pytest.raises(ValueError, match=says):
        net(*arguments)


def test_bad_type_and_odd_size():
    with pytest.raises(TypeError, match="latent_dim must be a whole number; got 2.0"):
        MLPAutoencoder((1, 8, 8), 2.0)
    with pytest.raises(ValueError, match="divisible by 4"):
        ConvAutoencoder((1, 10, 10), 2)
