"""What the playground draws from, measures and remembers, against numpy, scipy and the course's functions."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats

from course_utils import data
from course_utils.divergences import js
from course_utils.metrics import modes_covered
from course_utils.widgets import playground

HERE = Path(playground.__file__).as_uri()
SETTINGS = {
    "data": "eight_gaussians", "loss": "non_saturating", "d_steps": 1, "g_lr": 1e-3, "d_lr": 1e-3, "seed": 0,
}  # fmt: skip
ANGLES = np.arange(8) * np.pi / 4
MODES = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)
SESSION = "playground/session.js"
# A session after input.steps rounds; `s`.
PLAYED = "const s = m.newSession(input.settings); for (let i = 0; i < input.steps; i++) m.advance(s);"


@pytest.fixture(scope="module")
def drawn(node):
    """A function: 10,240 points of the page's data by name, [N, 2]."""

    def draw(name):
        expression = """Array.from({ length: 40 }, (_, seed) =>
          [...m.newSession({ ...input.settings, data: input.name, seed }).data]).flat()"""
        return np.array(node(SESSION, expression, settings=SETTINGS, name=name)).reshape(-1, 2)

    return draw


def test_the_streams_are_uniform_and_normal_and_repeat(node):
    expression = """(() => {
      const [a, b] = [m.stream(7), m.stream(7)];
      const u = Array.from({ length: 5000 }, a.uniform), again = Array.from({ length: 5000 }, b.uniform);
      return { u, same: u.every((x, i) => x === again[i]), z: [...m.normals(m.stream(8), 5000, 1)],
               other: m.stream(m.subSeed(7, 0)).uniform() !== m.stream(m.subSeed(7, 1)).uniform() }; })()"""
    found = node("shared/random.js", expression)
    assert found["same"] and found["other"]
    assert stats.kstest(found["u"], "uniform").pvalue > 0.01
    assert stats.kstest(found["z"], "norm").pvalue > 0.01
    assert abs(np.corrcoef(found["u"][:-1], found["u"][1:])[0, 1]) < 0.05


@pytest.mark.parametrize("name", ["eight_gaussians", "moons"])
def test_the_data_are_those_of_the_course(drawn, name):
    found, expected = drawn(name), data.toy(name, 10_240, seed=1).numpy()
    assert np.cov(found.T) == pytest.approx(np.cov(expected.T), abs=0.05)
    for direction in ([1, 0], [0, 1], [0.6, 0.8], [0.8, -0.6]):
        assert stats.ks_2samp(found @ direction, expected @ direction).pvalue > 0.001


def test_the_ring_has_radius_2_and_no_gaps(drawn):
    found = drawn("ring")
    radius, angle = np.hypot(*found.T), np.arctan2(found[:, 1], found[:, 0])
    assert stats.kstest((angle + np.pi) / (2 * np.pi), "uniform").pvalue > 0.001
    # The distance of a Gaussian at distance 2 from the origin is a Rice variable.
    assert stats.kstest(radius, stats.rice(2 / 0.15, scale=0.15).cdf).pvalue > 0.001


@pytest.mark.parametrize("name", ["eight_gaussians", "ring", "moons"])
def test_the_cells_hold_what_is_drawn(node, drawn, name):
    cells = node("playground/data.js", "[...m.cellProbabilities(m.DATA_SETS[input.name], 3, 6)]", name=name)
    points = drawn(name)
    counts, *_ = np.histogram2d(points[:, 1], points[:, 0], bins=6, range=[[-3, 3]] * 2)
    assert sum(cells) == pytest.approx(1)
    assert np.abs(cells[:36] - counts.ravel() / len(points)).max() < 5 * np.sqrt(0.25 / len(points))


def test_the_cells_of_eight_gaussians_are_exact(node):
    cells = node("playground/data.js", "[...m.cellProbabilities(m.DATA_SETS.eight_gaussians, 3, 24)]")
    edges = np.linspace(-3, 3, 25)
    across, up = (np.diff(stats.norm.cdf((edges - MODES[:, [axis]]) / 0.15)) for axis in (0, 1))
    assert cells[:-1] == pytest.approx(np.einsum("mr,mc->rc", up, across).ravel() / 8, abs=1e-7)


def test_js_is_the_courses(node):
    generator = np.random.default_rng(0)
    points = generator.normal(size=(1024, 2)) * 1.5
    points[:20] += 50  # these lie outside
    found = node(
        "playground/measures.js",
        """(async () => { const d = await import(new URL("data.js", input.here));
          const cells = d.cellProbabilities(d.DATA_SETS.eight_gaussians, m.HALF, m.SIDE);
          const made = m.histogram(Float64Array.from(input.points), m.HALF, m.SIDE);
          return { cells: [...cells], made: [...made], js: m.jensenShannon(cells, made) }; })()""",
        points=points.ravel().tolist(),
        here=HERE,
    )
    counts, *_ = np.histogram2d(points[:, 1], points[:, 0], bins=24, range=[[-3, 3]] * 2)
    made = np.append(counts.ravel(), len(points) - counts.sum()) / len(points)
    assert found["made"] == pytest.approx(made)
    p, q = (torch.tensor(values, dtype=torch.float64) for values in (found["cells"], made))
    assert found["js"] == pytest.approx(float(js(p, q)), abs=1e-9)


def test_js_of_equal_and_of_disjoint_lists(node):
    expression = "[m.jensenShannon([0.5, 0.5, 0], [0.5, 0.5, 0]), m.jensenShannon([1, 0], [0, 1])]"
    assert node("playground/measures.js", expression) == pytest.approx([0, np.log(2)])


