"""The banks of questions: every lesson has one, its questions can be read and give no hint by their form."""

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from course_utils.classroom import questions
from course_utils.classroom.questions import bank

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import five_questions  # noqa: E402
import pointers  # noqa: E402
from standalone import markdown, tex  # noqa: E402

SOURCE = ROOT / "notebooks" / "source"
banks = pytest.mark.parametrize("lesson", questions.lessons())


QUESTION = (
    "[[question]]\nid = 'q{}'\nsection = 'S'\nask = 'Why?'\n"
    "options = ['a', 'b', 'c']\nanswer = 0\nreason = 'So.'\n"
)
GOOD = "".join(QUESTION.format(i) + "shown = true\n" * (i < 5) for i in range(10))


def texts(question):
    return [question.ask, *question.options, question.reason]


def test_every_lesson_has_a_bank_and_every_bank_a_lesson():
    sources = {path.stem for path in SOURCE.glob("[0-9][0-9]_*.py")}
    assert not set(questions.lessons()) - sources
    assert not sources - set(questions.lessons()), "ten questions or more are missing"


@banks
def test_each_section_is_a_heading_of_the_lesson(lesson):
    source = (SOURCE / f"{lesson}.py").read_text(encoding="utf-8")
    headings = set(re.findall(r"^# #+ (.+)$", source, flags=re.MULTILINE))
    assert not {question.section for question in questions.load(lesson)} - headings


@banks
def test_the_five_shown_come_from_all_over_the_lesson(lesson):
    assert len({question.section for question in questions.load(lesson) if question.shown}) >= 4


@banks
def test_the_place_of_the_right_option_is_no_pattern(lesson):
    answers = [question.answer for question in questions.load(lesson)]
    counts = Counter(answers)
    assert len(counts) >= 3 and max(counts.values()) <= len(answers) / 2, counts
    runs = "".join(map(str, answers))
    assert not re.search(r"(.)\1\1", runs), f"the same place three times in a row: {runs}"


@banks
def test_the_right_option_is_not_the_longest_as_a_rule(lesson):
    found, longest = questions.load(lesson), []
    for question in found:
        lengths = [len(option) for option in question.options]
        right = lengths.pop(question.answer)
        longest += [question.id] if right > max(lengths) else []
    assert len(longest) <= len(found) / 2, f"the longest option is right in {longest}"


@banks
def test_a_question_needs_no_other_lesson_and_no_pointer(lesson):
    for text in (text for question in questions.load(lesson) for text in texts(question)):
        assert pointers.filled(text) == text and not pointers.NAKED.search(text), text


def test_no_two_questions_ask_the_same():
    asked = Counter(question.ask for lesson in questions.lessons() for question in questions.load(lesson))
    assert max(asked.values()) == 1


def test_every_formula_is_one_that_katex_sets():
    md, formulas = markdown.parser(anchors=True), []
    for lesson in questions.lessons():
        for number, question in enumerate(questions.load(lesson), start=1):
            html = md.render(five_questions.folded(question, number), {"formulas": formulas})
            assert "$" not in re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL), (lesson, question.id)
            assert html.count("<details>") == html.count("</details>") == 1
            assert html.count("<li") == len(question.options) and not re.search("<(ol|h[1-6])", html), (
                f"a line of {question.id} ({lesson}) begins like a list or a heading: wrap it elsewhere"
            )
    assert len(formulas) > 100
    assert len(tex.render(formulas)) == len(formulas)


class TestWhatIsRefused:
    def test_the_good_bank_is_read(self):
        found = bank.parse(GOOD, "77_toy.toml")
        assert [question.id for question in found] == [f"q{i}" for i in range(10)]
        assert sum(question.shown for question in found) == 5
        assert found[0].options == ("a", "b", "c")

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("[[question]]", "[[question]", "is not TOML"),
            ("[[question]]", "[[other]]", "tables \\[\\[question\\]\\] and nothing else"),
            ("id = 'q0'", "id = 'q1'", "two questions with the id 'q1'"),
            ("id = 'q0'", "id = 'Q 0'", "small letters, digits and hyphens"),
            ("section = 'S'\n", "", "question 1: section is missing"),
            ("section = 'S'\n", "section = ' '\n", "section must be a text that is not empty"),
            ("ask = 'Why?'", "ask = 3", "ask must be a text"),
            ("ask = 'Why?'", "ask = 'Why?'\nhint = 'no'", "hint is unknown"),
            ("['a', 'b', 'c']", "['a', 'b']", "three to five"),
            ("['a', 'b', 'c']", "['a', 'b', 'c', 'd', 'e', 'f']", "three to five"),
            ("['a', 'b', 'c']", "['a', 'b', ' a ']", "two options are alike"),
            ("['a', 'b', 'c']", "['a', 'b', '']", "each option must be a text"),
            ("answer = 0", "answer = 3", "index from 0 to 2; got 3"),
            ("answer = 0", "answer = true", "index from 0 to 2"),
            ("reason = 'So.'", "reason = 'As (b) is wrong.'", "names an option by its letter"),
            ("reason = 'So.'", "reason = 'Option b is wrong.'", "names an option by its letter"),
            ("shown = true", "shown = 'yes'", "shown must be true or false"),
            ("shown = true\n", "", "it has 10, of which 4 are shown"),
        ],
    )
    def test_one_sentence_says_what_is_wrong(self, old, new, says):
        with pytest.raises(ValueError, match=says) as refused:
            bank.parse(GOOD.replace(old, new, 1), "77_toy.toml")
        assert str(refused.value).startswith("77_toy.toml")

    def test_a_formula_may_hold_letters_in_brackets(self):
        text = GOOD.replace("'So.'", "'As $(a)$ and f(b) say.'", 1)
        assert bank.parse(text, "77_toy.toml")[0].reason == "As $(a)$ and f(b) say."

    def test_too_few_are_refused(self):
        text = "".join(QUESTION.format(i) + "shown = true\n" * (i < 5) for i in range(9))
        with pytest.raises(ValueError, match="at least 10 questions and show 5 of them; it has 9"):
            bank.parse(text, "77_toy.toml")

    @pytest.mark.parametrize("lesson", ["77", "00_start", 0, None, ["00"]])
    def test_a_lesson_without_a_bank_is_refused(self, lesson):
        with pytest.raises((ValueError, TypeError), match="lesson must be one of '00_start_here'"):
            questions.load(lesson)
