"""The drawings of lesson 08 show the numbers that they are given."""

import pytest
import torch

from course_utils.figures import evaluating as draw


def test_a_table_holds_every_number_and_shades_what_was_noticed():
    values = {"real": {"IS": 7.613, "FID": 1.4}, "copies": {"IS": 0.0, "FID": 123.4}}
    noticed = {"real": {"IS": False, "FID": False}, "copies": {"IS": False, "FID": True}}
    ax = draw.table(values, noticed).axes[0]
    assert [text.get_text() for text in ax.texts] == ["7.6", "1.40", "0.00", "● 123"]
    assert [(patch.get_x(), patch.get_y()) for patch in ax.patches] == [pytest.approx((0.53, 0.56))]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["real", "copies"]


def test_a_line_ends_where_it_was_said_to_end():
    sizes = torch.tensor([100, 200, 1000])
    values = 3 + 50 / sizes.double()
    ax = draw.by_size(sizes, {"all on a line": values}, {"all on a line": 3.0}).axes[0]
    points, line = ax.lines[:2]
    assert torch.allclose(torch.as_tensor(points.get_ydata()), values)
    assert list(line.get_xdata()) == pytest.approx([0, 0.01])
    assert list(line.get_ydata()) == pytest.approx([3, 3.5])


def test_each_column_of_a_ranking_is_over_its_worst_model():
    ranked = {"judge": {"a": torch.tensor([2.0, 4.0]), "b": torch.tensor([6.0, 6.0])}}
    ax = draw.rankings(ranked).axes[0]
    heights = [list(line.get_ydata()) for line in ax.lines]
    assert heights[0] == pytest.approx([1 / 3, 2 / 3]) and heights[1] == pytest.approx([0.5])
    assert heights[2] == pytest.approx([1, 1]) and heights[3] == pytest.approx([1])


def test_how_often_is_drawn_by_the_truth():
    truths, shares = torch.linspace(0, 1, 3), {"usual": torch.rand(3), "Wilson": torch.rand(3)}
    ax = draw.how_often(truths, shares).axes[0]
    for line, values in zip(ax.lines, shares.values(), strict=False):
        assert torch.equal(torch.as_tensor(line.get_ydata()), values)
    assert len({line.get_linestyle() for line in ax.lines[:2]}) == 2


def test_a_ranking_has_the_title_that_was_asked_for():
    ranked = {"30": {"a": torch.tensor([2.0])}}
    assert draw.rankings(ranked, "By number").axes[0].get_title() == "By number"


def test_every_run_of_a_model_stands_at_its_likelihood():
    found = {"a": (-3.0, torch.tensor([1.0, 2.0])), "b": (torch.tensor(90.0), torch.tensor([4.0, 5.0]))}
    ax = draw.likelihood_and_distance(found).axes[0]
    assert [list(line.get_xdata()) for line in ax.lines[:2]] == [[-3, -3], [90, 90]]
    assert [list(line.get_ydata()) for line in ax.lines[:2]] == [[1, 2], [4, 5]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
