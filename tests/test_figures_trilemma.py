"""The drawings of lesson 18 show the numbers that they are given."""

import pytest
import torch

from course_utils.figures import trilemma as draw


def lines(ax):
    return [list(line.get_ydata()) for line in ax.lines]


def test_every_family_has_a_look_of_its_own():
    looks = list(zip(draw.COLOURS.values(), draw.MARKERS.values(), strict=True))
    assert set(draw.COLOURS) == set(draw.MARKERS) == set(draw.NAMES)
    assert len(set(draw.COLOURS.values())) == len(set(draw.MARKERS.values())) == len(looks) == 7


def test_a_bias_of_one_over_n_is_a_line_that_ends_at_the_truth():
    counts = [50, 100, 200]
    ax = draw.bias_of_n(counts, {"vae": [10 + 500 / n for n in counts]}).axes[0]
    assert lines(ax) == [[20, 15, 12.5], [12.5, pytest.approx(10)]]
    assert list(ax.lines[0].get_xdata()) == [1 / 50, 1 / 100, 1 / 200]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["∞", "50", "100", "200"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["VAE"]


def test_seeds_are_marks_and_their_mean_a_bar_and_what_is_missing_is_said():
    fig = draw.of_seeds({"distance": ({"vae": [1.0, 3.0], "gan": []}, False)}, columns=2)
    ax, empty = fig.axes
    assert list(ax.lines[0].get_xdata()) == [1, 3] and list(ax.lines[1].get_xdata()) == [2, 2]
    assert [text.get_text() for text in ax.texts] == ["none"] and not empty.get_visible()
    assert [text.get_text() for text in ax.get_yticklabels()] == ["VAE", "GAN"]


def test_ranks_go_down_and_a_family_without_numbers_stands_below():
    orders = {"distance": ["gan", "vae", "flow"], "bits": ["flow", "vae"]}
    ax = draw.ranks(orders).axes[0]
    vae, gan, flow = lines(ax)[:3]
    assert (vae, flow) == ([2, 2], [3, 1]) and gan == [1, pytest.approx(4.2)]
    assert ax.yaxis_inverted()


def test_a_claim_has_its_verdict_on_each_set_and_on_all():
    row = ("B", "gan", "con", "unstable", ["confirmed", "not confirmed"], "not confirmed")
    fig = draw.claims([row], ["digits", "mnist_5k"], "GAN")
    said = [text.get_text() for text in fig.axes[0].texts]
    assert said == ["digits", "mnist_5k", "B", "GAN", "−", "unstable", "✔", "–", "not confirmed"]


def test_the_guide_marks_both_sets_by_a_full_disc_and_one_by_its_letter():
    answers = {"speed": {"digits": ["gan", "vae"], "mnist_5k": ["gan"]}}
    ax = draw.guide(answers, ["digits", "mnist_5k"]).axes[0]
    faces = {line.get_xdata()[0]: line.get_markerfacecolor() for line in ax.lines}
    names = list(draw.NAMES)
    assert faces == {names.index("gan"): draw.DATA, names.index("vae"): "white"}
    assert [text.get_text() for text in ax.texts] == ["d"]


def test_nearest_distances_are_drawn_by_their_quartiles():
    values = torch.arange(5.0)
    ax = draw.copies({"vae": values, "moved copies": values + 1}, values / 4, "near").axes[0]
    assert list(ax.lines[1].get_xdata()) == [1, 3] and list(ax.lines[2].get_xdata()) == [2]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["VAE", "moved copies"]
    assert list(ax.lines[0].get_xdata()) == [0.5, 0.5]  # the median of held-out images
