"""The crosswalk of notations names only lectures that there are."""

import pytest

from course_utils.notation import LECTURES, SYMBOLS, crosswalk


def test_no_cell_of_the_table_is_split_by_a_bar():
    assert len({line.count("|") for line in crosswalk().splitlines()}) == 1


def test_the_table_names_only_what_exists():
    assert all(set(symbol.elsewhere) <= set(LECTURES) for symbol in SYMBOLS)
    assert crosswalk("D").count("\n") < crosswalk().count("\n")
    with pytest.raises(ValueError, match="lecture must be one of"):
        crosswalk("F")
