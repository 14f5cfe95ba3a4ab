"""The guide to choosing: on tables whose ranks and ties are known."""

import pytest
import torch

from course_utils.choosing import NEEDS, Need, advice, front, numbers, ranks, undominated

NAN = float("nan")
TABLE = {
    ("digits", "a"): {"far": torch.tensor([1.0, 1.1, 0.9]), "slow": torch.tensor([9.0, 9.1, 9.2])},
    ("digits", "b"): {"far": torch.tensor([1.2, 0.8, 1.1]), "slow": torch.tensor([NAN, NAN, NAN])},
    ("digits", "c"): {"far": torch.tensor([5.0, 5.1, 5.2]), "slow": torch.tensor([1.0, 1.0, 1.1])},
    ("digits", "d"): {"far": torch.tensor([6.0, 6.1, 6.2]), "slow": torch.tensor([2.0, 2.0, 2.1])},
}
KINDS = {"a": "exact", "b": "none", "c": "bound", "d": "exact"}


def test_what_has_no_number_has_no_rank():
    assert set(numbers(TABLE, "digits", "slow")) == {"a", "c", "d"}
    assert ranks(TABLE, "digits", "slow", "lower") == ["c", "d", "a"]
    assert ranks(TABLE, "digits", "slow", "higher") == ["a", "d", "c"]


def test_near_1_is_near_from_either_side():
    sharp = {("digits", name): {"edges": torch.tensor([x, x])} for name, x in (("a", 1.3), ("b", 0.8))}
    assert ranks(sharp, "digits", "edges", "near 1") == ["b", "a"]
    assert ranks(sharp, "digits", "edges", "higher") == ["a", "b"]


def test_one_seed_is_no_number():
    table = {("digits", "a"): {"far": torch.tensor([1.0, NAN])}}
    assert numbers(table, "digits", "far") == {}


def test_the_front_has_all_that_are_not_told_apart_from_the_best():
    assert front(TABLE, "digits", "far", "lower") == ["a", "b"]
    assert front(TABLE, "digits", "far", "higher") == ["d"]


def test_undominated_is_what_no_other_beats_everywhere():
    both = {"far": "lower", "slow": "lower"}
    assert undominated(TABLE, "digits", both) == ["a", "c"]  # c beats d; a beats b, which has no "slow"
    assert undominated(TABLE, "digits", {"far": "lower"}) == ["a"]
    twins = {("digits", name): TABLE["digits", "a"] for name in "xy"}
    assert undominated(twins, "digits", both) == ["x", "y"]


def test_advice_is_the_front_or_those_of_a_kind():
    table = TABLE | {("other", name): row for (_, name), row in TABLE.items()}
    assert advice(Need("close", "far", "lower"), table, KINDS) == {"digits": ["a", "b"], "other": ["a", "b"]}
    assert advice(Need("exact", "far", "exact"), table, KINDS)["digits"] == ["a", "d"]


def test_what_is_asked_wrongly_is_said():
    with pytest.raises(ValueError, match="data must be one of 'digits'"):
        numbers(TABLE, "digit", "far")
    with pytest.raises(ValueError, match="measure must be"):
        ranks(TABLE, "digits", "fat", "lower")
    with pytest.raises(ValueError, match="better must be"):
        ranks(TABLE, "digits", "far", "least")
    with pytest.raises(ValueError, match="need.better"):
        advice(Need("x", "far", "guess"), TABLE, KINDS)


def test_needs_are_distinct():
    assert len({need.text for need in NEEDS}) == len(NEEDS) == len(set(NEEDS))
