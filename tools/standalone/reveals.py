"""What a deck may write in braces: `{.fragment}` on a line of its own, before the block that waits for a key.

Whatever else stands in braces, and a `{.fragment}` with nothing behind it that could wait, stops the build:
passed over in silence it would show an answer before the vote.
"""

import re

from mdit_py_plugins.attrs import attrs_block_plugin

from .errors import BuildError

REVEAL = "{.fragment}"
MADE = '<div class="made">'  # what a figure or a widget stands in
LEFT = re.compile(r"(?<![_^}\w])\{[.#:%]?[A-Za-z][^{}]*\}|^:::.*", re.MULTILINE)  # notes say x_{t-1}


def plugin(md):
    """Teach a Markdown parser `{.fragment}`, and to refuse what looks like it."""
    md.use(attrs_block_plugin)
    md.core.ruler.before("attr", "reveals", _understood)
    md.core.ruler.push("left_in_braces", _nothing_left)


def waits(text):
    """Whether Markdown ends with the word that what comes next waits for a key."""
    return text.rstrip().endswith(REVEAL)


def _understood(state):
    lines, tokens = state.src.splitlines(), state.tokens
    for token, after in zip(tokens, [*tokens[1:], None], strict=False):
        if token.type != "attrs_block":
            continue
        written = lines[token.map[0]].strip()
        if written != REVEAL:
            raise BuildError(f"{written} is not understood: {REVEAL} is all that may stand in braces.")
        if after is None or after.nesting < 0 or after.type == "attrs_block" or _border(tokens, after):
            raise BuildError(f"there is nothing behind {REVEAL} that could wait for a key.")
        if after.type == "bullet_list_open" and after.markup == "+":
            raise BuildError(f"a list written with + comes item by item already, without {REVEAL}.")
        if after.type == "html_block":
            if not after.content.startswith(MADE):
                raise BuildError(f'HTML behind {REVEAL} does not wait: give it class="fragment" itself.')
            after.content = after.content.replace(MADE, f'{MADE[:-2]} fragment">', 1)


def _border(tokens, token):
    """Whether a token begins the line `|||` between two columns."""
    return token.type == "paragraph_open" and tokens[tokens.index(token) + 1].content.strip() == "|||"


def _nothing_left(state):
    for token in state.tokens:
        for child in token.children or ():
            found = child.type == "text" and LEFT.search(child.content)
            if found and found[0] == REVEAL:
                raise BuildError(f"{REVEAL} stands on a line of its own, after an empty line.")
            if found:
                raise BuildError(f"{found[0]} is not understood.")
