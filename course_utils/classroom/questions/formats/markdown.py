"""A sheet to print or to edit: the questions, and the key behind them."""

from ..wording import answered, asked


def markdown(lesson, questions, key):
    """The questions as Markdown with TeX between dollars; the key is a second part, to be cut off."""
    parts = [f"# Questions on lesson {lesson[:2]}"]
    parts += [asked(question, number) for number, question in enumerate(questions, start=1)]
    if key:
        parts.append("# Key")
        parts += [f"**Question {number}.** {answered(one)}" for number, one in enumerate(questions, start=1)]
    return "\n\n".join(parts) + "\n"
