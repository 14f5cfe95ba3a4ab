"""verdict, preset, figures and the errors' voice."""

import base64
import io
import warnings

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib import font_manager
from PIL import Image

from course_utils import figures
from course_utils._validate import check_choice, check_int, check_number, check_tensor
from course_utils.figures import alt_text, fonts
from course_utils.preset import preset
from course_utils.verdict import verdict
from course_utils.widgets.shared.glyphs import scatter_glyphs


@pytest.mark.parametrize(
    ("value", "band", "line"),
    [
        (0.5, {"low": 0, "high": 1}, "x between 0 and 1: PASS (here 0.5)"),
        (2, {"high": 1, "unit": "dB"}, "x at most 1 dB: FAIL (here 2)"),
        (2, {"low": 1}, "x at least 1: PASS (here 2)"),
        (float("nan"), {"low": 1}, "x at least 1: FAIL (here nan)"),
        (torch.tensor(3.0), {"low": 3, "high": 3}, "x between 3 and 3: PASS (here 3)"),
    ],
)
def test_verdict(capsys, value, band, line):
    verdict("x", value, **band)
    assert capsys.readouterr().out == line + "\n"


def test_verdict_takes_a_tensor_with_a_graph_without_a_warning(recwarn, capsys):
    verdict("x", torch.tensor(2.0, requires_grad=True) ** 2, low=4)
    assert "PASS (here 4)" in capsys.readouterr().out and not recwarn.list


def test_verdict_needs_a_band():
    with pytest.raises(ValueError, match="needs low, high or both"):
        verdict("x", 1.0)
    with pytest.raises(ValueError, match="low must not be above high"):
        verdict("x", 1.0, low=2, high=1)


def test_preset(monkeypatch):
    monkeypatch.delenv("COURSE_PRESET", raising=False)
    assert preset(1, 2) == 1
    monkeypatch.setenv("COURSE_PRESET", "full")
    assert preset(1, 2) == 2 and preset(1) == 1
    monkeypatch.setenv("COURSE_PRESET", "smoke")
    assert preset(1, 2) == 1 and preset(10, smoke=2) == 2
    monkeypatch.setenv("COURSE_PRESET", "ful")
    with pytest.raises(ValueError, match="COURSE_PRESET must be one of 'quick', 'full'.*Did you mean 'full'"):
        preset(1, 2)


def test_nothing_is_judged_where_nothing_was_trained(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_PRESET", "smoke")
    verdict("x", 2, high=1)
    assert capsys.readouterr().out == "x at most 1: not judged, for nothing was trained (here 2)\n"


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: check_choice("name", "digts", ["digits", "glyphs"]), ValueError, "Did you mean 'digits'"),
        (lambda: check_choice("name", 3, ["digits"]), TypeError, "got 3"),
        (lambda: check_int("n", 0), ValueError, "n must be at least 1; got 0"),
        (lambda: check_int("n", True), TypeError, "whole number; got True"),
        (lambda: check_number("lr", float("inf")), ValueError, "finite number"),
        (lambda: check_number("lr", 0, 0, open_minimum=True), ValueError, "above 0; got 0"),
        (lambda: check_tensor("x", [1]), TypeError, "torch.Tensor; got list"),
        (lambda: check_tensor("x", torch.zeros(2, dtype=torch.long)), TypeError, "floating-point"),
        (lambda: check_tensor("x", torch.zeros(2, 3), "[N, 2]"), ValueError, r"\[N, 2\]; got \[2, 3\]"),
        (lambda: check_tensor("x", torch.zeros(2), "[B, C, ...]"), ValueError, r"got \[2\]"),
        (lambda: check_tensor("x", torch.zeros(0, 2), "[N, 2]"), ValueError, "must not be empty"),
    ],
)
def test_errors_name_argument_got_and_wanted(call, error, says):
    with pytest.raises(error, match=says) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_check_tensor_lets_through():
    x = torch.zeros(4, 1, 8, 8)
    assert check_tensor("x", x, "[B, ...]") is x and check_tensor("x", x, "[B, 1, H, W]") is x


