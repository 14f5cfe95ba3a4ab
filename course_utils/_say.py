"""Say a sentence where it is read: a small coloured box in a notebook, bare words in a terminal or a pipe.

Both hold the same words. The box is HTML with its own few styles, for JupyterLab knows no style sheet of
ours: the words keep the theme's colour, light or dark, and the edge's colour has a sign beside it. It does
without what Lab's sanitiser takes from a notebook that is not trusted: scripts, roles, variables.
"""

import sys

from ._typeset import typeset
from .progress import in_notebook

# The sign before the words and the colour of the edge (Okabe-Ito's), for each kind of sentence.
LOOKS = {
    "right": ("✓", "#009E73"),
    "word": ("!", "#E69F00"),
    "wrong": ("✗", "#D55E00"),
    "blank": ("…", "#8A8A8A"),
    "failed": ("?", "#CC79A7"),
    "hint": ("→", "#0072B2"),
}
STYLE = "display:block;padding:.4em .8em;max-width:56em;overflow-wrap:break-word"
PRINTED = "display:block;white-space:pre-wrap"


def say(kind, bold, rest="", printed="", own=()):
    """Show bold + rest, and what a function printed below it.

    kind: a key of LOOKS; bold: the verdict, which the box shows in bold; own: sentences of the course's
    within rest, in which formulas are set as mathematics. All else may hold what a student wrote, and is
    shown as it is.
    """
    plain = f"{bold}{rest}" + (f"\n{printed}" if printed else "")
    if not _seen():
        print(plain)
        return
    from IPython.display import display

    display({"text/plain": plain, "text/html": box(kind, bold, rest, printed, own)}, raw=True)


def box(kind, bold, rest="", printed="", own=()):
    """The HTML of the box; the arguments are those of `say`."""
    sign, colour = LOOKS[kind]
    words = typeset(rest, own).replace("\n", "<br>")
    label, _, lines = printed.partition("\n")
    shown = f'<br>{label}<samp style="{PRINTED}">{typeset(lines, code=False)}</samp>' if printed else ""
    return (
        f'<output class="said" style="{STYLE};border-left:6px solid {colour};background:{colour}1A">'
        f"<b>{sign} {typeset(bold, code=False)}</b>{words}{shown}</output>"
    )


def _seen():
    """Whether what is displayed goes where print goes: not where somebody catches what is printed."""
    return in_notebook() and type(sys.stdout).__module__.startswith("ipykernel.")
