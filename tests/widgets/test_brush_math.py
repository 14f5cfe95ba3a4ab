"""The page's ranges, scales, ranks, brushes and labels against numpy, scipy and scikit-learn."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn.isotonic import IsotonicRegression
from widget_examples import brush

MATH = "brush/math.js"
LOWER, HIGHER, NEAR = ({"better": better, "scale": "linear"} for better in ("lower", "higher", "near"))
LOG = {"better": "lower", "scale": "log"}


@pytest.fixture(scope="module")
def shown():
    return brush()


@pytest.fixture(scope="module")
def columns(node, shown):
    """{measure: (axis, numpy [families, seeds], what the page makes of it)} for the example's digits."""
    script = """input.axes.map((axis) => {
      const summaries = input.numbers[axis.name].map((seeds) => m.summaryOf(axis, seeds));
      const [scale, ranks] = [m.scaleOf(axis, summaries), m.ranksOf(axis, summaries)];
      const means = summaries.map((one) => one && m.shareOf(scale, one.mean));
      return { summaries, scale, ranks, order: m.orderOf(ranks), half: m.betterHalf(axis, summaries), means };
    })"""
    found = node(MATH, script, axes=shown.measures, numbers=shown.numbers["digits"])
    raw = (np.array(shown.numbers["digits"][axis["name"]], dtype=float) for axis in shown.measures)
    each = zip(shown.measures, raw, found, strict=True)
    return {axis["name"]: (axis, values, page) for axis, values, page in each}


def means(axis, raw):
    """What counts of each family's mean over the seeds."""
    return abs(raw.mean(1) - 1) if axis["better"] == "near" else raw.mean(1)


def test_means_and_ranges_over_the_seeds_are_numpys(columns):
    for axis, raw, found in columns.values():
        for row, mean, summary in zip(raw, means(axis, raw), found["summaries"], strict=True):
            if np.isnan(row).all():
                assert summary is None
                continue
            between = np.linspace(row.min(), row.max(), 10_001)  # all that lies between the seeds
            between = abs(between - 1) if axis["better"] == "near" else between
            expected = {"mean": mean, "low": between.min(), "high": between.max(), "plain": row.mean()}
            assert summary == pytest.approx({**expected, "count": 5}, abs=1e-4 * np.ptp(row))


def test_a_seed_without_a_number_is_left_out(node):
    script = "[m.summaryOf(input.axis, [1.5, null, 0.9]), m.summaryOf(input.axis, [null])]"
    found, none = node(MATH, script, axis=NEAR)
    assert found == pytest.approx({"mean": 0.2, "low": 0, "high": 0.5, "count": 2, "plain": 1.2})
    assert none is None


def test_ranks_are_scipys_and_none_has_none(columns):
    for axis, raw, found in columns.values():
        sign = -1 if axis["better"] == "higher" else 1
        found_means = means(axis, raw)
        known = ~np.isnan(found_means)
        expected = rankdata(np.round(sign * found_means[known], 12), method="min")
        assert [rank for rank in found["ranks"] if rank] == expected.tolist()
        assert [rank is None for rank in found["ranks"]] == (~known).tolist()
        assert sorted(found["order"]) == np.flatnonzero(known).tolist()
        assert np.all(np.diff(sign * found_means[found["order"]]) >= -1e-12)


def test_ranks_change_with_the_measure(columns):
    assert columns["distance"][2]["order"] != columns["seconds_per_thousand"][2]["order"]


def test_an_axis_holds_every_seed_and_its_better_end_is_1(columns):
    for axis, raw, found in columns.values():
        scale = found["scale"]
        values = abs(raw - 1) if axis["better"] == "near" else raw
        assert scale["low"] - 1e-9 <= np.nanmin(values) and np.nanmax(values) <= scale["high"] + 1e-9
        assert scale["ticks"][0] == scale["low"] and scale["ticks"][-1] == scale["high"]
        to = np.log if scale["log"] else np.asarray
        ends = to([scale["low"], scale["high"]])
        expected = np.interp(to(means(axis, raw)), ends, [0, 1] if axis["better"] == "higher" else [1, 0])
        for share, one in zip(found["means"], expected, strict=True):
            assert share is None if math.isnan(one) else share == pytest.approx(one)
        if axis["better"] == "near":
            assert scale["low"] == 0  # 1 itself is the best


