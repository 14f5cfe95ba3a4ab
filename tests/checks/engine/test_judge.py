"""Mistakes that raise: named by the same error on the same input, and by nothing less."""

import pytest
import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, find

SHIFTED = "Labels count from 0 here, and nothing is to be taken off: class 0 has no column then."
OTHER = "Twice the code is not the code, and a decoder that reads it would see the class at double strength."


def one_hot(y, classes):
    return F.one_hot(y, classes)


@pytest.fixture
def hot(told):
    """hot(function, labels): the verdict on a one-hot code, with a bank of which one mistake raises."""
    return lambda function, labels=([2, 0, 1], [1, 1, 3, 0]): told(
        function,
        reference=one_hot,
        inputs={f"{len(y)} labels": lambda rng, y=y: (torch.tensor(y), 4) for y in labels},
        mistakes=[
            Mistake(lambda y, classes: F.one_hot(y - 1, classes), SHIFTED),
            Mistake(lambda y, classes: 2 * F.one_hot(y, classes), OTHER),
        ],
    )


def test_the_same_error_on_the_same_input_names_the_mistake(hot):
    def student(y, classes):
        return torch.nn.functional.one_hot(y - 1, num_classes=classes)

    kind, text = hot(student)
    assert kind == "wrong"
    assert text.startswith("Your function raised RuntimeError: Class values must be non-negative (line 2 of ")
    assert text.endswith(f"). {SHIFTED}")


def test_another_message_or_type_names_none(hot):
    def refuse(y, classes):
        raise ValueError("Class values must be non-negative.")

    for function in (lambda y, classes: F.one_hot(y + 2, classes), refuse):
        kind, text = hot(function)
        assert kind == "wrong" and text.startswith("Your function raised") and SHIFTED not in text


def test_the_inputs_before_the_error_count_too(hot):
    labels = ([1, 2, 3], [1, 1, 3, 0])  # no class 0 in the first

    def late(y, classes):  # right where no label is 0, so it is another fault that raises the same
        return F.one_hot(torch.where(y == 0, -1, y), classes)

    kind, text = hot(lambda y, classes: F.one_hot(y.sub(1), classes), labels)
    assert kind == "wrong"
    assert (
        text.startswith("With 4 labels: your function raised RuntimeError: Class values") and SHIFTED in text
    )
    kind, text = hot(late, labels)
    assert text.startswith("With 4 labels: your function raised RuntimeError: Class values")
    assert SHIFTED not in text


def test_a_mistake_that_raises_harms_no_other_verdict(hot):
    assert hot(one_hot) == ("right", "")
    assert hot(lambda y, classes: F.one_hot(y, classes) + F.one_hot(y, classes)) == ("wrong", OTHER)
    kind, text = hot(lambda y, classes: 3 * F.one_hot(y, classes))
    assert (kind, text) == ("wrong", "Your values are always 3 times the expected ones.")


@pytest.mark.parametrize(
    "name, function, beginning",
    [
        (
            "vae.condition",
            lambda z, y, classes: torch.cat([z, F.one_hot(y - 1, classes).float()], dim=1),
            "Labels count from 0 here",
        ),
        (
            "vae.condition",
            lambda z, y, classes: torch.cat([z, F.one_hot(y, classes).float()]),
            "Joined along axis 0",
        ),
        (
            "diffusion.one_step",
            lambda x, noise, beta: torch.sqrt(1 - beta) * x + torch.sqrt(beta) * noise,
            "Here beta is a plain number",
        ),
        (
            "diffusion.one_step",
            lambda x, noise, beta: x * (1 - beta).sqrt() + noise * beta.sqrt(),
            "Here beta is a plain number",
        ),
        (
            "elbo.best_q",
            lambda x, W, sigma: (W @ x / (sigma**2 + W.dot(W)), sigma**2 / (sigma**2 + W.dot(W))),
            "W stands on the wrong side",
        ),
        (
            "vae.quantise",
            lambda z, codebook: torch.norm(z - codebook, dim=1).argmin(dim=0),
            "You subtract the list of codes",
        ),
    ],
)
def test_where_students_fall(verdict, name, function, beginning):
    text, returned = verdict(name, function)
    assert text.startswith(f"{name}: not yet. Your function raised ") and f"). {beginning}" in text
    assert returned is find(name).reference
