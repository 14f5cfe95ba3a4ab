"""Names in scripts that the figures' font lacks: what stands in their place, for a box says nothing."""

import functools
import re

import matplotlib as mpl
from matplotlib import font_manager

FORMULA = re.compile(r"\$[^$]*\$")


def readable(text, instead):
    """The text where the figures' fonts have every letter of it; `instead` where one would be a box.

    Looked at are the fonts of matplotlib's "font.family", in its order; what is between dollars is TeX. To
    see a name after all, add a font that has it, such as ["DejaVu Sans", "Noto Sans CJK JP"].
    """
    families = tuple(_families(mpl.rcParams["font.family"]))
    letters = {letter for letter in FORMULA.sub("", str(text)) if not letter.isspace()}
    return text if all(_has(families, letter) for letter in letters) else instead


def _families(names):
    for name in names:
        yield from mpl.rcParams.get(f"font.{name}", [name])  # "sans-serif" is a list of its own


@functools.cache
def _has(families, letter):
    return any(font.get_char_index(ord(letter)) for font in _fonts(families))


@functools.cache
def _fonts(families):
    """The fonts that are installed of these families, as matplotlib would fall back on them."""
    found = []
    for family in families:
        try:
            path = font_manager.findfont(
                font_manager.FontProperties(family=family), fallback_to_default=False
            )
        except ValueError:
            continue
        found.append(font_manager.get_font(path))
    return found or [font_manager.get_font(font_manager.findfont("DejaVu Sans"))]
