"""Instance norm, AdaIN and the style-based generator against their definitions."""

import pytest
import torch
from torch.nn import functional as F

from course_utils.gan import style
from course_utils.gan.style import StyleGenerator

X = torch.randn(3, 5, 6, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
SCALE, SHIFT = torch.rand(2, 3, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64) + 0.5


def small(**changes):
    torch.manual_seed(0)
    return StyleGenerator(8, 12, (6, 6, 6, 4, 4, 4), **changes).eval()


def test_instance_norm_is_torchs():
    assert torch.allclose(style.instance_norm(X), F.instance_norm(X))


def test_instance_norm_forgets_brightness_and_contrast():
    """The lecture's two pictures: one with low contrast comes out the same."""
    assert torch.allclose(style.instance_norm(0.3 * X + 0.6, eps=0), style.instance_norm(X, eps=0))
    assert not torch.allclose(style.instance_norm(-X, eps=0), style.instance_norm(X, eps=0))


def test_adain_gives_each_map_the_styles_mean_and_deviation():
    y = style.adain(X, SCALE, SHIFT, eps=1e-12)
    assert torch.allclose(y.mean((2, 3)), SHIFT, atol=1e-6)
    assert torch.allclose(y.std((2, 3), correction=0), SCALE, atol=1e-6)
    with pytest.raises(ValueError, match="scale must have shape"):
        style.adain(X, SCALE[:, :4], SHIFT)


def test_the_length_of_z_does_not_count():
    net, z = small(), torch.randn(4, 8, generator=torch.Generator().manual_seed(2))
    assert torch.allclose(net.styles(z), net.styles(3 * z), atol=1e-5)
    with torch.no_grad():
        x = net(z)
    assert x.shape == (4, 3, 32, 32)
    assert ((x > 0) & (x < 1)).all()


def test_mixing_takes_the_second_style_from_a_layer_on():
    net = small()
    first, second = net.styles(torch.randn(2, 8)), net.styles(torch.randn(2, 8))
    with torch.no_grad():
        assert torch.equal(net.synthesise(style.mix(first, second, 6)), net.synthesise(first))
        assert torch.equal(net.synthesise(style.mix(first, second, 0)), net.synthesise(second))
        mixed = style.mix(first, second, torch.tensor([2, 5]))
        assert torch.equal(mixed[0, 1], first[0]) and torch.equal(mixed[0, 2], second[0])
        assert torch.equal(mixed[1, 4], first[1]) and torch.equal(mixed[1, 5], second[1])
        assert not torch.equal(net.synthesise(mixed), net.synthesise(first))


def test_a_layer_listens_to_its_own_style_only():
    """Up to the layer whose style changes nothing changes: seen on the maps that each layer hands on."""
    net, seen = small(), []
    for layer in net.layers:
        layer.register_forward_hook(lambda module, inputs, output: seen.append(output))
    first, second = net.styles(torch.randn(1, 8)), net.styles(torch.randn(1, 8))
    with torch.no_grad():
        net.synthesise(first), net.synthesise(style.mix(first, second, 3))
    same = [torch.equal(a, b) for a, b in zip(seen[:6], seen[6:], strict=True)]
    assert same == [True, True, True, False, False, False]


def test_noise_matters_once_its_strength_is_learnt():
    net, z = small(), torch.randn(2, 8)
    with torch.no_grad():
        assert torch.equal(net(z), net(z))  # the strengths start at 0
        net.layers[4].strength.fill_(1.0)
        assert not torch.equal(net(z), net(z))
        w, noise = net.styles(z), net.noise(2, torch.Generator().manual_seed(3))
        assert torch.equal(net.synthesise(w, noise), net.synthesise(w, noise))
    assert [part.shape[-1] for part in noise] == [4, 8, 8, 16, 16, 32]


def test_training_mixes_styles_and_evaluation_does_not():
    net, z = small(), torch.randn(40, 8)
    with torch.no_grad():
        plain, mixed = net(z), net.train()(z)
    changed = (plain - mixed).flatten(1).abs().amax(1) > 1e-6
    assert 0.6 < float(changed.double().mean()) < 1


def test_truncation_goes_to_the_centre():
    w, centre = torch.randn(4, 12), torch.randn(12)
    assert torch.allclose(style.truncate(w, centre, 1.0), w)
    assert torch.equal(style.truncate(w, centre, 0.0), centre.expand(4, -1))
    assert torch.allclose(style.truncate(w, centre, 0.5), (w + centre) / 2)


def test_bad_arguments_get_one_sentence():
    with pytest.raises(ValueError, match="widths must hold 6 whole numbers"):
        StyleGenerator(widths=(8, 8))
    with pytest.raises(ValueError, match="z must have shape"):
        small().styles(torch.zeros(2, 9))
    with pytest.raises(ValueError, match="w must have shape"):
        small().synthesise(torch.zeros(2, 5, 12))
