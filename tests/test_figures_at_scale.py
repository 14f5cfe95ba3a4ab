"""The drawings of lesson 19 show the numbers that they are given."""

import pytest

from course_utils import counting
from course_utils.figures import at_scale as draw


def test_shares_are_bars_with_their_numbers():
    ax = draw.shares(
        {"FLOPs": {"conv": 0.9, "norm": 0.1}, "time": {"conv": 0.6, "norm": 0.4}}, "a", "b"
    ).axes[0]
    assert [bar.get_width() for bar in ax.patches] == [0.9, 0.1, 0.6, 0.4]
    assert [text.get_text() for text in ax.texts] == ["90%", "10%", "60%", "40%"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["conv", "norm"]


def test_what_was_not_counted_is_said_in_its_place():
    ax = draw.shares({"FLOPs": {"conv": 1.0}, "time": {"conv": 0.6, "norm": 0.4}}, "a", "b").axes[0]
    assert [text.get_text() for text in ax.texts] == ["100%", "not counted", "60%", "40%"]


def test_the_parts_of_memory_are_stacked():
    fig = draw.memory(
        {"a": {"weights": 1.0, "activations": 2.0}, "b": {"weights": 1.0, "activations": 8.0}}, "m"
    )
    bars = fig.axes[0].patches
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [(0, 1), (0, 1), (1, 2), (1, 8)]
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["weights", "activations"]


def test_growth_is_drawn_over_the_smallest_with_its_power():
    sizes, cost = [1, 2, 4, 8], [3.0, 12.0, 48.0, 192.0]
    ax = draw.growth(sizes, {"FLOPs": cost}, {"FLOPs": counting.fit_growth(sizes, cost)}, "t").axes[0]
    assert list(ax.lines[0].get_ydata()) == [1, 4, 16, 64]
    assert list(ax.lines[1].get_ydata()) == pytest.approx([1, 4, 16, 64], rel=1e-2)
    assert "power 2.00" in ax.get_legend().get_texts()[0].get_text()


def test_days_by_arithmetic_and_as_published():
    ax = draw.chip_days({"X, A100": (12.0, 120.0)}).axes[0]
    assert list(ax.lines[0].get_xdata()) == [12, 120]
    assert [line.get_marker() for line in ax.lines[1:]] == ["o", "s"]
