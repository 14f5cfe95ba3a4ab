"""The drawings of lesson 17 show the numbers that they are given."""

import pytest
import torch

from course_utils.figures import latent_diffusion as draw


def test_a_sentence_stands_beside_its_pictures():
    pictures = {"a face with red hair": torch.rand(2, 3, 4, 4), "": torch.rand(3, 3, 4, 4)}
    fig = draw.sentences(pictures, width=12)
    assert [ax.get_ylabel() for ax in (fig.axes[0], fig.axes[3])] == ["a face with\nred hair", "(no words)"]
    shown = [len(ax.images) for ax in fig.axes]
    assert shown == [1, 1, 0, 1, 1, 1]  # nothing is drawn where a sentence has fewer pictures
    assert torch.allclose(torch.tensor(fig.axes[1].images[0].get_array()), pictures[
        "a face with red hair"][1].permute(1, 2, 0))  # fmt: skip


def test_a_words_map_is_drawn_from_zero_to_its_largest():
    weights = torch.tensor([[0.1, 0.2], [0.3, 0.4]])
    fig = draw.where_words_look(torch.rand(3, 8, 8), {"red": weights, "hair": weights / 2})
    assert [ax.get_title() for ax in fig.axes[1:]] == ["red\n(largest 0.40)", "hair\n(largest 0.20)"]
    assert [ax.images[0].get_clim() for ax in fig.axes[1:]] == [
        (0, pytest.approx(0.4)),
        (0, pytest.approx(0.2)),
    ]


def test_measures_are_drawn_with_their_mean_and_the_range_over_seeds():
    of_seeds = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    ax = draw.measures_over([20, 40], {"error": {"U-Net": of_seeds}}, "seconds", ["error"]).axes[0]
    assert list(ax.lines[0].get_ydata()) == [2, 4]
    box = ax.collections[0].get_paths()[0].get_extents()
    assert (box.y0, box.y1) == (1, 6)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["20", "40"]


def test_accuracies_come_with_their_intervals():
    curves = {"seen": ([0.5, 0.9], [0.4, 0.8], [0.6, 0.95]), "held out": ([0.3, 0.7], [0.1, 0.6], [0.5, 0.8])}
    ax = draw.accuracies([1, 2], {"hair": curves, "all": curves}).axes[0]
    bars = ax.collections[0].get_segments()  # of the first curve
    assert [tuple(bar[:, 1]) for bar in bars] == [pytest.approx((0.4, 0.6)), pytest.approx((0.8, 0.95))]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["seen", "held out"]


def test_a_film_is_a_row_of_numbered_frames():
    fig = draw.films({"true": torch.rand(3, 1, 4, 4), "drawn": torch.rand(3, 1, 4, 4)})
    assert [ax.get_title() for ax in fig.axes[:3]] == ["1", "2", "3"]
    assert [fig.axes[k].get_ylabel() for k in (0, 3)] == ["true", "drawn"]


def test_words_stand_over_their_picture():
    fig = draw.captioned({"a bold seven": torch.rand(1, 4, 4), "a seven": torch.rand(1, 4, 4)}, width=8)
    assert [ax.get_title() for ax in fig.axes] == ["a bold\nseven", "a seven"]
    assert all(len(ax.images) == 1 for ax in fig.axes)


def test_factors_stand_side_by_side_and_the_last_set_is_a_level():
    sets = {
        name: ([share], [share - 0.1], [share + 0.1]) for name, share in (("seen", 0.8), ("held out", 0.5))
    }
    ax = draw.by_factor(["digit"], sets | {"true glyphs": ([0.9], [0.9], [0.9])}).axes[0]
    level, *bars = ax.collections
    assert level.get_segments()[0][:, 1].tolist() == [0.9, 0.9]
    assert [tuple(bar.get_segments()[0][:, 1]) for bar in bars] == [
        pytest.approx((0.7, 0.9)),
        pytest.approx((0.4, 0.6)),
    ]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["digit"]
