"""The drawings of lesson 07 show the numbers that they are given."""

import torch

from course_utils.figures import conditional_gans as draw


def test_every_share_stands_in_its_cell():
    found = {"turn": torch.tensor([0.0, 0.25, 0.5]), "hair_length": torch.tensor([1.0, 0.125, 0.0])}
    ax = draw.shares(found, ["4", "8", "8"]).axes[0]
    assert [text.get_text() for text in ax.texts] == ["0.00", "0.25", "0.50", "1.00", "0.12", "0.00"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["turn", "hair length"]
    assert torch.equal(torch.as_tensor(ax.images[0].get_array()), torch.stack(list(found.values())))


def test_two_classes_are_drawn_before_and_after():
    x, of_data, best = torch.linspace(0, 1, 5), torch.rand(2, 5), torch.rand(2, 5)
    panels = draw.two_classes(x, of_data, best).axes
    for ax, density in zip(panels, (of_data, best), strict=True):
        for line, row in zip(ax.lines, density, strict=True):
            assert torch.equal(torch.as_tensor(line.get_ydata()), row)
        assert len({line.get_linestyle() for line in ax.lines}) == 2


def test_each_run_of_a_bound_is_a_line_and_the_ceiling_one_more():
    curves = {"InfoGAN": torch.rand(3, 7), "plain GAN": torch.rand(3, 7) - 2}
    ax = draw.bounds(curves, 2.3).axes[0]
    assert len(ax.lines) == 7
    assert ax.get_ylim()[0] <= curves["plain GAN"].min() and ax.get_ylim()[1] > 2.3
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(curves)


def test_what_noise_leaves_is_drawn_by_its_deviation():
    ax = draw.noise_on_the_way([0.0, 0.1], {"with": [1.0, 0.5], "without": [0.2, 0.2]}).axes[0]
    assert [list(line.get_ydata()) for line in ax.lines] == [[1.0, 0.5], [0.2, 0.2]]
    assert len({line.get_marker() for line in ax.lines}) == 2
