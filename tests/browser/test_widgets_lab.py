"""The widgets in a real JupyterLab: run the cell, drag, press keys, read the value back in Python."""

import re
import time

import in_lab
import pytest
from alone import NEXT_FRAME, wait_for_dark
from in_lab import DARK, MEASURE, drag, execute, picture, summary, value_in_python

pytestmark = pytest.mark.browser

NOTEBOOKS = {
    "elbo": [
        "from course_utils.widgets import ElboExplorer\nexplorer = ElboExplorer()\nexplorer",
        "print(f'{explorer.q_mean:.2f} {explorer.q_std:.2f}')",
    ],
    "vae": [
        "import torch\n"
        "from course_utils.autoencoders import MLPAutoencoder\n"
        "from course_utils.vae import VAE\n"
        "from course_utils.widgets import VAEExplorer\n"
        "torch.manual_seed(0)\n"
        "shape = (1, 28, 28)\n"
        "vaes = {beta: VAE(shape, 2, (64, 64)) for beta in (0.1, 1.0, 4.0)}\n"
        "images, labels = torch.rand(600, *shape), torch.arange(600) % 10\n"
        "explorer = VAEExplorer(MLPAutoencoder(shape, 2), vaes, images, labels)\n"
        "explorer",
        "print(f'{explorer.z[0]:.2f} {explorer.z[1]:.2f}')",
    ],
    "divergence": [
        "from course_utils.widgets import DivergenceExplorer\nexplorer = DivergenceExplorer()\nexplorer",
        "print(f'{explorer.mean:.2f} {explorer.std:.2f}')",
    ],
    "latent": [
        "import torch\n"
        "from course_utils.autoencoders import MLPAutoencoder\n"
        "from course_utils.widgets import LatentExplorer\n"
        "torch.manual_seed(0)\n"
        "labels = torch.arange(2000) % 10\n"
        "codes = torch.randn(2000, 2) + 4 * torch.randn(10, 2)[labels]\n"
        "decoder = MLPAutoencoder((1, 28, 28), 2).decoder\n"
        "explorer = LatentExplorer(decoder, codes, labels, torch.rand(2000, 1, 28, 28))\n"
        "explorer",
        "print(f'{explorer.z[0]:.2f} {explorer.z[1]:.2f}')",
    ],
    "minimax": [
        "from course_utils.widgets import MinimaxExplorer\nexplorer = MinimaxExplorer()\nexplorer",
        "print(f'{explorer.mean:.2f} {explorer.std:.2f}')",
    ],
    "earth": [
        "from course_utils.widgets import EarthMover\nexplorer = EarthMover()\nexplorer",
        "print(f'{explorer.q_mean:.2f} {explorer.q_std:.2f}')",
    ],
    "dirac": [
        "from course_utils.widgets import DiracGame\nexplorer = DiracGame()\nexplorer",
        "print(f'{explorer.theta:.2f} {explorer.psi:.2f}')",
    ],
    "schedule": [
        "from course_utils.widgets import ScheduleExplorer\nexplorer = ScheduleExplorer()\nexplorer",
        # The page rounds a half up, Python to the even digit.
        "print(f'{explorer.step / 1000 + 1e-9:.2f} {explorer.scale:.2f}')",
    ],
}
PLAYGROUND = [
    "from course_utils.widgets import GANPlayground\nexplorer = GANPlayground()\nexplorer",
    "print(explorer.step, explorer.numbers['modes'], f\"{explorer.numbers['js']:.3f}\")",
]
PLANE = [
    "import torch\n"
    "from course_utils.diffusion import PlaneNet\n"
    "from course_utils.widgets import DiffusionExplorer\n"
    "torch.manual_seed(0)\n"
    "explorer = DiffusionExplorer(model=PlaneNet())\n"
    "explorer",
    "print(explorer.t, explorer.traced, explorer.process)",
]
GUIDANCE = [
    "from course_utils.figures import show, subplots\n"
    "from course_utils.widgets import GuidanceExplorer\n"
    "show(subplots()[0], 'Axes in which nothing is drawn yet.')\n"
    "explorer = GuidanceExplorer()\n"
    "explorer",
    "print(f\"{explorer.scale:.2f}\", explorer.label, f\"{explorer.numbers['samples']['variance']:.2f}\")",
]

