"""Digits rendered from matplotlib's bundled fonts, bent at random: any number of them, every cause known."""

import functools
import math
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import conv2d, grid_sample

from .._threads import one_thread
from ._random import stream
from .images import ImageData

# Those of matplotlib's fonts that hold upright lining digits; in a slanted one, shear would not be the slant.
FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif",
    "DejaVuSerif-Bold", "STIXGeneral", "STIXGeneralBol", "cmr10", "cmb10", "cmss10", "cmtt10",
)  # fmt: skip
CLASSES = tuple("0123456789")
DEFAULT_SIZE = {"train": 20_000, "test": 4_000}
RANGES = {"rotation": (-15, 15), "scale": (0.85, 1.1), "shear": (-0.2, 0.2), "dx": (-2, 2), "dy": (-2, 2)}
ELASTIC = 2.0  # pixels: how far a control point of the elastic field may move along each axis

SIZE = 28  # pixels of an image
HEIGHT = 16  # pixels of a digit at scale 1
_BOX, _FINE = 20, 4  # a master holds a digit in a box of 20 pixels, at four times the resolution
_KNOTS = 6  # control points of the elastic field along each axis
_CHUNK = 100  # images drawn and rendered together, always whole: the first n are the same for every N


def load_glyphs(split, n, seed):
    """Digits 0 to 9 in light ink on dark, 28 x 28, as many as you ask for, with the factors that made them.

    split: "train" or "test", random streams that never meet; n: int, at least 1; seed: int, at least 0. The
    first images do not depend on n, and every ten in turn hold each digit once. Returns ImageData with images
    [n, 1, 28, 28] of 256 grey levels and factors, each [n], independent and uniform:
      font      int64 index into FONTS
      rotation  degrees, anticlockwise, -15..15
      scale     height of the digit / 16 pixels, 0.85..1.1
      shear     pixels to the right per pixel up, -0.2..0.2; applied before the rotation
      dx, dy    pixels that the centre of mass lies right of and below the image's centre, -2..2
    A random elastic field (after Simard et al. 2003) then bends each digit by about a pixel; the
    drift of its centre of mass is measured and taken out, so that dx and dy hold to about 0.06 pixels (RMS).
    """
    generator = stream("glyphs", seed, split)
    chunks = [_draw(generator) for _ in range(math.ceil(n / _CHUNK))]
    with one_thread():
        images = torch.cat([render(*chunk) for chunk in chunks])[:n]
    labels = torch.cat([labels for labels, _, _ in chunks])[:n]
    names = chunks[0][1]
    factors = {name: torch.cat([factors[name] for _, factors, _ in chunks])[:n] for name in names}
    factors = {name: value if name == "font" else value.float() for name, value in factors.items()}
    return ImageData(images, labels, CLASSES, factors, "glyphs", split)


