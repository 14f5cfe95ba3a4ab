"""The comparisons with public libraries are fair, and say what is missing where a library is."""

import dataclasses
import importlib.util
import sys
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional as F

from bench import diffusion, flow_library, gan_library, normflow_library, vae_library
from course_utils import vae


class Peer(torch.nn.Module):
    """A stand-in with pythae's interface: encoder(x), decoder(z), and a loss of its own."""

    def __init__(self, wrong=None):
        super().__init__()
        self.net, self.wrong = vae.VAE((1, 8, 8), 3, hidden=(16,)), wrong

    def encoder(self, x):
        mean, logvar = self.net.encode(x)
        return SimpleNamespace(embedding=mean, log_covariance=logvar)

    def decoder(self, z):
        return {"reconstruction": self.net.decoder(z)}

    def forward(self, inputs):
        x, q = inputs["data"], self.encoder(inputs["data"])
        sigma = (q.log_covariance / 2).exp()
        z = q.embedding + sigma * torch.randn_like(sigma)
        kl = -0.5 * (1 + q.log_covariance - q.embedding**2 - sigma**2).sum(1).mean()
        pixels = F.binary_cross_entropy(self.net.decoder(z), x, reduction="sum") / len(x)
        pixels = pixels / 64 if self.wrong == "mean over pixels" else pixels
        return SimpleNamespace(z=z, loss=pixels + (0 if self.wrong == "no KL" else kl))


