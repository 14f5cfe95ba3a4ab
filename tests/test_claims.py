"""The lectures' claims: that each can be looked up, and the verdict on tables whose answer is known."""

import math

import pytest
import torch
from scipy import stats

from course_utils import claims
from course_utils.claims import CLAIMS, Claim, Comparison, difference, judge
from course_utils.notation import LECTURES

SLOWER = Claim("B", "a slide", "diffusion", "con", "slow", Comparison("seconds", "higher", ("gan", "vae")))


def table(**rows):
    """A table of one data set and one measure, "seconds", with these numbers by family."""
    return {("digits", name): {"seconds": torch.tensor(values)} for name, values in rows.items()}


def test_every_claim_can_be_looked_up_and_none_stands_twice():
    assert len(set(CLAIMS)) == len(CLAIMS) > 30
    assert {claim.lecture for claim in CLAIMS} == set(LECTURES) - {"A"}
    assert {claim.side for claim in CLAIMS} == {"pro", "con"}
    for claim in CLAIMS:
        assert claim.slide and claim.text
        assert claim.test is None or claim.test.direction in claims.DIRECTIONS
        assert claim.test is None or claim.family not in claim.test.against


def test_the_interval_is_that_of_scipy():
    a, b = torch.tensor([1.0, 2.0, 4.0, 5.5, 3.0]), torch.tensor([0.5, 0.1, 0.9])
    wanted = stats.ttest_ind(a.double(), b.double(), equal_var=False).confidence_interval(0.9)
    assert difference(a, b, confidence=0.9) == pytest.approx(tuple(wanted))


def test_the_interval_of_numbers_that_do_not_vary_is_a_point():
    assert difference(torch.tensor([3.0, 3.0]), torch.tensor([1.0, 1.0, 1.0])) == (2.0, 2.0)


@pytest.mark.parametrize("bad", [torch.tensor([1.0]), torch.tensor([1.0, math.nan])])
def test_too_few_numbers_have_no_interval(bad):
    with pytest.raises(ValueError, match="a must"):
        difference(bad, torch.ones(3))


def test_a_claim_must_hold_against_every_rival():
    slow, fast, as_slow = [9.0, 10.0, 11.0], [1.0, 1.1, 0.9], [9.5, 10.5, 10.0]
    assert judge(SLOWER, table(diffusion=slow, gan=fast, vae=fast)) == "confirmed"
    assert judge(SLOWER, table(diffusion=slow, gan=fast, vae=as_slow)) == "not confirmed"
    assert judge(SLOWER, table(diffusion=fast, gan=slow, vae=slow)) == "not confirmed"


def test_a_claim_must_hold_on_every_data_set():
    found = table(diffusion=[9.0, 10.0, 11.0], gan=[1.0, 1.1, 0.9], vae=[1.0, 1.2, 0.9])
    there = {("mnist_5k", family): row for (_, family), row in found.items()}
    assert judge(SLOWER, found | there) == "confirmed"
    there["mnist_5k", "gan"] = {"seconds": torch.tensor([30.0, 31.0, 32.0])}
    assert judge(SLOWER, found | there) == "not confirmed"


def test_what_is_missing_cannot_be_measured():
    known = table(diffusion=[9.0, 10.0, 11.0], gan=[1.0, 1.1, 0.9])
    assert judge(SLOWER, known) == "not measurable here"  # no vae
    assert judge(SLOWER, known | table(vae=[1.0, math.nan, math.nan])) == "not measurable here"
    assert judge(SLOWER._replace(test=None), known | table(vae=[1.0, 1.1])) == "not measurable here"
    assert judge(SLOWER, {}) == "not measurable here"


def test_a_rival_can_be_a_number():
    faster = SLOWER._replace(test=Comparison("seconds", "lower", (2.0,)))
    assert judge(faster, table(diffusion=[1.0, 1.1, 0.9])) == "confirmed"
    assert judge(faster, table(diffusion=[1.0, 3.0, 2.0])) == "not confirmed"


def test_never_is_never_and_a_density_is_there_or_not():
    never = SLOWER._replace(test=Comparison("seconds", "never"))
    assert judge(never, table(diffusion=[0.0, 0.0])) == "confirmed"
    assert judge(never, table(diffusion=[0.0, 1.0])) == "not confirmed"
    without, partly = [math.nan, math.nan], [2.0, math.nan]
    for direction, numbers, verdict in [
        ("absent", without, "confirmed"),
        ("absent", partly, "not confirmed"),
        ("present", partly, "confirmed"),
        ("present", without, "not confirmed"),
    ]:
        claim = SLOWER._replace(test=Comparison("seconds", direction))
        assert judge(claim, table(diffusion=numbers)) == verdict
