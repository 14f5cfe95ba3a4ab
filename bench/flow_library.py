"""Flow matching in the plane against flow_matching, the library of Meta AI, by its own 2-D example.

Both learn the checkerboard with the example's network (narrower: 128 and not 512 units, so that a run takes
seconds), one batch size, Adam's rate of the example and no moving average; the library keeps its path, its
loop and its solver. They take turns in short slices, and what counts is this process's CPU time. One function
measures both: sliced W1 of 4,000 samples (20 midpoint steps) to 4,000 points that neither was shown. `_check`
stops where the two solvers, or the two densities, differ on one network.
"""

import importlib.util
import itertools
import math
import time

import torch
from torch import nn

from course_utils import data, flow_matching, training
from course_utils._threads import one_thread
from course_utils.divergences import wasserstein1

STEPS, LOOKS, BATCH, RATE, WIDTH = 4_000, 8, 512, 1e-3, 128
SAMPLES, SAMPLING_STEPS = 4_000, 20
MISSING = "flow_library needs flow_matching, which is not installed; `make bench` installs it."


class Net(nn.Module):
    """The example's network: four hidden layers of x and t; x: [B, 2], t: [B] or a number -> [B, 2]."""

    def __init__(self):
        super().__init__()
        widths = [3, *[WIDTH] * 4]
        inner = [nn.Sequential(nn.Linear(a, b), nn.SiLU()) for a, b in itertools.pairwise(widths)]
        self.layers = nn.Sequential(*inner, nn.Linear(WIDTH, 2))

    def forward(self, x, t):
        """The velocity at x and t."""
        return self.layers(torch.cat([x, t.reshape(-1, 1).expand(len(x), 1)], dim=1))


def measure():
    """Rows for the table: time to the same distance, distance at the end, time of steps and of samples."""
    if importlib.util.find_spec("flow_matching") is None:
        return [(MISSING, "", "", "")]
    with one_thread():
        nets, curves = race()
        _check(nets["ours"])
        return _rows(curves, _solving(nets["ours"]))


def race(steps=STEPS):
    """Train both in turns: {name: network} and {name: [(seconds, distance), ...]}, one for each look."""
    points, distance = data.toy("checkerboard", 20_000), judge()
    runs, nets, curves, spent = {}, {}, {}, {}
    for name, make in {"ours": _ours, "theirs": _theirs}.items():
        torch.manual_seed(0)
        nets[name] = Net()
        runs[name], curves[name], spent[name] = make(nets[name], points), [], 0.0
    for look in range(LOOKS):
        count = steps * (look + 1) // LOOKS - steps * look // LOOKS
        for name, run in runs.items():
            begun = time.process_time()
            for _ in range(count):
                next(run)
            spent[name] += time.process_time() - begun
            curves[name].append((spent[name], distance(nets[name])))
    return nets, curves


def judge():
    """distance(net): sliced W1, over 12 directions, of its samples to points of another seed."""
    wanted = data.toy("checkerboard", SAMPLES, seed=1)
    angles = torch.arange(12) * math.pi / 12
    directions = torch.stack([angles.cos(), angles.sin()])

    def distance(net):
        x = _sample(net, torch.Generator().manual_seed(0))
        gaps = [wasserstein1(x @ one, wanted @ one) for one in directions.T]
        return float(torch.stack(gaps).mean())

    return distance


def _sample(net, generator):
    return flow_matching.sample(
        net, (SAMPLES, 2), steps=SAMPLING_STEPS, method="midpoint", generator=generator
    )


def _ours(net, points):
    update = training.gradient_step(net, flow_matching.matching_loss(), training.adamw(net, RATE))
    return training.steps(update, points, steps=10**9, batch_size=BATCH, device="cpu", progress=False)


def _theirs(net, points):
    """The loop of the library's examples/2d_flow_matching."""
    from flow_matching.path import AffineProbPath
    from flow_matching.path.scheduler import CondOTScheduler

    path = AffineProbPath(scheduler=CondOTScheduler())
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    while True:
        optimiser.zero_grad()
        x_1 = points[torch.randint(len(points), (BATCH,))]
        x_0, t = torch.randn_like(x_1), torch.rand(len(x_1))
        drawn = path.sample(t=t, x_0=x_0, x_1=x_1)
        loss = torch.pow(net(drawn.x_t, drawn.t) - drawn.dx_t, 2).mean()
        loss.backward()
        optimiser.step()
        yield


def _solver(net):
    from flow_matching.solver import ODESolver
    from flow_matching.utils import ModelWrapper

    class Wrapped(ModelWrapper):
        def forward(self, x, t, **extras):
            return self.model(x, t)

    return ODESolver(velocity_model=Wrapped(net))


def _their_sample(net, x):
    return _solver(net).sample(x_init=x, method="midpoint", step_size=1 / SAMPLING_STEPS)


def _their_log_prob(net, x, steps):
    noise = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))
    _, found = _solver(net).compute_likelihood(
        x_1=x, log_p0=noise.log_prob, method="midpoint", step_size=1 / steps, exact_divergence=True
    )
    return found


def _check(net):
    """Stop unless the library's solver and its density, on our network, are ours."""
    x = torch.randn(200, 2, generator=torch.Generator().manual_seed(2))
    ours = flow_matching.sample(net, (200, 2), steps=SAMPLING_STEPS, method="midpoint", x=x)
    gap = float((ours - _their_sample(net, x)).abs().max())
    points = data.toy("checkerboard", 200, seed=3)
    nats = (flow_matching.log_prob(net, points, 200) - _their_log_prob(net, points, 200).detach()).abs()
    if gap > 1e-4 or float(nats.median()) > 1e-2:
        raise RuntimeError(f"The two libraries differ by {gap:.2g} in a sample, {nats.median():.2g} nats.")


def _solving(net):
    """Seconds for the samples, ours and theirs, the faster of two tries each."""
    found = []
    for draw in (
        lambda: _sample(net, torch.Generator().manual_seed(0)),
        lambda: _their_sample(net, torch.randn(SAMPLES, 2)),
    ):
        tries = []
        for _ in range(2):
            begun = time.process_time()
            draw()
            tries.append(time.process_time() - begun)
        found.append(min(tries))
    return found


def time_to(curve, distance):
    """Seconds until a curve [(seconds, distance), ...] is first no higher than a distance; inf if never."""
    return next((seconds for seconds, at in curve if at <= distance), math.inf)


def _rows(curves, solving):
    ours, theirs = curves["ours"], curves["theirs"]
    reached = max(min(at for _, at in curve) for curve in curves.values())  # both come that near
    times = [time_to(curve, reached) for curve in (ours, theirs)]
    what = f"checkerboard, batches of {BATCH}:"
    ends = ours[-1][1], theirs[-1][1]
    return [
        _faster(f"{what} CPU seconds to a sliced W1 of {reached:.3f}", *times),
        (
            f"{what} sliced W1 after {STEPS:,} steps", f"{ends[0]:.3f}", f"{ends[1]:.3f}",
            f"{ends[0] / ends[1]:.2f} of theirs",
        ),
        _faster(f"{what} CPU seconds for {STEPS:,} steps", ours[-1][0], theirs[-1][0]),
        _faster(f"CPU seconds for {SAMPLES:,} samples, {SAMPLING_STEPS} midpoint steps", *solving),
    ]  # fmt: skip


def _faster(what, ours, theirs):
    return what, f"{ours:.2f}", f"{theirs:.2f}", f"{theirs / ours:.2f} times as fast"
