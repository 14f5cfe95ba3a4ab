"""Tables of words on a narrow screen: their cells stand below each other, each under its column's name."""

import re

LONG = 40  # characters of Markdown in a cell, above which it is a sentence or a formula and no short number
CELLS = {"th_open", "td_open"}
MARKS = re.compile(r"[*`]")
# A browser that lays a table's parts out as blocks takes them for no table any more, unless it is told.
ROLES = {
    "table_open": "table",
    "thead_open": "rowgroup",
    "tbody_open": "rowgroup",
    "tr_open": "row",
    "th_open": "columnheader",
    "td_open": "cell",
}


def plugin(md):
    """Let a page's parser name the cells of tables of words, and put every table where it can scroll."""
    md.core.ruler.push("stacked_tables", _stacked)
    md.add_render_rule("table_open", _open)
    md.add_render_rule("table_close", lambda *_: "</table></div>\n")


def _open(self, tokens, idx, options, env):
    return f'<div class="scroll"><table{self.renderAttrs(tokens[idx])}>\n'


def _stacked(state):
    starts = [i for i, token in enumerate(state.tokens) if token.type == "table_open"]
    ends = [i for i, token in enumerate(state.tokens) if token.type == "table_close"]
    for start, end in zip(starts, ends, strict=True):
        _name_cells(state.tokens[start:end])


def _name_cells(tokens):
    """Give the parts of a table their roles and its cells their columns' names, where it is one of words.

    A column that a formula heads has no name in letters: such a table goes on scrolling.
    """
    cells = [(token, tokens[i + 1].content) for i, token in enumerate(tokens) if token.type in CELLS]
    names = [MARKS.sub("", said).strip() for token, said in cells if token.type == "th_open"]
    body = [(token, said) for token, said in cells if token.type == "td_open"]
    if any("$" in name for name in names) or all(len(said) <= LONG for _, said in body):
        return
    tokens[0].attrJoin("class", "stacked")
    for token in tokens:
        if token.type in ROLES:
            token.attrSet("role", "cell" if token.tag == "td" else ROLES[token.type])
    for i, (token, said) in enumerate(body):
        if said and names[i % len(names)]:
            token.attrSet("data-label", names[i % len(names)])
