"""A widget's body in a bare page, with a model that keeps what a kernel would keep."""

import hashlib
import json
import re

# The model that a kernel would keep: values, listeners, and what was saved last.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A widget</title>
<style>body{margin:0} CSS</style><div id="host"></div>
<script type="module">
  const state = STATE, listeners = {};
  const model = {
    get: (name) => state[name],
    set(name, value) { state[name] = value; (listeners[`change:${name}`] ?? []).forEach((f) => f()); },
    save_changes() { window.saved = structuredClone({ ...state }); },
    send(content) { (window.sent ??= []).push(structuredClone(content)); },
    on(name, f) { (listeners[name] ??= []).push(f); },
    off(name, f) { listeners[name] = (listeners[name] ?? []).filter((one) => one !== f); },
  };
  window.model = model;
  window.counted = () => Object.values(listeners).flat().length;
  const url = URL.createObjectURL(new Blob([BODY], { type: "text/javascript" }));
  const host = document.getElementById("host");
  window.stop = (await import(url)).default.render({ model, el: host });
  window.ready = true;
</script>"""
# Of two corners one is paper: some widgets draw up to the edge.
CORNERS = """(canvas) => [[1, 1], [canvas.width - 2, canvas.height - 2]].map(([x, y]) =>
  [...canvas.getContext("2d").getImageData(x, y, 1, 1).data].slice(0, 3))"""
IS_DARK = f"() => ({CORNERS})(document.querySelector('canvas')).some((part) => `${{part}}` === '21,24,27')"
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def open_page(page, path, widget, style=""):
    """Show the widget in a page written to the path, with some more style; returns once it is drawn."""
    state = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
    state.pop("layout")
    parts = {"CSS": widget._css + style, "STATE": json.dumps(state), "BODY": json.dumps(widget._esm)}
    path.write_text(re.sub("CSS|STATE|BODY", lambda match: parts[match[0]], PAGE), encoding="utf-8")
    page.goto(path.as_uri())
    page.wait_for_function("window.ready")
    page.evaluate(NEXT_FRAME)
    return page


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


def wait_for_dark(page):
    """Returns once the canvas stands on dark paper: a busy browser tells a page late that it has turned."""
    page.wait_for_function(IS_DARK)


def saved(page, *names):
    return page.evaluate("(names) => names.map((name) => window.saved[name])", list(names))


def resize(page, width):
    page.evaluate(f"() => (document.getElementById('host').style.width = '{width}px')")
    page.evaluate(NEXT_FRAME)


def assert_it_fits(page):
    """No wider than its container whatever that is, with text of 13 px or more."""
    for width in (320, 700, 1280, 500):
        resize(page, width)
        assert page.evaluate("() => document.querySelector('.course-widget').scrollWidth") <= min(width, 900)
        assert all(canvas.bounding_box()["width"] <= width for canvas in page.locator("canvas").all())
        sizes = page.evaluate(
            """() => [...document.querySelectorAll(".course-button, .course-summary, .course-caption")]
                       .map((element) => parseFloat(getComputedStyle(element).fontSize))"""
        )
        assert min(sizes) >= 13


def assert_no_text_is_cut(page):
    """With canvas_texts.WATCH in the page: no text of the picture is small or cut, whatever is pressed."""
    for width in (320, 480, 600, 900):
        resize(page, width)
        for button in page.locator(".course-button").all():
            if button.is_visible():  # another belongs to a view that an earlier button has left
                button.click()
                page.evaluate(NEXT_FRAME)
        assert page.evaluate("() => window.cut") == []
