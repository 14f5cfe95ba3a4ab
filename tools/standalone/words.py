"""Markdown as plain words, for a search: without marks, with formulas as they are read at a glance."""

import re

from .letters import formula

# What is a sign in a formula and a mark outside: it goes through the marks' loss as another character.
KEPT = {ord(sign): chr(0xE100 + i) for i, sign in enumerate("<>|*`")}
BACK = {ord(other): chr(sign) for sign, other in KEPT.items()}
DROPPED = [
    (
        re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.DOTALL | re.MULTILINE),
        " ",
    ),  # code, and what a builder writes out
    (re.compile(r"\{\{.*?\}\}"), "…"),  # a value of a deck
    (re.compile(r"\{((?:lesson|notebook) \d\d)\}", re.IGNORECASE), r"\1"),
    (re.compile(r"\$\$.*?\$\$", re.DOTALL), " … "),
    (re.compile(r"\$([^$\n]+(?:\n[^$\n]+)?)\$"), lambda match: formula(match[1]).translate(KEPT)),
    (re.compile(r"^\{\.\w+\}|^:::.*$|^\|\|\|$|^\|[-| :]+\|$", re.MULTILINE), " "),
    (re.compile(r"<[^>]*>"), " "),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"^\s*(?:[-+*>]|#+|\d+\.)\s", re.MULTILINE), " "),
    (re.compile(r"[*`|]"), " "),
]


def plain(text):
    """The words of a piece of Markdown on one line."""
    for sought, said in DROPPED:
        text = sought.sub(said, text)
    return " ".join(text.replace(" .", ".").replace(" ,", ",").split()).translate(BACK)
