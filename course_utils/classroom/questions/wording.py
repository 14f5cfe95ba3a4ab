"""A question as Markdown: what notebooks show, and what the formats for paper and for courses start from."""

import re
from string import ascii_lowercase

CODE_OR_FORMULA = re.compile(
    r"(?P<code>^```.*?^```|(`+)(?!`).*?(?<!`)\2(?!`))|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+)\$",
    re.DOTALL | re.MULTILINE,
)


def letter(index):
    """The letter of the option with this index: 0 is a."""
    return ascii_lowercase[index]


def asked(question, number):
    """A Question and its options, with the number that it has where it stands, as Markdown."""
    options = "\n".join(f"- ({letter(i)}) {option}" for i, option in enumerate(question.options))
    return f"**Question {number}.** {question.ask}\n\n{options}"


def answered(question):
    """The right option's letter, the reason, and the section to look at again, as Markdown."""
    return f"**({letter(question.answer)})** {question.reason}\n\nSection: *{question.section}*"


def folded(question, number):
    """A Question with its answer behind a key that needs no kernel, as Markdown with one HTML element."""
    summary = f"<summary>Answer to question {number}</summary>"
    return f"{asked(question, number)}\n\n<details>{summary}\n\n{answered(question)}\n\n</details>"


def replace_formulas(text, formula):
    """Markdown in which formula(TeX, display) stands in place of each formula; code stays as it is."""

    def replaced(match):
        if match["code"]:
            return match[0]
        return formula((match["block"] or match["inline"]).strip(), match["block"] is not None)

    return CODE_OR_FORMULA.sub(replaced, text)
