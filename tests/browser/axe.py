"""axe-core over an open page: what it finds that is serious or critical, in words.

It looks at every element, and most elements of a page are the boxes of its formulas and the words of its
code. They are thinned out first, or a page would take ten seconds: a formula becomes one box of its size, for
its parts are KaTeX's own; and of the words of code that look alike the first stands for all. In a deck laid
out to be printed it looks at every slide, though reveal.js hides all but one from a screen reader.
"""

import json
from pathlib import Path

from alone import NEXT_FRAME

SCRIPT = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")

THIN = """() => {
  for (const slide of document.querySelectorAll(".slides section[aria-hidden]")) {
    slide.removeAttribute("aria-hidden");
  }
  const formulas = [...document.querySelectorAll(".katex-html")];
  const sizes = formulas.map(({ offsetWidth, offsetHeight }) => [offsetWidth, offsetHeight]);
  formulas.forEach((formula, i) => {
    formula.style.cssText = `display: inline-block; width: ${sizes[i][0]}px; height: ${sizes[i][1]}px`;
    formula.replaceChildren();
  });
  for (const said of document.querySelectorAll(".katex-mathml")) {
    said.textContent = said.querySelector("annotation").textContent;
  }
  const seen = new Set();
  for (const word of document.querySelectorAll("pre span")) {
    const look = [word.className, word.style.cssText, word.closest("pre").parentElement.className].join("|");
    if (seen.has(look)) word.replaceWith(...word.childNodes);
    seen.add(look);
  }
  document.body.normalize();
}"""

LOOK = """async (rules) => {
  const only = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, ...only });
  const why = ({ any, all, none }) => [...any, ...all, ...none].map(({ message }) => message).join("; ");
  const said = (node) => `${node.html.slice(0, 120)}: ${why(node)}`;
  return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(said) }));
}"""


def faults(page):
    """One string for each rule that the page breaks seriously or critically: its name, how often, and where.

    The page is changed by it, so this is the last thing that a test does with a page.
    """
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    page.evaluate(THIN)
    return _said(page.evaluate(LOOK))


def faults_in_dark(page):
    """What faults() finds once the page has turned dark, which moves colours alone; to be called after it."""
    page.add_style_tag(content="* { transition: none !important; }")  # fragments take a while to turn
    page.emulate_media(color_scheme="dark")
    # A deck laid out to be printed is light, and shows all its slides at once: turned by hand for the test.
    page.evaluate("() => { document.documentElement.style.colorScheme = 'dark'; }")
    page.evaluate(NEXT_FRAME)
    page.add_style_tag(content=".pdf-page { background: var(--paper) !important; }")
    return _said(page.evaluate(LOOK, ["color-contrast"]))


def _said(violations):
    broken = [rule for rule in violations if rule["impact"] in GRAVE]
    return [f"{rule['id']}, {len(rule['nodes'])} times: {json.dumps(rule['nodes'][:3])}" for rule in broken]
