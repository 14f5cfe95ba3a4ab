"""What the notebooks ask of a student's function, and what they say about it.

`check` prints a verdict and returns the function to go on with, `hint` gives the next hint, `reveal` shows
the answer to a prediction; `passes` hands a verdict to whoever gives points for it. `engine/` holds how a
function is judged, `lessons/` the exercises, a file each; they are imported when one of them is asked for.
"""

from course_utils.checks.engine.check import check, hint
from course_utils.checks.engine.passing import passes
from course_utils.checks.engine.reveal import reveal

__all__ = ["check", "hint", "passes", "reveal"]
