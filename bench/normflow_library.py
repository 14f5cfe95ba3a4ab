"""RealNVP, of points in the plane and of 8x8 digits, against normflows, a public library of flows.

Both flows have as many couplings, in each one network of the same widths and activation, the same bound on
the scale, and a stretch of every coordinate at the end. One loop trains both, on the same batches and with
one optimiser, rate and average of the weights, in turns of short slices of this process's CPU time.
Each library starts from weights of its own. normflows splits a vector in two halves and joins them again, so
its network takes in the half that stays and no more; ours masks, as for images, so its network takes in a 0
for every number that changes. A mask leaves every other number alone: normflows is shown the numbers in that
order. `_check` stops where our weights, copied into its modules, make anything else of the held-out points.
"""

import copy
import dataclasses
import importlib.util
import itertools
import time
from collections.abc import Callable
from statistics import mean

import torch
from torch import nn

from course_utils import data, flows, training
from course_utils._threads import one_thread

SEEDS, SLICES, BOUND, DECAY, NEAR = (0, 1, 2), 40, 2.0, 0.995, 1e-5
GREY, ALPHA, DRAWS = 17, 0.05, 10  # levels; of the logit; held-out digits are dequantised so many times
MISSING = "normflow_library needs normflows, which is not installed; `make bench` installs it."


@dataclasses.dataclass(frozen=True)
class Case:
    """What is learnt, [N, D], D and depth even. prepare(x): what the flow sees, and its log |det|, [B]."""

    what: str
    unit: str
    train: torch.Tensor
    test: torch.Tensor
    prepare: Callable
    score: Callable  # a mean log density in nats -> what the table shows
    depth: int = 8
    hidden: tuple = (64, 64)
    steps: int = 2_000
    batch: int = 256
    rate: float = 1e-3

    @property
    def dim(self):
        """D, an even number."""
        return self.train.shape[1]

    @property
    def order(self):
        """The numbers that our first mask leaves alone, then the others, [D]."""
        return torch.cat([torch.arange(0, self.dim, 2), torch.arange(1, self.dim, 2)])

    def loss(self, model, x):
        """What a step makes smaller: the mean of -log p(x)."""
        z, log_det = self.prepare(x)
        return -(model.log_prob(z) + log_det).mean()


def moons():
    """Points of the toy data set, as they are."""
    train, test = (data.toy("moons", 20_000, seed=seed) for seed in (0, 1))
    return Case(
        "moons", "nats of a held-out point", train, test,
        prepare=lambda x: (x, 0.0), score=lambda nats: nats,
    )  # fmt: skip


def digits():
    """Grey levels 0 to 16, dequantised anew in every batch, then the logit, the same function for both."""
    train, test = (
        (data.load("digits", split).images.flatten(1) * (GREY - 1)).round() for split in ("train", "test")
    )

    def prepare(x):
        return flows.logit_transform(flows.dequantise(x, GREY), ALPHA)

    def bits(nats):
        return float(flows.bits_per_dimension(torch.tensor([nats]), 64, GREY))

    return Case(
        "digits", "bits per dimension of a held-out digit", train, test.repeat(DRAWS, 1), prepare, bits,
        steps=1_000, batch=128,
    )  # fmt: skip


def ours(case):
    """RealNVP of course_utils.flows."""
    return flows.RealNVP(case.dim, case.depth, case.hidden, BOUND)


def theirs(case, turned=False):
    """RealNVP as the README of normflows builds it; its list goes from the noise to the data.

    There z = (x - t) exp(-s), where ours has z = exp(s) x + t; `turned`, it is ours, by its own Reverse.
    """
    import normflows as nf

    turn = nf.flows.Reverse if turned else lambda step: step
    steps = []
    for _ in range(case.depth):
        steps += [turn(nf.flows.AffineCouplingBlock(Net(case))), nf.flows.Permute(case.dim, "swap")]
    steps.append(turn(nf.flows.AffineConstFlow((case.dim,))))
    return nf.NormalizingFlow(nf.distributions.DiagGaussian(case.dim, trainable=False), steps[::-1])


