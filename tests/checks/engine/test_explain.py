"""What is said of answers in no bank: exact cases by hand, and nothing that fails on one of the inputs."""

import numpy as np
import pytest
import torch

from course_utils.checks.engine.registry import find, names

FIRST, LATER = torch.tensor([[1.0, 2.0, 4.0], [8.0, 16.0, -32.0], [64.0, 128.0, 256.0]]), torch.arange(20.0)
SQUARES = {
    "nine": lambda rng: (FIRST.clone(), 3),
    "sixteen": lambda rng: (LATER[:16].reshape(4, 4) ** 2 - 7, 4),
    "twenty-five": lambda rng: (torch.cat([LATER, LATER[:5] - 50.5]).reshape(5, 5) / 4, 5),
}


def tripled(x, n):
    """The right answer in what follows, [n, n]: no input, and not symmetric."""
    return 3 * x + 0.3


@pytest.fixture
def of_square(told):
    """of_square(change): what is said of the right [n, n] tensor changed by change(right, x, n)."""

    def ask(change, **parts):
        kind, text = told(
            lambda x, n: change(tripled(x, n), x, n), reference=tripled, inputs=SQUARES, **parts
        )
        assert kind == "wrong"
        return text

    return ask


@pytest.mark.parametrize(
    "change, text",
    [
        (lambda r, x, n: x, "What you return is x as it came in."),
        (lambda r, x, n: x.T, "With nine at [2, 2] you return 256, 768 is wanted."),
        (lambda r, x, n: r.T, "Your values are the right ones, with axes 0 and 1 exchanged."),
        (lambda r, x, n: r.flip(0), "Your values are the right ones in reverse order along axis 0."),
        (lambda r, x, n: r.flip(1), "Your values are the right ones in reverse order along axis 1."),
        (
            lambda r, x, n: r.roll(1, 0),
            "Your values stand one place too late along axis 0: what is wanted at index 0 is at index 1, and "
            "so on.",
        ),
        (
            lambda r, x, n: torch.cat([r[:, 1:], torch.zeros(n, 1)], dim=1),
            "Your values stand one place too early along axis 1: what is wanted at index 1 is at index 0, "
            "and so on.",
        ),
        (
            lambda r, x, n: r[:, [2, 0, 1, *range(3, n)]],
            "Your values are the right ones in another order along axis 1.",
        ),
        (
            lambda r, x, n: r.flatten().roll(2).reshape(n, n),
            "Your values are the right ones in other places: is something reshaped that should be "
            "transposed?",
        ),
        (
            lambda r, x, n: torch.cat([r[:-1], r[-1:] + 1]),
            "All values are right but the last along axis 0: with nine at [2, 0] you return 193, 192 is "
            "wanted.",
        ),
        (
            lambda r, x, n: torch.cat([0 * r[:, :1], r[:, 1:]], dim=1),
            "All values are right but the first along axis 1: with nine at [2, 0] you return 0, 192 is "
            "wanted.",
        ),
        (
            lambda r, x, n: torch.cat([r[:1], r[1:2] + 1, r[2:]]),
            "All values are right but those at index 1 along axis 0: with nine at [1, 0] you return 25.3, "
            "24.3 is wanted.",
        ),
        (lambda r, x, n: 0 * r + 7, "What you return is 7 throughout, for every input tried."),
        (lambda r, x, n: 1 - r, "Your values are one minus the expected ones."),
        (lambda r, x, n: r.abs(), "Your values are the expected ones without their signs."),
        (lambda r, x, n: r.clamp(min=0), "Your values are the expected ones with 0 for the negative ones."),
        (lambda r, x, n: r.floor(), "Your values are the expected ones rounded down to whole numbers."),
        (lambda r, x, n: r.round(), "Your values are the expected ones rounded to whole numbers."),
        (
            lambda r, x, n: -r,
            "Your values are exactly those of a right answer with one slip: a sign is turned.",
        ),
        (lambda r, x, n: r - 2, "Your values are always 2 too small."),
        (lambda r, x, n: r / 4, "Your values are always 0.25 times the expected ones."),
        (
            lambda r, x, n: r / n,
            "Your values are the expected ones divided by the size of axis 0 of x: is a mean taken for a "
            "sum, or, below a fraction line, a sum for a mean?",
        ),
        (
            lambda r, x, n: r / n**0.5,
            "Your values are the expected ones divided by the square root of the size of axis 0 of x.",
        ),
        (
            lambda r, x, n: r * n / (n - 1),
            "Your values are the expected ones times n / (n - 1), where n is the size of axis 0 of x.",
        ),
        (
            lambda r, x, n: r * n * n,
            "Your values are the expected ones times the number of values in x: is a sum taken for a mean, "
            "or, below a fraction line, a mean for a sum?",
        ),
    ],
)
def test_what_holds_for_all_inputs_is_said(of_square, change, text):
    assert of_square(change) == text


