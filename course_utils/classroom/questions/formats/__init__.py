"""The forms in which a bank can be exported, one a file, found by looking.

A file NAME.py defines NAME(lesson, questions, key), which returns the text: lesson is the notebook's name,
questions a list of Questions, key whether the answers and reasons come along.
"""

from ...._found import functions

FORMATS = functions(__name__, __path__)
