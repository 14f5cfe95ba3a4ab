"""Faces in colour, drawn from soft-edged shapes: any number of them, every cause known.

Each part of a face is a signed distance, negative inside; half a pixel either way it fades, so that a small
change of a factor is a small change of the image. Parts are laid over one another from the back to the front.
"""

import math
from typing import NamedTuple

import torch

from .._threads import one_thread
from ._random import stream
from .images import ImageData

HAIR = ("black", "brown", "chestnut", "red", "blond", "grey")
RANGES = {
    "skin": (0, 1), "hair_length": (0, 1), "fringe": (0, 1), "smile": (-1, 1), "mouth_open": (0, 1),
    "eyes": (0, 1), "brows": (-1, 1), "turn": (-1, 1), "width": (0.88, 1.12), "background": (0, 1),
    "light": (-1, 1),
}  # fmt: skip
DEFAULT_SIZE = {"train": 6_000, "test": 2_000}
SIZE = 32  # pixels of an image

_CHUNK = 96  # faces drawn together, always whole: the first n are the same for every N
_PIXEL = 2 / SIZE
_HAIR_RGB = [(9, 8, 10), (31, 20, 13), (52, 29, 16), (76, 33, 12), (88, 73, 44), (67, 67, 70)]  # percent
_SKIN_RGB = [(98, 85, 75), (93, 75, 61), (79, 59, 44), (60, 42, 30), (39, 26, 18)]  # from light to deep
_LIPS, _TEETH, _MOUTH = (0.72, 0.30, 0.30), (0.97, 0.96, 0.93), (0.30, 0.08, 0.09)
_WHITE, _PUPIL, _FRAME = (0.97, 0.97, 0.97), (0.13, 0.09, 0.07), (0.07, 0.07, 0.09)


def load_faces(split, n, seed):
    """Faces of 3 x 32 x 32, as many as you ask for, with the factors that made them.

    split: "train" or "test", random streams that never meet; n: int, at least 1; seed: int, at least 0. The
    first images do not depend on n, and every six in turn hold each colour of hair once. Returns ImageData
    with images [n, 3, 32, 32] of 256 levels, labels the colour of the hair (classes HAIR), and factors, each
    [n], independent and uniform over RANGES where they are numbers:
      hair         int64 index into HAIR
      glasses      int64, 1 for half of the faces
      skin         from light, 0, to deep, 1
      hair_length  from short, 0, to the shoulders, 1; fringe: how far down the forehead
      smile        from a frown, -1, to a laugh, 1; mouth_open: from closed, 0, to wide, 1
      eyes         from narrow, 0, to wide open, 1; brows: from drawn together, -1, to raised, 1
      turn         of the head, to the left of the image, -1, to its right, 1
      width        of the face over the usual one
      background   a hue, 0 to 1 once round the circle
      light        from the left, -1, from the right, 1
    """
    generator = stream("faces", seed, split)
    chunks = [_draw(generator) for _ in range(math.ceil(n / _CHUNK))]
    with one_thread():
        images = torch.cat([render(factors) for factors in chunks])[:n]
    factors = {name: torch.cat([chunk[name] for chunk in chunks])[:n] for name in chunks[0]}
    factors = {name: value.float() if value.is_floating_point() else value for name, value in factors.items()}
    return ImageData(images, factors["hair"].clone(), HAIR, factors, "faces", split)