@pytest.fixture
def x():
    torch.manual_seed(0)  # the peer's weights and noise
    noise = torch.rand(20, 1, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (noise > 0.5).double()


def test_a_peer_whose_loss_is_the_bound_is_measured_by_it(x):
    theirs = vae_library.Theirs(Peer())
    vae_library._check(theirs, x)
    losses = [theirs.model({"data": x}).loss.item() for _ in range(200)]
    nats = float(vae_library.digit_vaes.held_out(theirs, x).value)
    assert nats == pytest.approx(-sum(losses) / 200, abs=0.05)


@pytest.mark.parametrize("wrong", ["mean over pixels", "no KL"])
def test_a_peer_whose_loss_is_something_else_is_not_compared(x, wrong):
    with pytest.raises(RuntimeError, match="pythae's loss is .*, and we compute"):
        vae_library._check(vae_library.Theirs(Peer(wrong)), x)


def test_without_the_library_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ((sentence, *rest),) = vae_library.measure()
    assert "pythae" in sentence and "`make bench` installs it" in sentence and rest == ["", "", ""]


def test_a_gap_is_the_mean_over_seeds_and_its_range():
    what, ours, theirs, gap = vae_library._compare("x", [-17.0, -18.0], [-17.5, -18.1])
    assert (what, ours, theirs) == ("x", "-17.50", "-17.80")
    assert gap == "+0.30 nats (+0.10 to +0.50 by seed)"


class TestDiffusion:
    CURVE = ((1.0, 80.0, 10, None), (2.0, 20.0, 20, None), (4.0, 5.0, 40, None))

    def test_without_the_libraries_two_sentences_say_what_to_do(self, monkeypatch):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        rows = diffusion.measure()
        assert [rest for _, *rest in rows] == [["", "", ""]] * 2
        for peer, (sentence, *_) in zip(diffusion.PEERS, rows, strict=True):
            assert peer in sentence and "`make bench` installs it" in sentence

    @pytest.mark.parametrize(
        ("distance", "seconds"),
        [(100.0, 1.0), (40.0, 1.5), (20.0, 2.0), (10.0, 3.0), (5.0, 4.0), (4.9, float("inf"))],
    )
    def test_the_time_to_a_distance_lies_between_the_looks_around_it(self, distance, seconds):
        """Ours falls by half in half a second between the first two looks, then in one second."""
        assert diffusion.time_to(self.CURVE, distance) == pytest.approx(seconds)

    @pytest.mark.parametrize(("seconds", "distance"), [(0.5, 80), (1.5, 40), (3, 10), (4, 5), (9, 5)])
    def test_the_distance_at_a_time_likewise(self, seconds, distance):
        assert diffusion.at(self.CURVE, seconds) == pytest.approx(distance)

    def test_of_the_settings_tried_the_nearest_counts(self):
        sizes = SimpleNamespace(parameters=10, batch=16)
        curve = [(*look[:3], sizes) for look in self.CURVE]
        results = {
            ("diffusers", *diffusion.RECOMMENDED): (4.0, 40.0, 30, sizes),
            ("diffusers", *diffusion.TRIED[0]): (4.0, 30.0, 30, sizes),
            ("diffusers", *diffusion.TRIED[1]): (4.0, 20.0, 30, sizes),
        }
        rows = diffusion._rows(curve, results)
        assert [row[2] for row in rows if "Frechet" in row[0]] == ["40.00", "20.00"]
        assert [row[3] for row in rows if "distance they" in row[0]] == [
            "2.7 times as fast", "2.0 times as fast",
        ]  # fmt: skip

    def test_the_loop_of_the_diffusers_example_trains(self):
        """What it denoises with is its moving average, which follows the weights."""
        x = torch.rand(20, 1, 8, 8, generator=torch.Generator().manual_seed(0)) * 2 - 1
        run = diffusion.diffusers_run(x, 10, 1e-3, steps=20)
        t = torch.full((20,), 500)
        before = run.finish()(x, t)
        next(run.walk)
        after = run.finish()(x, t)
        assert after.shape == x.shape and not torch.equal(before, after)


class TestFlowLibrary:
    CURVE = ((1.0, 0.3), (2.0, 0.1), (3.0, 0.2))

    def test_without_the_library_one_sentence_says_what_to_do(self, monkeypatch):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        ((sentence, *rest),) = flow_library.measure()
        assert "flow_matching" in sentence and "`make bench` installs it" in sentence and rest == [""] * 3

    @pytest.mark.parametrize(("distance", "seconds"), [(0.3, 1.0), (0.2, 2.0), (0.05, float("inf"))])
    def test_the_time_to_a_distance_is_that_of_the_first_look(self, distance, seconds):
        assert flow_library.time_to(self.CURVE, distance) == seconds

    def test_the_distance_compared_at_is_one_that_both_reach(self):
        rows = flow_library._rows({"ours": self.CURVE, "theirs": ((2.0, 0.25), (4.0, 0.15))}, (0.1, 0.2))
        assert rows[0][0].endswith("sliced W1 of 0.150")
        assert rows[0][1:] == ("2.00", "4.00", "2.00 times as fast")
        assert rows[3][1:] == ("0.10", "0.20", "2.00 times as fast")

    def test_our_run_trains_the_net_that_is_measured(self):
        torch.manual_seed(0)
        net = flow_library.Net()
        run = flow_library._ours(net, torch.randn(600, 2))
        before = net(torch.zeros(3, 2), torch.tensor(0.5))
        next(run)
        after = net(torch.zeros(3, 2), torch.full((3,), 0.5))
        assert after.shape == (3, 2) and not torch.equal(before, after)
        run.close()


class TestGanLibrary:
    ROW = ("lsgan, D", 1.0, 1.0, 0.0)

    def test_without_the_library_one_sentence_says_what_to_do(self, monkeypatch):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        ((sentence, *rest),) = gan_library.measure()
        assert "torchgan" in sentence and "`make bench` installs it" in sentence and rest == [""] * 3

    @pytest.mark.parametrize("wrong", [("wgan, G", 1.0, 1.1, 0.0), ("wgan, G", 1.0, 1.0, 0.1)])
    def test_another_value_or_gradient_stops_it(self, wrong):
        gan_library._check([self.ROW])
        with pytest.raises(RuntimeError, match="wgan, G: 1 here, 1.* there; gradients differ by 0"):
            gan_library._check([self.ROW, wrong])

    def test_a_gradient_that_differs_is_seen(self):
        x = torch.tensor([1.0, -2.0])
        row = gan_library._row("x", lambda x: x.square().sum(), lambda x: 5 * x.abs().max() - 5, x)
        assert row == ("x", 5.0, 5.0, 2.0)
        assert gan_library._text(*row)[3] == "differ by 0.0e+00, gradients by 2.0e+00"


class Coupling(torch.nn.Module):
    """A stand-in with the interface of normflows; forward goes from the noise to the data."""

    def __init__(self, param_map):
        super().__init__()
        self.param_map = param_map

    def _parts(self, z):
        a, b = z.chunk(2, dim=1)
        out = self.param_map(a)
        return a, b, out[:, 0::2], out[:, 1::2]

    def forward(self, z):
        a, b, shift, scale = self._parts(z)
        return torch.cat([a, b * scale.exp() + shift], 1), scale.sum(1)

    def inverse(self, z):
        a, b, shift, scale = self._parts(z)
        return torch.cat([a, (b - shift) / scale.exp()], 1), -scale.sum(1)


class Swap(torch.nn.Module):
    def __init__(self, dim, mode):
        super().__init__()
        assert mode == "swap"

    def forward(self, z):
        return z.roll(z.shape[1] // 2, 1), torch.zeros(len(z))

    inverse = forward


class Stretch(torch.nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.s, self.t = (torch.nn.Parameter(torch.zeros(1, *shape)) for _ in range(2))

    def forward(self, z):
        return z * self.s.exp() + self.t, self.s.sum()

    def inverse(self, z):
        return (z - self.t) / self.s.exp(), -self.s.sum()


class Reverse(torch.nn.Module):
    def __init__(self, flow):
        super().__init__()
        self.flow = flow

    def forward(self, z):
        return self.flow.inverse(z)

    def inverse(self, z):
        return self.flow(z)


class Chain(torch.nn.Module):
    def __init__(self, q0, flows):
        super().__init__()
        self.flows = torch.nn.ModuleList(flows)

    def forward(self, z):
        for flow in self.flows:
            z, _ = flow(z)
        return z

    def log_prob(self, x):
        total = 0
        for flow in reversed(self.flows):
            x, log_det = flow.inverse(x)
            total = total + log_det
        return total + torch.distributions.Normal(0, 1).log_prob(x).sum(1)


class Forgetful(Chain):
    """Leaves out the last log-determinant."""

    def log_prob(self, x):
        return super().log_prob(x) - self.flows[-1].inverse(x)[1]


class OtherWay(Chain):
    """Its inverse is of another flow."""

    def forward(self, z):
        return super().forward(z) + 1e-4


class TestNormflowLibrary:
    @pytest.fixture(autouse=True)
    def peer(self, monkeypatch):
        steps = SimpleNamespace(
            AffineCouplingBlock=Coupling, Permute=Swap, AffineConstFlow=Stretch, Reverse=Reverse
        )
        bases = SimpleNamespace(DiagGaussian=lambda dim, trainable: None)
        peer = SimpleNamespace(flows=steps, distributions=bases, NormalizingFlow=Chain)
        monkeypatch.setitem(sys.modules, "normflows", peer)
        return peer

    @pytest.fixture(params=["moons", "digits"])
    def case(self, request):
        case = getattr(normflow_library, request.param)()
        return dataclasses.replace(case, depth=4, hidden=(8, 8), steps=40, batch=16)

    @pytest.fixture
    def mine(self, case):
        torch.manual_seed(0)
        mine = normflow_library.ours(case)
        for weights in mine.parameters():
            weights.data += 0.1 * torch.randn_like(weights)
        return mine

    def test_without_the_library_one_sentence_says_what_to_do(self, monkeypatch):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        ((sentence, *rest),) = normflow_library.measure()
        assert "normflows" in sentence and "`make bench` installs it" in sentence and rest == [""] * 3

    def test_a_peer_of_the_same_formulas_agrees_with_our_weights(self, case, mine):
        normflow_library._check(case, mine)
        copied = normflow_library.copied(case, mine)
        theirs = normflow_library.held_out(case, copied, case.order)
        assert theirs == pytest.approx(normflow_library.held_out(case, mine), abs=1e-3)

    @pytest.mark.parametrize("wrong", [Forgetful, OtherWay])
    def test_a_peer_that_differs_stops_it(self, case, mine, peer, wrong):
        peer.NormalizingFlow = wrong
        with pytest.raises(RuntimeError, match=f"RealNVP of {case.what} with the same weights: .* differ by"):
            normflow_library._check(case, mine)

    def test_both_are_trained_and_measured(self, case):
        """40 steps of rate 0.01 make the held-out points likelier than the flow that is the identity does."""
        case = dataclasses.replace(case, rate=0.01)
        better = {"moons": 1, "digits": -1}[case.what]  # nats grow, bits fall
        before = normflow_library.held_out(case, normflow_library.ours(case))
        for _, after, seconds in normflow_library.race(case, 0).values():
            assert better * (after - before) > 0 and seconds > 0

    def test_a_density_of_one_costs_what_the_levels_do(self):
        assert normflow_library.digits().score(0.0) == pytest.approx(4.08746, abs=1e-5)  # log2(17)

    def test_scores_and_times_are_means_over_the_seeds(self, case):
        races = [
            {"ours": (None, 1.0, 0.2), "theirs": (None, 1.25, 0.3)},
            {"ours": (None, 2.0, 0.2), "theirs": (None, 1.25, 0.5)},
        ]
        (_, *scores), (_, *times) = normflow_library._rows(case, races)
        assert scores == ["1.500", "1.250", "+0.250 (-0.250 to +0.750 by seed)"]
        assert times == ["5.00", "10.00", "2.00 times as fast"]
