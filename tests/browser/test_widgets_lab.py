"""The widgets in a real JupyterLab: run the cell, drag, press keys, read the value back in Python."""

import json
import os
import re
import subprocess
import sys
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

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
    "schedule": [
        "from course_utils.widgets import ScheduleExplorer\nexplorer = ScheduleExplorer()\nexplorer",
        # The page rounds a half up, Python to the even digit.
        "print(f'{explorer.step / 1000 + 1e-9:.2f} {explorer.scale:.2f}')",
    ],
}
PLAYGROUND = {
    "playground": [
        "from course_utils.widgets import GANPlayground\nexplorer = GANPlayground()\nexplorer",
        "print(explorer.step, explorer.numbers['modes'], f\"{explorer.numbers['js']:.3f}\")",
    ],
}

PLANE = {
    "plane": [
        "import torch\n"
        "from course_utils.diffusion import PlaneNet\n"
        "from course_utils.widgets import DiffusionExplorer\n"
        "torch.manual_seed(0)\n"
        "explorer = DiffusionExplorer(model=PlaneNet())\n"
        "explorer",
        "print(explorer.t, explorer.traced, explorer.process)",
    ],
}

# A line of Python that moves the picture, and the first value that the page then shows.
CHANGES = {
    "elbo": ("explorer.q_mean = -1.5", "-1.50"),
    "vae": ("explorer.z = [1.25, -0.5]", "1.25"),
    "divergence": ("explorer.mean = -1.5", "-1.50"),
    "latent": ("explorer.z = [1.25, -0.5]", "1.25"),
    "minimax": ("explorer.mean = -1.5", "-1.50"),
    "schedule": ("explorer.step = 900", "0.90"),
}
# Where a drag starts, as shares of the picture, so that 0.2 to the right is still inside the same map.
STARTS = {"vae": (0.1, 0.3), "minimax": (0.2, 0.1)}

# From the event's own time stamp to the moment after the frame that shows it: a drag as a hand feels it.
MEASURE = """() => {
  window.latencies = [];
  window.addEventListener("pointermove", (event) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.latencies.push(performance.now() - event.timeStamp);
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, true);
}"""
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own on 127.0.0.1: own notebooks, own settings, its token on; yields its address."""
    home = tmp_path_factory.mktemp("lab")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    for name, cells in {**NOTEBOOKS, **PLAYGROUND, **PLANE}.items():
        notebook = new_notebook(cells=[new_code_cell(source) for source in cells], metadata=kernel)
        nbformat.write(notebook, home / f"{name}.ipynb")
    folders = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    environment = {**os.environ, **{f"JUPYTER_{name}": str(home / name.lower()) for name in folders}}
    environment["JUPYTERLAB_SETTINGS_DIR"] = str(home / "settings")
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(home / "workspaces")
    environment["IPYTHONDIR"] = str(home / "ipython")
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
        f"--ServerApp.root_dir={home}", "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    with open(home / "log.txt", "w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=home)
        try:
            yield _wait_for(server, home)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(server, home):
    for _ in range(600):
        files = list((home / "runtime_dir").glob("jpserver-*.json"))
        if files and (text := files[0].read_text()):
            return json.loads(text)
        assert server.poll() is None, (home / "log.txt").read_text()
        time.sleep(0.1)
    raise AssertionError("JupyterLab did not start:\n" + (home / "log.txt").read_text())


@pytest.fixture(scope="module", params=NOTEBOOKS)
def opened(request, browser, lab):
    """The notebook open in Lab, its first cell run, its canvas there; page.name says which."""
    yield from _open(browser, lab, request.param)


def _open(browser, lab, name):
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.name, page.origin = name, lab["url"]
    page.problems, page.requests = [], []
    page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: page.requests.append(request.url))
    address = f"{lab['url']}lab/workspaces/{page.name}/tree/{page.name}.ipynb?token={lab['token']}"
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady", timeout=90_000)
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.ready")
    page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
    run_cell(page, 0)
    page.wait_for_selector(".course-canvas", timeout=90_000)
    page.evaluate(NEXT_FRAME)
    yield page
    context.close()


def run_cell(page, index):
    page.evaluate(
        """async (index) => {
          jupyterapp.shell.currentWidget.content.activeCellIndex = index;
          await jupyterapp.commands.execute("notebook:run-cell");
        }""",
        index,
    )


def summary(page):
    return page.locator(".course-summary").text_content()


def picture(page):
    return page.evaluate("() => document.querySelector('.course-canvas').toDataURL()")


def drag(page, moves):
    """Press inside the picture and move in a wave; returns the summaries that were shown on the way."""
    start = STARTS.get(page.name, (0.2, 0.4))
    page.locator(".course-canvas").scroll_into_view_if_needed()
    box = page.locator(".course-canvas").bounding_box()
    texts = set()
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    for i in range(moves):
        x = start[0] + 0.2 * (i + 1) / moves
        y = start[1] + 0.15 * (i % 10) / 10
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        texts.add(summary(page))
    page.mouse.up()
    page.evaluate(NEXT_FRAME)
    return texts


def value_in_python(page):
    """What the second cell prints: the value that the kernel now holds."""
    run_cell(page, 1)
    output = page.locator(".jp-Cell").nth(1).locator(".jp-OutputArea-output pre")
    output.first.wait_for()
    return output.first.text_content().split()


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
    assert len(drag(opened, 20)) > 10
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
    assert canvas.get_attribute("role") == "img"
    assert "arrows" in canvas.get_attribute("aria-label").lower()
    assert opened.locator(".course-summary").get_attribute("aria-live") == "polite"


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
    drag(opened, 80)
    latencies = sorted(opened.evaluate("() => window.latencies"))
    assert len(latencies) >= 60
    p95 = latencies[int(0.95 * len(latencies))]
    record_property("drag_p95_ms", round(p95, 1))
    middle = latencies[len(latencies) // 2]
    print(f"\n{opened.name}: {len(latencies)} moves, median {middle:.1f} ms, p95 {p95:.1f} ms")


def test_nothing_was_logged_and_nothing_asked_of_the_outside(opened):
    drag(opened, 3)
    assert opened.problems == []
    assert [url for url in opened.requests if not url.startswith((opened.origin, "blob:", "data:"))] == []


@pytest.fixture(scope="module")
def playground(browser, lab):
    yield from _open(browser, lab, "playground")


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


def execute(page, source):
    page.evaluate(
        """async (source) => {
          const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          await kernel.requestExecute({ code: source }).done;
        }""",
        source,
    )


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


# Last, because JupyterLab logs an error of its own when its theme is changed twice in a row.
def test_light_in_the_dark_theme(opened):
    opened.evaluate(
        "() => jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
    )
    opened.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    background = "(element) => getComputedStyle(element).backgroundColor"
    assert opened.locator(".course-widget").evaluate(background) == "rgb(255, 255, 255)"
    corner = "(canvas) => Array.from(canvas.getContext('2d').getImageData(1, canvas.height - 2, 1, 1).data)"
    assert opened.locator(".course-canvas").evaluate(corner) == [255, 255, 255, 255]
    opened.evaluate(
        "() => jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })"
    )
