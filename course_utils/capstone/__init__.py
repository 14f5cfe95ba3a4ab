"""The capstone: six projects, the part of their rubric that a computation can judge, and a model card.

`grade("p1", samples=..., ...)` gives points for what was handed in, a sentence each, and names what is left
for a person to judge; `rubric("p1")` is the whole table. A project is one file in projects/, found by
looking.
"""

from .card import card_template, missing_fields
from .folder import example_folder
from .grading import grade, rubric
from .report import Line, Report

__all__ = ["Line", "Report", "card_template", "example_folder", "grade", "missing_fields", "rubric"]