def test_show_carries_the_alternative_text(monkeypatch):
    shown = {}
    monkeypatch.setattr(figures.style, "display", lambda bundle, raw: shown.update(bundle))
    fig, ax = figures.subplots()
    ax.plot([0, 1])
    figures.show(fig, 'A line that rises from "zero" to one.')
    assert shown["text/plain"] == 'A line that rises from "zero" to one.'
    before, after = shown["text/html"].split("data:image/png;base64,")
    assert before == '<img alt="A line that rises from &quot;zero&quot; to one." src="'
    assert base64.b64decode(after.removesuffix('">')).startswith(b"\x89PNG")
    for nothing in ("", "a line", None):
        with pytest.raises(ValueError, match="alt must be a sentence"):
            figures.show(fig, nothing)


def test_an_alternative_text_is_found_by_its_name(monkeypatch, tmp_path):
    (tmp_path / "77_toy.toml").write_text("loss = '''\nThe loss of {net}\nfalls.\n'''\n", encoding="utf-8")
    monkeypatch.setattr(alt_text, "FOLDER", tmp_path)
    assert alt_text.alt_text("77.loss", net="a VAE") == "The loss of a VAE falls."
    with pytest.raises(ValueError, match="Did you mean '77.loss'"):
        alt_text.alt_text("77.los")


def test_figures_are_the_same_twice():
    def once():
        fig, ax = figures.subplots()
        ax.plot([0, 1])
        return figures.png(fig)

    assert once() == once()


def test_a_figure_is_packed_where_nobody_sees_it():
    def seen(draw):
        fig, ax = figures.subplots()
        draw(ax)
        figures.png(fig)  # the first drawing settles the layout
        image, plain = Image.open(io.BytesIO(figures.png(fig))), io.BytesIO()
        fig.savefig(plain, format="png")
        drawn = np.asarray(Image.open(plain).convert("RGB")).astype(float)
        error = np.sqrt(((np.asarray(image.convert("RGB")) - drawn) ** 2).mean((0, 1))).max()
        return image.mode, error

    mode, error = seen(lambda ax: ax.plot([0, 1]))
    assert mode == "P" and error <= 2
    colours = torch.rand(40, 40, 3, generator=torch.Generator().manual_seed(0)).numpy()
    assert seen(lambda ax: ax.imshow(colours)) == ("RGB", 0)


def test_image_rows_and_mosaic():
    x = torch.rand(14, 1, 8, 8)
    fig = figures.image_rows({"a": x, "b": x[:5]}, "title")
    assert len(fig.axes) == 1 and len(fig.axes[0].images) == 2 * 5
    sheet = figures.mosaic(x, 2, 3).axes[0].images[0].get_array()
    assert torch.equal(torch.tensor(sheet.data)[8:16, 16:24], x[5, 0])
    flat = figures.mosaic(x[:, 0], 2, 3).axes[0].images[0].get_array()
    assert (flat == sheet).all()
    with pytest.raises(ValueError, match="rows x columns = 20; got 14"):
        figures.mosaic(x, 4, 5)
    with pytest.raises(ValueError, match="at least one row"):
        figures.image_rows({})
    with pytest.raises(ValueError, match="at least one image each; one of them is empty"):
        figures.image_rows({"a": x, "b": x[:0]})


