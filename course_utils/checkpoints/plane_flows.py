"""RealNVPs of mixtures in the plane whose density is known, by depth, and one on its way, for lesson 09.

Every step draws fresh points, so nothing can be learned by heart: the gap to the exact density is what the
family of flows, or the training, cannot do. PlaneFlows says how the study is read.
"""

import functools
import math

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from .. import exact, flows, training
from .._validate import check_choice, check_int
from ..data import ImageData
from .recipe import Recipe, Runs, budget
from .stacks import stack

PROBLEMS, DEPTHS = ("moons", "two", "eight"), (2, 4, 8, 16)
SNAPSHOTS, SNAPSHOT_DEPTH = (250, 1_000, 4_000, 16_000), 8  # of the moons; the last is the end
STUDY = {
    "n": 20_000,
    "seed": 0,
    "runs": 3,
    "problems": list(PROBLEMS),
    "depths": list(DEPTHS),
    "hidden": [28, 28],
    "steps": 16_000,
    "batch_size": 256,
    "lr": 5e-3,
    "schedule": "cosine, to 0",
    "snapshots": list(SNAPSHOTS),
}
N_SLOPES = 4_096


def mixture(name, dtype=torch.float32):
    """The exact.GaussianMixture called "moons", "two" or "eight", as data.toy has them.

    moons: 64 Gaussians along each half circle. Raises ValueError for another name.
    """
    check_choice("name", name, PROBLEMS)
    if name == "two":
        return exact.GaussianMixture(torch.tensor([[-1.5, 0.0], [1.5, 0.0]], dtype=dtype), 0.5)
    if name == "eight":
        angle = math.pi / 4 * torch.arange(8, dtype=dtype)
        return exact.GaussianMixture(2 * torch.stack([angle.cos(), angle.sin()], 1), 0.15)
    angle = math.pi * (torch.arange(64, dtype=dtype) + 0.5) / 64
    upper = torch.stack([angle.cos(), angle.sin()], 1)
    both = torch.cat([upper, torch.tensor([1.0, 0.5], dtype=dtype) - upper])
    return exact.GaussianMixture(1.3 * (both - torch.tensor([0.5, 0.25], dtype=dtype)), 1.3 * 0.08)


class PlaneFlows(nn.Module):
    """Trained RealNVPs by problem, depth and run: model("moons", depth=8, run=0) is a flows.Flow.

    problems, depths, snapshots: what there is; runs: how many of each. after(steps, run): the flow of the
    moons of depth 8 after so many steps. mixture(name): the exact density. Kept are flat rows of weights:
    weights(depth), and `early` of all snapshots but the last, [snapshots, runs, W].
    """

    def __init__(self, settings):
        super().__init__()
        self.hidden, self.runs = tuple(settings["hidden"]), settings["runs"]
        self.problems, self.depths, self.snapshots = PROBLEMS, DEPTHS, SNAPSHOTS
        for depth in DEPTHS:
            count = len(parameters_to_vector(self._untrained(depth).parameters()))
            self.register_buffer(f"weights_{depth}", torch.zeros(len(PROBLEMS), self.runs, count))
        early = torch.zeros_like(self.weights(SNAPSHOT_DEPTH)[0]).expand(len(SNAPSHOTS) - 1, -1, -1)
        self.register_buffer("early", early.clone())

    def _untrained(self, depth):
        return flows.RealNVP(2, depth, self.hidden)

    def weights(self, depth):
        """The weights of all flows of a depth, [problems, runs, W]."""
        return getattr(self, f"weights_{depth}")

    def mixture(self, name):
        """The exact density of a problem, an exact.GaussianMixture."""
        return mixture(name)

    def forward(self, problem, depth=8, run=0):
        """The trained flow of a problem ("moons", "two", "eight"), a depth (2, 4, 8, 16) and a run (0, 1, 2).

        Raises ValueError with what there is for another of them.
        """
        check_choice("problem", problem, PROBLEMS)
        _check_one_of("depth", depth, DEPTHS)
        return self._with(depth, self.weights(depth)[PROBLEMS.index(problem), self._run(run)])

    def after(self, steps, run=0):
        """The flow of the moons of depth 8 after 250, 1,000, 4,000 or 16,000 steps of one training."""
        _check_one_of("steps", steps, SNAPSHOTS)
        if steps == SNAPSHOTS[-1]:
            return self("moons", SNAPSHOT_DEPTH, run)
        return self._with(SNAPSHOT_DEPTH, self.early[SNAPSHOTS.index(steps), self._run(run)])

    def _run(self, run):
        return check_int("run", run, 0, self.runs - 1)

    def _with(self, depth, weights):
        with torch.random.fork_rng(devices=[]):
            flow = self._untrained(depth)
        vector_to_parameters(weights.clone(), flow.parameters())
        return flow.requires_grad_(False).eval()


def _check_one_of(name, value, choices):
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(str, choices))}; got {value!r}.")


class SideBySide(nn.Module):
    """F couplings' networks of pairs as one of 2 F coordinates: x [B, 2 F] -> shifts and scales [B, 4 F]."""

    def __init__(self, nets):
        super().__init__()
        self.count, self.net = len(nets), stack(nets)

    def forward(self, x):
        """All shifts come first, and then all scales, as AffineCoupling wants them."""
        pairs = self.net(x.unflatten(1, (self.count, 2)).movedim(1, 0)).movedim(0, 1)
        return torch.cat([part.flatten(1) for part in pairs.chunk(2, dim=2)], dim=1)