def _draw(generator):
    """The factors of one chunk."""
    order = torch.rand(_CHUNK // len(HAIR), len(HAIR), generator=generator).argsort(dim=1)
    factors = {"hair": order.flatten(), "glasses": torch.randint(2, (_CHUNK,), generator=generator)}
    for name, (low, high) in RANGES.items():
        factors[name] = low + (high - low) * torch.rand(_CHUNK, generator=generator, dtype=torch.float64)
    return factors


class _Face(NamedTuple):
    """The factors as columns [B, 1], and the pixels' centres x, y [1, P], from -1 to 1, y downwards."""

    x: torch.Tensor
    y: torch.Tensor
    hair: torch.Tensor
    glasses: torch.Tensor
    skin: torch.Tensor
    hair_length: torch.Tensor
    fringe: torch.Tensor
    smile: torch.Tensor
    mouth_open: torch.Tensor
    eyes: torch.Tensor
    brows: torch.Tensor
    turn: torch.Tensor
    width: torch.Tensor
    background: torch.Tensor
    light: torch.Tensor


def render(factors):
    """Draw faces from their causes: the true decoder of `faces`.

    factors: dict of [B] as load_faces says. Returns float32 [B, 3, 32, 32] in [0, 1], rounded to 256 levels;
    computed in float64, so that any number of threads rounds to the same levels.
    """
    axis = (torch.arange(SIZE, dtype=torch.float64) + 0.5) * _PIXEL - 1
    y, x = (part.reshape(1, -1) for part in torch.meshgrid(axis, axis, indexing="ij"))
    face = _Face(x=x, y=y, **{name: value.double()[:, None] for name, value in factors.items()})
    image = _hue(face.background)[..., None].expand(-1, -1, x.shape[1])
    for colour, distance in _parts(face):
        image = torch.lerp(image, colour[..., None].double(), _coverage(distance)[:, None])
    image = image * (1 + 0.22 * face.light * x)[:, None]
    return (255 * image.clamp(0, 1)).round().div(255).float().view(-1, 3, SIZE, SIZE)


def _parts(face):
    """(colour [B, 3] or [3], signed distance [B, P]) of every part, from the back to the front."""
    skin = _between(_SKIN_RGB, face.skin)
    hair = torch.tensor(_HAIR_RGB, dtype=torch.float64)[face.hair[:, 0].long()] / 100
    yield hair, _hair_behind(face)
    yield torch.tensor([0.33, 0.38, 0.47]), _ellipse(face, 0, 1.2, 0.85, 0.42)  # shoulders
    yield 0.86 * skin, _box(face, 0, 0.75, 0.17, 0.3)  # neck
    for side in (-1, 1):
        yield 0.92 * skin, _ellipse(face, side * 0.5 * face.width - 0.05 * face.turn, 0.05, 0.09, 0.13)
    yield skin, _head(face)
    yield from _eyes(face, hair)
    yield 0.80 * skin, _ellipse(face, 0.21 * face.turn, 0.17, 0.055, 0.04)  # the nose
    yield 0.91 * skin, _ellipse(face, 0.18 * face.turn, 0.06, 0.035, 0.11)
    yield from _mouth(face, skin)
    yield hair, _hair_in_front(face)
    yield hair, _locks(face)
    yield torch.tensor(_FRAME), _glasses(face)


def _head(face):
    return _ellipse(face, 0, 0.06, 0.5 * face.width, 0.62)


def _eye_places(face):
    """(side, centre x [B, 1], half a width [B, 1]) of both eyes: the far one of a turned head is narrower."""
    for side in (-1, 1):
        centre = side * 0.215 * face.width + 0.14 * face.turn
        yield side, centre, 0.115 * (1 - 0.3 * (side * face.turn).clamp(min=0))


def _eyes(face, hair):
    open_ = 0.028 + 0.06 * face.eyes
    for side, centre, width in _eye_places(face):
        eye = _ellipse(face, centre, -0.05, width, open_)
        yield torch.tensor(_WHITE), eye
        iris = _ellipse(face, centre + 0.035 * face.turn, -0.05, 0.058, 0.058)
        yield torch.tensor(_PUPIL), torch.maximum(iris, eye)
        inward = -side * (face.x - centre) / 0.15
        height = -0.21 - 0.05 * face.brows - 0.045 * face.brows * inward
        brow = torch.maximum((face.y - height).abs() - 0.028, (face.x - centre).abs() - 0.14)
        yield 0.75 * hair, brow


def _mouth(face, skin):
    """Lips, what is behind them, and teeth, along a parabola that the smile bends."""
    across = (face.x - 0.15 * face.turn) / (0.2 + 0.05 * face.smile)
    line = 0.38 + 0.085 * face.smile * (1 - 2 * across.square())
    gap = 0.13 * face.mouth_open * (1 - across.square()).clamp(min=0)
    sides = (across.abs() - 1) * 0.2
    inside = torch.maximum(torch.maximum(line - face.y, face.y - line - gap), sides)
    lips = torch.maximum(torch.maximum(line - 0.035 - face.y, face.y - line - gap - 0.045), sides - 0.02)
    yield 0.5 * torch.tensor(_LIPS).double() + 0.45 * skin, lips
    yield torch.tensor(_MOUTH), inside
    yield torch.tensor(_TEETH), torch.maximum(inside, face.y - line - 0.045)


def _hair_behind(face):
    top = _ellipse(face, 0, -0.12, 0.6 * face.width, 0.7)
    end = -0.1 + 1.05 * face.hair_length
    long = torch.maximum(face.x.abs() - 0.6 * face.width, (face.y - end / 2 + 0.05).abs() - (end / 2 + 0.05))
    return torch.minimum(top, long)


def _hair_in_front(face):
    """The crown: what of a slightly larger head lies above the hairline."""
    crown = _ellipse(face, 0, -0.02, 0.56 * face.width, 0.72)
    across = (face.x - 0.08 * face.turn) / (0.5 * face.width)
    hairline = -0.5 + 0.22 * face.fringe + 0.3 * across.square()
    return torch.maximum(crown, face.y - hairline)


def _locks(face):
    """Strands beside the face, as far down as the hair is long."""
    end = -0.25 + 1.15 * face.hair_length
    strand = (face.x.abs() - 0.53 * face.width).abs() - 0.075
    return torch.maximum(torch.maximum(strand, face.y - end), -0.35 - face.y)


def _glasses(face):
    """Two rings and a bridge; far outside the image where there are none."""
    rings = []
    for _, centre, _ in _eye_places(face):
        rings.append(_ellipse(face, centre, -0.04, 0.17, 0.155).abs() - 0.022)
    bridge = _box(face, 0.14 * face.turn, -0.06, 0.06, 0.022)
    return torch.minimum(torch.minimum(*rings), bridge) + 9 * (1 - face.glasses)


def _ellipse(face, x, y, width, height):
    """About the distance to an ellipse with these half axes."""
    across, down = (face.x - x) / width, (face.y - y) / height
    least = torch.minimum(torch.as_tensor(width).double(), torch.as_tensor(height).double())
    return ((across.square() + down.square()).sqrt() - 1) * least


def _box(face, x, y, width, height):
    return torch.maximum((face.x - x).abs() - width, (face.y - y).abs() - height)


def _coverage(distance):
    """How much of a pixel is inside: 1 half a pixel within the edge, 0 half a pixel outside of it."""
    return (0.5 - distance / _PIXEL).clamp(0, 1)


def _between(colours, share):
    """The colour [B, 3] at a share [B, 1] of the way along a list of them in percent."""
    table = torch.tensor(colours, dtype=torch.float64) / 100
    place = share[:, 0] * (len(table) - 1)
    low = place.floor().long().clamp(max=len(table) - 2)
    return torch.lerp(table[low], table[low + 1], (place - low)[:, None])


def _hue(share):
    """Soft colours [B, 3] round the circle of hues."""
    shift = torch.tensor([0.0, 1 / 3, 2 / 3], dtype=torch.float64)
    return 0.66 + 0.2 * (2 * math.pi * (share - shift)).cos()
