"""The loss: its floor, what it draws, and that a network comes near the exact velocity."""

import functools
import math

import pytest
import torch
from scipy import integrate, stats

from course_utils import training
from course_utils.diffusion import PlaneNet, UNet, guidance
from course_utils.exact import GaussianMixture
from course_utils.flow_matching import (
    FlowNet,
    Path,
    couple,
    exact_velocity,
    logit_normal,
    logit_normal_density,
    matching_loss,
    pairs_loss,
    sample,
)  # fmt: skip

F64 = torch.float64


@pytest.mark.parametrize(("m", "s"), [(0.0, 1.0), (2.0, 0.3), (-1.0, 2.5)])
def test_the_floor_is_s_pi_over_2(m, s):
    """The exact velocity's loss, by 400,000 draws and by the integral of Var(data - noise | x_t)."""
    variance = lambda t: s**2 / ((1 - t) ** 2 + t**2 * s**2)  # noqa: E731
    assert integrate.quad(variance, 0, 1)[0] == pytest.approx(s * math.pi / 2, rel=1e-9)
    mixture = GaussianMixture(torch.full((1, 2), m, dtype=F64), s)
    torch.manual_seed(0)
    data = mixture.sample(200_000)
    loss = matching_loss()(exact_velocity(mixture), data)
    assert loss.item() == pytest.approx(s * math.pi / 2, rel=0.02)


def test_no_other_model_gets_below_the_exact_one():
    mixture = GaussianMixture(torch.tensor([[1.0, 0.0], [-1.0, 0.5]], dtype=F64), 0.4)
    model, data = exact_velocity(mixture), mixture.sample(50_000)

    def value(other):
        torch.manual_seed(1)
        return matching_loss()(other, data).item()

    others = [
        lambda x, t: 1.05 * model(x, t),
        lambda x, t: model(x, t) + 0.1,
        lambda x, t: model(x, (t + 0.05).clamp(max=1)),
    ]
    assert all(value(model) < value(other) for other in others)


def test_it_compares_at_the_point_with_the_velocity_of_the_pair():
    """With the noise known, the loss is the textbook's to the last digit."""
    data = torch.randn(5, 3, dtype=F64)
    model = lambda x, t: x * t[:, None]  # noqa: E731
    for path in (Path.linear(), Path.cosine()):
        torch.manual_seed(2)
        noise, t = torch.randn_like(data), torch.rand(5)
        torch.manual_seed(2)
        found = matching_loss(path)(model, data)
        x_t = path.interpolate(noise, data, t)
        wanted = (x_t * t[:, None] - path.velocity(noise, data, t)).square().mean()
        torch.testing.assert_close(found, wanted)
        torch.manual_seed(3)
        t = torch.rand(5)
        torch.manual_seed(3)
        torch.testing.assert_close(
            pairs_loss(path)(model, noise, data),
            (path.interpolate(noise, data, t) * t[:, None] - path.velocity(noise, data, t)).square().mean(),
        )


def test_times_coupling_and_conditions_go_in():
    seen = []

    def model(x, t, y):
        seen.append((t, y))
        return torch.zeros_like(x)

    data, y = torch.randn(64, 2) + 3, torch.arange(64)
    loss = matching_loss(times=lambda n: torch.full((n,), 0.5), coupling=couple)(model, data, y)
    assert torch.equal(seen[0][0], torch.full((64,), 0.5)) and torch.equal(seen[0][1], y)
    torch.manual_seed(0)
    plain = matching_loss()(model, data, y)
    torch.manual_seed(0)
    assert matching_loss(coupling=couple)(model, data, y) < plain and loss > 0


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (-0.5, 0.8), (1.0, 1.5)])
def test_logit_normal_has_the_density_it_says(mean, std):
    t = logit_normal(20_000, mean, std, torch.Generator().manual_seed(0))
    assert t.dtype == torch.float32 and t.min() > 0 and t.max() < 1
    assert stats.kstest(t.double().logit(), "norm", (mean, std)).pvalue > 0.01
    density = lambda t: logit_normal_density(torch.tensor([t], dtype=F64), mean, std).item()  # noqa: E731
    for low, high in ((0.05, 0.3), (0.3, 0.6), (0.6, 0.97)):
        share = ((t > low) & (t < high)).double().mean().item()
        assert integrate.quad(density, low, high)[0] == pytest.approx(share, abs=0.012)
    assert integrate.quad(density, 0, 1, limit=200)[0] == pytest.approx(1, abs=1e-6)
    grid = torch.tensor([0.2, 0.5, 0.9], dtype=F64)
    scipys = torch.from_numpy(stats.norm(mean, std).pdf(grid.logit().numpy())) / (grid * (1 - grid))
    torch.testing.assert_close(logit_normal_density(grid, mean, std), scipys, rtol=1e-12, atol=0)


