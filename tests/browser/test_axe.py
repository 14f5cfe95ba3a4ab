"""The eyes of the tests that say "axe finds nothing": they see faults that are put before them."""

import axe
import pytest

pytestmark = pytest.mark.browser

BROKEN = """<!doctype html><html lang="en"><title>Broken</title><main><h1>Faults</h1>
<style>pre { width: 90px; overflow: auto; background: #eee } .pale { color: #aaa }</style>
<pre><span class="pale">one</span> <span class="pale">two</span></pre>
<span class="katex"><span class="katex-mathml"><math><annotation>x^2</annotation></math></span>
<span class="katex-html" aria-hidden="true"><span class="pale">x</span></span></span>
<img src="data:,"><button></button>
<pre>A long line that runs over the edge of its box</pre></main></html>"""


def test_axe_sees_what_is_wrong_and_says_each_look_of_code_once(page):
    page.set_content(BROKEN)
    found = axe.faults(page)
    rules = {fault.split(",")[0]: fault for fault in found}
    assert rules.keys() == {"color-contrast", "image-alt", "button-name", "scrollable-region-focusable"}
    assert rules["scrollable-region-focusable"].startswith("scrollable-region-focusable, 1 times")
    assert rules["color-contrast"].startswith("color-contrast, 1 times") and "one" in rules["color-contrast"]


DIM = """<!doctype html><html lang="en"><title>Dim</title>
<style>
  :root { color-scheme: light dark; background: light-dark(#fff, #111); color: light-dark(#111, #444) }
</style>
<main><h1>Words</h1></main></html>"""


def test_axe_sees_what_is_wrong_in_the_dark_alone(page):
    page.set_content(DIM)
    assert axe.faults(page) == []
    (fault,) = axe.faults_in_dark(page)
    assert fault.startswith("color-contrast, 1 times") and "Words" in fault
