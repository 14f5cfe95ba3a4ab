"""A table for a spreadsheet or a program: one row a question."""

import csv as table
import io

from ..bank import MOST_OPTIONS
from ..wording import letter


def csv(lesson, questions, key):
    """The questions as comma-separated values with a row of names; key: with answers and reasons."""
    names = ["lesson", "id", "section", "shown", "ask"]
    names += [f"option_{letter(i)}" for i in range(MOST_OPTIONS)] + ["answer", "reason"] * key
    out = io.StringIO()
    rows = table.DictWriter(out, names, restval="", lineterminator="\n")
    rows.writeheader()
    for question in questions:
        row = {"lesson": lesson, "id": question.id, "section": question.section, "ask": question.ask}
        row |= {f"option_{letter(i)}": option for i, option in enumerate(question.options)}
        row["shown"] = "yes" if question.shown else "no"
        if key:
            row |= {"answer": letter(question.answer), "reason": question.reason}
        rows.writerow(row)
    return out.getvalue()
