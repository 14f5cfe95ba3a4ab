"""How far two colours are apart for the eye, for the tests of decks and of widgets."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from standalone.contrast import contrast, luminance

__all__ = ["contrast", "luminance"]
