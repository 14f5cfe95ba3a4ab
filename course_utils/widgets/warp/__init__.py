"""The plane warped by a normalising flow, step by step: its grid, its density, a point and its way back."""

from typing import NamedTuple

import torch
import traitlets

from ..._validate import check_choice, check_int, check_number, check_tensor
from ...exact import GaussianMixture
from ..shared.face import Face
from ..shared.inputs import check_point
from ..shared.plane import check_mixture
from .built_in import crescent
from .reading import read_off
from .steps import Steps
from .still import still

POINTS = 300
SEEDS = (0, 9)
FURTHEST = 10.0  # from 0, for data
WAYS = ("forward", "back")
GRIDS = ("data", "noise", "none")


class Numbers(NamedTuple):
    """The traced point: x [2], z [2], log_dets of the steps, log_base = log p(z), log_prob = log p(x), and
    x_again = inverse(z) [2], whose distance from x is error, all from the flow itself."""

    x: object
    z: object
    log_dets: object
    log_base: object
    log_prob: object
    x_again: object
    error: object


class PlaneWarp(Face):
    """The plane at any depth of a flow, from data x (0) to noise z (K): to scrub, play and drag in.

    flow: a flows.Flow of the plane, or anything with `.steps`, each with forward -> (z [B, 2], log_det [B])
    and `.inverse`, and `.base.log_prob`; None: a small one made by hand. Of more than 16 steps neighbours are
    taken together. data: points [N, 2] within 10 of 0, of which the first 300 are shown, or an
    exact.GaussianMixture to draw them from, or None for the flow's own samples. depth: 0 to K; point: two
    numbers, the end that is held, x where way is "forward", z where it is "back" (None: a point of the data);
    grid: the lines of the plane of "data" or "noise", or "none"; density, points: whether they are drawn;
    seed: 0 to 9.

    How the page computes. It has each step, and each step's own inverse, as a table over the rectangle that
    data and samples fill at that stage, read off the flow and kept in 16 bits; between the table's points it
    is bicubic (cubic convolution, Keys 1981), beyond its edge linear. A step that is affine is exact but for
    the rounding. Largest errors found: 0.003 for the flow made by hand; for a RealNVP of depth 8, trained on
    the two moons, 0.05 on the way forward and 0.11 back, in the gap between them. The way of a point is one
    table after the other; between two stages its place, and the density's logarithm there, are linear in the
    depth, for a flow has no layers in between (a step that reflects the plane, as Permute does, flattens it
    halfway). |inverse(forward(x)) - x| is not the page's: it is what the flow itself leaves at the nearest
    point of the first table, in the precision of its weights, and where that is below 0.001 the point is said
    to come back. The window reaches as far as the points of the depth do. Contours hold 25, 50, 75 and 95 %
    of the mass; they are drawn from the data's grid in the first half of the depth, then from the noise's.

    All but flow, data and seed follow the page and can be set. `warp.numbers`: of the traced point, by the
    flow itself. Raises TypeError or ValueError for what does not fit.
    """

    read = traitlets.Dict(read_only=True).tag(sync=True)
    depth = traitlets.Any(0.0).tag(sync=True)
    point = traitlets.Any().tag(sync=True)
    way = traitlets.Any("forward").tag(sync=True)
    grid = traitlets.Any("data").tag(sync=True)
    density = traitlets.Any(True).tag(sync=True)
    points = traitlets.Any(True).tag(sync=True)

    def __init__(
        self, flow=None, data=None, *, depth=0.0, point=None, way="forward", grid="data", density=True,
        points=True, seed=0,
    ):  # fmt: skip
        generator = torch.Generator().manual_seed(check_int("seed", seed, *SEEDS))
        self._steps = Steps(crescent() if flow is None else flow)
        self._data = _points(data, self._steps, generator)
        read = read_off(self._steps, self._data, generator)
        super().__init__()
        self.set_trait("read", read)
        self.way = way
        self.point = self._first() if point is None else point
        self.depth, self.grid, self.density, self.points = depth, grid, density, points

    @property
    def numbers(self):
        """The traced point by the flow itself, a named tuple."""
        way = self._traced()
        z = way.stages[-1]
        log_base, x_again = self._steps.log_base(z), self._steps.backward(z).stages[0]
        total = float(log_base + way.log_dets.sum())
        error = float((x_again - way.stages[0]).norm())
        ends = (part[0].tolist() for part in (way.stages[0], z))
        return Numbers(*ends, way.log_dets[:, 0].tolist(), float(log_base), total, x_again[0].tolist(), error)

    def _traced(self):
        """The Way of the traced point, found from the end that is held."""
        held = torch.tensor([self.point])
        return self._steps.forward(held) if self.way == "forward" else self._steps.backward(held)

    def _first(self):
        """A point of the data, well inside, or where it goes."""
        middle = self._data.median(0).values
        nearest = self._data[(self._data - middle).norm(dim=1).argsort()[len(self._data) // 3]]
        end = nearest if self.way == "forward" else self._steps.forward(nearest[None]).stages[-1, 0]
        return [round(value, 2) for value in end.tolist()]

    @traitlets.validate("depth")
    def _check_depth(self, proposal):
        return check_number("depth", proposal.value, 0, len(self.read["names"]))

    @traitlets.validate("point")
    def _check_point(self, proposal):
        return check_point("point", proposal.value)

    @traitlets.validate("way", "grid")
    def _check_name(self, proposal):
        name = proposal.trait.name
        return check_choice(name, proposal.value, WAYS if name == "way" else GRIDS)

    @traitlets.validate("density", "points")
    def _check_switch(self, proposal):
        if not isinstance(proposal.value, bool):
            raise TypeError(f"{proposal.trait.name} must be True or False; got {proposal.value!r}.")
        return proposal.value

    def _alt(self):
        now, count = self.numbers, len(self.read["names"])
        x, z = (f"({a:.2f}, {b:.2f})" for a, b in (now.x, now.z))
        return (
            f"PlaneWarp: the plane with its grid lines and {len(self._data)} points of data, carried to "
            f"noise by {count} step{'' if count == 1 else 's'} of a flow; one point goes from x = {x} to "
            f"z = {z}, where log p(z) = {now.log_base:.2f} and the sum of the log-determinants, "
            f"{sum(now.log_dets):.2f}, make log p(x) = {now.log_prob:.2f}. In the page the depth is scrubbed "
            "and the point dragged, both ways."
        )

    def _still(self):
        return still(self._steps, self.read, self._data, self._traced())


def _points(data, steps, generator):
    """The points to carry along, [N, 2] in float64 with float32's numbers."""
    if data is None:
        points = steps.draw(POINTS, generator).stages[0]
        points = points[points.abs().amax(1) <= FURTHEST]
        if len(points) < POINTS // 2:
            raise ValueError(f"data must be given: the flow's own samples lie beyond {FURTHEST:g} of 0.")
    elif isinstance(data, torch.Tensor):
        points = check_tensor("data", data, "[N, 2]").detach().cpu()[:POINTS]
        if len(points) < 2:
            raise ValueError(f"data must have at least 2 points; got {len(points)}.")
    elif isinstance(data, GaussianMixture):
        check_mixture(data)
        points = data.sample(POINTS, generator)
    else:
        raise TypeError(f"data must be points [N, 2] or an exact.GaussianMixture; got {type(data).__name__}.")
    if not bool(points.isfinite().all()) or float(points.abs().max()) > FURTHEST:
        raise ValueError(f"data must be finite and within {FURTHEST:g} of 0 on both axes.")
    return points.float().double()
