"""The page's tables of a flow against the flow itself: exact where they should be, else how far off."""

import math

import pytest
import torch
from torch import nn

from course_utils import data, flows
from course_utils.exact import GaussianMixture
from course_utils.widgets import PlaneWarp
from course_utils.widgets.warp.built_in import crescent
from course_utils.widgets.warp.reading import grid_points, pack

PAGE = ("warp/tables.js", "warp/math.js")
WAYS = "input.points.map((point) => m.wayOf(m.flowOf(input.read), point, input.held))"


def ways(node, warp, points, held="forward"):
    """The page's ways of points [N, 2]: stages [K + 1, N, 2], log_dets [K, N], log p(x) [N]."""
    found = node(PAGE, WAYS, read=warp.read, points=points.tolist(), held=held)
    stages = torch.tensor([each["stages"] for each in found], dtype=torch.float64).transpose(0, 1)
    log_dets = torch.tensor([each["logDets"] for each in found], dtype=torch.float64).T
    return stages, log_dets, torch.tensor([each["logProb"] for each in found], dtype=torch.float64)


class Linear(nn.Module):
    """z = A x + b."""

    def __init__(self, matrix, shift):
        super().__init__()
        self.matrix, self.shift = torch.tensor(matrix), torch.tensor(shift)

    def forward(self, x):
        log_det = torch.linalg.slogdet(self.matrix)[1]
        return x @ self.matrix.T + self.shift, log_det.expand(len(x))

    def inverse(self, z):
        return (z - self.shift) @ torch.linalg.inv(self.matrix).T


def test_an_affine_flow_is_exact_up_to_the_16_bits(node):
    steps = [Linear([[1.5, 0.4], [-0.3, 0.5]], [0.2, -0.5]), Linear([[0.0, -1.0], [2.0, 0.3]], [0.0, 1.0])]
    warp = PlaneWarp(flows.Flow(steps, 2))
    inside = warp._data.float()
    for points, off in ((inside, 4e-4), (1.5 * inside, 0.01)):  # the latter also beyond the tables' edges
        first = (points @ steps[0].matrix.T + steps[0].shift).double()
        second = first @ steps[1].matrix.double().T + steps[1].shift
        determinant = (1.5 * 0.5 + 0.4 * 0.3) * 2.0
        stages, log_dets, log_prob = ways(node, warp, points)
        for found, true in zip(stages, (points, first, second), strict=True):
            assert (found - true).abs().max() < off
        assert torch.allclose(log_dets.sum(0), torch.tensor(math.log(determinant)).double(), atol=1e-6)
        base = -math.log(2 * math.pi) - second.square().sum(1) / 2
        assert (log_prob - base - math.log(determinant)).abs().max() < 30 * off
        back, *_ = ways(node, warp, second, "back")
        assert (back[0] - points).abs().max() < 2 * off


def test_between_the_points_of_a_table_it_is_bicubic(node):
    """Cubic convolution meets every polynomial of second degree, at the edge too (Keys 1981, section III)."""
    center, half, side = [0.3, -0.5], [2.0, 1.5], 9
    x, y = grid_points(center, half, side).T
    planes = [pack(x * x - x * y + 0.5), pack(y - 3 * x), pack(torch.full_like(x, 7.0))]
    table = {"center": center, "half": half, "planes": planes}
    random = torch.rand(300, 2, generator=torch.Generator().manual_seed(0)).double()
    inside = torch.tensor(center) + torch.tensor(half) * (2 * random - 1)
    call = "input.points.map(([x, y]) => [...m.tableOf(input.table, 9)(x, y)])"
    found = torch.tensor(node(PAGE, call, table=table, points=inside.tolist()), dtype=torch.float64)
    x, y = inside.T
    expected = torch.stack([x * x - x * y + 0.5, y - 3 * x, torch.full_like(x, 7.0)], 1)
    assert torch.allclose(found, expected, atol=5e-4)
    far = torch.tensor([[4.0, 2.0], [-3.0, 0.0]])
    found = torch.tensor(node(PAGE, call, table=table, points=far.tolist()))
    assert torch.allclose(found[:, 1], far[:, 1] - 3 * far[:, 0], atol=0.01), "beyond the edge: linear"


def test_what_is_packed_is_unpacked(node):
    values = torch.tensor([0.0, 1.5, -2.25, 0.125], dtype=torch.float64)
    parts = [pack(values), pack(values, values), pack(torch.full((4,), 3.5))]
    assert [part["data"] for part in parts[1:]] == ["=", ""]
    call = "input.parts.map((part) => [...m.unpack(part, 4, [1, 2, 3, 4])])"
    found = node(PAGE, call, parts=parts)
    assert found[0] == pytest.approx(values.tolist(), abs=3.75 / 65_535)
    assert found[1:] == [[1, 2, 3, 4], [3.5] * 4]


def worst(warp, flow, node, count=1500):
    """How far the page is off on points of the flow's own: {name: (99 % of them, all)}.

    forward, back: the distance from the place at the stage where it is largest; log_prob: in nats.
    """
    z = torch.randn(count, 2, generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        x = flow.inverse(z)
        true, log_prob = torch.stack(flow.stages(x)).double(), flow.log_prob(x).double()
    forward, _, found = ways(node, warp, x)
    back, *_ = ways(node, warp, true[-1], "back")
    errors = {
        "forward": (forward - true).norm(dim=2).amax(0),
        "back": (back - true).norm(dim=2).amax(0),
        "log_prob": (found - log_prob).abs(),
    }
    shown = {name: (float(each.quantile(0.99)), float(each.max())) for name, each in errors.items()}
    print(warp.read["side"], shown)
    return shown


def test_the_built_in_flow_is_met(node):
    off = worst(PlaneWarp(), crescent(), node)
    assert off["forward"][1] < 0.0005
    assert off["back"][1] < 0.006, "the steep middle of the planar step's inverse"
    assert off["log_prob"][1] < 0.01


@pytest.fixture(scope="module")
def moons():
    """RealNVP of depth 8, trained for 700 steps on the two moons: (flow, points)."""
    points = data.toy("moons", 4000)
    dice = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    flow = flows.RealNVP(2, 8)
    optimiser = torch.optim.Adam(flow.parameters(), 3e-3)
    for _ in range(700):
        loss = -flow.log_prob(points[torch.randint(len(points), (256,), generator=dice)]).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 1.9, "the flow has learned the moons"
    return flow, points


def test_a_trained_realnvp_is_met_almost_everywhere(node, moons):
    flow, points = moons
    off = worst(PlaneWarp(flow, points), flow, node)
    assert off["forward"][0] < 0.06 and off["forward"][1] < 0.1
    assert off["back"][0] < 0.12 and off["back"][1] < 0.2, "the filament between the moons"
    assert off["log_prob"][0] < 0.08 and off["log_prob"][1] < 0.25


def test_another_base_is_read_off_too(node):
    base = GaussianMixture([[-1.0, 0.0], [1.0, 0.5]], 0.6, [0.4, 0.6])
    flow = flows.Flow([flows.ElementwiseAffine(2)], base)
    warp = PlaneWarp(flow)
    x = base.sample(300, torch.Generator().manual_seed(3))
    *_, log_prob = ways(node, warp, x)
    assert torch.allclose(log_prob, base.log_prob(x).double(), atol=0.01)
