"""The projects that end the course: notebooks/capstone/README.md, with links to their pages."""

import re

import index
from standalone import frame

TITLE = "Projects"
LINK = re.compile(r"\]\((solutions/)?(p\d_\w+)\.ipynb\)")


def body(site):
    """What each asks, how it is judged, and the model card."""
    text = (index.CAPSTONE / "README.md").read_text(encoding="utf-8")
    return frame.written(
        LINK.sub(lambda link: f"](pages/{link[2]}{'_worked' if link[1] else ''}.html)", text)
    )
