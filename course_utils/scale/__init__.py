"""The course's models at full size on real data: `python -m course_utils train RECIPE --data NAME`.

A recipe is one file in families/, found by looking. `train` writes the weights with their provenance, a
picture of samples and measures; `load` gives the model back, and `sample` draws from it.
"""

from .beside import load
from .families import FAMILIES
from .run import sample, train
from .throughput import throughput

__all__ = ["FAMILIES", "load", "sample", "throughput", "train"]
