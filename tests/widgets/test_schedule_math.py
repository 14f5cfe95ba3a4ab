"""The page's schedules against the course's NoiseSchedule, its curve against scipy's PCHIP."""

import math

import numpy as np
import pytest
import torch
from scipy.interpolate import PchipInterpolator

from course_utils.diffusion import NoiseSchedule
from course_utils.widgets.schedule import check_points, wasted_share
from course_utils.widgets.schedule.curve import monotone, through

MATH = "schedule/math.js"
MAKERS = {
    "linear": lambda steps: NoiseSchedule.linear(steps, beta_start=1e-4, beta_end=0.02),
    "linear_0.04": lambda steps: NoiseSchedule.linear(steps, beta_start=1e-4, beta_end=0.04),
    "cosine": lambda steps: NoiseSchedule.cosine(steps, s=0.008, max_beta=0.999),
    "cosine_no_offset": lambda steps: NoiseSchedule.cosine(steps, s=0.0, max_beta=0.999),
    "sigmoid": lambda steps: NoiseSchedule.sigmoid(steps, start=-3.0, end=3.0, tau=1.0),
}
ON_PRESET = (
    "m.makeSchedule({ base: m.PRESETS[input.name](input.steps), points: input.points, scale: input.scale })"
)
THROUGH = "m.makeSchedule({ base: new Float64Array(input.steps), points: input.points, scale: input.scale })"


def as_lists(expression):
    """The expression with its typed arrays as lists, which JSON keeps in order."""
    return f"Object.fromEntries(Object.entries({expression}).map(([k, v]) => [k, Array.from(v)]))"


def assert_same(found, schedule):
    assert found["alphaBar"] == pytest.approx(schedule.alphas_cumprod.tolist(), rel=1e-9, abs=1e-12)
    assert found["beta"] == pytest.approx(schedule.betas.tolist(), abs=1e-9)
    assert found["logSnr"] == pytest.approx(schedule.log_snr.tolist(), abs=1e-9)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("steps", [20, 1000])
def test_the_presets_are_the_courses(node, name, steps):
    found = node(MATH, as_lists(ON_PRESET), name=name, steps=steps, points=[], scale=1)
    assert_same(found, MAKERS[name](steps))


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("factor", [1 / 64, 0.25, 7.0])
def test_the_factor_is_the_courses_rescale(node, name, factor):
    found = node(MATH, as_lists(ON_PRESET), name=name, steps=200, points=[], scale=factor)
    assert_same(found, MAKERS[name](200).rescale(factor))


def test_a_schedule_that_ends_at_zero_stays_there(node):
    schedule = NoiseSchedule.linear(50).zero_terminal_snr().rescale(4.0)
    base = NoiseSchedule.linear(50).zero_terminal_snr().alphas_cumprod.tolist()
    made = "m.makeSchedule({ base: Float64Array.from(input.base), points: [], scale: 4 })"
    found = node(MATH, f"(({{ alphaBar, beta }}) => [[...alphaBar], [...beta]])({made})", base=base)
    assert found[0] == pytest.approx(schedule.alphas_cumprod.tolist(), rel=1e-9, abs=1e-15)
    assert found[1] == pytest.approx(schedule.betas.tolist(), abs=1e-9)
    assert found[0][-1] == 0 and found[1][-1] == 1


def curves():
    """Points to go through: falling ones, two, three, a flat piece, and ones that turn."""
    generator = np.random.default_rng(0)
    for count in (2, 3, 5, 8):
        x = np.sort(generator.uniform(0, 10, count))
        yield x, np.sort(generator.normal(0, 4, count))[::-1]
        yield x, generator.normal(0, 4, count)
    yield np.arange(5.0), np.array([3.0, 1.0, 1.0, 1.0, -8.0])
    yield np.array([0, 0.1, 5, 5.2, 9]), np.array([9, 8.9, -3, -3.05, -20.0])
    yield np.array([0, 1.0, 2.0]), np.array([0, 0.1, -5.0])


@pytest.mark.parametrize(("x", "y"), list(curves()))
def test_both_curves_are_scipys_pchip(node, x, y):
    at = np.linspace(x[0], x[-1], 301)
    expected = PchipInterpolator(x, y)(at)
    points = np.stack([x, y], axis=1).tolist()
    found = node(MATH, "input.at.map(m.monotone(input.points))", points=points, at=at.tolist())
    assert found == pytest.approx(expected, abs=1e-9)
    ours = monotone(torch.tensor(points, dtype=torch.float64), torch.from_numpy(at))
    assert ours.numpy() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("scale", [1, 1 / 8, 20])
