"""What is exported can be read again: by a spreadsheet, by Moodle's rules, from the printed sheet."""

import csv
import html
import io
import re

import pytest

from course_utils.__main__ import main
from course_utils.classroom import questions
from course_utils.classroom.questions import bank, wording

banks = pytest.mark.parametrize("lesson", questions.lessons())
HARD = r"""
[[question]]
id = "hard"
section = "S"
shown = true
ask = '''
Is $\{x : x = 1\}$ a *set*, with $\nabla f < \|x\|_1$ and ~ # = : in the text?

$$\int_0^1 x \,dx$$

    price = "$5"
'''
options = ['[0, 1]', '`a = {1: 2}`', '50 % & more', '-1.2', '$5 \cdot 10^{-3}$']
answer = 1
reason = 'No ::name:: and no // comment, \ or \n of ours; 1 < 2 -> 3.'
"""


def decoded(text):
    """A text of Moodle's after its parser: first what was escaped, then back (format.php, escapedchar_*)."""
    return re.sub(r"&&(\d{3});", lambda match: chr(int(match[1])), text)


def read_gift(text):
    """The questions in GIFT as (name, text, [(right, option)], feedback), read as Moodle reads them."""
    category, *parts = text.strip().split("\n\n")
    assert re.fullmatch(r"\$CATEGORY: \w+", category)
    for part in parts:
        part = part.replace(r"\\", "&&092;")
        for character in ":#={}~":
            part = part.replace(f"\\{character}", f"&&{ord(character):03};")
        part = part.replace(r"\n", "&&010;").replace("&&092;", "\\")
        name, rest = re.fullmatch(r"::(.*?)::(.*)", part, re.DOTALL).groups()
        asked, answers = re.fullmatch(r"\[html\](.*?)\{(.*?)\}", rest, re.DOTALL).groups()
        answers, feedback = answers.rsplit("####", 1)
        options = [one.strip() for one in answers.replace("=", "~=").split("~") if one.strip()]
        listed = [(one[0] == "=", decoded(one.removeprefix("="))) for one in options]
        yield decoded(name), decoded(asked).strip(), listed, decoded(feedback).strip()


def words(text):
    """A text's words and formulas, without the marks of Markdown and HTML, to compare two forms of it."""
    text = wording.replace_formulas(text, lambda tex, display: f" {tex} ")
    text = re.sub(r"\\[()[\]]", " ", html.unescape(re.sub(r"</?[a-z][^>]*>", " ", text)))
    return re.sub(r"[`*\s]+|(?<!\w)_|_(?!\w)", "", text)


@banks
def test_a_table_holds_all_of_the_bank(lesson):
    rows = list(csv.DictReader(io.StringIO(questions.export(lesson, "csv"))))
    for row, question in zip(rows, questions.load(lesson), strict=True):
        options = tuple(filter(None, (row[f"option_{letter}"] for letter in "abcde")))
        place = "abcde".index(row["answer"])
        same = (row["id"], row["section"], row["ask"], options, place, row["reason"], row["shown"] == "yes")
        assert bank.Question(*same) == question and row["lesson"] == lesson


@banks
def test_moodle_reads_what_the_bank_says(lesson):
    found = questions.load(lesson)
    for (name, asked, options, feedback), question in zip(
        read_gift(questions.export(lesson, "gift")), found, strict=True
    ):
        assert name == f"{lesson[:2]} {question.id}"
        assert [right for right, _ in options].index(True) == question.answer
        assert sum(right for right, _ in options) == 1
        for one, text in zip(
            [asked, *(option for _, option in options), feedback],
            [question.ask, *question.options, question.reason],
            strict=True,
        ):
            assert words(one) == words(text)


@banks
def test_the_sheet_holds_every_question_and_its_key_apart(lesson):
    found = questions.load(lesson)
    sheet, blank = questions.export(lesson, "markdown"), questions.export(lesson, "markdown", key=False)
    asked, key = sheet.split("\n\n# Key\n\n")
    assert blank == asked + "\n"
    for number, question in enumerate(found, start=1):
        assert wording.asked(question, number) in asked
        assert f"**Question {number}.** **({'abcde'[question.answer]})** {question.reason}" in key
        assert question.reason not in asked


def test_hard_characters_survive():
    (question,) = [bank._question(table, "here") for table in bank.tomllib.loads(HARD)["question"]]
    ((_, asked, options, feedback),) = read_gift(questions.FORMATS["gift"]("77_toy", [question], True))
    assert r"\(\{x : x = 1\}\)" in asked and r"\(\nabla f &lt; \|x\|_1\)" in asked
    assert r"\[\int_0^1 x \,dx\]" in asked and 'price = "$5"' in html.unescape(asked)
    assert "<em>set</em>" in asked and "~ # = : in the text" in asked
    assert [text for _, text in options] == [
        "[0, 1]", "<code>a = {1: 2}</code>", "50 % &amp; more", "-1.2", r"\(5 \cdot 10^{-3}\)",
    ]  # fmt: skip
    assert feedback == r"No ::name:: and no // comment, \ or \n of ours; 1 &lt; 2 -&gt; 3."
    (row,) = csv.DictReader(io.StringIO(questions.FORMATS["csv"]("77_toy", [question], True)))
    assert row["ask"] == question.ask and row["option_b"] == question.options[1]


def test_without_the_key_no_answer_is_left():
    (header, *_) = questions.export("00", "csv", key=False).splitlines()
    assert header.endswith(",option_e") and "reason" not in header
    with pytest.raises(ValueError, match="gift cannot be exported without the key"):
        questions.export("00", "gift", key=False)


def test_only_the_five_that_are_shown():
    assert len(list(read_gift(questions.export("00_start_here", "gift", shown=True)))) == 5


def test_an_unknown_form_is_refused():
    with pytest.raises(ValueError, match="format must be one of 'csv', 'gift', 'markdown'; got 'gfit'. Did"):
        questions.export("00", "gfit")


class TestCommand:
    def test_it_writes_the_file(self, tmp_path, capsys):
        out = tmp_path / "bank.txt"
        assert main(["questions", "00", "--format", "gift", "--out", str(out)]) == 0
        assert out.read_text(encoding="utf-8") == questions.export("00", "gift")
        assert capsys.readouterr().out == ""

    def test_a_number_needs_no_nought(self, capsys):
        assert main(["questions", "3", "--format", "gift"]) == 0
        assert capsys.readouterr().out == questions.export("03", "gift")

    def test_it_prints_the_sheet(self, capsys):
        assert main(["questions", "00_start_here", "--shown", "--no-key"]) == 0
        assert capsys.readouterr().out == questions.export("00", "markdown", key=False, shown=True)

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["77"], "lesson must be one of"),
            (["00", "--format", "pdf"], "format must be one of"),
            (["00", "--out", "no/such/folder/x.txt"], "cannot be written to no/such/folder/x.txt (No such"),
            (["00", "--out", "."], "The questions cannot be written to . (Is a directory): name a file"),
        ],
    )
    def test_what_cannot_be_done_is_one_sentence(self, arguments, says, capsys):
        assert main(["questions", *arguments]) == 2
        error = capsys.readouterr().err
        assert "Errno" not in error
        assert says in error and "Traceback" not in error
