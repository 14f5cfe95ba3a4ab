"""The failure museum: whatever a student's cure returns, it is read and judged, and stops no notebook.

`exhibit` judges a cure in one line; `cure` hands on what it returns, for the cells that go on with it.
"""

from .cure import cure, like, numbers
from .exhibit import exhibit, settings_wrong

__all__ = ["cure", "exhibit", "like", "numbers", "settings_wrong"]
