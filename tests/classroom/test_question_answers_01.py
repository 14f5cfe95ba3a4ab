"""The answers to the questions on lesson 01, computed."""

import math

import pytest
import torch
from answering import holds
from torch import nn
from torch.nn import functional as F


def test_two_sizes_of_one_loss():
    x, copy = torch.rand(50, 64), torch.rand(50, 64)
    assert F.mse_loss(x, copy).item() * 64 == pytest.approx(((x - copy) ** 2).sum(1).mean().item())
    holds("01", "two-sizes-of-one-loss", "sums", "averages", reason=[f"= {1.92 / 64:.2f}"])


def test_what_pca_discards():
    variances = torch.tensor([4.0, 2.0, 1.0, 0.5, 0.5], dtype=torch.float64)
    basis, _ = torch.linalg.qr(torch.randn(5, 5, generator=torch.Generator().manual_seed(0)).double())
    covariance = basis @ variances.diag() @ basis.T
    _, axes = torch.linalg.eigh(covariance)
    rest = torch.eye(5).double() - axes[:, -2:] @ axes[:, -2:].T
    lost = (rest @ covariance).trace().item()
    assert lost == pytest.approx(2)
    holds("01", "what-pca-discards", f"at {lost:.0f}", reason=[f"{lost / 5:.1f}"])


def test_two_runs_one_loss():
    generator = torch.Generator().manual_seed(0)
    x, u = torch.randn(100, 6, generator=generator), torch.randn(6, 2, generator=generator)
    u, _ = torch.linalg.qr(u)
    mix = torch.randn(2, 2, generator=generator)
    one, other = (u, u.T), (u @ mix.inverse(), mix @ u.T)
    assert torch.allclose(one[0] @ one[1], other[0] @ other[1], atol=1e-5)
    assert not torch.allclose(x @ one[1].T, x @ other[1].T, atol=0.1)
    columns = other[0] / other[0].norm(dim=0)
    assert (columns[:, 0] @ columns[:, 1]).abs() > 0.1  # neither PCA's axes in another order, nor their signs
    holds("01", "two-runs-one-loss", "product of decoder and encoder")


def test_there_and_not_quite_back():
    down = nn.Conv2d(1, 1, kernel_size=4, stride=2, padding=1)
    up = nn.ConvTranspose2d(1, 1, kernel_size=4, stride=2, padding=1)
    mends = nn.ConvTranspose2d(1, 1, kernel_size=4, stride=2, padding=1, output_padding=1)
    sizes, x = [], torch.zeros(1, 1, 28, 28)
    for layer in (down, down, down, up, up, up):
        x = layer(x)
        sizes.append(x.shape[-1])
    assert sizes == [14, 7, 3, 6, 12, 24]
    assert up(up(mends(torch.zeros(1, 1, 3, 3)))).shape[-1] == 28
    assert up(up(up(torch.zeros(1, 1, 4, 4)))).shape[-1] == 32
    holds(
        "01",
        "there-and-not-quite-back",
        f"{sizes[-1]} x {sizes[-1]}",
        reason=["28, 14, 7 and 3", "3, 6, 12, 24"],
    )


def test_when_the_image_grows():
    def counts(side):
        places, maps, window = (side // 2) ** 2, 16, 16
        convolution = sum(p.numel() for p in nn.Conv2d(1, maps, 4, 2, 1).parameters())
        return convolution, (window + 1) * maps * places, (side**2 + 1) * maps * places

    grown = [round(new / old) for new, old in zip(counts(56), counts(28), strict=True)]
    text = "convolution {}, windows {}, dense {}".format(*grown)
    holds("01", "when-the-image-grows", text, reason=[f"{counts(28)[0]} parameters"])


def test_written_equally_often():
    ratios = {}
    for kernel, stride in ((5, 2), (4, 3), (6, 3), (3, 2)):
        visits = F.conv_transpose2d(torch.ones(1, 1, 12, 12), torch.ones(1, 1, kernel, kernel), stride=stride)
        inner = visits[0, 0, 8:-8, 8:-8]
        ratios[kernel, stride] = (inner.max() / inner.min()).item()
    (even,) = [pair for pair, ratio in ratios.items() if ratio == 1]
    assert ratios == {(5, 2): 9 / 4, (4, 3): 4, (6, 3): 1, (3, 2): 4}
    holds("01", "written-equally-often", "kernel {}, stride {}".format(*even))


def test_the_best_sigma():
    sigma = torch.linspace(0.01, 1, 9901, dtype=torch.float64)
    loss = 0.64 / (2 * sigma**2) + 32 * (2 * math.pi * sigma**2).log()
    best = sigma[loss.argmin()].item()
    holds("01", "the-best-sigma", f"{best:.1f}, the root", reason=[rf"\sigma = {best:.1f}"])


def test_a_loss_that_stays_up():
    grey, said = torch.tensor(0.5), torch.linspace(0.01, 0.99, 99)
    losses = F.binary_cross_entropy(said, grey.expand(99), reduction="none")
    assert said[losses.argmin()].item() == pytest.approx(0.5)
    holds("01", "a-loss-that-stays-up", "above zero", reason=[f"{losses.min().item():.2f}$ nats"])


def test_decibels_gained():
    gain = 10 * math.log10(1 / 0.02) - 10 * math.log10(1 / 0.16)
    reason = [f"{gain:.2f}", f"{math.log(8):.1f}", f"{20 * math.log10(8):.1f}"]
    holds("01", "decibels-gained", f"{gain:.1f}", reason=reason)


def test_the_wrong_target():
    x = torch.rand(200, 64, generator=torch.Generator().manual_seed(0))
    damaged = x + 0.5 * torch.randn(200, 64, generator=torch.Generator().manual_seed(1))
    of_identity = [((damaged - target) ** 2).sum(1).mean().item() for target in (damaged, x)]
    assert of_identity[0] == 0 and of_identity[1] == pytest.approx(64 * 0.5**2, rel=0.05)
    holds("01", "the-wrong-target", "damaged image in place of the clean one")


def test_longer_with_dead_units():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(8, 3), nn.ReLU(), nn.Linear(3, 8))
    with torch.no_grad():
        net[0].bias[0] = -100.0
    x = torch.rand(20, 8)
    F.mse_loss(net(x), x).backward()
    assert not net[0].weight.grad[0].any() and net[0].bias.grad[0] == 0  # so that no step moves it
    assert net[0].weight.grad[1:].any()
    holds("01", "longer-with-dead-units", "stays silent", "no image sends a gradient")
