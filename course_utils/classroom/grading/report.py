"""What comes of grading, to read: a table for the teacher (CSV), and a page for each student (HTML)."""

import csv
import html
import io
import re
import unicodedata
from pathlib import Path

from course_utils._say import LOOKS
from course_utils._typeset import typeset

from . import placing

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
caption {{ text-align: left; padding: .5rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid #8a8a8a; }}
td {{ overflow-wrap: anywhere; }}
td:nth-child(2) {{ white-space: nowrap; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p><strong>{points} of {of} points.</strong> {note}</p>
<table>
<caption>One point for each exercise that is right, and what the check says of it.</caption>
<thead><tr><th scope="col">Exercise</th><th scope="col">Points</th><th scope="col">Feedback</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""
_FORMULA = ("=", "+", "-", "@")  # how a cell begins that a spreadsheet computes
_LONGEST = 200  # bytes of a page's name, of the 255 that a file's may have


def write_table(path, graded):
    """Write the teacher's table: a line a submission, two columns an exercise, its points and its feedback.

    graded: a list of `Graded`. No cell begins with what a spreadsheet would take for a formula, and the file
    begins with a mark by which Excel knows its umlauts. Another table that stood there is set aside first:
    returns its path, or None.
    """
    names = list(dict.fromkeys(name for one in graded for name in one.results))
    head = [*placing.HEAD]
    head += [column for name in names for column in (name, f"{name}: feedback")]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    for one in graded:
        row = [one.name, one.lesson, one.points, one.of, one.problem, " ".join(one.flags)]
        for name in names:
            result = one.results.get(name)
            row += [result.points, result.text] if result else ["", ""]
        writer.writerow([_cell(value) for value in row])
    return placing.put_table(Path(path), text.getvalue().encode("utf-8-sig"))


def write_pages(folder, graded):
    """Write a page for each submission into the folder, named as that is.

    Returns their paths, and those of pages that somebody had changed and that were set aside first.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written, kept = [], []
    for one in graded:
        base = re.sub(r"[^\w.-]+", "_", one.name.removesuffix(".ipynb")).strip("._")
        base = base.encode()[-_LONGEST:].decode(errors="ignore") or "submission"
        path, turn = folder / f"{base}.html", 1
        while path in written:
            turn += 1
            path = folder / f"{base}_{turn}.html"
        content = page(one).encode("utf-8", errors="replace")  # halves of characters are no text
        kept.append(placing.put_page(path, content))
        written.append(path)
    return written, [one for one in kept if one]


def page(graded):
    """One submission's page: all of it is escaped but the course's own markup."""
    rows = "\n".join(_row(name, result) for name, result in graded.results.items())
    title = html.escape(f"{graded.name}: lesson {graded.lesson}" if graded.lesson else graded.name)
    note = html.escape(graded.problem)
    return _PAGE.format(title=title, points=graded.points, of=graded.of, note=note, rows=rows)


def _row(name, result):
    sign, _ = LOOKS[result.kind]
    return (
        f'<tr><th scope="row">{html.escape(name)}</th><td>{sign} {result.points} of 1</td>'
        f"<td>{typeset(result.text[:1500])}</td></tr>"
    )


def _cell(value):
    text = "".join(one if one.isprintable() else " " for one in str(value))
    begins = unicodedata.normalize("NFKC", text.lstrip()[:1])  # some take a wide = for one
    return f"'{text}" if not isinstance(value, int) and begins in _FORMULA else text
