"""The widgets' bodies in a bare page: presets, playing, less motion, and the pointer in a scaled deck."""

import hashlib
import json
import math
import re

import canvas_texts
import pytest
import torch
from torch import nn

from course_utils.autoencoders import MLPAutoencoder
from course_utils.vae import VAE
from course_utils.widgets import DivergenceExplorer, ElboExplorer, LatentExplorer, VAEExplorer

pytestmark = pytest.mark.browser

# The model that a kernel would keep: values, listeners, and what was saved last.
PAGE = """<!doctype html><meta charset="utf-8"><style>body{margin:0} CSS</style><div id="host"></div>
<script type="module">
  const state = STATE, listeners = {};
  const model = {
    get: (name) => state[name],
    set(name, value) { state[name] = value; (listeners[`change:${name}`] ?? []).forEach((f) => f()); },
    save_changes() { window.saved = structuredClone({ ...state }); },
    on(name, f) { (listeners[name] ??= []).push(f); },
    off(name, f) { listeners[name] = (listeners[name] ?? []).filter((one) => one !== f); },
  };
  window.counted = () => Object.values(listeners).flat().length;
  const url = URL.createObjectURL(new Blob([BODY], { type: "text/javascript" }));
  const host = document.getElementById("host");
  window.stop = (await import(url)).default.render({ model, el: host });
  window.ready = true;
</script>"""
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def show(page, tmp_path):
    def open_page(widget, style=""):
        state = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
        state.pop("layout")
        parts = {"CSS": widget._css + style, "STATE": json.dumps(state), "BODY": json.dumps(widget._esm)}
        text = re.sub("CSS|STATE|BODY", lambda match: parts[match[0]], PAGE)
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        page.goto(path.as_uri())
        page.wait_for_function("window.ready")
        page.evaluate(NEXT_FRAME)
        return page

    yield open_page
    assert page.problems == []


def latent(**options):
    """Codes in two far clouds; the decoder shows z itself, as two grey halves."""
    generator = torch.Generator().manual_seed(0)
    codes = 0.5 * torch.randn(200, 2, generator=generator)
    labels = torch.arange(200) % 2
    codes[labels == 1] += 6
    decoder = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid())
    return LatentExplorer(decoder, codes, labels, image_shape=(1, 2, 2), **options)


def vae():
    """Nets as they are made, three betas; the larger map is there because one VAE's codes are spread out."""
    torch.manual_seed(0)
    shape = (1, 4, 4)
    vaes = {beta: VAE(shape, 2, (8,)) for beta in (0.1, 1.0, 4.0)}
    with torch.no_grad():
        vaes[0.1].encoder[-1][-1].weight[:2] *= 30
    autoencoder = MLPAutoencoder(shape, 2, (8,))
    return VAEExplorer(autoencoder, vaes, torch.rand(80, *shape), torch.arange(80) % 10)


def press(page, name):
    page.get_by_role("button", name=name).click()
    page.evaluate(NEXT_FRAME)


def picture(page):
    """A digest of what the canvas shows."""
    url = page.evaluate("() => document.querySelector('canvas').toDataURL()")
    return hashlib.sha256(url.encode()).hexdigest()


def text(page):
    return page.locator(".course-summary").text_content()


def numbers(page):
    found = re.findall(r"[−-]?\d+\.\d+", text(page))
    return [float(number.replace("−", "-")) for number in found]


def test_the_presets_say_what_their_names_promise(show):
    page = show(DivergenceExplorer())
    seen = {}
    for name in ("covers both", "picks one", "Far apart", "Narrow"):
        press(page, name)
        mean, std, forward, reverse, js, *_ = numbers(page)
        seen[name] = {"mean": mean, "std": std, "forward": forward, "reverse": reverse, "js": js}
    assert seen["covers both"]["forward"] == min(one["forward"] for one in seen.values())
    assert seen["picks one"]["reverse"] == min(one["reverse"] for one in seen.values())
    assert abs(seen["picks one"]["mean"]) > 1.9
    assert seen["Far apart"]["js"] == pytest.approx(0.693, abs=0.001)
    assert seen["Narrow"]["std"] == min(one["std"] for one in seen.values())
    assert page.evaluate("() => window.saved.std") == pytest.approx(seen["Narrow"]["std"], abs=0.005)


