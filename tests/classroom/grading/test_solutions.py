"""The course's own solutions have full points in every lesson, on inputs that no check has shown."""

import pytest

from course_utils.classroom.grading import fresh, grade, judge
from course_utils.classroom.grading.extract import answers
from course_utils.classroom.grading.notebook import read_cells
from course_utils.classroom.grading.sandbox import Limits, Sandbox


@pytest.fixture(scope="module")
def patient():
    made = Sandbox(Limits())
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", grade.lessons())
def test_the_solutions_have_full_points(patient, number):
    functions = grade._functions(number)
    found = answers(read_cells(grade._own("solutions", number)), functions)
    for name in functions:
        result = judge.verdict(patient, fresh.Fresh(name, seed=1), found[name])
        assert result.points == 1, (name, result.text)