# A line of Python that moves the picture, and the first value that the page then shows.
CHANGES = {
    "elbo": ("explorer.q_mean = -1.5", "-1.50"),
    "vae": ("explorer.z = [1.25, -0.5]", "1.25"),
    "divergence": ("explorer.mean = -1.5", "-1.50"),
    "latent": ("explorer.z = [1.25, -0.5]", "1.25"),
    "minimax": ("explorer.mean = -1.5", "-1.50"),
    "earth": ("explorer.q_mean = -1.5", "-1.50"),
    "dirac": ("explorer.theta = -1.5", "-1.50"),
    "schedule": ("explorer.step = 900", "0.90"),
}
# Where a drag starts, as shares of the picture, so that 0.2 to the right is still inside the same map.
STARTS = {"vae": (0.1, 0.3), "minimax": (0.2, 0.1), "earth": (0.65, 0.15), "dirac": (0.1, 0.35)}


@pytest.fixture(scope="module", params=NOTEBOOKS)
def opened(request, lab_context, lab):
    with in_lab.opened(lab_context, lab, request.param, NOTEBOOKS[request.param]) as page:
        page.start = STARTS.get(page.name, (0.2, 0.4))
        yield page


def assert_python_follows(page):
    """The kernel holds what the page shows; with a change on its way, ipywidgets holds the next one back."""
    deadline = time.monotonic() + 20
    while value_in_python(page) != value_in_page(page) and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert value_in_python(page) == value_in_page(page)


def value_in_page(page):
    numbers = re.findall(r"[−-]?\d+\.\d\d", summary(page))[:2]
    return [number.replace("−", "-") for number in numbers]


def test_the_live_widget_is_shown_and_not_its_still(opened):
    cell = opened.locator(".jp-Cell").first
    assert cell.locator("canvas.course-canvas").count() == 1
    assert cell.locator(".jp-OutputArea-output img").count() == 0


def test_a_drag_moves_the_picture_the_numbers_and_python(opened):
    before = picture(opened)
    assert len(drag(opened, 20, opened.start)) > 10
    assert picture(opened) != before
    assert_python_follows(opened)


def test_keys_move_the_picture_and_nothing_else(opened):
    opened.locator(".course-canvas").focus()
    before, cells = value_in_page(opened), opened.locator(".jp-Cell").count()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowRight", "a", "b"):
        opened.keyboard.press(key)
    opened.evaluate(NEXT_FRAME)
    after = value_in_page(opened)
    assert all(float(new) > float(old) for new, old in zip(after, before, strict=True))
    assert_python_follows(opened)
    assert opened.locator(".jp-Cell").count() == cells  # `a` and `b` insert cells in the notebook's own mode


def test_shift_makes_the_steps_small(opened):
    opened.locator(".course-canvas").focus()
    positions = [float(value_in_page(opened)[0])]
    for key in ("ArrowRight", "Shift+ArrowRight"):
        opened.keyboard.press(key)
        opened.evaluate(NEXT_FRAME)
        positions.append(float(value_in_page(opened)[0]))
    large, small = positions[1] - positions[0], positions[2] - positions[1]
    assert large > 2 * small > 0


def test_the_focus_can_be_seen_and_the_picture_has_a_name(opened):
    opened.locator(".course-button").last.focus()
    opened.keyboard.press("Tab")
    canvas = opened.locator(".course-canvas")
    assert canvas.evaluate("(canvas) => document.activeElement === canvas")
    assert canvas.evaluate("(canvas) => getComputedStyle(canvas).outlineStyle") == "solid"
    assert canvas.get_attribute("role") == "application"
    assert "arrows" in canvas.get_attribute("aria-label").lower()
    assert opened.locator(".course-spoken").get_attribute("role") == "status"