def side_by_side(several):
    """RealNVPs of the plane of one depth, F of them, as one flow in 2 F dimensions: they are independent."""
    dim = 2 * len(several)
    steps = [
        flows.AffineCoupling(
            flows.masks.every_other(dim, i % 2), SideBySide([flow.steps[i].net for flow in several])
        )
        for i in range(len(several[0].steps) - 1)
    ]
    last = flows.ElementwiseAffine(dim)
    for name, weight in last.named_parameters():
        weight.data = torch.cat([getattr(flow.steps[-1], name).detach() for flow in several])
    return flows.Flow([*steps, last], dim)


def apart(together):
    """The weights of each flow of side_by_side, [F, W], in the order of a RealNVP's own parameters."""
    parts = []
    for coupling in together.steps[:-1]:
        for layer in coupling.net.net:
            if hasattr(layer, "weight"):
                parts += [layer.weight.mT.flatten(1), layer.bias.flatten(1)]
    last = together.steps[-1]
    return torch.cat(
        [*parts, last.log_scale.unflatten(0, (-1, 2)), last.shift.unflatten(0, (-1, 2))], 1
    ).detach()


def run(settings, depth, data, seconds=None, progress=False):
    """Train the flows of all problems and runs of one depth at once.

    Returns their weights [problems, runs, W], the same at each of SNAPSHOTS, a dict, and the History.
    """
    runs, size, history, early = settings["runs"], settings["batch_size"], training.History(), {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings["seed"] + depth)
        each = [flows.RealNVP(2, depth, settings["hidden"]) for _ in range(len(PROBLEMS) * runs)]
    together, mixtures = side_by_side(each), [mixture(name) for name in PROBLEMS]
    optimizer = torch.optim.Adam(together.parameters(), settings["lr"], fused=True)

    def update(_):
        share = min(1.0, history.steps / settings["steps"])
        optimizer.param_groups[0]["lr"] = settings["lr"] * (1 + math.cos(math.pi * share)) / 2
        fresh = [known.sample(size * runs).view(size, 2 * runs) for known in mixtures]
        loss = -together.log_prob(torch.cat(fresh, 1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach() / len(each)

    for done in training.steps(
        update, data, **budget(settings, seconds), batch_size=1, seed=settings["seed"] + depth,
        device="cpu", history=history, progress=progress,
    ):  # fmt: skip
        if done in SNAPSHOTS:
            early[done] = apart(together).unflatten(0, (len(PROBLEMS), runs))
    return apart(together).unflatten(0, (len(PROBLEMS), runs)), early, history


def train(settings, model, data, seconds=None, progress=True):
    """Every depth, all problems and runs side by side; seconds is shared out by depth. The model and Runs."""
    done = Runs()
    for depth in DEPTHS:
        share = None if seconds is None else seconds * depth / sum(DEPTHS)
        weights, early, history = run(settings, depth, data.images, share, progress)
        model.weights(depth).copy_(weights)
        for number, steps in enumerate(SNAPSHOTS[:-1] if depth == SNAPSHOT_DEPTH else ()):
            if steps in early:
                model.early[number] = early[steps][PROBLEMS.index("moons")]
        done += history
        if done.interrupted:
            break
    return model, done


def draws():
    """ImageData of the draws that gaps are measured on: "images" [n, problems, 1, 2], one seed for all."""
    x = [mixture(name).sample(STUDY["n"], torch.Generator().manual_seed(0)) for name in PROBLEMS]
    images = torch.stack(x, 1)[:, :, None]
    return ImageData(images, torch.zeros(len(images), dtype=torch.int64), ("draws",), name="mixtures")


@torch.no_grad()
def gap(flow, known, x):
    """The mean of log p(x) - log p_flow(x) in nats over draws x [N, 2] of p: an estimate of KL(p || flow)."""
    return float((known.log_prob(x).double() - flow.log_prob(x)).mean())


def slopes(flow, z):
    """The largest singular value of dx/dz, x = flow.inverse(z), at each of z [N, 2]: [N]."""
    z = z.clone().requires_grad_()
    with torch.enable_grad():
        x = flow.inverse(z)
        rows = [torch.autograd.grad(x[:, i].sum(), z, retain_graph=True)[0] for i in range(2)]
    return torch.linalg.matrix_norm(torch.stack(rows, 1), 2)


def evaluate(model):
    """Gaps in nats by problem and depth, and how steep the flow of the moons was, mean and each run.

    That is the largest of slopes at N_SLOPES fixed draws of z.
    """
    data, found = draws().images, {}
    for number, problem in enumerate(PROBLEMS):
        known, x = mixture(problem), data[:, number, 0]
        for depth in DEPTHS:
            found[f"{problem}_{depth}"] = [gap(model(problem, depth, r), known, x) for r in range(model.runs)]
    z = torch.randn(N_SLOPES, 2, generator=torch.Generator().manual_seed(0))
    steepest = {
        f"after_{steps}": [float(slopes(model.after(steps, r), z).max()) for r in range(model.runs)]
        for steps in SNAPSHOTS
    }
    return _rows("gap", found) | _rows("steepest", steepest)


def _rows(what, found):
    """{"what_row_mean": ..., "what_row_run_0": ..., ...} of row -> the numbers of its runs."""
    rows = {}
    for row, values in found.items():
        rows[f"{what}_{row}_mean"] = sum(values) / len(values)
        rows |= {f"{what}_{row}_run_{r}": value for r, value in enumerate(values)}
    return rows


RECIPES = [
    Recipe(
        name="plane_flows",
        summary="RealNVPs of mixtures in the plane by depth, and one on its way, three runs each",
        lessons=("09",),
        build=lambda: PlaneFlows(STUDY),
        data=draws,
        train=functools.partial(train, STUDY),
        evaluate=evaluate,
        settings=STUDY,
    )
]
