"""Gradients of answers that are tuples: which part sends them where, and what is said where it does not."""

import pytest
import torch

from course_utils.checks.engine.registry import Accepted, Mistake, find

NONE = (
    ", so training cannot change what it comes from: no .item(), .detach(), .numpy(), float(...), "
    "torch.tensor(...) or no_grad on the way."
)
SEEN = (
    "The total that you hand back is detached: that does no harm here, for nothing is trained on it, and "
    "the product has its gradients."
)
HALF = "The second factor is detached in the product, so whatever it comes from stays as it was at the start."


def reference(a, b):
    return a * b, a.sum()


def half(a, b):
    return a * b.detach(), a.sum()


@pytest.fixture
def two(told):
    """two(function): the verdict on an answer (product, total) that is trained through."""
    return lambda function, **parts: told(
        function,
        reference=reference,
        returns=("product", "total"),
        gradient=["a", "b"],
        inputs={
            f"{n} pairs": lambda rng, n=n: tuple(torch.randn(2, n, generator=rng).unbind()) for n in (3, 4, 5)
        },
        **parts,
    )


@pytest.mark.parametrize(
    "function, text",
    [
        (lambda a, b: ((a * b).detach(), a.sum().detach()), f"no gradient reaches a{NONE}"),
        (lambda a, b: (a * b, a.sum().detach()), f"no gradient reaches a from the total{NONE}"),
        (lambda a, b: (a.detach() * b, a.sum()), f"no gradient reaches a from the product{NONE}"),
        (half, f"no gradient reaches b{NONE}"),
        (
            lambda a, b: (a * b, 2 * a.sum() - a.sum().detach()),
            "the gradient that reaches a from the total is 2 times the right one.",
        ),
        (
            lambda a, b: (a * b, a.sum() + b.sum() - b.sum().detach()),
            "a gradient reaches b from the total, and none should: detach it there.",
        ),
        (
            lambda a, b: (a * b, a[1:].sum() + a[0].detach()),
            "only a part of the gradient reaches a from the total: is something on the way detached?",
        ),
        (
            lambda a, b: (a * b, a.sum() + (a * a).sum() - (a * a).sum().detach()),
            "the gradient that reaches a from the total is not theirs: is something detached or mixed up on "
            "the way?",
        ),
    ],
)
def test_the_part_and_the_argument_are_named(two, function, text):
    assert two(function) == ("wrong", f"Your values are right, but {text}")


def test_a_right_tuple_passes_as_a_list_too(two):
    assert two(lambda a, b: (b * a, a @ torch.ones_like(a))) == ("right", "")
    assert two(lambda a, b: [a * b, a.sum()]) == ("right", "")


def test_gradients_that_cancel_but_for_rounding_are_none(two):
    def turned(a, b):
        share = (7 * b.exp() + 1).log() - b - (7 + (-b).exp()).log()  # 0 in exact numbers, and its gradient
        return a * b, a.sum() + share.sum()

    b = torch.linspace(-2, 2, 5, requires_grad=True)
    turned(b.detach(), b)[1].backward()
    assert 0 < b.grad.abs().max() < 1e-6
    assert two(turned) == ("right", "")


def test_a_banked_mistake_that_differs_in_the_gradient_of_one_part_is_named(two):
    bank = [Mistake(lambda a, b: (a, a.sum()), "Another."), Mistake(half, HALF)]
    assert two(half, mistakes=bank) == ("wrong", HALF)
    assert two(lambda a, b: (a * b.detach(), sum(a)), mistakes=bank) == ("wrong", HALF)


def test_an_accepted_answer_may_differ_in_its_gradient_alone(two):
    bank = [Accepted(lambda a, b: (a * b, a.sum().detach()), SEEN)]
    assert two(lambda a, b: (a * b, a.detach().sum()), accepted=bank) == ("word", SEEN)
    assert two(lambda a, b: (a * b, a.sum()), accepted=bank) == ("right", "")
    kind, text = two(lambda a, b: (a.detach() * b, a.sum()), accepted=bank)
    assert kind == "wrong" and "no gradient reaches a from the product" in text


def test_an_error_once_a_gradient_is_asked_for_is_named(two):
    assert two(lambda a, b: (a * b, torch.tensor(a.numpy().sum()))) == (
        "wrong",
        f"Your values are right, but no gradient reaches a (RuntimeError once the input asks for a "
        f"gradient){NONE}",
    )


def test_whole_numbers_in_a_tuple_need_no_gradient(told):
    def largest(x):
        return x.max(dim=0).values, x.argmax(dim=0)

    inputs = {f"{n} numbers": lambda rng, n=n: (torch.randn(n, generator=rng),) for n in (3, 4, 6)}
    parts = {"reference": largest, "returns": ("value", "place"), "gradient": ["x"], "inputs": inputs}
    assert told(lambda x: (x[x.argmax()], x.argmax()), **parts) == ("right", "")
    kind, text = told(lambda x: (x[x.argmax()].detach(), x.argmax()), **parts)
    assert (kind, text) == ("wrong", f"Your values are right, but no gradient reaches x{NONE}")


def test_a_detached_attention_is_caught(verdict):
    attend = find("diffusion.attention").reference
    text, _ = verdict("diffusion.attention", lambda *args: tuple(one.detach() for one in attend(*args)))
    assert "Your values are right, but no gradient reaches q, so training cannot" in text
    text, _ = verdict("diffusion.attention", lambda q, k, v, heads: attend(q, k.detach(), v, heads))
    assert "Your values are right, but no gradient reaches k, so training cannot" in text