def test_an_edited_schedule_is_the_same_on_both_sides_and_has_pchips_log_snr(node, scale):
    points = [[1, 12.5], [9, 3.0], [60.5, 1.0], [199, -0.5], [250, -11.0], [300, -24.0]]
    found = node(MATH, as_lists(THROUGH), steps=300, points=points, scale=scale)
    python = through(points, 300)
    assert_same(found, python if scale == 1 else python.rescale(scale))
    x, y = np.array(points).T
    expected = PchipInterpolator(x, y)(np.arange(1, 301)) + math.log(scale)
    assert found["logSnr"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", MAKERS)
def test_the_points_lie_on_the_preset_and_its_curve_through_them_is_near(node, name):
    made = f"m.pointsOn({ON_PRESET}.logSnr)"
    points = node(MATH, made, name=name, steps=1000, points=[], scale=1)
    schedule = MAKERS[name](1000)
    for step, value in points:
        assert value == pytest.approx(float(schedule.log_snr[step - 1]), abs=1e-9)
    assert check_points(points, 1000) == points
    away = through(points, 1000).alphas_cumprod - schedule.alphas_cumprod
    assert float(away.abs().max()) < 0.03


def test_no_move_makes_a_curve_that_rises_or_that_python_refuses(node):
    generator = np.random.default_rng(1)
    moves = [
        [int(generator.integers(0, 8)), generator.uniform(-20, 220), generator.normal(0, 20)]
        for _ in range(400)
    ]
    expression = (
        "((points) => input.moves.map(([i, ...to]) => (points = m.movePoint(points, i, to))))"
        "(m.pointsOn(m.makeSchedule({ base: m.PRESETS.linear(200), points: [], scale: 1 }).logSnr))"
    )
    seen = node(MATH, expression, moves=moves)
    for (i, step, _), points in zip(moves, seen, strict=True):
        assert check_points(points, 200) == points
        if i in (0, 7):
            assert points[i][0] == (1 if i == 0 else 200)
        elif points[i - 1][0] + 4 < step < points[i + 1][0] - 4:
            assert points[i][0] == step
    for points in seen[::20]:
        assert float(through(points, 200).betas.min()) > 0  # NoiseSchedule takes it
    moved = [points[i][1] == value for (i, _, value), points in zip(moves, seen, strict=True)]
    assert all(moved[k] for k, (_, _, value) in enumerate(moves) if -29 < value < 15)


def test_what_is_wasted_is_counted(node):
    levels = [0.9, 0.5, 0.0100001, 0.01, 0.0099, 0.0]
    assert node(MATH, "m.wastedShare(input.levels)", levels=levels) == pytest.approx(2 / 6)
    for name in MAKERS:
        schedule = MAKERS[name](500)
        page = node(MATH, "m.wastedShare(input.levels)", levels=schedule.alphas_cumprod.tolist())
        assert page == pytest.approx(wasted_share(schedule), abs=1e-12)
    # log(alpha-bar) of linear betas b t / T is near -b t^2 / 2T: log(0.01) at t = sqrt(2 T log(100) / b)
    expected = 1 - math.sqrt(2 * math.log(100) / (0.04 * 4000))
    assert wasted_share(MAKERS["linear_0.04"](4000)) == pytest.approx(expected, abs=0.01)


def test_the_noised_image_is_add_noise_back_on_the_scale_of_the_screen(node):
    generator = torch.Generator().manual_seed(0)
    x0 = 2 * torch.rand(1, 3, 5, 4, generator=generator, dtype=torch.float64) - 1
    noise = torch.randn(x0.shape, generator=generator, dtype=torch.float64)
    schedule = NoiseSchedule.cosine(30)
    for t in (0, 12, 29):
        level = float(schedule.alphas_cumprod[t])
        values = {"x0": x0.flatten().tolist(), "noise": noise.flatten().tolist(), "level": level}
        found = node(MATH, "m.noised(input.x0, input.noise, input.level)", **values)
        expected = (schedule.add_noise(x0, noise, t).flatten() + 1) / 2
        assert found == pytest.approx(expected.tolist(), abs=1e-12)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.0786, "0.0786"), (0.078587, "0.0786"), (-2.4567, "−2.46"), (12.34, "12.3"), (1, "1"),
        (0.999925, "0.999925"), (0.9951, "0.9951"), (4.036e-5, "4.0·10⁻⁵"), (-0.0001, "−1.0·10⁻⁴"),
        (13347.2, "13,347"), (2.5e7, "2.5·10⁷"), (0.00635, "0.00635"),
    ],
)  # fmt: skip
def test_numbers_are_short(node, value, text):
    assert node(MATH, "m.inShort(input.value)", value=value) == text
