"""An instructor's own logo and colours: the optional file brand/brand.toml beside the decks.

slides/brand/example.toml says what it may hold. The colours are for a light ground; what stands for them on a
dark one is the same hue, lighter.
"""

import base64
import re
import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path

from .contrast import contrast
from .errors import BuildError

HERE = Path(__file__).resolve().parent
COLOURS = ("accent", "second")
KEYS = ("logo", "logo_alt", *COLOURS)
LEAST = 4.5  # the contrast that text must have, by WCAG 2.2 AA
LARGEST = 300_000  # bytes of a logo, which is in every deck
KINDS = {".svg": "svg+xml", ".png": "png"}
GROUND = re.compile(r"--(paper|tint): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")


@dataclass(frozen=True)
class Brand:
    """What a deck takes of it: css after its own styles, and logo, an element for the first slide."""

    css: str = ""
    logo: str = ""


def load(folder):
    """The Brand of the folder's brand.toml; an empty one where there is no such file.

    Raises BuildError, in one sentence, for what is no TOML, an unknown line, a colour that is none or that
    cannot be read on the slides, and a logo that is missing, too large, of another kind or without words.
    """
    path = Path(folder) / "brand.toml"
    if not path.exists():
        return Brand()
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BuildError(f"brand.toml is not TOML: {error}.") from None
    for key, value in said.items():
        if key not in KEYS or not isinstance(value, str):
            raise BuildError(
                f"brand.toml takes {', '.join(KEYS)}, each a text in quotes; got {key} = {value!r}."
            )
    return Brand(_css(said), _logo(said, path.parent))


def _css(said):
    pairs = {name: _pair(name, said[name].lower()) for name in COLOURS if name in said}
    lines = "".join(f" --{name}: light-dark({light}, {dark});" for name, (light, dark) in pairs.items())
    return f":root {{{lines} }}\n" if lines else ""


def _pair(name, colour):
    """The colour on a light ground, which is the one that was said, and the one on a dark ground."""
    if not re.fullmatch("#[0-9a-f]{6}", colour):
        raise BuildError(f'brand.toml: {name} must be a colour such as "#0072b2"; got {colour!r}.')
    light, dark = grounds()
    least, ground = min((contrast(colour, ground), ground) for ground in light)
    if least < LEAST:
        raise BuildError(
            f"brand.toml: {name} = {colour} has a contrast of {least:.2f} on {ground}, and text needs "
            f"{LEAST}: take a darker one."
        )
    shares = [step / 20 for step in range(21)]
    lighter = (towards_white(colour, share) for share in shares)
    return colour, next(one for one in lighter if min(contrast(one, ground) for ground in dark) >= LEAST)


def grounds():
    """What text stands on in a deck: the light colours of paper and boxes, and the dark ones."""
    found = GROUND.findall((HERE / "theme.css").read_text(encoding="utf-8"))
    return [light for _, light, _ in found], [dark for _, _, dark in found]


def towards_white(colour, share):
    """A colour "#rrggbb" moved so far, 0 to 1, towards white."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)


def _logo(said, folder):
    if "logo" not in said:
        return ""
    path, words = folder / said["logo"], said.get("logo_alt", "").strip()
    if path.suffix.lower() not in KINDS or not path.is_file():
        raise BuildError(f"brand.toml: logo must name an SVG or PNG file beside it; got {said['logo']!r}.")
    if not words:
        raise BuildError("brand.toml: a logo needs logo_alt, the words for those who cannot see it.")
    data, kind = path.read_bytes(), KINDS[path.suffix.lower()]
    if len(data) > LARGEST:
        size = f"has {len(data) / 1e3:.0f} kB, and {LARGEST // 1000} are the most"
        raise BuildError(f"brand.toml: {path.name} {size}.")
    if not (data.startswith(b"\x89PNG") if kind == "png" else b"<svg" in data):
        raise BuildError(
            f"brand.toml: {path.name} is not what its name says, an image in {kind[:3].upper()}."
        )
    source = base64.b64encode(data).decode()
    return f'<img class="logo" alt="{escape(words)}" src="data:image/{kind};base64,{source}">'
