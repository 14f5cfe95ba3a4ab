"""The drawings of lesson 12: the U-Net's boxes and arrows, and a figure that a slider redraws."""

import ipywidgets
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from course_utils.figures import MODEL, reverse_strip, subplots
from course_utils.figures import diffusion_images as drawn

STAGES = [
    (0, "conv", "conv\n8 x 4 x 4"),
    (0, "block", "keep block\n8 x 4 x 4"),
    (1, "block", "keep block\n16 x 2 x 2"),
    (1, "attention", "attention\n16 x 2 x 2"),
    (1, "block", "join block\n16 x 2 x 2\nfrom 16 + 16"),
    (0, "block", "join block\n8 x 4 x 4"),
]


def test_every_stage_has_a_box_with_its_shape_and_every_skip_an_arrow():
    ax = drawn.unet_diagram(STAGES, "A title").axes[0]
    said = [text.get_text() for text in ax.texts]
    assert "attention\n16 x 2 x 2" in said and said.count("block\n8 x 4 x 4") == 2
    assert said.count("skip") == 2
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    ends = sorted((arrow.xyann[0], arrow.xy[0]) for arrow in arrows if arrow.arrow_patch.get_linewidth() == 2)
    assert ends == [(1, 5), (2, 4)]  # the last kept is the first to be joined
    flow = [(arrow.xyann, arrow.xy) for arrow in arrows if arrow.arrow_patch.get_linewidth() < 2]
    assert flow == [((k, -STAGES[k][0]), (k + 1, -STAGES[k + 1][0])) for k in range(5)]  # through every part
    assert "block\n16 x 2 x 2\nfrom 16 + 16" in said
    assert ax.get_title() == "A title"


def test_a_completion_has_a_line_below_what_was_known():
    """Of eight rows of pixels four: across the middle of every picture, and nothing else is changed."""
    (ax,) = drawn.completed(
        {"one": torch.zeros(2, 1, 8, 8), "other": torch.ones(2, 1, 8, 8)}, 4, "A title"
    ).axes
    for image, level in zip(ax.images, (0, 0, 1, 1), strict=True):
        pixels = np.asarray(image.get_array())
        line = [39, 40]
        assert pixels.shape == (80, 80, 3) and (np.delete(pixels, line, 0) == level).all()
        assert np.allclose(pixels[line], to_rgb(MODEL))


def test_a_diagram_with_a_join_and_nothing_kept_is_refused():
    with pytest.raises(IndexError):
        drawn.unet_diagram([(0, "block", "join block\n8 x 4 x 4")])


class Screen:
    """What display was given, and what it was told to show later."""

    def __init__(self):
        self.shown = []

    def __call__(self, thing, **how):
        self.shown.append((thing, how))
        return self

    def update(self, bundle, **how):
        self.shown.append((bundle, how))


def test_the_picture_is_there_at_once_and_moves_with_the_slider(monkeypatch):
    screen, seen = Screen(), []
    monkeypatch.setattr(drawn, "display", screen)
    fig, ax = subplots()

    def draw(value):
        seen.append(value)
        ax.set_title(f"t = {value}")

    slider = ipywidgets.IntSlider(value=3, min=0, max=9)
    drawn.touch(fig, draw, slider, "A figure for a test.")
    assert screen.shown[0][0] is slider
    first, _ = screen.shown[1]
    assert (
        first["text/plain"] == "A figure for a test." and 'alt="A figure for a test."' in first["text/html"]
    )
    slider.value = 8
    later, _ = screen.shown[2]
    assert seen == [3, 8]
    assert first["text/html"] != later["text/html"]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_strip_grows_with_the_sampler_and_ends_with_what_was_drawn(monkeypatch, channels):
    screen = Screen()
    monkeypatch.setattr(reverse_strip, "display", screen)
    strip = reverse_strip.ReverseStrip("A title", "A figure for a test.", steps=5, columns=3)
    for step in range(5):
        x_t = torch.full((2, channels, 4, 6), step / 5 - 1)
        strip(999 - step, x_t, torch.ones(2, channels, 4, 6))
    assert strip.sheet.shape == (3, 8, 24)
    values = [strip.sheet[:, :, 6 * k : 6 * k + 6].unique().tolist() for k in range(4)]
    assert values == [pytest.approx([step / 10]) for step in (0, 2, 4)] + [[1.0]]
    assert [label.get_text() for label in strip.ax.get_xticklabels()] == [
        "t = 999",
        "t = 997",
        "t = 995",
        "drawn",
    ]
    assert len(screen.shown) == 4 and screen.shown[0][0]["text/html"] != screen.shown[-1][0]["text/html"]
