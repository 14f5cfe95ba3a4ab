"""What the notebooks ask of a student's function, and what they say about it.

`check` prints a verdict and returns the function to go on with, `hint` gives the next hint, `reveal` shows
the answer to a prediction. Exercises live one file a notebook beside this one; files that start with an
underscore are the engine, and a file of exercises is imported only when one of them is asked for.
"""

from course_utils.checks._check import check, hint
from course_utils.checks._reveal import reveal

__all__ = ["check", "hint", "reveal"]
