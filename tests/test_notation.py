"""The crosswalk of notations names only lectures that there are."""

import re
from pathlib import Path

import pytest

from course_utils.notation import LECTURES, SYMBOLS, crosswalk


def test_no_cell_of_the_table_is_split_by_a_bar():
    assert len({line.count("|") for line in crosswalk().splitlines()}) == 1


def test_no_formula_of_a_meaning_stands_there_as_bare_text():
    words = {symbol.ours: re.sub(r"\$[^$]+\$", "", symbol.meaning) for symbol in SYMBOLS}
    assert {ours: said for ours, said in words.items() if re.search(r"[_{}\\^$]|\bt\b", said)} == {}


def test_the_velocity_of_a_flow_has_the_letter_of_its_lesson():
    lesson = Path(__file__).parent.parent / "notebooks" / "source" / "16_flow_matching.py"
    (ours,) = [symbol.ours for symbol in SYMBOLS if symbol.meaning.startswith("velocity of a flow")]
    assert ours.partition("(")[0] + "(" in lesson.read_text(encoding="utf-8")


def test_the_table_names_only_what_exists():
    assert all(set(symbol.elsewhere) <= set(LECTURES) for symbol in SYMBOLS)
    assert crosswalk("D").count("\n") < crosswalk().count("\n")
    with pytest.raises(ValueError, match="lecture must be one of"):
        crosswalk("F")
