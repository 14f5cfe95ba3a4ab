"""The flow read off: each step, and its inverse, as a table over the rectangle that its points fill."""

import itertools
import math

import numpy as np
import torch

from ..shared.export import encode

DRAWS = 2000  # of the base, sent back: with the data they say how far each stage reaches
MARGIN = 1.1
SIDES = (25, 65)  # the least and the most points along a table's edge
BYTES, BYTES_A_STEP = 80_000, 11_500  # of text: under 200 kB for RealNVP(2, 8), under 300 kB for 16 steps
LEVELS = 65_535  # of 16 bits


def read_off(steps, points, generator):
    """All that the page knows of the flow, as JSON-able values. steps: a Steps; points [N, 2]: carried along.

    forward, inverse: for each step {center, half, planes}: by how much it moves the points of a grid (two
    planes) and, forward, its log-det. base: the same of log p(z), or None for N(0, I). error: for the grid of
    the first step, log10 of |inverse(forward(x)) - x|, at least -12. points: where they are, for both
    coordinates stage by stage. half: how far the plane reaches at each stage. Planes as in `pack`, row by row
    from the lowest second coordinate.
    """
    carried = steps.forward(points)
    drawn = steps.draw(DRAWS, generator)
    places = [_rectangle(stage) for stage in torch.cat([carried.stages, drawn.stages], 1)]
    moved = [_stage_by_stage(carried.stages[..., axis]) for axis in (0, 1)]
    taken = sum(len(plane["data"]) for plane in [*moved[0], *moved[1]])
    room = BYTES + BYTES_A_STEP * len(steps.names) - taken
    planes = sum(len(plane["data"]) > 0 for plane in _all_planes(_tables(steps, places, SIDES[0])))
    side = math.isqrt(int(0.75 * room / 2 / max(1, planes)))  # 2 bytes a number, 4 letters for 3 bytes
    side = min(SIDES[1], max(SIDES[0], side))
    reach = carried.stages.abs().amax(2).quantile(0.99, dim=1).tolist()
    return {
        "side": side,
        "names": steps.names,
        "precision": steps.round_trip(points[:1])[1],
        "half": [max(2.4, math.ceil(11 * each) / 10) for each in reach],
        "points": {"count": len(points), **dict(zip("xy", moved, strict=True))},
        **_tables(steps, places, side),
    }


def _tables(steps, places, side):
    forward, inverse = [], []
    for k, (before, after) in enumerate(itertools.pairwise(places)):
        x, z = (grid_points(*place, side) for place in (before, after))
        moved, log_det = steps.step(k, x)
        forward.append(_table(before, *(moved - x).T, log_det))
        inverse.append(_table(after, *(steps.step_back(k, z) - z).T))
    base = None if steps.is_normal else _table(places[-1], steps.log_base(grid_points(*places[-1], side)))
    error = steps.round_trip(grid_points(*places[0], side))[0].clamp(min=1e-12).log10()
    return {"forward": forward, "inverse": inverse, "base": base, "error": pack(error)}


def _all_planes(tables):
    parts = [*tables["forward"], *tables["inverse"], *([tables["base"]] if tables["base"] else [])]
    return [*(plane for part in parts for plane in part["planes"]), tables["error"]]


def _table(place, *planes):
    return {"center": place[0], "half": place[1], "planes": [pack(plane) for plane in planes]}


def grid_points(center, half, side):
    """The points of a grid over the rectangle, [side^2, 2] in float64 with float32's numbers."""
    ticks = torch.linspace(-1, 1, side, dtype=torch.float64)
    second, first = torch.meshgrid(half[1] * ticks + center[1], half[0] * ticks + center[0], indexing="ij")
    return torch.stack([first.flatten(), second.flatten()], dim=1).float().double()


def _rectangle(points):
    """Centre and half sides of the rectangle around the points, with room."""
    low, high = points.amin(0), points.amax(0)
    half = (MARGIN / 2 * (high - low)).clamp(min=0.1)
    return [[round(value, 4) for value in pair.tolist()] for pair in ((low + high) / 2, half)]


def _stage_by_stage(values):
    """Rows [K + 1, N] packed one by one; a row that repeats the one before is "="."""
    befores = [None, *values[:-1]]
    return [pack(now, before) for before, now in zip(befores, values, strict=True)]


def pack(values, before=None):
    """Numbers [N] as low + unit * n, n of 16 bits in base64: {low, unit, data}.

    data is "" where all are low, and "=" where they are those of `before`.
    """
    if before is not None and torch.equal(values, before):
        return {"low": 0.0, "unit": 0.0, "data": "="}
    low, high = float(values.min()), float(values.max())
    unit = (high - low) / LEVELS
    if unit == 0:
        return {"low": low, "unit": 0.0, "data": ""}
    whole = ((values.double() - low) / unit).round().clamp(0, LEVELS)
    return {"low": low, "unit": unit, "data": encode(whole.numpy().astype(np.dtype("<u2")).tobytes())}
