"""How good a sample is: a judge that reads digits, how many modes were found, how far the features lie.

A new measure is a function in a file here; every function and class of these files is `metrics.NAME`.
"""

from .._found import public

globals().update(public(__name__, __path__))

__all__ = list(public(__name__, __path__))