def _draw(generator):
    """Labels, factors and elastic control points of one chunk."""
    blocks = torch.rand(_CHUNK // 10, 10, generator=generator)
    labels = blocks.argsort(dim=1).flatten()
    factors = {"font": torch.randint(len(FONTS), (_CHUNK,), generator=generator)}
    for name, (low, high) in RANGES.items():
        factors[name] = low + (high - low) * torch.rand(_CHUNK, generator=generator, dtype=torch.float64)
    knots = 2 * torch.rand(_CHUNK, 2, _KNOTS, _KNOTS, generator=generator, dtype=torch.float64) - 1
    return labels, factors, ELASTIC * knots


def render(labels, factors, knots=None):
    """Draw digits from their causes: the true decoder of `glyphs`.

    labels: int64 [B], the digits; factors: dict of [B] as load_glyphs says; knots: [B, 2, 6, 6], how far in
    pixels each control point of the elastic field moves right and down, or None for no bending.
    Returns float32 [B, 1, 28, 28] in [0, 1], rounded to 256 grey levels; computed in float64, so that any
    number of threads rounds to the same levels.
    """
    masters, centroids = _masters()
    which = factors["font"] * len(CLASSES) + labels
    ink, centroids = masters[which], centroids[which][:, None]
    shift = torch.stack([factors["dx"], factors["dy"]], dim=1).double()[:, None]
    undo = _undo_affine(factors) / (_BOX / 2)
    origin = centroids / (_BOX / 2) - shift @ undo

    def look_up(points):
        grid = torch.baddbmm(origin, points, undo).view(-1, SIZE, SIZE, 2)
        return grid_sample(ink, grid, mode="bilinear", align_corners=False)

    points = _pixels().expand(len(labels), -1, -1)
    if knots is not None:
        points = points - _elastic(knots)
        drift = _centre_of_mass(look_up(points))[:, None] - shift
        points = points + drift  # so that dx and dy are where the ink is
    images = look_up(points)
    return (255 * images).round().div(255).clamp(0, 1).float()


def _pixels():
    """Where the pixels' centres lie, in pixels right of and below the image's centre, [784, 2]."""
    axis = torch.arange(SIZE, dtype=torch.float64) - (SIZE - 1) / 2
    down, right = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([right, down], dim=-1).view(-1, 2)


def _undo_affine(factors):
    """Matrices [B, 2, 2]; a position in the image (a row) times one is that in the upright digit."""
    rotation, scale, shear = (factors[name].double() for name in ("rotation", "scale", "shear"))
    cos, sin = rotation.deg2rad().cos(), rotation.deg2rad().sin()
    columns = [torch.stack([cos + shear * sin, shear * cos - sin], 1), torch.stack([sin, cos], 1)]
    return torch.stack(columns, dim=2) / scale[:, None, None]


def _elastic(knots):
    """A smooth displacement field [B, 784, 2] from control points [B, 2, 6, 6]; both in pixels.

    A Gaussian-weighted mean of the control points, so no pixel moves further than the furthest of them.
    """
    pixels = torch.arange(SIZE, dtype=torch.float64)
    centres = torch.linspace(0, SIZE - 1, _KNOTS, dtype=torch.float64)
    spacing = (SIZE - 1) / (_KNOTS - 1)
    weights = (-0.5 * ((pixels[:, None] - centres) / (0.6 * spacing)).square()).softmax(dim=1)  # [28, 6]
    return (weights @ knots.double() @ weights.T).flatten(2).transpose(1, 2)


def _centre_of_mass(ink, pixel=1.0):
    """Centre of mass [B, 2] of square images [B, 1, S, S], right of and below the centre."""
    axis = pixel * (torch.arange(ink.shape[-1], dtype=ink.dtype) - (ink.shape[-1] - 1) / 2)
    total = ink.sum((1, 2, 3))
    return torch.stack([(ink.sum(2)[:, 0] @ axis) / total, (ink.sum(3)[:, 0] @ axis) / total], dim=1)


@functools.cache
def _masters():
    """Every digit of every font once: boxes of ink [F * 10, 1, 80, 80], centres [F * 10, 2] in pixels."""
    ink = _ink()
    # One sample a pixel is enough only once the box is as smooth as a pixel is wide.
    taps = torch.tensor([1, 2, 3, 4, 3, 2, 1], dtype=torch.float64) / 16
    for kernel in (taps.view(1, 1, 7, 1), taps.view(1, 1, 1, 7)):
        ink = conv2d(ink, kernel, padding="same")
    return ink, _centre_of_mass(ink, pixel=1 / _FINE)


def _ink():
    """Each digit in the middle of its box, float64 [F * 10, 1, 80, 80] in [0, 1]; fonts vary slowest."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import PathPatch
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D, IdentityTransform

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    side = _BOX * _FINE
    figure = Figure(figsize=(len(CLASSES) * side / 100, len(FONTS) * side / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    for row, font in enumerate(FONTS):
        prop = FontProperties(fname=folder / f"{font}.ttf")
        paths = [TextPath((0, 0), digit, size=100, prop=prop) for digit in CLASSES]
        zoom = HEIGHT * _FINE / max(path.get_extents().height for path in paths)
        for column, path in enumerate(paths):
            box = path.get_extents()
            place = Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2).scale(zoom)
            place.translate((column + 0.5) * side, (len(FONTS) - row - 0.5) * side)
            figure.add_artist(
                PathPatch(place.transform_path(path), color="black", lw=0, transform=IdentityTransform())
            )
    canvas.draw()
    ink = 1 - torch.from_numpy(np.asarray(canvas.buffer_rgba())[..., 0].copy()).double() / 255
    rows = ink.view(len(FONTS), side, len(CLASSES), side).transpose(1, 2)
    return rows.reshape(-1, 1, side, side).contiguous()
