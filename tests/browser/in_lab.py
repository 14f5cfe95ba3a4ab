"""A real JupyterLab for the tests: serve it, open a notebook in it, drag, run cells, read values back."""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from alone import NEXT_FRAME
from lab import install
from nbformat.v4 import new_code_cell, new_notebook

# From the event's own time stamp to the moment after the frame that shows it: a drag as a hand feels it.
# JupyterLab wears its dark theme, and so does the widget.
DARK = """() => document.body.dataset.jpThemeLight === "false"
  && getComputedStyle(document.querySelector(".course-widget")).backgroundColor === "rgb(21, 24, 27)\""""
MEASURE = """() => {
  window.latencies = [];
  window.addEventListener("pointermove", (event) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.latencies.push(performance.now() - event.timeStamp);
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, true);
}"""


@contextlib.contextmanager
def serve(home):
    """A JupyterLab on 127.0.0.1: own notebooks, its token on, settings as installed; yields its address."""
    install()
    folders = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    environment = {**os.environ, **{f"JUPYTER_{name}": str(home / name.lower()) for name in folders}}
    environment["JUPYTERLAB_SETTINGS_DIR"] = str(home / "settings")
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(home / "workspaces")
    environment["IPYTHONDIR"] = str(home / "ipython")
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
        f"--ServerApp.root_dir={home}", "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
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
    for _ in range(1200):
        files = list((home / "runtime_dir").glob("jpserver-*.json"))
        if files and (text := files[0].read_text()):
            return json.loads(text)
        assert server.poll() is None, (home / "log.txt").read_text()
        time.sleep(0.1)
    raise AssertionError("JupyterLab did not start:\n" + (home / "log.txt").read_text())


@contextlib.contextmanager
def opened(context, lab, name, cells):
    """A notebook of these cells open in Lab, its first cell run, its widget there; page.name says which."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells], metadata=kernel)
    nbformat.write(notebook, Path(lab["root_dir"]) / f"{name}.ipynb")
    page = context.new_page()
    try:
        yield _run_first(page, lab, name)
    finally:
        page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        page.close()


def _run_first(page, lab, name):
    show_notebook(page, lab, name)
    run_cell(page, 0)
    page.wait_for_selector(".course-canvas, .course-lessons")
    page.evaluate(NEXT_FRAME)
    return page


def show_notebook(page, lab, name):
    """Open a notebook that lies in the server's folder, as it is, and wait for its kernel."""
    page.name, page.origin = name, lab["url"]
    page.problems, page.requests = [], []
    page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: page.requests.append(request.url))
    address = f"{lab['url']}lab/workspaces/{page.name}/tree/{page.name}.ipynb?token={lab['token']}"
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady")
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.ready")
    page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")


def run_cell(page, index):
    """Run the cell as a reader does."""
    page.evaluate(
        """async (index) => {
          jupyterapp.shell.currentWidget.content.activeCellIndex = index;
          await jupyterapp.commands.execute("notebook:run-cell");
        }""",
        index,
    )


def summary(page):
    """The sentence under the picture."""
    return page.locator(".course-summary").text_content()


def picture(page):
    """All that the canvas shows."""
    return page.evaluate("() => document.querySelector('.course-canvas').toDataURL()")


def drag(page, moves, start=(0.2, 0.4)):
    """Press at `start`, in shares of the picture, move in a wave; returns the summaries on the way."""
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


def execute(page, source):
    """Run a line in the kernel, beside the notebook's cells."""
    page.evaluate(
        """async (source) => {
          const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          await kernel.requestExecute({ code: source }).done;
        }""",
        source,
    )