def test_logit_normal_draws_from_its_generator_alone():
    torch.manual_seed(0)
    state = torch.get_rng_state()
    generator = torch.Generator().manual_seed(1)
    one, two = logit_normal(5, generator=generator), logit_normal(5, generator=generator)
    assert torch.equal(torch.get_rng_state(), state) and not torch.equal(one, two)
    with pytest.raises(ValueError, match="std must be a finite number above 0"):
        logit_normal(5, std=0)


@pytest.mark.parametrize("times", [None, logit_normal])
def test_a_network_comes_near_the_exact_velocity(times):
    mixture = GaussianMixture(torch.tensor([[1.5, 0.0], [-1.5, 0.5]]), 0.4)
    torch.manual_seed(0)
    model, data = FlowNet(PlaneNet(64, 2)), mixture.sample(4_000)
    history = training.fit(
        model, matching_loss(times=times), data, steps=600, batch_size=256, lr=3e-3, ema_decay=0.98,
        precision="fp32", device="cpu", progress=False,
    )  # fmt: skip
    t = torch.rand(2_000)
    x = Path.linear().interpolate(torch.randn(2_000, 2), mixture.sample(2_000), t)
    with torch.no_grad():
        gap = (history.ema(x, t) - exact_velocity(mixture)(x, t)).square().mean()
    assert gap < 0.1 * exact_velocity(mixture)(x, t).square().mean()
    assert sum(history.loss[-50:]) / 50 > 0.3  # no network gets near 0


class TestFlowNet:
    def test_it_scales_the_time(self):
        seen = []

        class Net(torch.nn.Module):
            def forward(self, x, t):
                seen.append(t)
                return x

        FlowNet(Net())(torch.zeros(3, 2), torch.tensor([0.0, 0.5, 1.0]))
        assert seen[0].tolist() == [0, 500, 1_000]

    def test_labels_go_through_and_none_is_the_label_for_not_told(self):
        torch.manual_seed(0)
        net = UNet(width=16, classes=3).eval()
        for weight in net.parameters():
            torch.nn.init.normal_(weight, std=0.1)
        model, x, t = FlowNet(net), torch.randn(4, 1, 8, 8), torch.full((4,), 0.5)
        y = torch.tensor([0, 1, 2, 3])
        assert model.classes == 3 and torch.equal(model(x, t)[3], model(x, t, y)[3])
        assert not torch.equal(model(x, t)[1], model(x, t, y)[1])
        guided = guidance.classifier_free(model, y, 1.0)
        torch.testing.assert_close(guided(x, t), model(x, t, y))
        drawn = sample(functools.partial(model, y=y), (4, 1, 8, 8), steps=2)
        assert drawn.shape == (4, 1, 8, 8) and FlowNet(PlaneNet()).classes is None

    def test_a_t_of_another_shape_is_refused(self):
        with pytest.raises(ValueError, match=r"t must have shape \[3\]; got \[3, 1\]"):
            FlowNet(PlaneNet())(torch.zeros(3, 2), torch.zeros(3, 1))
