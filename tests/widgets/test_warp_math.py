"""The mathematics of the plane's warp in the page: ways, depths, densities, levels, words."""

import math

import pytest
import torch

from course_utils import flows
from course_utils.widgets import PlaneWarp
from course_utils.widgets.warp.built_in import crescent
from course_utils.widgets.warp.still import sectors

MATH = ("warp/tables.js", "warp/math.js", "warp/state.js")
# z = (2 x + 1, y / 8), then (y, x): a page's flow without tables.
FLOW = """{
  count: 2,
  forward: (k, x, y) => (k ? [y, x, 0] : [2 * x + 1, y / 8, -Math.log(4)]),
  back: (k, x, y) => (k ? [y, x] : [(x - 1) / 2, 8 * y]),
  logBase: (x, y) => -Math.log(2 * Math.PI) - (x * x + y * y) / 2,
}"""


def call(node, expression, **values):
    return node(MATH, expression.replace("FLOW", FLOW), **values)


@pytest.mark.parametrize("held", ["forward", "back"])
def test_a_way_is_the_same_from_either_end(node, held):
    point = [0.5, 0.8] if held == "forward" else [0.1, 2.0]
    way = call(node, "m.wayOf(FLOW, input.point, input.held)", point=point, held=held)
    for found, stage in zip(way["stages"], [[0.5, 0.8], [2.0, 0.1], [0.1, 2.0]], strict=True):
        assert found == pytest.approx(stage)
    assert way["logDets"] == pytest.approx([-math.log(4), 0])
    base = -math.log(2 * math.pi) - (0.01 + 4) / 2
    assert (way["logBase"], way["logProb"]) == pytest.approx((base, base - math.log(4)))


def test_between_two_stages_all_is_linear(node):
    found = call(
        node,
        """[0, 0.25, 1, 1.5, 2].map((depth) => {
          const way = m.wayOf(FLOW, [0.5, 0.8]);
          return [...m.placeAt(way, depth), m.logDetTo(way, depth)];
        })""",
    )
    log = -math.log(4)
    places = [(0.5, 0.8, 0), (0.875, 0.625, log / 4), (2, 0.1, log), (1.05, 1.05, log), (0.1, 2, log)]
    for row, place in zip(found, places, strict=True):
        assert row == pytest.approx(place)


@pytest.mark.parametrize("held", ["forward", "back"])
@pytest.mark.parametrize("depth", [0, 0.3, 1, 1.2, 2])
def test_the_end_is_found_that_puts_the_point_where_the_pointer_is(node, held, depth):
    warp = PlaneWarp()
    expression = """input.points.map((point) => {
      const flow = m.flowOf(input.read);
      const end = m.endFor(flow, point, input.depth, input.held);
      return m.placeAt(m.wayOf(flow, end, input.held), input.depth);
    })"""
    points = [[0.3, 0.6], [-0.9, 0.2], [1.1, -0.4]]
    found = node(MATH, expression, read=warp.read, points=points, depth=depth, held=held)
    for place, point in zip(found, points, strict=True):
        assert place == pytest.approx(point, abs=1e-4)


DENSITY = """(() => {
  const flow = m.flowOf(input.read);
  const mesh = m.meshOf(flow, input.read.inverse.at(-1), 81, "back");
  const logs = m.logDensities(flow, mesh);
  return { mesh, logs, mass: mesh.stages.map((places, k) => {
    const areas = m.areasOf(places, 81);
    return areas.reduce((sum, area, cell) => {
      const at = Math.floor(cell / 80) * 81 + (cell % 80);
      const corners = [at, at + 1, at + 81, at + 82].map((i) => Math.exp(logs[k][i]));
      return sum + area * corners.reduce((a, b) => a + b) / 4;
    }, 0);
  }) };
})()"""


def flat(values):
    """Numbers of a typed array that became JSON."""
    return torch.tensor(list(values.values()), dtype=torch.float64)


