"""What grading gives for work that is good, poor, missing or no work at all."""

import math

import pytest
import torch

from course_utils import capstone, data
from course_utils.capstone import grading
from course_utils.capstone.card import FIELDS

FILLED = "\n".join(f"## {name}\nFour words and more." for name in FIELDS)
PROJECTS = grading.names()


def noise(seed, shape, n=120):
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def good():
    """p1 as it should be: samples are other real digits, each seed its own, and the baseline is noise."""
    images = data.load("digits").images
    train, held_out, rest = images[:500], images[500:800], images[800:]
    samples = [rest[k * 150 : (k + 1) * 150] for k in range(3)]
    baseline = [noise(k, (1, 8, 8)) for k in range(3)]
    return {
        "samples": samples, "baseline": baseline, "train": train, "held_out": held_out, "claim": "better",
        "card": FILLED,
    }  # fmt: skip


def line(report, name):
    return next(one for one in report.lines if one.name == name)


def test_there_are_six_projects_with_points_for_computation_and_for_a_person():
    assert PROJECTS == ["p1", "p2", "p3", "p4", "p5", "p6"]
    for name in PROJECTS:
        report = capstone.grade(name)
        assert report.points == 0 and report.of >= 12 and sum(report.by_person.values()) >= 10
        assert all(one.said.endswith("is not handed in yet.") for one in report.lines)
        table = capstone.rubric(name)
        assert table.count("| computation |") == len(report.lines)
        assert f"| **{report.of + sum(report.by_person.values())}** |" in table
        assert "To be judged by a person" in str(report)


def test_blanks_are_not_handed_in(good):
    report = capstone.grade("p1", **{**good, "samples": ..., "claim": None})
    assert (
        report.lines
        == capstone.grade("p1", **{k: v for k, v in good.items() if k not in ("samples", "claim")}).lines
    )
    assert report.points == 3  # the split and the card


def test_good_work_gets_all_points(good):
    report = capstone.grade("p1", **good)
    assert report.points == report.of, str(report)
    assert all(one.said.endswith(".") for one in report.lines)


@pytest.mark.parametrize(
    "change, name, said",
    [
        ({"samples": lambda g: [g["train"][:150]] * 3}, "seeds", "no two seeds"),
        ({"samples": lambda g: g["samples"][:2]}, "seeds", "fewer than 3 seeds"),
        ({"samples": lambda g: [one * 2 - 1 for one in g["samples"]]}, "samples", "must lie in [0, 1]"),
        ({"samples": lambda g: [one[:20] for one in g["samples"]]}, "samples", "at least 100"),
        ({"samples": lambda g: [one.flatten(1) for one in g["samples"]]}, "samples", "must have shape"),
        ({"samples": lambda g: torch.stack(g["samples"])}, "samples", "a list of tensors"),
        ({"samples": lambda g: [one * math.nan for one in g["samples"]]}, "samples", "finite"),
        ({"samples": lambda g: [g["train"][k : k + 150] for k in (0, 150, 300)]}, "no copies", "copies"),
        ({"samples": lambda g: [noise(k + 9, (1, 8, 8)) for k in range(3)]}, "distance", "below|on held-out"),
        ({"claim": lambda g: "worse"}, "claim", "says 'better'"),
        ({"claim": lambda g: "great"}, "claim", "must be one of"),
        ({"held_out": lambda g: g["train"][:50]}, "split", "50 of the held-out images"),
        ({"card": lambda g: FILLED.split("## Licence")[0]}, "card", "Licence"),
        ({"card": lambda g: 7}, "card", "card must be text"),
    ],
)  # fmt: skip
def test_each_fault_costs_points_and_is_said(good, change, name, said):
    changed = {key: make(good) for key, make in change.items()}
    found = line(capstone.grade("p1", **{**good, **changed}), name)
    assert found.points < found.of
    assert any(part in found.said for part in said.split("|")), found.said


def test_more_samples_earn_nothing():
    """The distance is one of equally many samples: a set beside the same set ten times as large."""
    from course_utils.capstone.comparing import distances

    flat = torch.nn.Flatten()
    few, many, real = noise(0, (1, 4, 4), 100), noise(1, (1, 4, 4), 2000), noise(2, (1, 4, 4), 2000)
    one, other = distances([few, many], real, flat)
    assert distances([many], real, flat)[0] < 0.3 * one < 0.6 * other