@pytest.mark.parametrize(
    "change, text",
    [
        (
            lambda r, x, n: r.mean(0),
            "shape [3]; shape [3, 3] is wanted (it is what is wanted after a mean over axis 0)",
        ),
        (lambda r, x, n: r.sum(1, keepdim=True), "wanted (it is what is wanted after a sum over axis 1)."),
        (lambda r, x, n: r.sum(), "(it is what is wanted after a sum over all axes)."),
        (lambda r, x, n: r[1:], "(the values are right, and the first along axis 0 is missing)."),
        (lambda r, x, n: r[:, :-1], "(the values are right, and the last along axis 1 is missing)."),
        (
            lambda r, x, n: torch.cat([torch.zeros(1, n), r]),
            "(the values are right, and there is one too many before the first along axis 0).",
        ),
        (
            lambda r, x, n: torch.cat([r, r[:, :1]], dim=1),
            "(the values are right, and there is one too many after the last along axis 1).",
        ),
        (lambda r, x, n: r[None], "With nine: your result has shape [1, 3, 3]; shape [3, 3] is wanted (the "),
        (lambda r, x, n: torch.stack([r, r]), "result has shape [2, 3, 3]; shape [3, 3] is wanted"),
    ],
)
def test_a_wrong_shape_says_what_is_right_about_the_values(of_square, change, text):
    assert text in of_square(change)


ROWS = {
    f"{n} by {d}": lambda rng, n=n, d=d: (torch.randn(n, d, generator=rng), torch.randn(d, generator=rng))
    for n, d in ((4, 3), (2, 5), (6, 2))
}


@pytest.mark.parametrize(
    "function, clue",
    [
        (lambda x, w: x * w, " (the values are right, and a sum over axis 1 is missing)"),
        (lambda x, w: ((x @ w)[:, None] * 1).expand(-1, len(x)), " (the right values are on its diagonal"),
        (lambda x, w: x, " (it is x as it came in)"),
        (lambda x, w: (x @ w).mean(), " (it is what is wanted after a mean over all of them)"),
        (
            lambda x, w: torch.cat([x @ w, torch.zeros(1)]),
            " (the values are right, and there is one too many after the last)",
        ),
        (lambda x, w: (x @ w)[:, None], " (the values are right)."),
        (lambda x, w: x + w, "."),
    ],
)
def test_a_wrong_shape_of_a_vector(told, function, clue):
    kind, text = told(function, reference=lambda x, w: x @ w, inputs=ROWS)
    assert kind == "wrong" and text.startswith("With 4 by 3: your result ")
    assert f"shape [4] is wanted{clue}" in text or text.endswith(clue)
    assert clue != "." or "(" not in text


@pytest.mark.parametrize(
    "clue, reduce",
    [
        ("mean over all axes but 0", lambda x: x.mean((1, 2, 3))),
        ("sum over all axes but 1", lambda x: x.sum((0, 2, 3))),
    ],
)
def test_a_missing_sum_over_several_axes(told, clue, reduce):
    inputs = {f"{n} images": lambda rng, n=n: (torch.randn(n, 2, 4, 4, generator=rng),) for n in (3, 5, 6)}
    kind, text = told(lambda x: x**2, reference=lambda x: reduce(x**2), inputs=inputs)
    assert kind == "wrong" and text.endswith(f"is wanted (the values are right, and a {clue} is missing).")


def test_exchanged_axes_show_in_the_shape(told):
    kind, text = told(lambda x, w: (x * w).T, reference=lambda x, w: x * w, inputs=ROWS)
    assert kind == "wrong"
    assert text == (
        "With 4 by 3: your result has shape [3, 4]; shape [4, 3] is wanted (the values are right, with axes "
        "0 and 1 exchanged)."
    )


def test_a_part_of_a_tuple_is_described_alone(told):
    def both(x, w):
        return x @ w, x * w

    parts = {"reference": both, "inputs": ROWS, "returns": ("sum", "terms")}
    assert told(lambda x, w: (x @ w, (x * w).flip(1)), **parts)[1] == (
        "Your sum is right; for the terms: your values are the right ones in reverse order along axis 1."
    )
    assert told(lambda x, w: (x @ w, x), **parts)[1] == (
        "Your values are exactly those of a right answer with one slip: a factor is missing."
    )
    assert told(lambda x, w: (x @ w, x @ w), **parts)[1] == (
        "With 4 by 3: your terms has shape [4]; shape [4, 3] is wanted (it is what is wanted after a sum "
        "over axis 1)."
    )


# ---- what does not hold for one of the inputs is not said


def only_where(change, holds):
    return lambda r, x, n: change(r, n) if holds(n) else r + torch.linspace(1, 2, n)