def test_pictures_of_rows_stand_side_by_side_at_their_own_proportions():
    """Square, wide and tall ones: each is centred under its name, and none touches another."""
    sizes = {"square": (8, 8), "wide": (4, 8), "tall": (8, 4)}
    rows = {name: torch.rand(3, 1, *size) for name, size in sizes.items()}
    fig = figures.image_rows(rows, "title", names=["a", "b", "c"])
    fig.draw_without_rendering()
    (ax,) = fig.axes
    names, labels = ax.get_xticks(), ax.get_yticks()
    boxes = [image.get_window_extent() for image in ax.images]
    for place, (image, box) in enumerate(zip(ax.images, boxes, strict=True)):
        left, right, low, top = image.get_extent()
        assert ((left + right) / 2, (low + top) / 2) == pytest.approx((names[place % 3], labels[place // 3]))
        height, width = image.get_array().shape
        assert box.height / box.width == pytest.approx(height / width)
        assert not any(box.overlaps(other) for other in boxes[:place])


@pytest.mark.parametrize("columns", [1, 2, 12])
@pytest.mark.parametrize("names", [None, ["a", "two\nlines", "c"]])
@pytest.mark.parametrize("size", [None, (5, 1.5), (8, 1.2), (9, 4)])
def test_the_labels_of_rows_are_not_cut_in_any_size(columns, names, size):
    """Labels as wide as the pictures beside them, or wider."""
    x = torch.rand(12, 1, 8, 8)
    rows = {"as wide as two pictures": x, "b": x}
    fig = figures.image_rows(rows, "title", columns, names and names[:columns])
    fig.set_size_inches(size or fig.get_size_inches())
    fig.draw_without_rendering()
    (ax,) = fig.axes
    for shown in [*ax.get_yticklabels(), *ax.get_xticklabels(), *ax.images]:
        box = shown.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= fig.bbox.x1 and box.y0 >= 0 and box.y1 <= fig.bbox.y1
    at = [image.get_extent() for image in ax.images]
    fig.savefig(io.BytesIO(), format="svg")  # drawn once more, at 72 dots an inch
    assert np.allclose(
        [image.get_extent() for image in ax.images], at, rtol=0.05
    )  # letters are fitted to dots


@pytest.mark.parametrize("text", ["plain", "épée", "α, Ж and $\\hat\\theta$", "", "א", "−½", 7])
def test_a_name_that_the_font_has_is_drawn(text):
    assert fonts.readable(text, "no") == text


@pytest.mark.parametrize("text", ["一", "猫 cat", "अ", "ก", "🐈"])
def test_a_name_that_the_font_lacks_gives_way_to_a_number(text, caplog):
    """A box in a figure is logged, or warned of, by matplotlib itself: an independent judge."""
    assert fonts.readable(text, "no") == "no"
    x = torch.rand(3, 1, 4, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fig = figures.image_rows({"a": x, text: x}, names=["b", text, "c"])
        figures.png(fig)
        axes = figures.subplots()[1]
        scatter_glyphs(axes, torch.rand(4, 2), torch.arange(4) % 2, ["a", text[0]], 9)
        figures.png(axes.figure)
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == ["a", "row 2"]
    assert [label.get_text() for label in fig.axes[0].get_xticklabels()] == ["b", "no. 2", "c"]
    assert "glyph" not in caplog.text.lower()


def test_a_font_that_is_named_is_looked_at(monkeypatch):
    """STIX has letters that DejaVu lacks; both come with matplotlib."""
    has = {
        name: font_manager.get_font(font_manager.findfont(name)).get_charmap()
        for name in ("DejaVu Sans", "STIXGeneral")
    }
    letter = chr(min(has["STIXGeneral"].keys() - has["DejaVu Sans"].keys() - set(range(0xE000, 0xF900))))
    assert fonts.readable(letter, "no") == "no"
    monkeypatch.setitem(mpl.rcParams, "font.family", ["DejaVu Sans", "no such font", "STIXGeneral"])
    assert fonts.readable(letter, "no") == letter


def test_points_without_labels_are_dots_of_one_colour():
    points = torch.rand(30, 2)
    (dots,) = figures.scatter_classes(points).collections
    assert np.allclose(dots.get_offsets(), points.numpy())
    assert len(figures.scatter_classes(points, torch.arange(30) % 13).collections) == 13


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_in_colour_and_in_bytes(channels):
    """Of 23 classes, a row each: two pictures of 4 x 6 pixels."""
    x = torch.randint(0, 256, (46, channels, 4, 6), generator=torch.Generator().manual_seed(0)).byte()
    for images in (x, x.float() / 255):
        sheet = torch.tensor(figures.mosaic(images, 23, 2).axes[0].images[0].get_array().data)
        assert sheet.shape == (92, 12, 3)[: 2 + (channels == 3)]
        for row, column in ((0, 0), (3, 1), (22, 1)):
            tile = sheet[4 * row : 4 * row + 4, 6 * column : 6 * column + 6].reshape(4, 6, channels)
            assert torch.allclose(tile, x[2 * row + column].permute(1, 2, 0) / 255)
        rows = {f"{row}": images[2 * row : 2 * row + 2] for row in range(23)}
        shown = figures.image_rows(rows).axes[0].images[45].get_array().data
        assert torch.allclose(torch.tensor(shown).reshape(4, 6, channels), x[45].permute(1, 2, 0) / 255)
    for shape in ((6, 2, 4, 4), (6, 4), (6, 1, 1, 4, 4)):
        with pytest.raises(ValueError, match=r"images must have shape \[n, 1, H, W\]"):
            figures.mosaic(torch.rand(shape), 2, 3)


def test_style_is_readable():
    _, ax = figures.subplots()
    ax.set_title("t")
    assert ax.title.get_fontsize() >= 15 and ax.xaxis.label.get_fontsize() >= 14
    assert ax.imshow([[0, 1]]).get_cmap().name == "gray"
