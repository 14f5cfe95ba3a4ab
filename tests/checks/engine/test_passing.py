"""A verdict as a value: the same as `check` prints, on its inputs or on others, and nothing printed."""

import pytest
import torch

from course_utils.checks import passes
from course_utils.checks.engine import apart, passing, process
from course_utils.checks.engine.kept import kept
from course_utils.checks.engine.registry import find


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Judged in this process, which takes half the time."""
    monkeypatch.setattr(process, "possible", lambda: False)


def right(beta, x):
    return find("diffusion.one_step").reference(beta, x)


@pytest.mark.parametrize("seed", [None, 0, 2026])
def test_right_wrong_and_blank(seed, capsys):
    exercise = find("diffusion.one_step")
    name, reference = exercise.name, exercise.reference
    assert passes(name, lambda x, noise, beta: reference(x, noise, beta), seed) == (True, f"{name}: right.")
    passed, said = passes(name, lambda x, noise, beta: -reference(x, noise, beta), seed)
    assert not passed and said.startswith(f"{name}: not yet. ") and "sign" in said
    for blank in (..., None, lambda x, noise, beta: ...):
        assert passes(name, blank, seed) == (False, f"{name}: not done yet.")
    assert passes(name, reference, seed) == (False, f"{name}: that is the reference, not your answer.")
    assert capsys.readouterr().out == ""


def test_a_word_counts_as_right():
    reference = find("ae.l1_penalty").reference
    passed, said = passes("ae.l1_penalty", lambda z: reference(z).float())
    assert passed and said.startswith("ae.l1_penalty: right, with a word. ")


def test_an_answer_learnt_by_heart_passes_on_the_inputs_shown_alone():
    exercise = find("ae.l1_penalty")
    known = [(probe.make(), probe.output) for probe in kept(exercise).known]

    def by_heart(z):
        for (one,), output in known:
            if one.shape == z.shape and torch.equal(one, z):
                return output + 0 * z.sum()
        return exercise.reference(z[:1])

    outputs = [by_heart(*probe.make()) for probe in kept(exercise).known]
    assert all(torch.equal(a, b) for a, (_, b) in zip(outputs, known, strict=True))
    assert not passes("ae.l1_penalty", by_heart, seed=3)[0]


def test_other_inputs_are_others_and_the_same_for_the_same_seed():
    exercise = find("diffusion.one_step")
    made = [
        [maker(torch.Generator())[0] for maker in passing.renewed(exercise, seed).inputs.values()]
        for seed in (1, 1, 2)
    ]
    first, again, other = made
    assert all(map(torch.equal, first, again)) and not any(map(torch.equal, first, other))
    shown = [probe.make()[0] for probe in kept(exercise).known]
    assert [one.shape for one in first] == [one.shape for one in shown]
    assert not any(map(torch.equal, first, shown))


def test_where_chance_is_against_the_reference_the_next_inputs_are_taken(monkeypatch):
    exercise = find("start.sample_mixture")
    assert exercise.summary is not None
    answers = iter([False, False, True])
    monkeypatch.setattr(passing, "_takes_reference", lambda one: next(answers))
    taken = passing.renewed(exercise, 5)
    draws = [maker(torch.Generator()) for maker in taken.inputs.values()]
    wanted = [
        maker(torch.Generator().manual_seed(passing._mixed(exercise.name, 5, 2, place)))
        for place, maker in enumerate(exercise.inputs.values())
    ]
    flat = lambda made: [x for args in made for x in args if isinstance(x, torch.Tensor)]  # noqa: E731
    assert flat(draws) and all(map(torch.equal, flat(draws), flat(wanted)))
    assert next(answers, None) is None


def test_a_fault_of_the_check_is_no_fault_of_the_answer(monkeypatch):
    def fails(*_):
        raise apart.Failed("KeyError: 3")

    monkeypatch.setattr(apart, "judge", fails)
    with pytest.raises(RuntimeError, match=r"^ae\.l1_penalty: the check itself failed .* of the answer\.$"):
        passes("ae.l1_penalty", lambda z: z)


def test_bad_names_and_seeds():
    with pytest.raises(ValueError, match="Did you mean 'ae.l1_penalty'"):
        passes("ae.l1_penalti", lambda z: z)
    with pytest.raises(ValueError, match="seed must be at least 0"):
        passes("ae.l1_penalty", lambda z: z, seed=-1)
