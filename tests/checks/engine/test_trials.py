"""What every function is tried on besides the inputs of its exercise."""

import time

import pytest
import torch

from course_utils.checks.engine import judge, run

ROWS = {
    f"{n} rows of {d}": lambda rng, n=n, d=d: (torch.randn(n, d, generator=rng),) for n, d in ((4, 3), (5, 2))
}


def lengths(x):
    return x.square().sum(dim=1)


def squeezed(x):
    return x.square().sum(dim=1).squeeze()


def cut_off(x):
    return x.clamp(-4, 4).square().sum(dim=1)


def by_memory(x):
    return torch.as_strided(x, x.shape, (x.shape[1], 1)).square().sum(dim=1)


def viewed(x):
    return x.view(-1).view(x.shape).square().sum(dim=1)


def through_numpy(x):
    return torch.from_numpy((x.numpy() ** 2).sum(axis=1))


def test_a_batch_of_one_keeps_its_axis(told):
    kind, text = told(squeezed, reference=lengths, inputs=ROWS)
    assert kind == "wrong"
    assert text.startswith(
        "With a batch of one (the first row of 4 rows of 3): your result is a single number"
    )
    assert told(squeezed, reference=lengths, inputs=ROWS, batch=False)[0] == "right"


def test_values_cut_off_show_where_they_are_large(told):
    kind, text = told(cut_off, reference=lengths, inputs=ROWS)
    assert kind == "wrong" and "four times as large" in text


def test_signs_stay_signs(told):
    def turned(x, sign):
        return x.abs() * sign

    inputs = {
        f"{n} rows": lambda rng, n=n: (torch.randn(n, generator=rng), torch.randn(n, generator=rng).sign())
        for n in (4, 5)
    }
    assert told(lambda x, sign: x.abs() / sign, reference=turned, inputs=inputs) == ("right", "")
    kind, text = told(lambda x, sign: x.abs().clamp(max=4) * sign, reference=turned, inputs=inputs)
    assert kind == "wrong" and "four times as large" in text


def test_memory_with_gaps_is_read_right(told):
    kind, text = told(by_memory, reference=lengths, inputs=ROWS)
    assert kind == "wrong" and "not contiguous in memory" in text


@pytest.mark.parametrize(
    "function, said",
    [(viewed, "It stops on tensors that are not contiguous"), (through_numpy, "It stops where")],
)
def test_what_it_stops_on_is_a_word(told, function, said):
    kind, text = told(function, reference=lengths, inputs=ROWS)
    assert kind == "word" and text.startswith(said)


def test_a_right_answer_that_is_slow_is_told_so(told, monkeypatch):
    monkeypatch.setattr(judge, "_SLOW", 0.05)

    def slow(x):
        time.sleep(0.1)
        return lengths(x)

    kind, text = told(slow, reference=lengths, inputs=ROWS)
    assert kind == "word" and text.startswith("It is slow: 0.1 s on an input for which ")


def test_what_prints_without_end_fills_no_memory():
    printed = run.Printed()
    for _ in range(1000):
        printed.write(1000 * "x")
    assert len(printed.getvalue()) <= 21_000


def test_a_surrogate_is_judged_by_its_gradient(told):
    def pull(f, log_q):
        return (f.detach() * log_q).mean()

    def other_value(f, log_q):
        return (f.detach() * (log_q - log_q.detach())).mean() + 7

    def with_f(f, log_q):
        return (f * log_q).mean()

    parts = {
        "reference": pull,
        "gradient": ["log_q", "f"],
        "by_gradient": True,
        "inputs": {str(n): lambda rng, n=n: tuple(torch.randn(2, n, generator=rng)) for n in (4, 6)},
    }
    assert told(pull, **parts) == told(other_value, **parts) == ("right", "")
    kind, text = told(with_f, **parts)
    assert kind == "wrong" and "gradient that reaches f" in text
    kind, text = told(lambda f, log_q: 2 * (f.detach() * log_q).mean(), **parts)
    assert kind == "wrong" and "2 times the expected" in text


def noisy(x, generator):
    return x + torch.rand(len(x), generator=generator)[:, None]


def noisy_in_the_dtype_of_x(x, generator):
    return x + torch.rand(len(x), 1, generator=generator, dtype=x.dtype)


def cut_off_noisy(x, generator):
    return noisy(x.clamp(-4, 4), generator)


def test_draws_in_float64_are_right_for_float64_input(told):
    """The same generator gives other numbers in float64, and an answer that asks for those is right too."""
    inputs = {"4 rows": lambda rng: (torch.randn(4, 3, generator=rng), torch.Generator().manual_seed(1))}
    assert told(noisy_in_the_dtype_of_x, reference=noisy, inputs=inputs)[0] == "right"
    kind, text = told(cut_off_noisy, reference=noisy, inputs=inputs)
    assert kind == "wrong" and "four times as large" in text
