"""What every widget's Python face shares: its module, its style, and a still picture where nothing runs."""

import inspect
from pathlib import Path

import anywidget

from ...figures import png
from .esm import bundle

STYLE = Path(__file__).parent / "style.css"


class Face(anywidget.AnyWidget):
    """An anywidget whose display carries a still of its first frame, with alternative text.

    JupyterLab shows the live widget; GitHub, a printer and a screen reader get the PNG and the sentence. Its
    body is widget.js beside the Python, with the shared style and style.css where the folder has one.
    """

    def __init_subclass__(cls, **kwargs):
        if not hasattr(cls, "_esm"):  # traitlets makes subclasses of its own, which have it already
            folder = Path(inspect.getfile(cls)).parent
            styles = [path for path in (STYLE, folder / "style.css") if path.exists()]
            cls._esm = bundle(folder / "widget.js")
            cls._css = "".join(path.read_text(encoding="utf-8") for path in styles)
        super().__init_subclass__(**kwargs)

    def _alt(self):
        """One sentence on what the first frame shows."""
        raise NotImplementedError

    def _still(self):
        """The first frame as a matplotlib figure."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        bundle, metadata = super()._repr_mimebundle_(**kwargs)
        alt = self._alt()
        bundle = {**bundle, "text/plain": alt, "image/png": png(self._still())}
        return bundle, {**metadata, "image/png": {"alt": alt}}