def test_what_is_paid_is_a_switch(show):
    page = show(DivergenceExplorer())
    button = page.get_by_role("button", name="q log(q/p)")
    before = picture(page)
    press(page, "q log(q/p)")
    assert button.get_attribute("aria-pressed") == "true"
    assert picture(page) != before
    press(page, "q log(q/p)")
    assert button.get_attribute("aria-pressed") == "false"
    assert picture(page) == before


def test_the_width_handle_changes_only_the_width(show):
    page = show(DivergenceExplorer(mean=0.0, std=2.0))
    box = page.locator("canvas").bounding_box()
    # The widget says where its handle is drawn: find it as the rightmost vermilion square above the axis.
    handle = page.evaluate(
        """() => {
          const canvas = document.querySelector("canvas");
          const ratio = canvas.width / canvas.clientWidth;
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const model = [0xd5, 0x5e, 0];
          const full = (x, y) => model.every((value, c) => data[4 * (y * canvas.width + x) + c] === value);
          const solid = (x, y) => [-3, 0, 3].every((dx) => [-3, 0, 3].every((dy) => full(x + dx, y + dy)));
          for (let x = Math.round(0.55 * canvas.width); x > 3; x--)
            for (let y = 40; y < canvas.height * 0.8; y++) if (solid(x, y)) return [x / ratio, y / ratio];
        }"""
    )
    page.mouse.move(box["x"] + handle[0], box["y"] + handle[1])
    page.mouse.down()
    page.mouse.move(box["x"] + handle[0] - 40, box["y"] + handle[1], steps=4)
    page.mouse.up()
    page.evaluate(NEXT_FRAME)
    mean, std, *_ = numbers(page)
    assert mean == 0.0
    assert 0.5 < std < 1.5
    assert page.evaluate("() => window.saved.std") == pytest.approx(std, abs=0.005)


@pytest.mark.parametrize(
    "style", ["", "#host { transform: scale(0.5) translate(80px, 60px); transform-origin: 0 0 }"]
)
def test_the_point_under_the_pointer_is_z_even_in_a_scaled_deck(show, style):
    explorer = latent()
    page = show(explorer, style)
    box = page.locator("canvas").bounding_box()
    width = page.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    scale = box["width"] / width
    assert scale == pytest.approx(0.5 if style else 1.0)
    size = max(13, min(24, width / 54))
    side = round(width / 2)  # the map: its left edge at 2, its top at 1.6 lines of text
    x, y = 2 + 0.75 * side, 1.6 * size + 0.25 * side
    page.mouse.move(box["x"] + scale * x, box["y"] + scale * y)
    page.mouse.down()
    page.mouse.up()
    page.evaluate(NEXT_FRAME)
    expected = [center + 0.5 * explorer.half for center in explorer.center]
    assert page.evaluate("() => window.saved.z") == pytest.approx(expected, abs=0.02 * explorer.half)


def test_the_largest_hole_lies_between_the_clouds(show):
    page = show(latent())
    press(page, "Largest hole")
    z = page.evaluate("() => window.saved.z")
    assert all(1.5 < value < 4.5 for value in z)
    assert "a hole" in text(page)


def test_ends_are_set_where_z_is_and_the_line_crosses_the_hole(show):
    page = show(latent())
    assert re.search(r"line from A to B, [1-9] of 9 points are in holes", text(page))
    press(page, "Largest hole")
    page.locator("canvas").focus()
    page.keyboard.press("b")
    assert page.evaluate("() => window.saved.point_b") == page.evaluate("() => window.saved.z")
    press(page, "Sample N")
    assert "samples from N(0, I)" in text(page)
    press(page, "Set A")
    assert page.get_by_role("button", name="Sample N").get_attribute("aria-pressed") == "false"
    assert "9 of 9 points are in holes" in text(page)