@pytest.mark.parametrize(
    "ends", [(8.6, 34.3), (0.336, 0.77), (0, 0.2), (-3.2, 5), (1e-7, 3e-7), (9000, 61000)]
)
def test_linear_ticks_are_round_even_and_tight(node, ends):
    script = "m.scaleOf(input.axis, [{ low: input.ends[0], high: input.ends[1] }])"
    found = node(MATH, script, axis=LOWER, ends=ends)
    steps = np.diff(found["ticks"])
    assert np.allclose(steps, steps[0], rtol=1e-6)
    digit = steps[0] / 10.0 ** math.floor(math.log10(steps[0]) + 1e-6)
    assert min(abs(digit - one) for one in (1, 2, 5)) < 1e-6
    assert found["low"] <= ends[0] < found["low"] + steps[0] * (1 + 1e-9)
    assert found["high"] - steps[0] * (1 + 1e-9) < ends[1] <= found["high"]
    assert 3 <= len(found["ticks"]) <= 6


@pytest.mark.parametrize("ends", [(0.058, 8.1), (1, 1000), (3, 4), (2, 2), (1e-4, 2e-4)])
def test_logarithmic_ticks_are_1_2_5(node, ends):
    found = node(
        MATH, "m.scaleOf(input.axis, [{ low: input.ends[0], high: input.ends[1] }])", axis=LOG, ends=ends
    )
    every = [float(f"{digit}e{power}") for power in range(-6, 6) for digit in (1, 2, 5)]
    low = max(one for one in every if one <= ends[0])
    high = min(one for one in every if one >= ends[1])
    inside = [one for one in every if low <= one <= high]
    if low == high:
        inside = [one for one in every if 0.4 * low < one < 2.6 * high]
    assert found["ticks"] == pytest.approx(inside)


@pytest.mark.parametrize(("measure", "low"), [(LOWER, 0), (LOWER, 7), (HIGHER, -2), (NEAR, 0), (LOG, 5)])
def test_families_that_are_all_alike_still_have_an_axis(node, measure, low):
    script = """(() => {
      const cases = [[{ low: input.low, high: input.low }], [null]];
      const scales = cases.map((some) => m.scaleOf(input.measure, some));
      return [scales, m.shareOf(scales[0], input.low)];
    })()"""
    scales, share = node(MATH, script, measure=measure, low=low)
    assert all(scale["low"] < scale["high"] for scale in scales)
    assert 0 <= share <= 1


def test_places_and_numbers_are_each_others_inverse(node):
    script = """input.scales.map((scale) =>
      [0, 0.25, 0.8, 1].map((share) => m.shareOf(scale, m.valueAt(scale, share))))"""
    scales = [
        {"low": low, "high": high, "log": log, "up": up}
        for (low, high, log), up in itertools.product([(0.05, 10, True), (-2, 6, False)], [True, False])
    ]
    for found in node(MATH, script, scales=scales):
        assert found == pytest.approx([0, 0.25, 0.8, 1])


def test_the_better_half_begins_at_the_median(node, columns):
    for axis, raw, found in columns.values():
        median = np.nanmedian(means(axis, raw))
        up = axis["better"] == "higher"
        assert found["half"][1 - up] == pytest.approx(median) and found["half"][up] is None
    script = (
        "[[], [4], [4, 1], [4, 1, 3]].map((all) => m.betterHalf(input.axis, all.map((mean) => ({ mean }))))"
    )
    assert node(MATH, script, axis=LOWER) == [[None, None], [None, 4], [None, 2.5], [None, 3]]


def test_who_is_left_is_what_python_says(node, shown):
    choices = [(None, 20), (0.5, None), (None, None), (0.3, 0.75), (-1, 100)]
    script = """input.cases.map(([brushes, numbers]) => {
      const of = (axis) => numbers[axis.name].map((one) => m.summaryOf(axis, one));
      return m.leftOf(7, brushes, Object.fromEntries(input.axes.map((axis) => [axis.name, of(axis)])));
    })"""
    names, cases, expected = [axis["name"] for axis in shown.measures], [], []
    for data, (one, other), (first, second) in itertools.product(
        shown.numbers, itertools.pairwise(names), itertools.product(choices, repeat=2)
    ):
        shown.data, shown.brushes = data, {one: first, other: second}
        cases.append([shown.brushes, shown.numbers[data]])
        expected.append([each["name"] in shown.left for each in shown.families])
    assert node(MATH, script, axes=shown.measures, cases=cases) == expected
    assert len({tuple(one) for one in expected}) > 10


