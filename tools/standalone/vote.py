"""A vote: `::: vote B`, its options as a list, `:::`. They are lettered, and a key marks the right one."""

import re

from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from .errors import BuildError

SAID = re.compile("\ue004(\\d+)\ue005")  # stands in for a value, which is text and no Markdown
RIGHT = ' <span class="fragment right" role="img" aria-label="this one">✓</span>'


def plugin(md):
    """Teach a Markdown parser votes; env["values"] holds what marks in `::: vote {{ letter }}` stand for."""
    md.use(container_plugin, "vote")
    md.core.ruler.push("votes", _lettered)


def _lettered(state):
    """Make each vote's list an ordered one, and put the sign that waits for a key into its right option."""
    opened = None
    for i, token in enumerate(state.tokens):
        if token.type == "container_vote_open":
            opened = i
        elif token.type == "container_vote_close":
            inside = state.tokens[opened + 1 : i]
            _right(inside, state.tokens[opened], state.env["values"]).children.append(
                Token("html_inline", "", 0, content=RIGHT)
            )


def _right(inside, opened, values):
    """The words of the right option, of the tokens inside a vote."""
    first, *others = [token for token in inside if token.level == opened.level + 1] or [opened]
    if first.type != "bullet_list_open" or first.markup == "+" or len(others) != 1:
        raise BuildError("a vote holds one list, of its options, each with a -, and nothing else.")
    first.tag = others[0].tag = "ol"
    options = [token for token in inside if token.type == "list_item_open" and token.level == first.level + 1]
    letters = "ABCDEFGH"[: len(options)]
    right = SAID.sub(lambda mark: values[int(mark[1])], opened.info.split(maxsplit=1)[-1])
    if len(right) != 1 or right not in letters:
        raise BuildError(f"a vote says which of {letters} is right, as `::: vote B` does; got {right!r}.")
    place = inside.index(options[letters.index(right)])
    return next(token for token in inside[place:] if token.type == "inline")
