"""Critics trained to find W1 of two fixed clouds of points, on a line and in the plane, for lesson 06.

Every critic is one net (two hidden layers of 64), trained by one Adam on all points at once; CRITICS says
what bounds its slope. The exact W1 of the same points is known, so the lesson can say which share of it each
critic reaches, and how steep it is where the mass moves. PlaneCritics says how the study is read.
"""

import functools
import math

import torch
from torch import nn
from torch.nn import functional as F

from .. import exact, gan, training
from .._validate import check_choice
from ..data import ImageData
from ..gan import penalties
from .recipe import Recipe, Runs, as_metrics, budget
from .stacks import flat, stack

CRITICS = {
    "clip_0.01": {"clip": 0.01},
    "clip_0.1": {"clip": 0.1},
    "clip_1": {"clip": 1.0},
    "gp_1": {"penalty": 1.0},
    "gp_10": {"penalty": 10.0},
    "spectral": {"spectral": True},
}
CIRCLE = [[2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)] for k in range(8)]
# Means, standard deviations and weights of the two mixtures: a critic is to be high on x and low on y.
PROBLEMS = {
    "line": {
        "x": ([[-2.0], [1.5]], [0.4, 0.5], [0.5, 0.5]),
        "y": ([[-0.5], [2.5]], [0.5, 0.3], [0.7, 0.3]),
    },
    "plane": {"x": (CIRCLE, 0.15, None), "y": ([[1.0, 0.0]], 0.5, None)},
}
GRIDS = {"line": 351, "plane": 71}  # points a side, from -EDGE to EDGE
EDGE = 3.5
STUDY = {
    "seed": 0,
    "n": 512,
    "seeds": 6,
    "steps": 2_000,
    "hidden": [64, 64],
    "lr": 1e-3,
    "betas": [0.5, 0.9],
    "critics": CRITICS,
    "problems": {
        name: {side: list(what) for side, what in sides.items()} for name, sides in PROBLEMS.items()
    },
    "grids": GRIDS,
    "edge": EDGE,
}
MEASURES = ("share", "share_of_slope_1", "steepest", "along", "norm")


class PlaneCritics(nn.Module):
    """What the critics found, by problem ("line", "plane") and by critic; S seeds, N points a cloud.

    names: the critics; problems: their tasks. points(problem): x, y, each [N, D]; the best plan moves x[i] to
    y[i], so W1 is the mean distance, which w1(problem) gives. estimates(problem, name): E f(x) - E f(y), [S].
    steepest(problem, name): the largest |grad f| on the grid, [S]. slopes(problem, name): the derivative of f
    along the way from y[i] to x[i], and |grad f|, at one random place of each way, both [S, N].
    axis(problem): the G coordinates of the grid; values(problem, name): f there, less its mean over both
    clouds: on the line [S, G], in the plane [G, G] of seed 0, its rows from low to high second coordinates.
    """

    def __init__(self, names, seeds, n):
        super().__init__()
        self.names, self.problems = tuple(names), tuple(GRIDS)
        count, shape = len(self.names), (len(GRIDS), len(self.names), seeds)
        for problem, dim in (("line", 1), ("plane", 2)):
            self.register_buffer(f"clouds_{problem}", torch.zeros(2, n, dim))
        self.register_buffer("numbers", torch.zeros(*shape, 2))
        self.register_buffer("ways", torch.zeros(*shape, 2, n))
        self.register_buffer("values_line", torch.zeros(count, seeds, GRIDS["line"]))
        self.register_buffer("values_plane", torch.zeros(count, GRIDS["plane"], GRIDS["plane"]))

    def _place(self, problem, name):
        check_choice("problem", problem, self.problems)
        check_choice("name", name, self.names)
        return self.problems.index(problem), self.names.index(name)

    def points(self, problem):
        """The clouds of a problem as the best plan pairs them: x, y, each [N, D]."""
        check_choice("problem", problem, self.problems)
        return tuple(getattr(self, f"clouds_{problem}"))

    def w1(self, problem):
        """The exact W1 of the two clouds, a float."""
        x, y = self.points(problem)
        return float((x - y).double().norm(dim=1).mean())

    def estimates(self, problem, name):
        """E f(x) - E f(y) of each seed, [S]."""
        return self.numbers[self._place(problem, name)][:, 0]

    def steepest(self, problem, name):
        """The largest |grad f| on the grid, [S]."""
        return self.numbers[self._place(problem, name)][:, 1]

    def slopes(self, problem, name):
        """On the way from y[i] to x[i]: the derivative along it, and |grad f|, each [S, N]."""
        return tuple(self.ways[self._place(problem, name)].unbind(1))

    def axis(self, problem):
        """The coordinates of the grid, [G]."""
        check_choice("problem", problem, self.problems)
        return torch.linspace(-EDGE, EDGE, GRIDS[problem])

    def values(self, problem, name):
        """f on the grid, less its mean over both clouds: "line" [S, G], "plane" [G, G] of seed 0."""
        _, which = self._place(problem, name)
        return getattr(self, f"values_{problem}")[which]


def clouds(problem, n):
    """The two clouds of a problem, float32 [2, n, D]; the best plan pairs the rows of x and y."""
    from scipy.optimize import linear_sum_assignment

    x, y = (
        exact.GaussianMixture(
            torch.tensor(means), torch.tensor(stds), weights and torch.tensor(weights)
        ).sample(n, torch.Generator().manual_seed(seed))
        for seed, (means, stds, weights) in enumerate(PROBLEMS[problem][side] for side in "xy")
    )
    _, partners = linear_sum_assignment(torch.cdist(x.double(), y.double()).numpy())
    return torch.stack([x, y[torch.from_numpy(partners)]])


