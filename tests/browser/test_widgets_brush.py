"""The table's brush in a bare page: drags, keys, presets, other data, a narrow page, a slide."""

import alone
import canvas_texts
import pytest
from widget_examples import KINDS, brush, families

from course_utils.widgets import TableBrush

pytestmark = pytest.mark.browser
DECK = ":root { --course-text-least: 20px; --course-widget-tallest: 566px; --course-widget-max: 1152px }"
# The strokes of the last frame that are broken, by colour: what is out; setting the width begins a frame.
DASHES = """{
const { stroke } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.stroke = function (...path) {
  if (this.getLineDash()[0] === 6) (this.canvas.broken ??= new Set()).add(this.strokeStyle);
  return stroke.apply(this, path);
};
const width = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, "width");
const set = function (value) { this.broken = new Set(); width.set.call(this, value); };
Object.defineProperty(HTMLCanvasElement.prototype, "width", { ...width, set });
}"""
BROKEN = "() => document.querySelector('canvas').broken.size"


@pytest.fixture
def watched(page, show):
    """A function: the brush in a page that keeps its texts with their boxes, and what is broken."""
    page.add_init_script(DASHES)
    page.add_init_script(canvas_texts.RECORD)
    return lambda style="", **options: show(brush(**options), style)


def texts(page):
    """[text, x, y] of the last frame, middles, in CSS pixels of the canvas."""
    return page.evaluate(
        """() => document.querySelector("canvas").texts.map(
          ({ text, left, right, top, bottom }) => [text, (left + right) / 2, (top + bottom) / 2])"""
    )


def place(page, *words):
    """Where the text that consists of these words, or has the first of them, stands on the screen."""
    box = page.locator("canvas").bounding_box()
    scale = box["width"] / page.evaluate("() => document.querySelector('canvas').clientWidth")
    found = [(x, y) for text, x, y in texts(page) if text in words]
    assert found, words
    return [box[side] + scale * at for side, at in zip("xy", found[0], strict=True)]


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    page.evaluate(alone.NEXT_FRAME)


def press(page, *keys):
    page.locator("canvas").focus()
    for key in keys:
        page.keyboard.press(key)
    page.evaluate(alone.NEXT_FRAME)


def left(page):
    """The families that the sentence names, as Python names them."""
    text = alone.text(page)
    if text.endswith("families are left."):
        return list(KINDS)
    if "No family is left" in text:
        return []
    titles = text.rsplit(": ", 1)[1].removesuffix(".").split(", ")
    return [one.lower().replace(" ", "_").replace("-", "_") for one in titles]


def as_python(page):
    """The families that Python says are left by what the page has saved."""
    names = ("data", "axes", "brushes", "axis")
    data, axes, brushes, axis = alone.saved(page, *names)
    shown = brush(data=data, brushes=brushes, axis=axis)
    shown.axes = axes
    return shown.left


def test_a_drag_brushes_an_axis_and_who_is_outside_is_broken(watched):
    page = watched()
    before = alone.picture(page)
    assert page.evaluate(BROKEN) == 0 and left(page) == list(KINDS)
    x, name = place(page, "recall")
    drag(page, (x, name + 180), (x, name + 10))  # from the middle to beyond the better end
    brushes, axis = alone.saved(page, "brushes", "axis")
    assert axis == "recall" and list(brushes) == ["recall"]
    low, high = brushes["recall"]
    assert 0.4 < low < 0.7 and high is None
    assert f"Brushed: recall at least {low:.3f}" in alone.text(page)
    assert 0 < len(left(page)) < 7 and left(page) == as_python(page)
    assert page.evaluate(BROKEN) == 7 - len(left(page))
    assert alone.picture(page) != before
    assert [text for text, *_ in texts(page)].count("\u2717") == 7 - len(left(page))