@pytest.mark.parametrize("covered", [0, 3, 8])
def test_modes_are_counted_as_the_course_counts_them(node, covered):
    generator = np.random.default_rng(covered)
    points = generator.normal(size=(1000, 2)) * 0.1  # in the middle, on no mode
    for k in range(covered):
        points[40 * k : 40 * (k + 1)] += MODES[k]
    points[990:995] += MODES[7]  # too few to count
    expression = """(async () => { const d = await import(new URL("data.js", input.here));
      const set = d.DATA_SETS.eight_gaussians;
      return m.modesCovered(Float64Array.from(input.points), d.centresOf(set), set.std); })()"""
    found = node("playground/measures.js", expression, points=points.ravel().tolist(), here=HERE)
    samples, means = torch.from_numpy(points), torch.from_numpy(MODES)
    assert found == covered == modes_covered(samples, means, 3 * 0.15)


@pytest.mark.parametrize("name", ["eight_gaussians", "ring", "moons"])
def test_the_data_themselves_cover_all_eight_parts_and_are_near_to_their_cells(node, drawn, name):
    points = drawn(name)
    expression = """(async () => { const d = await import(new URL("data.js", input.here));
      const set = d.DATA_SETS[input.name], points = Float64Array.from(input.points);
      const made = m.histogram(points, m.HALF, m.SIDE);
      const js = m.jensenShannon(d.cellProbabilities(set, m.HALF, m.SIDE), made);
      const half = points.filter((_, i) => points[2 * Math.floor(i / 2)] > 0);
      return [js, ...[points, half].map((each) => m.modesCovered(each, d.centresOf(set), set.std))]; })()"""
    values = node("playground/measures.js", expression, points=points.ravel().tolist(), here=HERE, name=name)
    assert values[0] < 0.01
    assert values[1] == 8
    assert values[2] < 8  # what lies on one side does not reach them all


def test_a_session_does_not_depend_on_how_it_was_watched(node):
    expression = f"""(() => {{ {PLAYED}
      const t = m.newSession(input.settings);
      for (let i = 0; i < input.steps; i++) {{
        m.advance(t);
        if (i % 7 === 0) m.scrub(t, 0), m.onShow(t);
      }}
      t.at = null;
      const values = (x) => {{
        const {{ points, G, D, ...rest }} = m.onShow(x);
        return [...points, ...Object.values(rest)];
      }};
      return [values(s), values(t)]; }})()"""
    one, other = node(SESSION, expression, settings=SETTINGS, steps=130)
    assert one == other
    third, _ = node(SESSION, expression, settings={**SETTINGS, "seed": 1}, steps=130)
    assert third != one


def test_the_timeline_shows_what_was_and_stays_short(node):
    expression = f"""(() => {{ {PLAYED}
      const look = (x) => {{
        const {{ step, js, modes, dLoss, points }} = m.onShow(x);
        return [step, js, modes, dLoss, points[5]];
      }};
      const was = look(s);
      for (let i = 0; i < 50; i++) m.advance(s);
      m.scrub(s, 3);
      const then = look(s);
      m.stepBack(s);
      const before = look(s)[0];
      m.scrub(s, 99);
      const now = look(s)[0];
      m.stepBack(s);
      return {{ was, then, before, now, last: look(s)[0] }}; }})()"""
    found = node(SESSION, expression, settings=SETTINGS, steps=60)
    assert found["then"] == pytest.approx(found["was"], abs=1e-5)  # the timeline keeps single precision
    assert (found["was"][0], found["before"], found["now"], found["last"]) == (60, 40, 110, 100)
    thinned = """(() => { const s = m.newSession(input.settings); s.every = 1;
      for (let i = 0; i < 301; i++) m.advance(s);
      const even = s.records.every(({ step }) => step % 2 === 0);
      return [s.every, s.records.length, even, s.records.at(-1).step]; })()"""
    assert node(SESSION, thinned, settings=SETTINGS) == [2, 151, True, 300]


def test_the_contour_of_a_circle_is_a_circle(node):
    side = 41
    x = np.linspace(-3, 3, side)
    values = np.hypot(*np.meshgrid(x, x)).ravel()
    found = np.array(node("shared/contour.js", "m.contour(input.values, 41, 2)", values=values.tolist()))
    points = -3 + 6 * found.reshape(-1, 2) / (side - 1)
    assert np.hypot(*points.T) == pytest.approx(2, abs=0.01)
    lengths = np.hypot(*(6 / (side - 1) * (found[:, 1] - found[:, 0])).T)
    assert lengths.sum() == pytest.approx(4 * np.pi, rel=0.01)


@pytest.fixture(scope="module")
def presets(node):
    return {name: settings for name, settings, _ in node("playground/controls.js", "m.PRESETS")}


def outcome(node, settings, steps):
    """[modes, js, D's loss, mean pull] after so many steps."""
    expression = f"""(async () => {{ {PLAYED}
      const {{ pull }} = await import(new URL("game.js", input.here));
      const {{ points, modes, js, dLoss }} = m.onShow(s), force = pull(s.game, points);
      let sum = 0;
      for (let i = 0; i < points.length; i += 2) sum += Math.hypot(force[i], force[i + 1]);
      return [modes, js, dLoss, sum / (points.length / 2)]; }})()"""
    return node(SESSION, expression, settings=settings, steps=steps, here=HERE)


def test_the_presets_do_what_their_names_say(node, presets):
    modes, js_covers, *_ = outcome(node, presets["Covers all eight"], 1500)
    assert modes >= 7
    modes, js_collapsed, *_ = outcome(node, presets["Mode collapse"], 1500)
    assert modes <= 3
    assert js_collapsed > js_covers + 0.15
    _, _, d_loss, strength = outcome(node, presets["D too strong"], 150)
    assert d_loss < 0.01
    assert strength < 0.01
    assert outcome(node, presets["Same, non-saturating"], 150)[3] > 0.1