def both_clouds():
    """ImageData whose "images" are the clouds of both problems, [n, 2, 2, 2]; on a line y is 0."""
    line, plane = (clouds(problem, STUDY["n"]) for problem in GRIDS)
    images = torch.stack([F.pad(line, (0, 1)), plane]).movedim(2, 0).contiguous()
    return ImageData(images, torch.zeros(len(images), dtype=torch.int64), ("clouds",), name="clouds")


def critics(settings, how, dim):
    """The nets of all seeds as a stack: the same first weights whatever bounds the critic."""
    nets = []
    with torch.random.fork_rng(devices=[]):
        for seed in range(settings["seeds"]):
            torch.manual_seed(settings["seed"] + seed)
            nets.append(gan.Discriminator(dim, settings["hidden"]))
        return stack(nets, how.get("spectral", False))


def run(settings, how, clouds, seconds=None, progress=False):
    """Train the critics of all seeds on all points, [2, N, D], at every step: the stack, and the History."""
    seeds = settings["seeds"]
    x, y = (cloud.expand(seeds, *cloud.shape) for cloud in clouds)
    net = critics(settings, how, clouds.shape[-1])
    optimizer = torch.optim.Adam(net.parameters(), settings["lr"], settings["betas"], fused=True)
    loss_of = torch.vmap(gan.losses["wgan"].d_loss)

    def update(_):
        loss = loss_of(net(x), net(y))
        total = loss.sum()
        if "penalty" in how:
            real, fake = x.flatten(0, 1), y[:, torch.randperm(len(clouds[1]))].flatten(0, 1)
            total = total + seeds * how["penalty"] * penalties.gradient_penalty(flat(net, seeds), real, fake)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        if "clip" in how:
            penalties.clip_weights(net, how["clip"])
        return loss.detach().mean()

    history = training.History()
    for _ in training.steps(
        update, clouds[0], **budget(settings, seconds), batch_size=1, seed=settings["seed"], device="cpu",
        history=history, progress=progress,
    ):  # fmt: skip
        pass
    return net.eval(), history


def gradients(net, x):
    """The gradient of each net of a stack at its points, x: [S, B, D] -> [S, B, D]."""
    with torch.enable_grad():
        x = x.clone().requires_grad_()
        (found,) = torch.autograd.grad(net(x).sum(), x)
    return found


def grid(problem):
    """The points of a problem's grid, [G, 1] or [G * G, 2], of which the first coordinate runs faster."""
    axis = torch.linspace(-EDGE, EDGE, GRIDS[problem])
    if problem == "line":
        return axis[:, None]
    return torch.cartesian_prod(axis, axis).flip(1)


@torch.no_grad()
def measure(settings, net, problem, clouds):
    """Numbers [S, 2], slopes on ways [S, 2, N] and f on the grid [S, ...] of a stack; see PlaneCritics."""
    x, y = clouds
    seeds, spots = settings["seeds"], grid(problem)
    f_x, f_y, f = (net(points.expand(seeds, *points.shape)).squeeze(-1) for points in (x, y, spots))
    steepest = gradients(net, spots.expand(seeds, *spots.shape)).norm(dim=-1).amax(1)
    share = torch.rand(len(x), 1, generator=torch.Generator().manual_seed(settings["seed"]))
    on_the_way = share * x + (1 - share) * y
    slope = gradients(net, on_the_way.expand(seeds, *x.shape))
    ways = torch.stack([(slope * F.normalize(x - y, dim=1)).sum(-1), slope.norm(dim=-1)], 1)
    f = f - (f_x.mean(1) + f_y.mean(1))[:, None] / 2
    return torch.stack([f_x.mean(1) - f_y.mean(1), steepest], 1), ways, f


def train(settings, model, data, seconds=None, progress=True):
    """Every critic on both problems, all seeds at once. Returns the PlaneCritics and the Runs."""
    each = None if seconds is None else seconds / (len(model.problems) * len(model.names))
    runs = Runs()
    for p, problem in enumerate(model.problems):
        clouds = data.images[:, p, :, : 1 + p].transpose(0, 1).contiguous()  # one coordinate, or two
        setattr(model, f"clouds_{problem}", clouds)
        for c, name in enumerate(model.names):
            net, history = run(settings, settings["critics"][name], clouds, each, progress)
            runs += history
            if runs.interrupted:
                return model, runs
            model.numbers[p, c], model.ways[p, c], f = measure(settings, net, problem, clouds)
            if problem == "line":
                model.values_line[c] = f
            else:
                model.values_plane[c] = f[0].unflatten(0, (GRIDS["plane"], -1))
    return model, runs


def evaluate(model):
    """Means over seeds: the share of W1, the same of the estimate over the largest slope, and slopes."""
    found = {}
    for problem in model.problems:
        found[f"{problem}_w1"] = model.w1(problem)
        for name in model.names:
            estimates, steepest = model.estimates(problem, name), model.steepest(problem, name)
            along, norm = model.slopes(problem, name)
            shares = estimates / model.w1(problem), estimates / steepest / model.w1(problem)
            rows = [float(value.mean()) for value in (*shares, steepest, along, norm)]
            found |= as_metrics(MEASURES, {f"{problem}_{name}": rows})
    return found


RECIPES = [
    Recipe(
        name="plane_critics",
        summary="Critics against the exact W1, by what bounds their slope, six seeds each",
        lessons=("06",),
        build=lambda: PlaneCritics(CRITICS, STUDY["seeds"], STUDY["n"]),
        data=both_clouds,
        train=functools.partial(train, STUDY),
        evaluate=evaluate,
        settings=STUDY,
    )
]
