"""The map's geometry against scipy's trees and hulls."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull, Delaunay, cKDTree

MATH, POINTS = "latent/math.js", "shared/points.js"
CODES = np.random.default_rng(0).normal(size=(150, 2)) * [3.0, 1.5] + [1.0, -2.0]
CENTER, HALF = [1.0, -2.0], 8.0


def flat(points):
    return np.asarray(points).flatten().tolist()


def grid(side):
    ticks = np.linspace(-HALF, HALF, side)
    second, first = np.meshgrid(ticks + CENTER[1], ticks + CENTER[0], indexing="ij")
    return np.stack([first.ravel(), second.ravel()], axis=1)


def test_nearest_code(node):
    points = np.random.default_rng(1).uniform(-9, 9, size=(60, 2))
    found = node(
        POINTS,
        "input.points.map((z) => m.nearest(input.codes, z))",
        codes=flat(CODES),
        points=points.tolist(),
    )
    distance, index = cKDTree(CODES).query(points)
    assert [one["index"] for one in found] == index.tolist()
    assert [one["distance"] for one in found] == pytest.approx(distance)
    few = node(POINTS, "m.nearest(input.codes, [0, 0], 10)", codes=flat(CODES))
    assert few["index"] == np.linalg.norm(CODES[:10], axis=1).argmin()


@pytest.mark.parametrize("share", [0.5, 0.99, 1.0])
def test_the_hole_radius_has_that_share_of_neighbours_within(node, share):
    radius = node(MATH, "m.holeRadius(input.codes, input.share)", codes=flat(CODES), share=share)
    neighbour = cKDTree(CODES).query(CODES, k=2)[0][:, 1]
    assert np.mean(neighbour <= radius + 1e-12) >= share
    assert np.mean(neighbour <= radius - 1e-12) < share


def test_one_code_has_no_neighbour(node):
    assert node(MATH, "m.holeRadius([1, 2])") == 0


def test_the_distance_field_runs_from_the_lowest_row(node):
    found = node(
        MATH, "Array.from(m.distanceField(input.codes, input.center, input.half, 9))",
        codes=flat(CODES), center=CENTER, half=HALF,
    )  # fmt: skip
    assert found == pytest.approx(cKDTree(CODES).query(grid(9))[0])


def test_the_convex_hull(node):
    found = node(MATH, "m.convexHull(input.codes)", codes=flat(CODES))
    expected = CODES[ConvexHull(CODES).vertices]
    assert sorted(map(tuple, found)) == sorted(map(tuple, expected))
    twice_area = sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(found, found[1:] + found[:1], strict=True))
    assert twice_area / 2 == pytest.approx(ConvexHull(CODES).volume)  # positive: counter-clockwise


def test_inside_the_hull(node):
    points = np.random.default_rng(2).uniform(-9, 9, size=(200, 2))
    found = node(
        MATH,
        "input.points.map((z) => m.inside(m.convexHull(input.codes), z))",
        codes=flat(CODES),
        points=points.tolist(),
    )
    assert found == (Delaunay(CODES).find_simplex(points) >= 0).tolist()
    assert 0 < sum(found) < 200


def test_the_largest_hole_is_inside_the_cloud_and_furthest_from_it(node):
    found = node(
        MATH,
        "m.largestHole(input.codes, input.center, input.half, 41)",
        codes=flat(CODES),
        center=CENTER,
        half=HALF,
    )
    points = grid(41)
    points = points[Delaunay(CODES).find_simplex(points) >= 0]
    distance = cKDTree(CODES).query(points)[0]
    assert found["distance"] == pytest.approx(distance.max())
    assert found["z"] == pytest.approx(points[distance.argmax()].tolist())


def test_the_straight_line_has_both_ends_and_equal_steps(node):
    found = np.array(node(MATH, "m.straightLine([1, -2], [3, 4], 9)"))
    assert found == pytest.approx(np.linspace([1, -2], [3, 4], 9))
