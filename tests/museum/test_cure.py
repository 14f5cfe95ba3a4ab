"""What a student's cure may return: anything, and each time one sentence at most."""

import pytest
import torch

from course_utils.museum import cure, like, numbers

IMAGES = torch.zeros(2, 1, 3, 4, dtype=torch.float64)


def said(capsys, function, read, *given):
    found = cure("exhibit A", function, *given, read=read, wanted="one number")
    return found, capsys.readouterr().out


@pytest.mark.parametrize("answer", [3.3, 3, [3.3], (3.3,), torch.tensor(3.3), torch.tensor([[3.3]]), True])
def test_one_number_comes_in_many_forms(capsys, answer):
    found, words = said(capsys, lambda: answer, numbers(1))
    assert len(found) == 1 and isinstance(found[0], float) and words == ""


@pytest.mark.parametrize(
    "answer", [[], [1, 2], "3.3", {}, {"a": 1}, float("nan"), torch.zeros(0), object(), [None], print, {3.3}]
)
def test_what_is_no_number_gets_one_sentence(capsys, answer):
    found, words = said(capsys, lambda: answer, numbers(1))
    assert found is None and words == "exhibit A: still broken, one number is wanted\n"


@pytest.mark.parametrize("answer", [1.0, "x", [IMAGES], IMAGES[:1], IMAGES.log(), IMAGES[:, 0], {}])
def test_what_is_not_like_the_images_gets_one_sentence(capsys, answer):
    found, words = said(capsys, lambda: answer, like(IMAGES))
    assert found is None and words == "exhibit A: still broken, one number is wanted\n"


def test_images_come_back_in_their_dtype_and_without_a_graph(capsys):
    found, words = said(capsys, lambda: IMAGES.float().requires_grad_(), like(IMAGES))
    assert found.dtype == torch.float64 and not found.requires_grad and words == ""


def test_a_blank_and_a_function_that_stops(capsys):
    for blank in (None, ...):
        assert said(capsys, lambda blank=blank: blank, numbers(1)) == (None, "exhibit A: not answered yet\n")

    def divided(x):
        return 1 / x

    found, words = said(capsys, divided, numbers(1), 0)
    assert found is None
    assert words == "exhibit A: still broken, your function stops with ZeroDivisionError: division by zero\n"
