"""Mathematics rendered when a file is built, so that it needs no script and no request when it is read."""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

from .errors import BuildError

HERE = Path(__file__).resolve().parent
MODULES = HERE.parent.parent / "node_modules"

# Private-use characters: they pass through Markdown and HTML untouched, and no author types them.
OPEN, CLOSE = "\ue000", "\ue001"
SLOT = re.compile(f"{OPEN}(\\d+){CLOSE}")
COLOUR = re.compile(r"\bcolor:(#[0-9a-fA-F]{6})\b")
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\ue00f\ufffe\uffff]")

# Which font a KaTeX class asks for (katex.min.css says so); the rest stay out of the file.
FONTS_BY_CLASS = {
    "mathnormal": ["Math-Italic"],
    "mathit": ["Main-Italic"],
    "textit": ["Main-Italic"],
    "mathbf": ["Main-Bold"],
    "textbf": ["Main-Bold", "Main-BoldItalic", "SansSerif-Bold"],
    "boldsymbol": ["Math-BoldItalic"],
    "amsrm": ["AMS-Regular"],
    "mathbb": ["AMS-Regular"],
    "textbb": ["AMS-Regular"],
    "mathcal": ["Caligraphic-Regular", "Caligraphic-Bold"],
    "mathfrak": ["Fraktur-Regular"],
    "textfrak": ["Fraktur-Regular"],
    "mathboldfrak": ["Fraktur-Bold"],
    "textboldfrak": ["Fraktur-Bold"],
    "mathtt": ["Typewriter-Regular"],
    "texttt": ["Typewriter-Regular"],
    "mathscr": ["Script-Regular"],
    "textscr": ["Script-Regular"],
    "mathsf": ["SansSerif-Regular"],
    "textsf": ["SansSerif-Regular"],
    "mathboldsf": ["SansSerif-Bold"],
    "textboldsf": ["SansSerif-Bold"],
    "mathitsf": ["SansSerif-Italic"],
    "mathsfit": ["SansSerif-Italic"],
    "textitsf": ["SansSerif-Italic"],
    "delimsizing": ["Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular"],
    "op-symbol": ["Size1-Regular", "Size2-Regular"],
    "sqrt": ["Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular"],
}


def need_modules():
    """Raise BuildError, with what to do, where Node.js or the packages of package-lock.json are missing."""
    if shutil.which("node") is None:
        raise BuildError("Node.js is needed to render the mathematics: install Node.js 18 or newer.")
    if not (MODULES / "katex").is_dir() or not (MODULES / "reveal.js").is_dir():
        raise BuildError("KaTeX and reveal.js are not here yet: run `npm ci` at the top of the repository.")


def without_controls(text, keep=""):
    """The text with no character that a page, or a mark of ours, could trip over; keep: some to leave.

    Control characters become their pictures (a NUL is shown as U+2400), halves of a surrogate pair and the
    private characters of our marks the sign of replacement, U+FFFD.
    """
    return ODD.sub(lambda match: match[0] if match[0] in keep else _shown(match[0]), text)


def _shown(character):
    if character == "\x7f":
        return "\u2421"
    return chr(0x2400 + ord(character)) if character < " " else "\ufffd"


def slot(formulas, formula, display):
    """Remember a formula (append it to the list formulas) and return the mark that stands in for it."""
    formulas.append((formula.strip(), display))
    return f"{OPEN}{len(formulas) - 1}{CLOSE}"


def render(formulas):
    """A list of (TeX, display) to a list of HTML strings, in one call of Node.

    Raises BuildError with KaTeX's own words where a formula does not parse.
    """
    if not formulas:
        return []
    need_modules()
    node = subprocess.run(
        ["node", str(HERE / "katex.cjs")],
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if node.returncode != 0:
        raise BuildError(f"KaTeX did not start: {node.stderr.strip().splitlines()[-1]}")
    rendered = json.loads(node.stdout)
    for (formula, _), result in zip(formulas, rendered, strict=True):
        if "error" in result:
            raise BuildError(f"the formula ${formula}$ does not parse: {result['error']}")
    return [result["html"] for result in rendered]


def fill(html, formulas):
    """The HTML with every formula's mark replaced by the rendered formula; its colours follow the theme."""
    rendered = [COLOUR.sub(lambda match: _themed(match[1]), one) for one in render(formulas)]
    return SLOT.sub(lambda match: rendered[int(match[1])], html)


def _themed(colour):
    """`color:` with the theme's name for one of the course's colours; another stays as it is."""
    from course_utils import figures

    names = {figures.DATA: "data", figures.MODEL: "model", figures.GREEN: "green"}
    known = {value.lower(): f"var(--{name})" for value, name in names.items()}
    return f"color:{known.get(colour.lower(), colour)}"


def fonts_used(html):
    """The names of the KaTeX fonts that the rendered formulas in an HTML string ask for, sorted."""
    classes = {name for value in re.findall(r'class="([^"]*)"', html) for name in value.split()}
    if "katex" not in classes:
        return []
    fonts = {font for name in classes & FONTS_BY_CLASS.keys() for font in FONTS_BY_CLASS[name]}
    return sorted(fonts | {"Main-Regular"})


def css(html):
    """KaTeX's style sheet with only the fonts that html uses, each inlined; empty without mathematics."""
    fonts = fonts_used(html)
    if not fonts:
        return ""
    folder = MODULES / "katex" / "dist"
    sheet = (folder / "katex.min.css").read_text(encoding="utf-8")

    def face(match):
        name = re.search(r"fonts/KaTeX_([\w-]+)\.woff2", match[0])[1]
        if name not in fonts:
            return ""
        data = base64.b64encode((folder / "fonts" / f"KaTeX_{name}.woff2").read_bytes()).decode()
        source = f'src:url(data:font/woff2;base64,{data}) format("woff2")'
        return re.sub(r"src:[^}]*", lambda _: source, match[0])

    return re.sub(r"@font-face\{[^}]*\}", face, sheet)