@pytest.mark.parametrize(
    ("scale", "shares", "pair"),
    [
        ({"low": 0, "high": 40, "log": False, "up": False}, (0.25, 1), [None, 30]),
        ({"low": 0, "high": 40, "log": False, "up": False}, (0.75, 0.25), [10, 30]),
        ({"low": 0.2, "high": 0.8, "log": False, "up": True}, (0, 1), [None, None]),
        ({"low": 0.2, "high": 0.8, "log": False, "up": True}, (0.5, 0.9), [0.5, 0.74]),
        ({"low": 0.01, "high": 100, "log": True, "up": False}, (0.25, 0.5), [1, 10]),
    ],
)
def test_a_brush_is_its_two_numbers_and_back(node, scale, shares, pair):
    script = """(() => {
      const pair = m.brushAt(input.scale, ...input.shares);
      return [pair, m.sharesOf(input.scale, pair)];
    })()"""
    found, back = node(MATH, script, scale=scale, shares=shares)
    assert [one is None for one in found] == [one is None for one in pair]
    assert list(filter(None, found)) == pytest.approx(list(filter(None, pair)))
    assert back == pytest.approx(sorted(shares), abs=0.005)


def test_a_brush_beyond_the_axis_is_drawn_at_its_end(node):
    scale = {"low": 0, "high": 40, "log": False, "up": False}
    script = "[[50, 60], [-5, 20]].map((pair) => m.sharesOf(input.scale, pair))"
    assert node(MATH, script, scale=scale) == [[0, 0], [0.5, 1]]


def test_numbers_and_ranges_in_words(node):
    script = """[
      m.rangeText(input.lower, input.wide, [null, 12]), m.rangeText(input.lower, input.wide, [5, null]),
      m.rangeText(input.lower, input.wide, [5, 12]), m.rangeText(input.lower, input.wide, [null, null]),
      m.rangeText(input.near, input.fine, [null, 0.1]), m.rangeText(input.near, input.fine, [0.1, 0.2]),
      m.rangeText(input.near, input.fine, [0.1, null]),
      m.numberText(input.log, 0.08123), m.numberText(input.log, 12345), m.numberText(input.large, 61234.4),
      m.tickText(input.near, 0.2), m.tickText(input.near, 0), m.tickText(input.lower, -2.5),
    ]"""
    scales = {
        "wide": {"low": 0, "high": 40, "log": False},
        "fine": {"low": 0, "high": 0.5, "log": False},
        "large": {"low": 0, "high": 80_000, "log": False},
        "log": {"low": 0.05, "high": 100, "log": True},
    }
    assert node(MATH, script, lower=LOWER, near=NEAR, **scales) == [
        "at most 12.0", "at least 5.0", "5.0 to 12.0", "any number", "within 0.100 of 1",
        "0.100 to 0.200 from 1", "0.100 or more from 1", "0.0812", "12,300", "61,234", "±0.2", "1", "−2.5",
    ]  # fmt: skip


def test_seeds_overlap_where_ranges_share_a_number(node):
    script = "input.pairs.map((all) => m.overlap(...all.map(([low, high]) => ({ low, high }))))"
    pairs = [((0, 1), (1, 2)), ((0, 1), (1.1, 2)), ((3, 4), (0, 5)), ((3, 4), (0, 2))]
    assert node(MATH, script, pairs=pairs) == [True, False, True, False]


def test_labels_keep_their_order_and_are_as_near_as_may_be(node):
    """Without limits that is the isotonic regression of what is wanted less the labels' own places."""
    dice = np.random.default_rng(0)
    wanted, gap = dice.uniform(0, 100, size=(20, 7)).round(2), 12
    found = node(
        MATH,
        "input.wanted.map((one) => m.spread(one, input.gap, -1e6, 1e6))",
        wanted=wanted.tolist(),
        gap=gap,
    )
    for one, places in zip(wanted, found, strict=True):
        order, steps = np.argsort(one), gap * np.arange(7)
        expected = np.empty(7)
        expected[order] = IsotonicRegression().fit_transform(np.arange(7), one[order] - steps) + steps
        assert places == pytest.approx(expected.tolist())
    inside = node(MATH, "m.spread([0, 1, 2, 99], 10, 0, 60)")
    assert inside == [0, 10, 20, 60]


def test_distance_to_a_line_and_moving_an_axis(node):
    script = """[
      m.awayFrom({ x: 5, y: 3 }, [[0, 0], [10, 0], [10, 10]]),
      m.awayFrom({ x: 13, y: 14 }, [[0, 0], [10, 0], [10, 10]]),
      m.awayFrom({ x: 3, y: 4 }, [[0, 0], [0, 0]]),
      ["a", "b", "c"].map((one) => m.moved(["a", "b", "c"], one, 1)),
    ]"""
    assert node(MATH, script) == [3, 5, 5, [["b", "a", "c"], ["a", "b", "c"], ["a", "c", "b"]]]


def test_nothing_is_not_a_number(node):
    """NaN in the table is None in the page, which is inside no brush, not even an open one."""
    script = """[[null, [null, null]], [{ mean: 0 }, [null, null]], [{ mean: 0 }, [0, 0]]].map(
      ([summary, pair]) => m.isInside(summary, pair))"""
    assert node(MATH, script) == [False, True, True]
