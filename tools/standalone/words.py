"""Markdown as plain words, for a search: without marks, with formulas as they are read at a glance."""

import re

GREEK = {
    name: chr(code)
    for names, first in (
        ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho", 0x3B1),
        ("sigma tau upsilon phi chi psi omega", 0x3C3),
    )
    for code, name in enumerate(names.split(), first)
}
SIGNS = {
    "dots": "…",
    "ldots": "…",
    "cdot": "·",
    "times": "×",
    "le": "≤",
    "ge": "≥",
    "ne": "≠",
    "to": "→",
    "in": "∈",
}
SIGNS |= {
    "mid": "|",
    "Vert": "‖",
    "lVert": "‖",
    "rVert": "‖",
    "sqrt": "√",
    "sum": "Σ",
    "nabla": "∇",
    "infty": "∞",
}
SIGNS |= {"quad": " ", "qquad": " ", "displaystyle": " "}
DROPPED = [
    (
        re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.DOTALL | re.MULTILINE),
        " ",
    ),  # code, and what a builder writes out
    (re.compile(r"\{\{.*?\}\}"), "…"),  # a value of a deck
    (re.compile(r"\{((?:lesson|notebook) \d\d)\}", re.IGNORECASE), r"\1"),
    (re.compile(r"^\{\.\w+\}|^:::.*$|^\|\|\|$|^\|[-| :]+\|$", re.MULTILINE), " "),
    (re.compile(r"<[^>]*>"), " "),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\$\$.*?\$\$", re.DOTALL), " … "),
    (re.compile(r"\$([^$\n]+(?:\n[^$\n]+)?)\$"), lambda match: formula(match[1])),
    (re.compile(r"^\s*(?:[-+*>]|#+|\d+\.)\s", re.MULTILINE), " "),
    (re.compile(r"[*`|]"), " "),
]


def plain(text):
    """The words of a piece of Markdown on one line."""
    for sought, said in DROPPED:
        text = sought.sub(said, text)
    return " ".join(text.replace(" .", ".").replace(" ,", ",").split())


def formula(tex):
    """A short formula in letters: Greek ones as such, commands by their names, braces left out."""
    tex = re.sub(
        r"\\(?:mathcal|mathbb|mathrm|text|mathbf|operatorname|tfrac|frac|left|right|bar|hat|tilde)\b", "", tex
    )
    tex = re.sub(r"\\([a-zA-Z]+)", lambda match: (GREEK | SIGNS).get(match[1], match[1]), tex)
    return " ".join(re.sub(r"[{}\\]|\^\*", " ", tex).split())