def test_the_density_integrates_to_one_at_every_stage_and_is_the_flows(node):
    warp, flow = PlaneWarp(), crescent()
    found = node(MATH, DENSITY, read=warp.read)
    assert found["mass"] == pytest.approx([1] * 5, abs=0.015)
    places = flat(found["mesh"]["stages"][0]).reshape(-1, 2)
    z = flat(found["mesh"]["stages"][-1]).reshape(-1, 2)
    assert z.norm(dim=1).max() > 3.5
    near = z.norm(dim=1) < 2.5
    with torch.no_grad():
        expected = flow.log_prob(places[near].float()).double()
    assert (flat(found["logs"][0])[near] - expected).abs().quantile(0.99) < 0.02


def test_areas_by_hand(node):
    square = [0, 0, 2, 0, 0, 3, 2, 3]
    sheared = [0, 0, 2, 1, 1, 3, 3, 4]
    found = call(node, "input.all.map((places) => m.areasOf(places, 2)[0])", all=[square, sheared])
    assert found == pytest.approx([6, 5])


def test_levels_hold_their_shares_of_a_gaussian(node):
    """Within radius r lies 1 - exp(-r^2 / 2), where the density is that of 0 times 1 minus the share."""
    shares = [0.25, 0.5, 0.95]
    expression = """(() => {
      const axis = Array.from({ length: 161 }, (_, i) => i / 20 - 4);
      const logs = Float64Array.from(axis.flatMap((y) => axis.map((x) => -(x * x + y * y) / 2)));
      return m.levelsOf(logs, logs.map(Math.exp), input.shares);
    })()"""
    assert call(node, expression, shares=shares) == pytest.approx([math.log(1 - s) for s in shares], abs=0.03)


def test_contours_are_closed_loops(node):
    """x^2 + y^2 = 1 is one circle, x y = 1 two branches that leave the mesh."""
    expression = """(() => {
      const axis = Array.from({ length: 41 }, (_, i) => i / 10 - 2);
      const grid = (f) => axis.flatMap((y) => axis.map((x) => f(x, y)));
      const place = ([a, b, share]) => [0, 1].map((axis) => {
        const at = (i) => (axis ? Math.floor(i / 41) : i % 41) / 10 - 2;
        return at(a) + share * (at(b) - at(a));
      });
      return [grid((x, y) => x * x + y * y), grid((x, y) => x * y)]
        .map((values) => m.loopsAt(values, 41, 1).map((loop) => loop.map(place)));
    })()"""
    circle, saddle = call(node, expression)
    assert len(circle) == 1 and len(saddle) == 2
    radii = torch.tensor(circle[0]).norm(dim=1)
    assert torch.allclose(radii, torch.ones(()), atol=0.01)
    steps = torch.tensor(circle[0] + circle[0][:1]).diff(dim=0).norm(dim=1)
    assert steps.max() < 0.15 and steps.sum() == pytest.approx(2 * math.pi, abs=0.02)
    for branch in saddle:
        assert torch.allclose(torch.tensor(branch).prod(1), torch.ones(()), atol=0.01)
        assert all(max(map(abs, end)) == pytest.approx(2) for end in (branch[0], branch[-1]))


def test_mixed_stages_and_quarters(node):
    stages = [[0, 1, 2], [10, 11, 12], [30, 31, 32]]
    found = call(node, "[0, 0.5, 1, 1.25, 2].map((d) => m.mixed(input.stages, d)[1])", stages=stages)
    assert found == pytest.approx([1, 6, 11, 16, 31])
    points = torch.randn(40, 2, generator=torch.Generator().manual_seed(0)).double()
    kinds = call(node, "m.quarters(input.points)", points=points.flatten().tolist())
    assert kinds == sectors(points).tolist() and set(kinds) == {0, 1, 2, 3}