class Net(nn.Module):
    """Our dense layers in a coupling of normflows, which reads t, s, t, s, ... and has no such bound of s."""

    def __init__(self, case):
        super().__init__()
        self.layers = flows.nets.dense(case.dim // 2, case.dim, case.hidden)
        self.register_buffer("is_scale", torch.arange(case.dim) % 2 == 1)

    def forward(self, x):
        """x [B, D / 2] -> [B, D]."""
        out = self.layers(x)
        return torch.where(self.is_scale, BOUND * torch.tanh(out / BOUND), out)


def measure():
    """Rows for the table: how likely either flow makes held-out points and digits, and the time of a step."""
    if importlib.util.find_spec("normflows") is None:
        return [(MISSING, "", "", "")]
    rows = []
    with one_thread():
        for case in (moons(), digits()):
            races = [race(case, seed) for seed in SEEDS]
            _check(case, races[0]["ours"][0])
            rows += _rows(case, races)
    return rows


def race(case, seed):
    """Train both in turns: {name: (model with averaged weights, held-out score, CPU seconds)}."""
    found, spent = {}, {}
    for name, make in {"ours": ours, "theirs": theirs}.items():
        torch.manual_seed(seed)
        model = make(case)
        average = training.WeightAverage(model, DECAY)
        update = training.gradient_step(model, case.loss, training.adamw(model, case.rate), average)
        order = slice(None) if name == "ours" else case.order
        run = training.steps(
            update, case.train[:, order], steps=case.steps, batch_size=case.batch, seed=seed, device="cpu",
            progress=False,
        )  # fmt: skip
        found[name], spent[name] = (run, average.model, order), 0.0
    for _, (name, (run, *_)) in itertools.product(range(SLICES), found.items()):
        begun = time.process_time()
        for _ in itertools.islice(run, case.steps // SLICES):
            pass
        spent[name] += time.process_time() - begun
    return {
        name: (model, held_out(case, model, order), spent[name]) for name, (_, model, order) in found.items()
    }


def prepared(case):
    """The held-out points as a flow sees them, always dequantised the same, and their log |det|."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return case.prepare(case.test)


@torch.no_grad()
def held_out(case, model, order=slice(None)):
    """The score of the held-out points, shown in that order."""
    x, log_det = prepared(case)
    return case.score(float((model.log_prob(x[:, order]) + log_det).mean()))


def copied(case, mine):
    """normflows' flow, its couplings and its stretch turned, with the weights of ours."""
    *couplings, stretch = mine.steps
    peer = theirs(case, turned=True).to(stretch.shift)
    nets = [part for part in peer.modules() if isinstance(part, Net)]
    for step, net in zip(couplings, reversed(nets), strict=True):
        first, *_, last = net.layers = copy.deepcopy(step.net)
        first.weight.data = first.weight.data[:, step.mask]
        for values in last.parameters():
            shift, scale = (half[~step.mask] for half in values.data.chunk(2))
            values.data = torch.stack([shift, scale], dim=1).flatten(0, 1)
    their_stretch = peer.flows[0].flow
    their_stretch.s.data = stretch.log_scale.data[None, case.order]
    their_stretch.t.data = stretch.shift.data[None, case.order]
    return peer


@torch.no_grad()
def _check(case, mine):
    """Stop unless normflows' log density and its way back, with our weights, are ours, in float64."""
    mine = copy.deepcopy(mine).double()
    peer, order = copied(case, mine), case.order
    x = prepared(case)[0][:500].double()
    z = torch.randn(x.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(0))
    nats = float((mine.log_prob(x) - peer.log_prob(x[:, order])).abs().max())
    back = float((mine.inverse(z)[:, order] - peer.forward(z[:, order])).abs().max())
    if not (nats <= NEAR and back <= NEAR):
        raise RuntimeError(
            f"RealNVP of {case.what} with the same weights: the libraries differ by {nats:.2g} nats of log "
            f"density, and by {back:.2g} in the inverse."
        )


def _rows(case, races):
    scores, seconds = ([[race[name][i] for race in races] for name in ("ours", "theirs")] for i in (1, 2))
    gaps = [a - b for a, b in zip(*scores, strict=True)]
    gap = f"{mean(gaps):+.3f} ({min(gaps):+.3f} to {max(gaps):+.3f} by seed)"
    times = [1e3 * mean(spent) / case.steps for spent in seconds]
    what = f"RealNVP of {case.what}, {case.depth} couplings"
    return [
        (f"{what}: {case.unit}, {case.steps:,} steps", *(f"{mean(each):.3f}" for each in scores), gap),
        (
            f"{what}: CPU ms of a step, batches of {case.batch}", *(f"{each:.2f}" for each in times),
            f"{times[1] / times[0]:.2f} times as fast",
        ),
    ]  # fmt: skip
