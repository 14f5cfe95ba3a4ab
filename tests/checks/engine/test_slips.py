"""One slip in a right answer is found and named, without a word of the formula."""

import torch

from course_utils.checks.engine.slips import slips


def rates(x, noise, level):
    """Two rates."""
    kept = level.sqrt()
    return kept * x + (1 - level).sqrt() * noise


def distance(x, y):
    return (x - y).square().sum(dim=(1, 2)).mean(dim=0)


def made(function):
    return {slip.change.split(" => ")[-1]: slip.text for slip in slips(function)}


def test_slips_of_signs_calls_operators_names_and_constants():
    found = made(rates)
    assert found["return kept * x + (1 - level) * noise"] == "a `sqrt` is missing"
    assert found["return kept * x - (1 - level).sqrt() * noise"] == "a minus stands where a plus belongs"
    assert found["return kept * noise + (1 - level).sqrt() * noise"] == "`noise` stands where `x` belongs"
    assert found["return kept * x + (2 - level).sqrt() * noise"] == "2 stands where 1 belongs"
    assert found["return kept + (1 - level).sqrt() * noise"] == "a factor is missing"
    assert found["kept = level"] == "a `sqrt` is missing"


def test_slips_of_axes_and_of_words_taken_for_one_another():
    found = made(distance)
    assert found["return (x - y).square().sum(dim=(1,)).mean(dim=0)"] == "axis 2 is missing among the axes"
    assert found["return (x - y).square().sum(dim=(1, 2)).mean(dim=1)"] == "the axis is 1 where 0 belongs"
    assert found["return (x - y).square().sum(dim=(1, 2)).sum(dim=0)"] == "`sum` stands where `mean` belongs"
    assert "return (y - x).square().sum(dim=(1, 2)).mean(dim=0)" not in found  # the square takes it back


def test_a_slip_is_a_function_of_its_own():
    x, noise, level = torch.ones(3), torch.zeros(3), torch.full((3,), 0.25)
    by_change = {slip.change.split(" => ")[-1]: slip.function for slip in slips(rates)}
    assert torch.equal(by_change["kept = level"](x, noise, level), torch.full((3,), 0.25))
    assert torch.equal(rates(x, noise, level), torch.full((3,), 0.5))


def test_an_answer_with_one_slip_is_told_of_it(told):
    def student(x, noise, level):
        return noise * torch.sqrt(1 - level) + x * level

    def make(rng):
        return torch.randn(4, generator=rng), torch.randn(4, generator=rng), torch.rand(4, generator=rng)

    assert told(student, reference=rates, inputs={"four": make}) == (
        "wrong",
        "Your values are exactly those of a right answer with one slip: a `sqrt` is missing.",
    )


def test_not_a_number_is_no_slip(told):
    def student(x, noise, level):
        return (-level).sqrt() * x

    def make(rng):
        return torch.randn(4, generator=rng), torch.randn(4, generator=rng), torch.rand(4, generator=rng)

    assert "NaN" in told(student, reference=rates, inputs={"four": make})[1]


def test_what_has_no_source_has_no_slips():
    scope = {}
    exec("def typed(x):\n    return x + 1", scope)
    assert slips(scope["typed"]) == ()