@pytest.mark.parametrize(
    "change, word",
    [
        (lambda r, n: r.T, "exchanged"),
        (lambda r, n: r.flip(0), "reverse"),
        (lambda r, n: r.roll(1, 1), "place"),
        (lambda r, n: r[[1, 0, *range(2, n)]], "order"),
        (lambda r, n: 2 * r, "always"),
        (lambda r, n: r + 1, "always"),
        (lambda r, n: r / n, "divided"),
        (lambda r, n: torch.cat([r[:-1], r[-1:] + 1]), "All values"),
        (lambda r, n: 0 * r, "throughout"),
    ],
)
def test_what_fails_on_one_input_is_not_said(of_square, change, word):
    assert word in of_square(lambda r, x, n: change(r, n))
    for exception in (3, 5):
        said = of_square(only_where(change, lambda n, exception=exception: n != exception))
        assert said.startswith("With nine at [") and word not in said


def test_a_factor_is_not_always_where_one_input_is_right(of_square):
    said = of_square(lambda r, x, n: 2 * r if n < 5 else r)
    assert said == "With nine at [2, 2] you return 1537, 768 is wanted."


def test_a_shape_that_is_off_in_two_ways_gets_no_clue(of_square):
    said = of_square(lambda r, x, n: r.mean(0) if n == 3 else r.sum(0))
    assert said == "With nine: your result has shape [3]; shape [3, 3] is wanted."


def test_zeros_where_zeros_are_wanted_do_not_hide_a_factor(told):
    inputs = {
        "three": lambda rng: (torch.tensor([1.0, 2.0, -4.0]),),
        "zeros": lambda rng: (torch.zeros(4),),
        "two": lambda rng: (torch.tensor([5.0, -2.0]),),
        "one infinite": lambda rng: (torch.tensor([1.0, torch.inf]),),
    }
    assert told(lambda x: 5 * x, reference=lambda x: 2 * x, inputs=inputs)[1] == (
        "Your values are always 2.5 times the expected ones."
    )
    said = told(lambda x: 5 * x + (x == 0), reference=lambda x: 2 * x, inputs=inputs)[1]
    assert said == "With three at [2] you return -20, -8 is wanted."


@pytest.mark.parametrize(
    "step, text",
    [
        (torch.floor, "rounded down to whole numbers"),
        (torch.round, "rounded to whole numbers"),
        (torch.abs, "without their signs"),
        (torch.relu, "with 0 for the negative ones"),
    ],
)
def test_a_step_that_is_missing_at_the_end_is_named(told, step, text):
    inputs = {f"{n} numbers": lambda rng, n=n: (torch.arange(n) - 1.7,) for n in (4, 5, 8)}
    said = told(lambda x: x * 1.3, reference=lambda x: step(x * 1.3), inputs=inputs)[1]
    assert said == f"What is wanted is your values {text}."


def test_a_whole_number_that_is_a_factor_is_named(told):
    inputs = {f"k = {k}": lambda rng, k=k: (torch.randn(5, generator=rng), k) for k in (2, 3, 7)}
    said = told(lambda x, k: x.exp(), reference=lambda x, k: x.exp() / k, inputs=inputs)[1]
    assert said == "Your values are the expected ones times k."


CHANGES = {
    "first half": lambda one: one[: len(one) // 2],
    "none of it": lambda one: one[:0],
    "doubled": lambda one: torch.cat([one, one]),
    "reversed": lambda one: one.flip(0),
    "shifted": lambda one: one.roll(1, -1),
    "exchanged": lambda one: one.transpose(0, -1),
    "a sum": lambda one: one.sum(-1),
    "a mean": lambda one: one.double().mean(0),
    "all of it": lambda one: one.double().mean(),
    "another axis": lambda one: one[None],
    "no axis": lambda one: one.flatten()[0],
    "zeros": lambda one: 0 * one,
    "part NaN": lambda one: torch.where(one > one.double().mean(), torch.nan, one),
    "infinite": lambda one: one / 0.0,
    "the last wrong": lambda one: torch.cat([one[:-1], one[-1:] + 1]),
    "whole": lambda one: one.int() + 1,
    "complex": lambda one: one * 1j,
    "numpy": lambda one: np.asarray(one.detach()) + 1,
    "a list": lambda one: (one + 1).tolist(),
    "an outer product": lambda one: one.flatten()[:50, None] * one.flatten()[:50],
}


@pytest.mark.parametrize("name", names())
def test_no_form_of_a_wrong_answer_brings_down_the_check(verdict, name):
    reference = find(name).reference
    arguments = ", ".join(find(name).arguments)

    def answer(change, args):
        value = reference(*args)
        parts = value if isinstance(value, tuple | list) else [value]
        changed = [change(torch.as_tensor(part)) for part in parts]
        return changed[0] if torch.is_tensor(value) or len(changed) == 1 else tuple(changed)

    for label, change in CHANGES.items():
        scope = {"answer": lambda args, change=change: answer(change, args)}
        exec(f"def student({arguments}):\n    return answer(({arguments},))\n", scope)
        text, _ = verdict(name, scope["student"])
        assert "the check itself failed" not in text, f"{label}: {text}"
