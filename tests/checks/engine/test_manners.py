"""What a call must leave as it found it, and where its random numbers come from."""

import random

import numpy as np
import pytest
import torch

from course_utils.checks.engine import state

KEPT = {}


def noisy(x, generator):
    return x + torch.randn(x.shape, generator=generator)


def _given(rows):
    return lambda rng: (torch.zeros(rows, 2), torch.Generator().manual_seed(rows))


DRAWS = {
    "reference": noisy,
    "inputs": {"4,000 points": _given(4000), "3,000 points": _given(3000)},
    "summary": lambda output, *args: {"mean": output.mean(), "variance": output.var()},
    "expected": lambda *args: {"mean": 0.0, "variance": 1.0},
    "tolerance": 0.1,
}


def own_generator(x, generator):
    torch.rand(1, generator=generator)
    return x + torch.randn(x.shape, generator=torch.Generator().manual_seed(0))


def reseeded(x, generator):
    generator.manual_seed(0)
    return x + torch.randn(x.shape, generator=generator)


def reseeded_half_way(x, generator):
    shift = torch.randn(x.shape, generator=generator)
    generator.manual_seed(0)
    return x + (shift + torch.randn(x.shape, generator=generator)) / 2**0.5


def seeded_as_it_was(x, generator):
    generator.manual_seed(generator.initial_seed())
    return x + torch.randn(x.shape, generator=generator)


def copied(x, generator):
    mine = torch.Generator().set_state(generator.get_state())
    return x + torch.randn(x.shape, generator=mine)


def seeded_globally(x, generator):
    torch.manual_seed(0)
    return x + torch.randn(x.shape)


def kept_for_ever(x, generator):
    if x.shape not in KEPT:
        KEPT[x.shape] = torch.randn(x.shape, generator=generator)
    return x + KEPT[x.shape]


def half_from_elsewhere(x, generator):
    torch.manual_seed(1)
    return x + (torch.randn(x.shape, generator=generator) + torch.randn(x.shape)) / 2**0.5


@pytest.mark.parametrize(
    "function, said",
    [
        (own_generator, "You draw from a generator of your own"),
        (reseeded, "seeds the generator on its way"),
        (reseeded_half_way, "seeds the generator on its way"),
        (seeded_as_it_was, "A second call with the same generator gives the same numbers again"),
        (copied, "leaves the generator where it was|generator of your own"),
        (seeded_globally, "global random numbers"),
        (half_from_elsewhere, "global random numbers"),
        (kept_for_ever, "gives the same numbers"),
    ],
)
def test_random_numbers_come_from_the_generator_that_is_given(told, function, said):
    KEPT.clear()
    kind, text = told(function, **DRAWS)
    assert kind == "wrong"
    assert any(one in text for one in said.split("|")), text


def test_right_draws_in_another_order_are_right(told):
    def one_by_one(x, generator):
        return x + torch.stack([torch.randn(x.shape[1], generator=generator) for _ in x])

    assert told(noisy, **DRAWS) == ("right", "")
    assert told(one_by_one, **DRAWS) == ("right", "")


PLAIN = {"reference": lambda x: 2 * x, "inputs": {"four": lambda rng: (torch.randn(4, generator=rng),)}}


def left_on(x):
    torch.set_grad_enabled(True)
    return 2 * x


def left_off(x):
    torch.set_grad_enabled(False)
    return 2 * x


def other_dtype(x):
    torch.set_default_dtype(torch.float64)
    return 2 * x


def other_threads(x):
    torch.set_num_threads(2)
    return 2 * x


def asks(x):
    return 2 * x.requires_grad_().detach()


def seeds(x):
    torch.manual_seed(3)
    return 2 * x


@pytest.mark.parametrize(
    "function, said",
    [
        (left_off, "leaves gradients switched off"),
        (other_dtype, "changes torch's default dtype"),
        (other_threads, "changes the number of threads"),
        (asks, "leaves its mark on x"),
        (seeds, "seeds the global random numbers"),
    ],
)
def test_what_a_function_leaves_behind_is_named_and_put_back(told, function, said):
    kept, draws = state.keep(False).values, (random.getstate(), np.random.get_state()[1].tolist())
    states = torch.get_rng_state(), *draws, kept
    kind, text = told(function, **PLAIN)
    assert kind == "wrong" and said in text, text
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (random.getstate(), np.random.get_state()[1].tolist(), state.keep(False).values) == states[1:]


def test_gradients_left_on_are_named_where_they_were_off(told):
    with torch.no_grad():
        kind, text = told(left_on, **PLAIN)
        assert kind == "wrong" and "switched on" in text
        assert not torch.is_grad_enabled()


def test_a_function_may_build_a_layer_with_weights_that_it_throws_away(told):
    def by_a_layer(x):
        torch.nn.Linear(4, 1)
        return 2 * x

    assert told(by_a_layer, **PLAIN) == ("right", "")
