"""What every widget's Python face shares: its module, its style, and a still picture where nothing runs."""

import io
from pathlib import Path

import anywidget
from PIL import Image

from ..figures import png
from .esm import bundle

HERE = Path(__file__).parent
STYLE = (HERE / "shared" / "style.css").read_text(encoding="utf-8")


def body(name):
    """The JavaScript of the widget in the folder `name`, as one ES module."""
    return bundle(HERE / name / "widget.js")


class Face(anywidget.AnyWidget):
    """An anywidget whose display carries a still of its first frame, with alternative text.

    JupyterLab shows the live widget; GitHub, a printer and a screen reader get the PNG and the sentence.
    """

    _css = STYLE

    def _alt(self):
        raise NotImplementedError

    def _still(self):
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        bundle, metadata = super()._repr_mimebundle_(**kwargs)
        alt = self._alt()
        bundle = {**bundle, "text/plain": alt, "image/png": _small(png(self._still()))}
        return bundle, {**metadata, "image/png": {"alt": alt}}


def _small(data):
    """The PNG with a palette of 255 colours: half the bytes, and no eye sees it in a still."""
    picture = Image.open(io.BytesIO(data)).convert("RGB").quantize(255, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