def test_space_plays_from_a_to_b(show):
    page = show(latent())
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    seen = set()
    for _ in range(10):
        page.wait_for_timeout(50)
        seen.add(tuple(numbers(page)[:2]))
    assert len(seen) > 5
    page.wait_for_function("() => window.saved && window.saved.z[0] === window.saved.point_b[0]")


def test_with_less_motion_space_steps_through_the_nine(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(latent())
    page.locator("canvas").focus()
    steps = []
    for _ in range(9):
        page.keyboard.press(" ")
        page.evaluate(NEXT_FRAME)
        steps.append(page.evaluate("() => window.saved.z[0]"))
    a, b = page.evaluate("() => [window.saved.point_a[0], window.saved.point_b[0]]")
    assert steps == pytest.approx([a + (b - a) * i / 8 for i in range(9)])


def test_the_map_layers_are_switches(show):
    page = show(latent())
    before = picture(page)
    for name, trait in (("Decode the map", "manifold"), ("Shade holes", "holes")):
        press(page, name)
        assert page.evaluate(f"() => window.saved.{trait}") is True
        assert picture(page) != before
        press(page, name)
        assert picture(page) == before


MAKERS = [DivergenceExplorer, ElboExplorer, latent, vae]


def resize(page, width):
    page.evaluate(f"() => (document.getElementById('host').style.width = '{width}px')")
    page.evaluate(NEXT_FRAME)


@pytest.mark.parametrize("make", MAKERS)
def test_it_fits_its_container_with_text_of_13_px_or_more(show, make):
    page = show(make())
    for width in (320, 700, 1280, 500):
        resize(page, width)
        assert page.evaluate("() => document.querySelector('.course-widget').scrollWidth") <= min(width, 900)
        assert page.locator("canvas").bounding_box()["width"] <= width
        sizes = page.evaluate(
            """() => [...document.querySelectorAll(".course-button, .course-summary, .course-caption")]
                       .map((element) => parseFloat(getComputedStyle(element).fontSize))"""
        )
        assert min(sizes) >= 13


@pytest.mark.parametrize("make", MAKERS)
def test_no_text_on_the_canvas_is_small_or_cut_off(show, page, make):
    page.add_init_script(canvas_texts.WATCH)
    show(make(), "#host { width: 320px }")
    for width in (320, 480, 600, 900):
        resize(page, width)
        for button in page.locator(".course-button").all():
            button.click()
            page.evaluate(NEXT_FRAME)
        assert page.evaluate("() => window.cut") == []


@pytest.mark.parametrize("make", [ElboExplorer, latent, vae])
def test_stopping_leaves_no_listener_behind(show, make):
    page = show(make())
    assert page.evaluate("() => window.counted()") == 5
    page.evaluate("() => window.stop()")
    assert page.evaluate("() => window.counted()") == 0


def saved(page, *names):
    return page.evaluate("(names) => names.map((name) => window.saved[name])", list(names))


def sums(page):
    """log p(x), the ELBO and the gap in the summary, then the ELBO, its first part and its second, signed."""
    said = text(page).replace("−", "-")
    gap = r"log p\(x\) (\S+) = ELBO (\S+) \+ KL\(q‖posterior\) (\S+) nats\. "
    *values, sign, last = re.search(gap + r"ELBO (\S+) = \w+ (\S+) ([-+]) (\S+)", said).groups()
    return [float(value) for value in (*values, sign + last)]


@pytest.mark.parametrize(("decoder", "smallest"), [("linear", 0.0), ("square", math.log(2))])
def test_the_gap_closes_for_the_linear_decoder_only(show, page, decoder, smallest):
    page.emulate_media(reduced_motion="reduce")
    show(ElboExplorer(x=2.0, decoder="linear" if decoder == "square" else "square"))
    press(page, re.compile(r"= z$" if decoder == "linear" else "z²"))
    press(page, "best")
    assert saved(page, "decoder") == [decoder]
    assert sums(page)[2] == pytest.approx(smallest, abs=0.05 * smallest)  # one of two modes costs log 2
    for name in ("too narrow", "too wide", "= prior"):
        press(page, name)
        assert sums(page)[2] > smallest + 0.1
    assert saved(page, "q_mean", "q_std") == [0, 1]


def test_both_readings_add_up_to_the_same_elbo(show):
    page = show(ElboExplorer())
    seen = set()
    for name in ("reconstruction", "energy"):
        press(page, name)
        evidence, elbo, gap, total, first, second = sums(page)
        assert (elbo + gap, first + second) == pytest.approx((evidence, total), abs=1e-9)
        seen |= {elbo, total, picture(page)}
    assert len(seen) == 3  # one ELBO, two pictures


def test_keys_and_the_pointer_move_x(show):
    page = show(ElboExplorer())
    page.locator("canvas").focus()
    for key in ("]", "+", "=", "["):
        page.keyboard.press(key)
    assert saved(page, "x")[0] == pytest.approx(1.2)
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 0.1 * box["width"], box["y"] + 0.9 * box["height"])
    assert -4 < saved(page, "x")[0] < -1
    assert saved(page, "q_mean", "q_std") == [0, 0.7]


