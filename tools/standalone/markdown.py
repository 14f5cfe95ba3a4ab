"""Markdown as the decks and pages write it: TeX, highlighted code, columns, reveals and derivations."""

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from . import reveals, tables, tex, vote
from .errors import BuildError


def parser(anchors=False):
    """A Markdown parser; its render(text, env) appends each formula to the list env["formulas"].

    What it returns still holds the formulas' marks: tex.fill() puts the mathematics in. anchors: for a page,
    whose headings get an id, so that a table of contents can point at them; without, for a deck, in which a
    block may wait for a key (reveals.py).
    """
    md = MarkdownIt("commonmark", {"html": True, "typographer": False}).enable("table")
    md.use(dollarmath_plugin, allow_space=False, double_inline=True)
    if anchors:
        md.use(anchors_plugin, max_level=4)
    else:
        reveals.plugin(md)
        vote.plugin(md)
    md.use(container_plugin, "columns", render=_columns)
    md.use(container_plugin, "callout")
    md.core.ruler.push("second_column", _second_column)
    md.core.ruler.push("empty_headings", _empty_headings)
    if anchors:
        tables.plugin(md)
    for name in ("math_inline", "math_inline_double", "math_block"):
        md.add_render_rule(name, _math)
    md.add_render_rule("list_item_open", _list_item)
    md.add_render_rule("fence", _fence(md))
    return md


def _math(self, tokens, idx, options, env):
    token = tokens[idx]
    if token.type == "math_inline":
        return tex.slot(env["formulas"], token.content, False)
    mark = tex.slot(env["formulas"], token.content, True)
    if token.type == "math_inline_double":
        return mark
    token.attrJoin("class", "math")
    return f"<div{self.renderAttrs(token)}>{mark}</div>\n"


def _list_item(self, tokens, idx, options, env):
    # A list written with + comes item by item; one written with - or * comes at once.
    if tokens[idx].markup == "+":
        tokens[idx].attrJoin("class", "fragment")
    return self.renderToken(tokens, idx, options, env)


def _columns(self, tokens, idx, options, env):
    """`::: columns 2 3`: the numbers are the columns' relative widths."""
    if tokens[idx].nesting == -1:
        return "</div></div>\n"
    widths = tokens[idx].info.split()[1:] or ["1", "1"]
    if len(widths) != 2 or not all(re.fullmatch(r"\d+", width) for width in widths):
        raise BuildError(f"columns wants two whole numbers or nothing; got {' '.join(widths)!r}.")
    template = " ".join(f"minmax(0, {width}fr)" for width in widths)
    tokens[idx].attrJoin("class", "columns")
    return f'<div{self.renderAttrs(tokens[idx])} style="grid-template-columns: {template}"><div>\n'


def _second_column(state):
    """Turn a paragraph that is only `|||` into the border between two columns."""
    tokens = state.tokens
    for i in range(len(tokens) - 2):
        if tokens[i].type == "paragraph_open" and tokens[i + 1].content.strip() == "|||":
            tokens[i].hidden = tokens[i + 2].hidden = True
            tokens[i + 1].type, tokens[i + 1].content = "html_block", "</div><div>\n"
            tokens[i + 1].children = None


def _empty_headings(state):
    """An empty cell of a table's first row heads nothing: make it a plain cell."""
    tokens = state.tokens
    for i, token in enumerate(tokens):
        if token.type == "th_open" and not tokens[i + 1].content.strip():
            token.tag = tokens[i + 2].tag = "td"


def _fence(md):
    def fence(self, tokens, idx, options, env):
        token = tokens[idx]
        language = token.info.split()[0] if token.info.strip() else ""
        waits = " fragment" if token.attrs else ""
        if language == "derive":
            return derivation(md, token.content, env, waits)
        return code(token.content, language, waits)

    return fence


def code(source, language, waits=""):
    """A block of code to look at, highlighted where the language is known."""
    try:
        inner = highlight(source, get_lexer_by_name(language), HtmlFormatter(nowrap=True))
    except ClassNotFound:
        inner = escapeHtml(source)
    return f'<pre class="code{waits}"><code>{inner}</code></pre>\n'


def derivation(md, source, env, waits=""):
    """A derivation whose lines appear one by one: `left &= right && reason`, one step a line."""
    rows = []
    for line in filter(None, map(str.strip, source.splitlines())):
        step, _, reason = line.partition("&&")
        left, _, right = step.partition("&")
        cells = [
            tex.slot(env["formulas"], f"\\displaystyle {{}}{side.strip()}", False) for side in (left, right)
        ]
        cells.append(md.renderInline(reason.strip(), env))
        start = '<tr class="fragment">' if rows else "<tr>"
        rows.append(start + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return f'<table class="derive{waits}">' + "\n".join(rows) + "</table>\n"
