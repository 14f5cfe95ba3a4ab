"""Another seed asks for another answer: to know by heart what `check` shows, or last term, is not enough."""

import pytest
import torch

from course_utils.checks.engine import passing, registry, run
from course_utils.checks.engine.form import as_numbers, parts_like
from course_utils.checks.engine.judge import judge
from course_utils.checks.engine.values import agree
from course_utils.classroom.grading.fresh import Fresh
from course_utils.classroom.grading.leaves import forms, leaves
from course_utils.classroom.grading.wire import travels

NAMES = registry.names()


def _numbers(exercise, maker, seed):
    """What the reference answers to that maker's inputs at a seed, as a list of tensors."""
    with run.quiet_room(0):
        value = exercise.reference(*maker(torch.Generator().manual_seed(seed)))
    return [as_numbers(part) for part in parts_like(value, value)]


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_wants_another_answer(name):
    """Where chance is judged by what it comes to, the draws are others: a check asks for new ones."""
    exercise = registry.find(name)
    band = exercise.tolerance if exercise.summary is None else 1e-6
    changing = (
        not agree(_numbers(exercise, maker, 1), _numbers(exercise, maker, 2), band)
        for maker in exercise.inputs.values()
    )
    assert any(changing), (
        f"{name}: no maker draws from its generator; `grade --seed` asks the same each term."
    )


# ---- an answer that knows by heart


def by_heart(exercise):
    """A function that holds what the reference says to each input that a check hands over, and no more."""
    seen = {}

    def listening(*args):
        value = exercise.reference(*args)
        seen[_key(args)] = _copy(value)
        return value

    assert _kind(exercise, listening) == "right"
    first = next(iter(seen.values()))
    return lambda *args: _copy(seen.get(_key(args), first))


def _copy(value):
    return forms(
        value, (one.detach().clone() if isinstance(one, torch.Tensor) else one for one in leaves(value))
    )


def _key(args):
    return repr([(one.dtype, one.tolist()) if isinstance(one, torch.Tensor) else one for one in leaves(args)])


def _kind(exercise, function):
    return judge(exercise, function, run.Printed()).kind


def _plain(name):
    """Whether an exercise's inputs and outputs are values, of which no gradient is asked."""
    exercise = registry.find(name)
    made = next(iter(exercise.inputs.values()))(torch.Generator())
    values = all(travels(one) or isinstance(one, list) for one in leaves(made))
    return values and exercise.summary is None and not exercise.gradient and not exercise.by_gradient


LESSONS = ("l00_", "l01_", "l08_", "l10_", "l13_", "l19_")
BY_HEART = [
    name for name in NAMES if registry.find(name).module.split(".")[-2].startswith(LESSONS) and _plain(name)
]


@pytest.mark.parametrize("name", BY_HEART)
def test_what_was_learned_by_heart_from_check_earns_nothing(name):
    exercise = registry.find(name)
    learned = by_heart(exercise)
    assert _kind(exercise, learned) in ("right", "word")
    assert _kind(Fresh(name, 1).exercise, learned) == "wrong"


@pytest.mark.parametrize("name", ["ae.conv_out", "scale.memory"])
def test_what_was_learned_by_heart_last_term_earns_nothing(name):
    learned = by_heart(Fresh(name, 1).exercise)
    assert _kind(Fresh(name, 1).exercise, learned) in ("right", "word")
    assert _kind(Fresh(name, 2).exercise, learned) == "wrong"
    assert not passing.passes(name, learned, 2)[0]
