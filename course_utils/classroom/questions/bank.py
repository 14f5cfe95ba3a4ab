"""The banks of questions: one file a lesson, read and looked over."""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from ..._validate import check_choice

FOLDER = Path(__file__).resolve().parent
SHOWN, AT_LEAST = 5, 10
FEWEST_OPTIONS, MOST_OPTIONS = 3, 5
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
BY_LETTER = re.compile(r"(?<!\w)\([a-e]\)|\b([Oo]ption|[Aa]nswer) [a-e]\b")


@dataclass(frozen=True)
class Question:
    """A question with one right answer; its texts are Markdown with TeX between dollars.

    options: three to five lines; answer: the index of the right one; section: the heading that it belongs to;
    shown: whether it is one of the five at the end of the notebook.
    """

    id: str
    section: str
    ask: str
    options: tuple[str, ...]
    answer: int
    reason: str
    shown: bool = False


def lessons():
    """The names of the lessons that have a bank, such as "00_start_here", in order."""
    return [path.stem for path in sorted(FOLDER.glob("[0-9][0-9]_*.toml"))]


def name_of(lesson):
    """The name of the lesson with a bank that has this name or number; ValueError where there is none."""
    known = {name[:2]: name for name in lessons()}
    if isinstance(lesson, str) and lesson.isdigit() and lesson.zfill(2) in known:  # 3 is 03
        return known[lesson.zfill(2)]
    return check_choice("lesson", lesson, known.values())


def load(lesson):
    """The list of Questions in a lesson's bank; lesson: its name or its number, such as "00".

    Raises ValueError where there is no such bank, or where it is not of the form that this room describes, in
    one sentence that names the file and the question.
    """
    name = name_of(lesson)
    return parse((FOLDER / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def parse(text, file):
    """The list of Questions in the text of a bank called file; ValueError where it is not of the form."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file} is not TOML: {error}.") from None
    tables = content.get("question")
    if set(content) != {"question"} or not isinstance(tables, list):
        raise ValueError(f"{file} must hold tables [[question]] and nothing else.")
    questions = [_question(table, f"{file}, question {i}") for i, table in enumerate(tables, start=1)]
    ids = [question.id for question in questions]
    twice = next((id for id in ids if ids.count(id) > 1), None)
    if twice:
        raise ValueError(f"{file} has two questions with the id {twice!r}.")
    shown = sum(question.shown for question in questions)
    if shown != SHOWN or len(questions) < AT_LEAST:
        got = f"it has {len(questions)}, of which {shown} are shown"
        raise ValueError(f"{file} must have at least {AT_LEAST} questions and show {SHOWN} of them; {got}.")
    return questions


def _question(table, where):
    """A Question from its table, its texts unwrapped; where: how an error begins."""
    names = {field.name for field in fields(Question)}
    wrong = sorted(set(table) - names) or sorted(names - {"shown"} - set(table))
    if wrong:
        raise ValueError(f"{where}: {wrong[0]} is {'unknown' if wrong[0] in table else 'missing'}.")
    for name in ("id", "section", "ask", "reason"):
        if not isinstance(table[name], str) or not table[name].strip():
            raise ValueError(f"{where}: {name} must be a text that is not empty; got {table[name]!r}.")
    where = f"{where} ({table['id']})"
    if not SLUG.fullmatch(table["id"]):
        raise ValueError(f"{where}: its id must be small letters, digits and hyphens.")
    if not isinstance(table.get("shown", False), bool):
        raise ValueError(f"{where}: shown must be true or false; got {table['shown']!r}.")
    options = _options(table["options"], table["answer"], where)
    reason = table["reason"].strip()
    if BY_LETTER.search(FORMULA.sub("", reason)):
        raise ValueError(f"{where}: its reason names an option by its letter; say what the option says.")
    texts = {"ask": table["ask"].strip(), "reason": reason, "section": table["section"].strip()}
    return Question(**{**table, **texts, "options": options})


def _options(options, answer, where):
    """The options as a tuple of lines; ValueError where they are not three to five, or answer is none's."""
    if not isinstance(options, list) or not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise ValueError(f"{where}: options must be a list of three to five texts.")
    if not all(isinstance(option, str) and option.strip() for option in options):
        raise ValueError(f"{where}: each option must be a text that is not empty.")
    lines = tuple(" ".join(option.split()) for option in options)
    if len(set(lines)) < len(lines):
        raise ValueError(f"{where}: two options are alike.")
    if isinstance(answer, bool) or not isinstance(answer, int) or not 0 <= answer < len(lines):
        raise ValueError(f"{where}: answer must be an index from 0 to {len(lines) - 1}; got {answer!r}.")
    return lines