def test_an_interval_by_welch():
    from course_utils.capstone.comparing import difference, finding

    # Variances 1 and 4, n = 3: SE sqrt(5 / 3), 2.94 degrees of freedom, quantile 3.218.
    mean, low, high = difference([1.0, 2.0, 3.0], [8.0, 10.0, 12.0])
    assert mean == -8 and high == pytest.approx(-8 + 3.218 * math.sqrt(5 / 3), abs=0.02)
    assert low == pytest.approx(-16 - high)
    assert difference([2.0, 2.0], [1.0, 1.0]) == (1, 1, 1)
    assert [finding(low, high) for low, high in ((-2, -1), (-1, 1), (1, 2))] == [
        "better",
        "undecided",
        "worse",
    ]
    assert finding(1, 2, lower_is_better=False) == "better"


class TestDensity:
    @staticmethod
    def normal(scale=1.0, mass=1.0, shift=0.0):
        def log_prob(x):
            const = math.log(mass) - math.log(2 * math.pi * scale**2)
            return const - ((x - shift) ** 2).sum(1) / (2 * scale**2)

        return log_prob

    def grade(self, **changes):
        points = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
        given = {
            "log_probs": [self.normal(1 + 0.01 * k) for k in range(3)],
            "baseline": [self.normal(2 + 0.01 * k) for k in range(3)],
            "held_out": points, "claim": "better", "card": FILLED,
        }  # fmt: skip
        return capstone.grade("p3", **{**given, **changes})

    def test_good_densities_get_all_points(self):
        report = self.grade()
        assert report.points == report.of, str(report)

    def test_what_is_no_density_is_found_though_it_is_likelier(self):
        report = self.grade(log_probs=[self.normal(1 + 0.01 * k, mass=2.0) for k in range(3)])
        assert line(report, "normalised").points == 0 and line(report, "likelier").points > 0

    def test_what_raises_or_is_not_finite_is_told(self):
        def broken(x):
            raise KeyError("lost")

        assert "lost" in line(self.grade(log_probs=[broken] * 3), "finite").said
        shape = line(self.grade(log_probs=[lambda x: x] * 3), "finite").said
        assert "must return shape" in shape
        assert "NaN" in line(self.grade(log_probs=[lambda x: x[:, 0] * math.nan] * 3), "finite").said


def test_obedience_is_more_than_the_baselines(good):
    labels = torch.arange(150) % 10
    real, read = data.load("digits"), {}
    for k in range(3):
        where = [torch.where(real.labels == digit)[0][15 * k : 15 * (k + 1)] for digit in range(10)]
        read[k] = real.images[torch.stack(where).T.flatten()]
    given = {"samples": list(read.values()), "labels": labels, "held_out": good["held_out"]}
    report = capstone.grade("p5", baseline=good["samples"], **given)
    assert line(report, "obeys").points == 3
    report = capstone.grade("p5", baseline=given["samples"], **given)
    assert line(report, "obeys").points == 0
    report = capstone.grade("p5", baseline=good["samples"], **{**given, "labels": labels[:9]})
    assert "an image for each value asked" in line(report, "obeys").said


def test_words_that_the_judge_does_not_read_are_told():
    draws = [noise(k, (1, 28, 28), 100) for k in range(2)]
    asked = {"colour": torch.zeros(100, dtype=torch.int64)}
    found = line(capstone.grade("p6", samples=draws, baseline=draws, asked=asked), "obeys")
    assert found.points == 0 and "the judge reads" in found.said


def test_modes_are_counted():
    ones = data.load("digits").images[data.load("digits").labels == 1][:140]
    found = line(capstone.grade("p2", samples=[ones, ones.flip(0), ones[:120]]), "modes")
    assert found.points <= 0.5 and "of the 10 classes" in found.said


def test_unknown_names_are_refused(good):
    with pytest.raises(ValueError, match="project must be one of"):
        capstone.grade("p9")
    with pytest.raises(ValueError, match="Did you mean 'samples'"):
        capstone.grade("p1", sample=good["samples"])