def test_a_brush_is_moved_by_its_middle_and_by_an_edge_and_cleared_by_a_double_click(watched):
    page = watched(brushes={"recall": (0.5, 0.6)}, axis="recall")
    x, _ = place(page, "recall")
    lower, upper = (place(page, text)[1] for text in ("0.500", "0.600"))
    middle = (lower + upper) / 2
    drag(page, (x, middle), (x, middle - 30))
    low, high = alone.saved(page, "brushes")[0]["recall"]
    assert high - low == pytest.approx(0.1, abs=0.002) and low > 0.52
    edge = place(page, f"{high:.3f}")[1]
    drag(page, (x, edge), (x, edge - 25))
    changed = alone.saved(page, "brushes")[0]["recall"]
    assert changed[0] == pytest.approx(low, abs=0.001) and changed[1] > high + 0.02
    assert left(page) == as_python(page)
    page.mouse.dblclick(x, edge)
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "brushes") == [{}]
    assert "Nothing is brushed." in alone.text(page)


def test_a_press_alone_chooses_an_axis_and_tells_its_order(watched):
    page = watched()
    assert "Fr\u00e9chet distance, lower is better: 1 flow matching 8.8" in alone.text(page)
    x, name = place(page, "recall")
    page.mouse.click(x, name + 120)
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "axis", "brushes") == ["recall", {}]
    text = alone.text(page)
    assert (
        "recall, higher is better: 1 flow matching 0.740 \u2248 2 diffusion 0.720, 3 latent diffusion" in text
    )
    assert "(\u2248: their seeds overlap)" in text


def test_every_action_has_a_key(watched):
    page = watched()
    press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    assert "recall, higher is better" in alone.text(page)
    press(page, "Space")
    assert alone.saved(page, "axis") == ["recall"]
    half = alone.saved(page, "brushes")[0]["recall"]
    assert half == pytest.approx([0.55, None]) and len(left(page)) == 4  # the median is one of them
    press(page, "ArrowUp", "ArrowUp")
    higher = alone.saved(page, "brushes")[0]["recall"][0]
    press(page, "ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown")
    low, high = alone.saved(page, "brushes")[0]["recall"]
    assert half[0] < low < higher < high < 0.8
    assert left(page) == as_python(page)
    press(page, ",", ",")
    assert alone.saved(page, "axes")[0][:3] == ["distance", "recall", "precision"]
    press(page, ".", "f", "f")
    assert alone.saved(page, "family", "axes")[0] == "gan"
    assert "digits, GAN, # is its rank: Fr\u00e9chet distance 14.0 #4;" in alone.text(page)
    assert "bits per dim. none" in alone.text(page)
    press(page, "ArrowRight", "Space", "Escape")
    assert list(alone.saved(page, "brushes")[0]) == ["recall"]
    press(page, "Escape")
    assert alone.saved(page, "brushes") == [{}]
    press(page, "ArrowUp")
    assert len(alone.saved(page, "brushes")[0]) == 1  # a key begins a brush, too


def test_a_name_is_dragged_to_another_place(watched):
    page = watched()
    start, end = place(page, "recall"), place(page, "precision")
    drag(page, start, (end[0] - 10, end[1]))
    axes, axis = alone.saved(page, "axes", "axis")
    assert axes[:4] == ["distance", "recall", "precision", "sharpness"] and axis == "recall"
    assert sorted(axes) == sorted(brush().axes)
    assert place(page, "recall")[0] == pytest.approx(end[0], abs=1)


def test_presets_take_the_better_half_of_what_is_on_show(watched):
    page = watched()
    for preset, expected in (
        ("has a likelihood", ["vae", "flow", "diffusion", "flow_matching"]),
        ("covers the data", ["flow", "diffusion", "flow_matching", "latent_diffusion"]),
        ("sharp and fast", ["gan", "wgan_gp"]),
        ("all", list(KINDS)),
    ):
        alone.press(page, preset)
        assert left(page) == as_python(page) == expected
        assert page.get_by_role("button", name=preset).get_attribute("aria-pressed") == "true"
    alone.press(page, "sharp and fast")
    before = alone.saved(page, "brushes")
    alone.press(page, "mnist_5k")
    assert alone.saved(page, "data") == ["mnist_5k"] and alone.saved(page, "brushes") != before
    assert page.get_by_role("button", name="sharp and fast").get_attribute("aria-pressed") == "true"
    assert alone.text(page).startswith(
        "mnist_5k, Fr\u00e9chet distance, lower is better: 1 flow matching 17.6"
    )
    assert left(page) == as_python(page)