def test_python_moves_the_picture(opened):
    before = picture(opened)
    change, shown = CHANGES[opened.name]
    execute(opened, change)
    opened.wait_for_function(
        "(old) => document.querySelector('.course-canvas').toDataURL() !== old", arg=before
    )
    assert value_in_page(opened)[0] == shown


def test_every_move_of_a_drag_is_drawn(opened, record_property):
    opened.evaluate(MEASURE)
    drag(opened, 80, opened.start)
    latencies = sorted(opened.evaluate("() => window.latencies"))
    assert len(latencies) >= 60
    p95 = latencies[int(0.95 * len(latencies))]
    record_property("drag_p95_ms", round(p95, 1))
    middle = latencies[len(latencies) // 2]
    print(f"\n{opened.name}: {len(latencies)} moves, median {middle:.1f} ms, p95 {p95:.1f} ms")


def test_nothing_was_logged_and_nothing_asked_of_the_outside(opened):
    drag(opened, 3, opened.start)
    assert opened.problems == []
    assert [url for url in opened.requests if not url.startswith((opened.origin, "blob:", "data:"))] == []


# The last with these pages: the theme of JupyterLab follows the system's.
def test_dark_in_the_dark_theme(opened):
    opened.emulate_media(color_scheme="dark")
    opened.wait_for_function(DARK)
    wait_for_dark(opened)
    opened.emulate_media(color_scheme="light")
    opened.wait_for_function("document.body.dataset.jpThemeLight === 'true'")


# The widgets that compute have controls of their own.
@pytest.fixture(scope="module")
def playground(lab_context, lab):
    with in_lab.opened(lab_context, lab, "playground", PLAYGROUND) as page:
        yield page


# While it trains, the time from one frame to the next.
FRAMES = """() => {
  window.frames_ms = [];
  let last = performance.now();
  const next = () => {
    window.frames_ms.push(performance.now() - last);
    last = performance.now();
    window.watching = requestAnimationFrame(next);
  };
  next();
}"""


def test_the_playground_trains_and_python_reads_where_it_stands(playground, record_property):
    playground.get_by_role("button", name="Play").click()
    playground.evaluate(FRAMES)
    playground.wait_for_timeout(2000)
    frames = sorted(playground.evaluate("() => (cancelAnimationFrame(window.watching), window.frames_ms)"))
    playground.get_by_role("button", name="Pause").click()
    playground.evaluate(NEXT_FRAME)
    shown = re.search(r"Step ([\d,]+): (\d) of 8 modes, JS (\d\.\d+)", summary(playground)).groups()
    expected = [shown[0].replace(",", ""), *shown[1:]]
    assert int(expected[0]) > 3
    deadline = time.monotonic() + 20
    while value_in_python(playground) != expected and time.monotonic() < deadline:
        playground.wait_for_timeout(100)
    assert value_in_python(playground) == expected
    p95 = frames[int(0.95 * len(frames))]
    record_property("frame_p95_ms", round(p95, 1))
    median = frames[len(frames) // 2]
    print(f"\nplayground: {len(frames)} frames, {expected[0]} steps, median {median:.1f}, p95 {p95:.1f} ms")


def test_python_sets_the_playground_anew(playground):
    execute(playground, "explorer.settings = {'loss': 'minimax', 'data': 'ring'}")
    playground.wait_for_function(
        "document.querySelector('.course-summary').textContent.startsWith('Step 0:')"
    )
    assert playground.get_by_role("combobox", name="Loss").input_value() == "minimax"
    assert playground.get_by_role("combobox", name="Data").input_value() == "ring"
    assert playground.problems == []


@pytest.fixture(scope="module")
def plane(lab_context, lab):
    with in_lab.opened(lab_context, lab, "plane", PLANE) as page:
        yield page


def test_time_and_point_follow_the_page_and_python(plane):
    plane.locator(".course-canvas").focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "a", "b"):
        plane.keyboard.press(key)
    plane.evaluate(NEXT_FRAME)
    plane.wait_for_timeout(500)
    assert value_in_python(plane) == ["960", "6", "both"]
    assert plane.locator(".jp-Cell").count() == 2  # `a` and `b` insert cells in the notebook's own mode
    execute(plane, "explorer.t, explorer.process = 200, 'stochastic'")
    plane.wait_for_function("document.querySelector('.course-summary').textContent.startsWith('t = 200 ')")
    assert "Deterministic" not in summary(plane)
    assert plane.problems == []


def test_every_move_over_the_samples_is_drawn(plane, record_property):
    plane.wait_for_selector(".course-widget[aria-busy=false]")
    plane.evaluate(NEXT_FRAME)
    plane.evaluate(MEASURE)
    seen = set()
    box = plane.locator(".course-canvas").bounding_box()
    plane.mouse.move(box["x"] + 60, box["y"] + 100)
    plane.mouse.down()
    for i in range(60):
        plane.mouse.move(box["x"] + 60 + 3 * i, box["y"] + 100 + 10 * (i % 10))
        seen.add(summary(plane))
    plane.mouse.up()
    latencies = sorted(plane.evaluate("() => window.latencies"))
    assert len(latencies) >= 45
    assert len(seen) > 10
    p95 = latencies[int(0.95 * len(latencies))]
    record_property("drag_p95_ms", round(p95, 1))
    print(
        f"\nplane: {len(latencies)} moves, median {latencies[len(latencies) // 2]:.1f} ms, p95 {p95:.1f} ms"
    )


@pytest.fixture(scope="module")
def guidance(lab_context, lab):
    with in_lab.opened(lab_context, lab, "guidance", GUIDANCE) as page:
        yield page


def test_a_figure_has_its_alternative_text(guidance):
    (image,) = guidance.locator(".jp-OutputArea img").all()
    assert image.get_attribute("alt") == "Axes in which nothing is drawn yet."
    assert image.evaluate(
        "image => image.naturalWidth > 0 && image.width <= image.closest('.jp-Cell').clientWidth"
    )


def test_scale_and_label_follow_the_page_and_python(guidance):
    guidance.locator(".course-canvas").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "a", "b"):
        guidance.keyboard.press(key)
    guidance.evaluate(NEXT_FRAME)
    guidance.wait_for_timeout(500)
    scale, label, variance = value_in_python(guidance)
    assert (scale, label) == ("1.50", "1")
    assert f"total variance {variance}," in summary(guidance)
    assert guidance.locator(".jp-Cell").count() == 2  # `a` and `b` insert cells in the notebook's own mode
    execute(guidance, "explorer.data, explorer.scale = 'eight', 4")
    guidance.wait_for_function(
        "document.querySelector('.course-summary').textContent.startsWith('s = 4.00 ')"
    )
    assert len(re.findall(r"0\.25 : 0\.25", summary(guidance))) >= 3
    assert guidance.problems == []


def test_every_move_on_the_ruler_is_drawn(guidance, record_property):
    execute(guidance, "explorer.data, explorer.sampler = 'eight', 'deterministic'")
    guidance.evaluate(MEASURE)
    seen = set()
    box = guidance.locator(".course-canvas").bounding_box()
    guidance.mouse.move(box["x"] + 30, box["y"] + 36)
    guidance.mouse.down()
    for i in range(60):
        guidance.mouse.move(box["x"] + 30 + 8 * i, box["y"] + 36 + i % 5)
        seen.add(summary(guidance))
    guidance.mouse.up()
    latencies = sorted(guidance.evaluate("() => window.latencies"))
    assert len(latencies) >= 30
    assert len(seen) > 10
    p95 = latencies[int(0.95 * len(latencies))]
    record_property("drag_p95_ms", round(p95, 1))
    middle = latencies[len(latencies) // 2]
    print(f"\nguidance: {len(latencies)} moves, median {middle:.1f} ms, p95 {p95:.1f} ms")
