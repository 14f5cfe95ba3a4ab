"""The drawings of lesson 09 show the numbers that they are given."""

import math

import pytest
import torch

from course_utils.figures import normalising_flows as draw


def test_a_histogram_of_draws_has_area_one_together_with_what_is_out_of_view():
    draws = torch.cat([torch.linspace(0, 1, 750), torch.full((250,), 9.0)])
    x = torch.linspace(0, 2, 50)
    ax = draw.first_guess(draws, x, {"half": torch.full((50,), 0.5)}).axes[0]
    area = sum(bar.get_width() * bar.get_height() for bar in ax.patches)
    assert area == pytest.approx(0.75)
    assert any("75 %" in text.get_text() for text in ax.get_legend().get_texts())


def test_strips_lie_where_their_edges_are():
    z, edges = torch.linspace(-2, 2, 401), torch.tensor([-1.0, 0.0, 1.0])
    fig = draw.strips(z.exp(), z * 0 + 1, edges.exp(), z, z * 0 + 2, edges)
    for ax, wanted in zip(fig.axes, (edges, edges.exp()), strict=True):
        ends = [strip.get_paths()[0].get_extents() for strip in ax.collections]
        assert [end.x0 for end in ends] == pytest.approx(wanted[:-1].tolist(), abs=0.03)
        assert [end.x1 for end in ends] == pytest.approx(wanted[1:].tolist(), abs=0.03)


def test_a_linear_map_makes_exactly_the_dashed_parallelogram():
    J = torch.tensor([[1.0, 0.5], [0.0, 3.0]]).double()
    corners = torch.zeros(1, 2).double()
    fig = draw.parallelograms(lambda x: x @ J.T, J[None], corners, 0.5)
    image, dashed = fig.axes[1].patches[0].get_xy(), fig.axes[1].lines[-2].get_xydata()
    assert torch.allclose(torch.as_tensor(image[: len(dashed)]), torch.as_tensor(dashed))
    assert [text.get_text() for text in fig.axes[1].texts] == ["3.00"]


def test_zeros_of_a_jacobian_are_written_in():
    J = torch.tensor([[1.0, 0.0], [2.0, -1.0]])
    ax = draw.jacobians({"lower": J}).axes[0]
    assert [(text.get_position(), text.get_text()) for text in ax.texts] == [((1, 0), "0")]


def test_runs_by_depth_are_shown_with_their_mean():
    runs = {2: torch.tensor([0.1, 0.3]), 4: torch.tensor([0.02, 0.04])}
    ax = draw.by_depth({"moons": runs}, "title", "nats").axes[0]
    assert list(ax.lines[0].get_ydata()) == pytest.approx([0.1, 0.3])
    assert list(ax.lines[-1].get_ydata()) == pytest.approx([0.2, 0.03])


def test_a_filament_comes_with_the_slopes_of_all_runs():
    planes = {"1 step": torch.zeros(4, 4), "2 steps": torch.ones(4, 4)}
    ax = draw.filament(planes, -1, 1, [1, 2], torch.tensor([[1.0, 3.0], [4.0, 6.0]])).axes[2]
    assert ax.get_title() == "Steepest slope"
    assert list(ax.lines[-1].get_ydata()) == pytest.approx([2, 5])


def test_an_order_writes_each_pixels_turn_from_one():
    ax = draw.orders({"rows": torch.arange(4).view(2, 2)}).axes[0]
    assert {text.get_position(): text.get_text() for text in ax.texts} == {
        (0, 0): "1", (1, 0): "2", (0, 1): "3", (1, 1): "4",
    }  # fmt: skip


def test_a_bound_is_called_a_bound():
    numbers = {"a": (1.5, "exact"), "b": (2.25, "at most"), "c": (2.0, "at least")}
    ax = draw.scores({"panel": ("nats", numbers)}).axes[0]
    assert [text.get_text() for text in ax.texts] == ["1.50", "at most 2.25", "at least 2.00"]
    assert [line.get_marker() for line in ax.lines] == ["o", "<", ">"]


def test_each_kind_of_image_has_its_row_on_one_axis():
    fig = draw.likelihoods({"digits": torch.tensor([1.0, 2.0]), "blank": torch.tensor([0.1])})
    assert [ax.get_ylabel() for ax in fig.axes] == ["digits", "blank"]
    assert [sum(bar.get_height() for bar in ax.patches) for ax in fig.axes] == [2, 1]


def test_the_limit_has_a_line_of_slope_minus_one():
    ax = draw.limit([4, 16], [0.4, 0.1]).axes[0]
    x, y = ax.lines[1].get_xdata(), ax.lines[1].get_ydata()
    assert math.log(y[1] / y[0]) / math.log(x[1] / x[0]) == pytest.approx(-1)


def test_planar_densities_and_grey_levels_draw_what_they_get():
    a = torch.linspace(-1, 1, 3)
    line = draw.planar(lambda x: x, {"twice": (a, 2 * a)}).axes[1].lines[0]
    assert list(line.get_ydata()) == pytest.approx([-2, 0, 2])
    axes = draw.densities({"p": torch.eye(3), "draws": None}, -1, 1, torch.tensor([[0.5, 0.25]])).axes
    assert axes[0].images[0].get_array().max() == 1
    assert axes[1].lines[0].get_xydata().tolist() == [[0.5, 0.25]]
    grey = draw.grey_levels(a, {"flat": (a, a * 0 + 1)}).axes[0]
    assert list(grey.lines[1].get_xdata()) == pytest.approx([-1, 0, 1])