def test_a_drag_up_widens_q_and_space_plays_to_the_best(show):
    page = show(ElboExplorer())
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 0.285 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.285 * box["width"], box["y"] + 0.25 * box["height"], steps=3)
    page.mouse.up()
    mean, std = saved(page, "q_mean", "q_std")
    assert abs(mean) < 0.01 and std > 0.9
    page.keyboard.press(" ")
    page.wait_for_function("() => Math.abs(window.saved.q_mean - 0.8) < 1e-9")
    assert sums(page)[2] == 0


def test_the_slider_and_the_keys_choose_among_the_betas(show):
    page = show(vae())
    page.locator("canvas").focus()
    page.keyboard.press("+")
    assert saved(page, "beta") == [4.0]
    page.get_by_role("slider").focus()
    pictures = set()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
        page.evaluate(NEXT_FRAME)
        pictures.add(picture(page))
    assert saved(page, "beta") == [0.1]
    assert len(pictures) == 2
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "0.1"
    assert "β = 0.1: KL to the prior" in text(page)


def test_both_maps_show_the_same_z(show):
    page = show(vae())
    box = page.locator("canvas").bounding_box()
    size = box["width"] / 54
    side = round((box["width"] * 0.81 - 4 - 2 * size) / 2)
    for left in (2, 2 + side + size):  # the autoencoder's map, then the VAE's
        page.mouse.click(box["x"] + left + 0.75 * side, box["y"] + 1.6 * size + 0.25 * side)
        assert saved(page, "z")[0] == pytest.approx([2.0, 2.0], abs=0.05)
        page.keyboard.press("ArrowDown")


def test_samples_layers_and_the_larger_map_are_switches(show):
    page = show(vae())
    before = picture(page)
    for name, trait in (("Sample N", "sampling"), ("Decode", "manifold"), ("Show all", "whole")):
        press(page, name)
        assert saved(page, trait) == [True]
        assert picture(page) != before
        assert ("Samples from N(0, I)" in text(page)) is (trait == "sampling")
        press(page, name)
        assert picture(page) == before


def test_space_plays_through_the_betas(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(vae())
    page.locator("canvas").focus()
    seen = []
    for _ in range(3):
        page.keyboard.press(" ")
        seen += saved(page, "beta")
    assert seen == [4.0, 0.1, 1.0]
    page.emulate_media(reduced_motion="no-preference")
    page.keyboard.press(" ")
    page.wait_for_function("() => document.querySelector('.course-summary').textContent.includes('β = 0.1')")