def test_who_has_no_number_leaves_the_axis_and_kinds_are_said(watched):
    page = watched()
    written = [text for text, *_ in texts(page)]
    assert [written.count(kind) for kind in ("exact", "bound", "by ODE", "none")] == [1, 1, 2, 1]
    bits = place(page, "bits per")[0]
    assert place(page, "none")[0] == pytest.approx(bits, abs=1)
    press(page, *["ArrowRight"] * 6)
    assert "1 flow 2.35 (exact) \u2248 2 flow matching 2.45 (by ODE)" in alone.text(page)
    assert "no number: GAN, WGAN-GP, latent diffusion" in alone.text(page)


def test_a_family_under_the_pointer_is_singled_out_and_a_press_keeps_it(watched):
    page = watched()
    x, y = place(page, "WGAN-GP")
    before, plain = alone.text(page), alone.picture(page)
    page.mouse.move(x, y)
    page.evaluate(alone.NEXT_FRAME)
    assert "WGAN-GP, # is its rank" in alone.text(page) and alone.picture(page) != plain
    page.mouse.move(2, 2)
    page.evaluate(alone.NEXT_FRAME)
    assert (alone.text(page), alone.picture(page)) == (before, plain)
    page.mouse.click(x, y)
    page.mouse.move(2, 2)
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "family") == ["wgan_gp"] and "WGAN-GP, # is its rank" in alone.text(page)


def test_a_narrow_page_has_its_axes_one_below_the_other(watched):
    page = watched("#host { width: 390px }")
    x, y = place(page, "recall")
    box = page.locator("canvas").bounding_box()
    assert place(page, "precision")[1] < y - 40
    drag(page, (box["x"] + 200, y + 26), (box["x"] + 389, y + 26))
    low, high = alone.saved(page, "brushes")[0]["recall"]
    assert 0.4 < low < 0.7 and high is None
    assert left(page) == as_python(page) and 0 < len(left(page)) < 7
    drag(page, (x, y), (x, place(page, "precision")[1] + 5))
    assert alone.saved(page, "axes")[0][:3] == ["distance", "recall", "precision"]


@pytest.mark.parametrize(("style", "least"), [(DECK, 20), ("#host { width: 320px }", 13), ("", 13)])
def test_no_text_is_cut_or_over_another(watched, style, least):
    page = watched(style, brushes={"recall": (0.5, 0.6), "sharpness": (None, 0.2)}, axis="bits_per_dim")
    if style == DECK:
        assert page.locator(".course-widget").bounding_box()["height"] <= 566
        assert place(page, "recall")[1] == pytest.approx(place(page, "sharpness")[1], abs=6)  # side by side
    whole = "{ querySelectorAll: (name) => document.querySelectorAll(name.replace('.live', '#host')) }"
    faults = f"() => ({canvas_texts.FAULTS})([{whole}, {least}])"
    for keys in ((), ("f", "f", "f", "f"), ("ArrowRight",), ("ArrowRight", ",", ",")):
        press(page, *keys)
        assert page.evaluate(faults) == []


def test_ten_families_and_ten_axes_still_fit(show, page):
    page.add_init_script(canvas_texts.WATCH)
    some = families((2, 2))
    table = {
        ("d", f"family number {i}"): {f"measure {k}": row["recall"] * (k + 1) for k in range(10)}
        for i, row in enumerate(list(some.values())[:10])
    }
    axes = {f"measure {k}": (f"a measure called {k}", ("lower", "near")[k % 2]) for k in range(10)}
    show(TableBrush(table, axes))
    for width in (320, 900):
        alone.resize(page, width)
        press(page, "f", "Space")
        assert page.evaluate("() => window.cut") == []
