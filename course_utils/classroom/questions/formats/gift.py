"""GIFT, which Moodle imports (docs.moodle.org, "GIFT format"; question/format/gift/format.php reads it)."""

import functools
import re
from html import escape

from ..wording import replace_formulas

CONTROL = re.compile(r"[\\~=#{}:]")
# Private-use characters: they pass through the renderer untouched, and no author types them.
OPEN, CLOSE = "\ue000", "\ue001"


def gift(lesson, questions, key):
    """The questions as multiple choice in a category of the lesson, the reason as general feedback.

    Texts are HTML, formulas between the marks that MathJax knows in Moodle, \\( and \\). Raises ValueError
    without the key, since the form has no place for a question whose answer is not known.
    """
    if not key:
        raise ValueError("gift cannot be exported without the key: it marks the right answer.")
    parts = [f"$CATEGORY: {lesson}"]
    return "\n\n".join(parts + [_question(lesson, question) for question in questions]) + "\n"


def _question(lesson, question):
    lines = [f"::{_safe(f'{lesson[:2]} {question.id}')}::[html]{_html(question.ask)}{{"]
    for i, option in enumerate(question.options):
        lines.append(("=" if i == question.answer else "~") + _html(option))
    return "\n".join([*lines, f"####{_html(question.reason)}", "}"])


def _html(text):
    """Markdown as HTML on one line, in which no character is taken for one of GIFT's own."""
    formulas = []

    def slot(tex, display):
        formulas.append(f"\\[{escape(tex)}\\]" if display else f"\\({escape(tex)}\\)")
        return f"{OPEN}{len(formulas) - 1}{CLOSE}"

    html = _renderer()(replace_formulas(text, slot)).strip()
    if html.count("<p>") == 1 and html.startswith("<p>") and html.endswith("</p>"):
        html = html[3:-4]
    html = re.sub(f"{OPEN}(\\d+){CLOSE}", lambda match: formulas[int(match[1])], html)
    return _safe(html)


@functools.cache
def _renderer():
    import mistune

    return mistune.create_markdown(escape=False, plugins=["table"])


def _safe(text):
    return CONTROL.sub(lambda match: f"\\{match[0]}", text).replace("\n", "\\n")
