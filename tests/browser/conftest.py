"""A headless Chromium for the tests that look at a page as a person would."""

import alone
import in_lab
import needed
import pytest

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--allow-file-access-from-files",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser():
    """Playwright's handle on the system's Chromium; skips without one, but fails where CI=true."""
    advice = "install Debian's `chromium`, or Chrome, to run the browser tests"
    path = needed.command("chromium", "google-chrome", "chromium-browser", advice=advice)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


PATIENCE = 180_000  # milliseconds for what a test waits for: a busy machine is no fault of the page


def profile(browser):
    """A fresh profile of the browser, whose pages are 1280 x 720 and are waited for with patience."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def page(browser):
    """A fresh page of 1280 x 720 whose console errors and outside requests are kept in two lists."""
    context = profile(browser)
    page = context.new_page()
    page.problems, page.requests = [], []
    page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: page.requests.append(request.url))
    yield page
    context.close()


@pytest.fixture
def show(page, tmp_path):
    """A function: the widget in a bare page, with some more style where that is given."""
    yield lambda widget, style="": alone.open_page(page, tmp_path / "page.html", widget, style)
    assert page.problems == []


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """One JupyterLab for all tests (for each worker, where several run); what its runtime file says of it."""
    with in_lab.serve(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def lab_context(browser):
    """One browser's profile for all of JupyterLab, which is then fetched once."""
    context = profile(browser)
    yield context
    context.close()
