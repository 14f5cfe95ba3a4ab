"""The answers to the questions on lesson 05, computed."""

import math

import pytest
import scipy.stats
import torch
from answering import holds
from torch import nn

from course_utils import metrics


def test_what_the_dense_layer_sees():
    x, sides = torch.zeros(1, 1, 28, 28), []
    for channels in (16, 32, 64):
        x = nn.Conv2d(x.shape[1], channels, 4, stride=2, padding=1)(x)
        sides.append(x.shape[-1])
    assert sides == [14, 7, 3] and 64 * 3.5**2 == 784
    holds("05", "what-the-dense-layer-sees", str(x.numel()), reason=[f"{64 * 4 * 4:,}", str(16 * 3 * 3)])


def test_ten_times_the_weights():
    torch.manual_seed(0)
    x, layer = torch.randn(8, 3, 6, 6), nn.Conv2d(3, 4, 3, bias=False)
    norm = nn.BatchNorm2d(4)
    with torch.no_grad():
        before = norm(layer(x))
        layer.weight *= 10
        assert torch.allclose(norm(layer(x)), before, atol=1e-3)
    holds("05", "ten-times-the-weights", "Hardly at all")


def test_who_shares_a_mean():
    x = torch.randn(64, 6, 4, 4)
    channel, image = x[:, 0], x[0]
    reason = [f"The {channel.numel()}".replace("The ", ""), f"the {image.numel()} are", f"{x.numel():,} are"]
    holds("05", "who-shares-a-mean", f"{channel.numel():,}", reason=reason)


def test_too_early_into_eval():
    x = 3 * torch.randn(100_000, 1, 1, 1, generator=torch.Generator().manual_seed(0))
    layer = nn.BatchNorm2d(1)
    layer(x)
    kept = 0.9 * 1 + 0.1 * 9
    assert layer.eval()(x).std().item() == pytest.approx(3 / math.sqrt(kept), rel=0.01)
    reason = [f"= {kept:.1f}", f"{3 / kept:.2f}, which"]
    holds("05", "too-early-into-eval", f"{3 / math.sqrt(kept):.2f}", reason=reason)


def test_how_old_an_average_is():
    reason = [f"{0.995**200:.3f}", f"{100 * 0.995**1000:.1f} %"]
    holds("05", "how-old-an-average-is", f"{100 * 0.995**200:.0f} %", reason=reason)


def test_two_distances_two_sizes():
    generator = torch.Generator().manual_seed(0)
    real = torch.randn(2000, 4, generator=generator).double()
    few, many = (
        sum(metrics.frechet_distance(torch.randn(n, 4, generator=generator).double(), real) for _ in range(3))
        for n in (50, 500)
    )
    assert few > 3 * many > 0
    holds("05", "two-distances-two-sizes", "open", "too large")


def test_a_dozen_useless_switches():
    share = 2 * scipy.stats.t.sf(2, df=5)
    assert round(12 * share) == 1
    reason = [f"about {100 * share:.0f} %", f"is {12 * round(share, 1):.1f}"]
    holds("05", "a-dozen-useless-switches", "about one", reason=reason)


def test_three_codes_against_three():
    codes = torch.randn(2, 3, 2000, 64, generator=torch.Generator().manual_seed(0))
    length = (codes[0].mean(0) - codes[1].mean(0)).norm(dim=1).mean().item()
    apart = (codes[0, 0] - codes[1, 0]).norm(dim=1).mean().item()
    assert length == pytest.approx(math.sqrt(64 * 2 / 3), rel=0.01)
    assert apart == pytest.approx(math.sqrt(64 * 2), rel=0.01)
    text = f"{math.sqrt(64 * 2 / 3):.1f}"
    holds("05", "three-codes-against-three", text, reason=[f"= {text}", f"{math.sqrt(128):.1f}"])


def test_one_image_twice_as_loud():
    x = 3 + torch.randn(4, 6, 3, 3, generator=torch.Generator().manual_seed(0)).double()
    louder = x.clone()
    louder[0] *= 2
    changed = []
    for name, layer in (
        ("batch", nn.BatchNorm2d(6, eps=1e-12)),
        ("layer", nn.GroupNorm(1, 6, eps=1e-12)),
        ("instance", nn.InstanceNorm2d(6, eps=1e-12)),
        ("group", nn.GroupNorm(2, 6, eps=1e-12)),
    ):
        layer = layer.double()
        if not torch.allclose(layer(louder)[0], layer(x)[0]):
            changed.append(name)
    assert changed == ["batch"]
    holds("05", "one-image-twice-as-loud", "batch norm only")


def test_nine_tenths_real():
    d = torch.linspace(0.001, 0.999, 9981, dtype=torch.float64)

    def best(real, fake):
        loss = 0.3 * (real * d.log() + (1 - real) * (1 - d).log()) + 0.1 * (
            fake * d.log() + (1 - fake) * (1 - d).log()
        )
        return f"{d[loss.argmax()].item():.3f}"

    holds("05", "nine-tenths-real", best(0.9, 0), reason=[f"it is {best(1, 0)}", f"it is {best(0.9, 0.1)}"])
