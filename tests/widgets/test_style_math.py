"""The page's generator against torch: the convolution, AdaIN, the whole synthesis, mixing and truncation."""

import base64

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from course_utils.gan.style import StyleGenerator, mix, truncate
from course_utils.widgets import StyleMixer

MATH = "style/math.js"


def mixer(noise_strength=0.3):
    torch.manual_seed(0)
    generator = StyleGenerator(8, 12, (6, 6, 5, 4, 4, 4)).eval()
    with torch.no_grad():
        for layer in generator.layers:
            layer.strength.fill_(noise_strength)
            layer.convolution.weight.copy_(layer.convolution.weight.half())  # as the page gets them
    return StyleMixer(generator)


def floats(text):
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), "<f4").copy())


def test_the_convolution_is_torchs(node):
    x = torch.randn(1, 3, 5, 5, generator=torch.Generator().manual_seed(0))
    weight, bias = torch.randn(2, 3, 3, 3), torch.tensor([0.5, -1.0])
    layer = {"widths": [3, 2], "weight": weight.flatten().tolist(), "bias": bias.tolist()}
    script = """(() => {
      const layer = { ...input.layer, weight: Float32Array.from(input.layer.weight) };
      return [...m.convolved(Float32Array.from(input.x), layer, 5)];
    })()"""
    found = node(MATH, script, x=x.flatten().tolist(), layer=layer)
    assert found == pytest.approx(F.conv2d(x, weight, bias, padding=1).flatten().tolist(), abs=1e-5)


def test_enlarging_repeats_every_pixel(node):
    x = torch.arange(8.0).reshape(1, 2, 2, 2)
    found = node(MATH, "[...m.enlarged(Float32Array.from(input.x), 2, 2)]", x=x.flatten().tolist())
    assert found == F.interpolate(x, scale_factor=2).flatten().tolist()


@pytest.mark.parametrize("noisy", [True, False])
@pytest.mark.parametrize(("start", "psi"), [(0, 1.0), (3, 1.0), (6, 0.5), (2, 0.0)])
def test_the_whole_picture_is_the_generators(node, start, psi, noisy):
    face = mixer()
    generator, w, centre, noise = face._stilled
    script = """(() => {
      const net = m.unpacked(input.network);
      const average = m.decodeFloats(input.average);
      const at = (text) => m.perLayer(m.truncated(m.decodeFloats(text), average, input.psi), net.layers);
      const told = m.mixed(at(input.a), at(input.b), input.start);
      return [...m.synthesised(net, told, input.noises && input.noises.map((text) => m.decodeFloats(text)))];
    })()"""
    found = node(
        [MATH, "shared/base64.js"], script, network=face.network, average=face.average, psi=psi, start=start,
        a=face.sources[2], b=face.sources[5], noises=face.noises if noisy else None,
    )  # fmt: skip
    with torch.no_grad():
        pair = truncate(w[[2, 5]], centre, psi)
        expected = generator.synthesise(mix(pair[:1], pair[1:], start), noise if noisy else None)
    assert np.array(found) == pytest.approx(expected.flatten().numpy(), abs=2e-4)
    assert np.ptp(found) > 0.02


def test_distance_is_the_root_mean_square(node):
    assert node(MATH, "m.apart([0, 0.5], [0.3, 0.1])") == pytest.approx((0.25 / 2) ** 0.5)


def test_what_the_page_gets_is_what_the_layers_hear():
    face = mixer()
    generator, w, centre, noise = face._stilled
    told = floats(face.sources[3])
    assert torch.allclose(told, torch.cat([layer.style(w[3]) for layer in generator.layers]), atol=1e-6)
    assert [floats(part).numel() for part in face.noises] == [16, 64, 64, 256, 256, 1024]
    assert torch.allclose(floats(face.noises[5]), noise[5].flatten())
    half = torch.cat([layer.style((w[3] + centre) / 2) for layer in generator.layers])
    assert torch.allclose((told + floats(face.average)) / 2, half, atol=1e-5)
