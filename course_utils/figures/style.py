"""One look for every figure: Okabe-Ito colours, fonts that a back row can read, alt text that travels."""

import base64
import io
from html import escape

import matplotlib as mpl
import matplotlib.pyplot as plt
from cycler import cycler
from IPython.display import display
from matplotlib.ticker import LogLocator, NullLocator
from PIL import Image, ImageChops, ImageStat

from .._validate import check_choice, check_has, check_kind, quoted
from .alt_text import alt_text

DATA, MODEL, NOISE = "#0072B2", "#D55E00", "#8C8C8C"
# The hues of Okabe and Ito. Their purple, sky and orange are made for large areas: as a dot or a thin line on
# white they have 3.1, 2.3 and 2.2 to one, and purple is green's twin without green cones. These are darker.
GREEN, PURPLE, SKY, ORANGE, BLACK = "#009E73", "#963A8E", "#0099E0", "#8A5C00", "#000000"
PALETTE = [DATA, MODEL, GREEN, PURPLE, SKY, ORANGE, BLACK]
# Ten classes need ten colours: a wine, a teal and an olive join, told apart without red or green cones too.
CLASSES = [*PALETTE, "#5C0F3C", "#00575A", "#8A8F2A"]
HIGHLIGHT = "#E69F00"  # behind what is to be seen, never a mark: too light for one
MAGNITUDE, SIGN = "viridis", "PuOr"
# Never colour alone: a class is drawn as its label, a curve also has a line style.
LINES = ["-", "--", "-.", ":"]
SEEN = 2  # of 255 levels

STYLE = {
    "figure.dpi": 100,
    "savefig.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 14,
    "axes.titlesize": 15,
    "axes.labelsize": 14,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "legend.fontsize": 12,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 2.2,
    "axes.prop_cycle": cycler(color=PALETTE),
    "image.cmap": "gray",
    "image.interpolation": "nearest",
}


def subplots(*args, **kwargs):
    """plt.subplots in the course's style (same arguments, same return value), outside pyplot's display.

    The style is set for good, not only for this call: legends and images are styled when they are drawn.
    """
    mpl.rcParams.update(STYLE)
    fig, axes = plt.subplots(*args, **kwargs)
    plt.close(fig)  # shown once, by show(); the inline backend must not show it again
    return fig, axes


def few_ticks(axis):
    """Ticks of a logarithmic axis as plain numbers: 1, 2 and 5 times powers of ten, or these alone."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 50 * low else (1,)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def check_axes(ax, none=False):
    """Return ax where it is matplotlib axes (or None, where none says so); TypeError where it is not."""
    return ax if none and ax is None else check_has("ax", ax, "matplotlib axes", "imshow", "spines")


def check_colour(argument, value):
    """Return value where matplotlib knows it as a colour; ValueError where it does not."""
    if not mpl.colors.is_color_like(value):
        raise ValueError(f"{argument} must be a colour, such as '#0072B2'; got {quoted(value)}.")
    return value


def check_colours(argument, value):
    """Return value where it is a colour map of matplotlib's, or the name of one; ValueError if not."""
    if isinstance(value, str):
        return check_choice(argument, value, mpl.colormaps)
    return check_kind(argument, value, mpl.colors.Colormap, "a colour map or its name")


def check_texts(argument, value, count):
    """Return value where it is a tuple or list of `count` texts."""
    if not isinstance(value, tuple | list) or [type(one) for one in value] != [str] * count:
        raise TypeError(f"{argument} must be {count} texts; got {quoted(value)}.")
    return value


def png(fig):
    """The figure as PNG bytes, without a date or a version in its metadata.

    With a palette of 255 colours, a third of the bytes, where that moves no channel by more than SEEN on the
    whole (root mean square, of 255 levels); else, as for many faces in colour, with all of its colours.
    """
    check_has("fig", fig, "a matplotlib figure", "savefig")
    drawn, packed = io.BytesIO(), io.BytesIO()
    fig.savefig(drawn, format="png", metadata={"Software": None})
    image = Image.open(drawn).convert("RGB")
    palette = image.quantize(255, dither=Image.Dither.NONE)
    error = ImageStat.Stat(ImageChops.difference(image, palette.convert("RGB"))).rms
    (palette if max(error) <= SEEN else image).save(packed, format="PNG", optimize=True)
    return packed.getvalue()


def picture(fig, alt):
    """What a notebook displays of a figure: an image with its alternative text, and that text alone.

    JupyterLab gives a plain PNG output no alternative text, so the image is written as HTML.
    """
    data = base64.b64encode(png(fig)).decode()
    return {"text/html": f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}">', "text/plain": alt}


def show(fig, alt, **values):
    """Display a figure with its alternative text, which reaches the picture wherever it is shown.

    alt: one or two sentences that say what the figure shows, or the name of such a text ("03.loss", see
    `alt_text`); values: what is filled in where that text has {name}. Raises ValueError without one.
    """
    check_has("fig", fig, "a matplotlib figure", "savefig")
    display(picture(fig, alt_text(alt, **values)), raw=True)
