"""The five questions with which a lesson ends, where it has a bank (course_utils/classroom/questions).

They stand behind the summary: at the end of the notebook, or before the last heading where that one is marked
"Going further" (the papers).
"""

import re

from course_utils.classroom import questions
from course_utils.classroom.questions.wording import folded

OPENING = """## Five questions

Choose an answer before you open ours. The last line of each answer names the section to look at again."""
HEADING = re.compile(r"^## (.*)", re.MULTILINE)
FURTHER = "Going further"


def texts(name):
    """The Markdown of the cells for a lesson, by its name: an opening and five more; none without a bank."""
    if name not in questions.lessons():
        return []
    shown = [question for question in questions.load(name) if question.shown]
    return [OPENING, *(folded(question, number) for number, question in enumerate(shown, start=1))]


def place(cells):
    """The index in a notebook's cells before which the questions go."""
    heads = [
        (i, words)
        for i, cell in enumerate(cells)
        if cell.cell_type == "markdown"
        for words in HEADING.findall(cell.source)
    ]
    if heads and heads[-1][1].startswith(FURTHER) and cells[heads[-1][0]].source.startswith(f"## {FURTHER}"):
        return heads[-1][0]
    return len(cells)
