"""Matplotlib figures at a size that the back row can read."""

import base64
import io
from html import escape

from matplotlib.text import Text
from PIL import Image

from .errors import BuildError

PX_PER_INCH = 144  # a 12 pt tick label, the smallest of course_utils.figures, is then 24 px high
MAX_WIDTH, MAX_HEIGHT = 1152, 530
SMALLEST_TEXT = 24
WORTH_PACKING = 2  # a PNG that is twice the SVG before it is packed tightly is not smaller after


def rc():
    """Settings under which a deck draws: the same bytes every time, letters as outlines."""
    return {"svg.hashsalt": "course", "svg.fonttype": "path"}


def display_width(fig, width=None):
    """How many CSS pixels wide a figure stands on a slide: natural size, or as large as fits."""
    inches = fig.get_size_inches()
    fit = min(MAX_WIDTH, inches[0] * PX_PER_INCH, MAX_HEIGHT * inches[0] / inches[1])
    return round(min(width or fit, fit))


def smallest_text(fig, width):
    """The height in CSS pixels of a figure's smallest visible text when the figure is width pixels wide."""
    fig.draw_without_rendering()  # ticks get their labels when they are drawn
    shown = [text for text in fig.findobj(Text) if text.get_visible() and text.get_text().strip()]
    sizes = [text.get_fontsize() for text in shown]
    return min(sizes, default=float("inf")) / 72 * width / fig.get_size_inches()[0]


def html(fig, alt, width=None):
    """A figure as an img element whose data are in the page: SVG or PNG, whichever is smaller.

    Raises BuildError where a text would be too small to read.
    """
    width = display_width(fig, width)
    height = smallest_text(fig, width)
    if height < SMALLEST_TEXT - 0.5:
        inches = fig.get_size_inches()[0]
        raise BuildError(
            f"the figure's smallest text would be {height:.0f} px high and {SMALLEST_TEXT} px is the least: "
            f"draw it narrower than {inches:.1f} in, show it wider than {width} px, or enlarge its text."
        )
    svg = _svg(fig)
    # Laid out twice by now, which settles it; a third time would cost as much as drawing.
    fig.set_layout_engine("none")
    png = _png(fig, width, WORTH_PACKING * len(svg))
    kind, data = ("png", png) if len(png) < len(svg) else ("svg+xml", svg)
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return f'<img class="figure" width="{width}" alt="{escape(alt)}" src="{source}">'


def _svg(fig):
    buffer = io.BytesIO()
    fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _png(fig, width, limit):
    """Twice as many pixels as the slide has, for projectors that have more, in a palette of 256 colours.

    limit: packed tightly, which takes longer than drawing, only where it comes to fewer bytes without.
    """
    buffer, packed = io.BytesIO(), io.BytesIO()
    fig.savefig(buffer, format="png", dpi=2 * width / fig.get_size_inches()[0], facecolor="white")
    picture = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(packed, format="png", compress_level=4)
    if packed.tell() < limit:
        packed = io.BytesIO()
        picture.save(packed, format="png", optimize=True)
    return packed.getvalue()