# The page's state for a model with these values, looked at.
STATE = """(() => {
  const model = { get: (name) => input.values[name] };
  const state = { ...m.given(model), ...m.read(model) };
  m.refresh(state);
  return %s;
})()"""


def in_page(node, warp, expression):
    values = {name: value for name, value in warp.get_state().items() if name[0] != "_"}
    values.pop("layout")
    return node(MATH, STATE % expression, values=values)


@pytest.mark.parametrize("way", ["forward", "back"])
def test_the_page_says_pythons_numbers(node, way):
    warp = PlaneWarp(way=way, point=[0.8, 0.3], depth=1.5)
    numbers = warp.numbers
    look = in_page(node, warp, "state.look")
    assert look["way"]["stages"][0] == pytest.approx(numbers.x, abs=0.01)
    assert look["way"]["stages"][-1] == pytest.approx(numbers.z, abs=0.01)
    assert look["way"]["logDets"] == pytest.approx(numbers.log_dets, abs=0.01)
    assert look["way"]["logProb"] == pytest.approx(numbers.log_prob, abs=0.02)
    assert look["again"] == [0.8, 0.3]  # as the flow itself says, whatever the tables leave
    assert 0 < look["error"]["here"] <= look["error"]["most"] < 1e-5


def test_a_wrong_inverse_is_seen_in_the_page(node):
    class Forgetful(flows.ElementwiseAffine):
        def inverse(self, z):
            return z * torch.exp(-self.log_scale)  # the shift is not taken back

    step = Forgetful(2)
    with torch.no_grad():
        step.shift.fill_(0.5)
    warp = PlaneWarp(flows.Flow([step], 2), point=[0.2, -0.1])
    look = in_page(node, warp, "state.look")
    assert look["again"] == pytest.approx([0.7, 0.4], abs=1e-3)
    assert look["error"]["here"] == pytest.approx(math.sqrt(0.5), abs=1e-3)
    assert "sent back to x (0.70, 0.40)" in in_page(node, warp, "m.describe(state)")


def test_the_window_reaches_as_far_as_the_points_of_the_depth(node):
    warp = PlaneWarp(flows.Flow([flows.ElementwiseAffine(2)], 2), torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    step = flows.ElementwiseAffine(2)
    with torch.no_grad():
        step.log_scale.fill_(math.log(10))
    wide = PlaneWarp(flows.Flow([step], 2), torch.tensor([[2.0, 0.0], [0.0, 3.0]]), depth=0.5)
    assert warp.read["half"][0] == warp.read["half"][1] == wide.read["half"][0] == pytest.approx(3.3, abs=0.2)
    assert wide.read["half"][1] == pytest.approx(33, abs=1)
    ends = in_page(node, wide, "[state.half, m.mixed([[3.3], [33]], 0.5)[0]]")
    assert ends[0] == pytest.approx(sum(wide.read["half"]) / 2)


def test_the_sum_in_the_sentence_adds_up(node):
    expression = """[-4, -1, 0.3, 2].map((x) => {
      state.point = [x, 0.37];
      m.refresh(state);
      return m.sumTexts(state.look);
    })"""
    for texts in in_page(node, PlaneWarp(), expression):
        base, total, whole = (float(texts[name].replace("−", "-")) for name in ("base", "sum", "total"))
        assert base + total == pytest.approx(whole, abs=1e-9)


def test_words_for_depths_and_small_numbers(node):
    found = call(node, "[0, 1e-12, 2.4e-7, 3e-12, 0.0042, 0.31].map(m.powerText)")
    assert found == ["0", "0", "2·10⁻⁷", "3·10⁻¹²", "4·10⁻³", "0.31"]
    words = "[0, 0.5, 1, 4].map((depth) => m.depthWords({ ...state, depth }))"
    assert in_page(node, PlaneWarp(), words) == [
        "data x", "in step 1, AdditiveCoupling", "after step 1, AdditiveCoupling", "noise z",
    ]  # fmt: skip
