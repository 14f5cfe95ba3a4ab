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


def near(images):
    """The images with a little noise, so that no pixel is a copy's."""
    return (images + 0.06 * torch.randn(images.shape, generator=torch.Generator().manual_seed(7))).clamp(0, 1)


def normal(images, seed, n=150):
    """Draws from a normal distribution fitted to the pixels of images."""
    rows, dice = images.flatten(1), torch.Generator().manual_seed(seed)
    centred = (rows - rows.mean(0)) / math.sqrt(len(rows) - 1)
    drawn = rows.mean(0) + torch.randn(n, len(rows), generator=dice) @ centred
    return drawn.clamp(0, 1).view(n, *images.shape[1:])


@pytest.fixture(scope="module")
def good():
    """p1 as it should be: samples are other real digits, each seed its own, beside draws of a normal."""
    images = data.load("digits").images
    train, rest, held_out = images[:700], images[700:], data.load("digits", split="test").images
    samples = [rest[k * 150 : (k + 1) * 150] for k in range(3)]
    baseline = [normal(train, k) for k in range(3)]
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
        ({"samples": lambda g: [g["samples"][k // 2].flip(k % 2) for k in range(4)]}, "seeds", "no two"),
        ({"samples": lambda g: [g["samples"][0] * (1 - k / 500) for k in range(3)]}, "seeds", "in common"),
        ({"samples": lambda g: [g["train"][k : k + 150] for k in (0, 150, 300)]}, "no copies", "training"),
        ({"samples": lambda g: [g["held_out"][k : k + 110] for k in (0, 110, 220)]}, "no copies", "held-out"),
        ({"samples": lambda g: [near(g["train"][k : k + 150]) for k in (0, 150)]}, "no copies", "copies"),
        ({"baseline": lambda g: [noise(k, (1, 8, 8)) for k in range(3)]}, "distance", "one by one"),
        ({"held_out": lambda g: g["samples"][0]}, "split", "not in the test split of digits"),
        ({"samples": lambda g: [noise(k + 9, (1, 8, 8)) for k in range(3)]}, "distance", "on held-out"),
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


def test_obedience_is_more_than_the_baselines(good):
    labels = torch.arange(150) % 10
    real, read = data.load("digits"), {}
    for k in range(3):
        where = [torch.where(real.labels == digit)[0][15 * k : 15 * (k + 1)] for digit in range(10)]
        read[k] = real.images[torch.stack(where).T.flatten()]
    given = {"samples": list(read.values()), "labels": labels, "held_out": good["held_out"]}
    seldom = [torch.where(labels[:, None, None, None] < 5, one, one.flip(0)) for one in read.values()]
    report = capstone.grade("p5", baseline=seldom, **given)
    assert line(report, "obeys").points == 3
    untold = line(capstone.grade("p5", baseline=good["samples"], **given), "obeys")
    assert untold.points == 0 and "hardly more often than by chance" in untold.said
    report = capstone.grade("p5", baseline=given["samples"], **given)
    assert line(report, "obeys").points == 0
    report = capstone.grade("p5", baseline=seldom, **{**given, "labels": labels[:9]})
    assert "an image for each value asked" in line(report, "obeys").said


def test_words_that_the_judge_does_not_read_are_told():
    draws = [noise(k, (1, 28, 28), 100) for k in range(2)]
    asked = {"colour": torch.zeros(100, dtype=torch.int64)}
    found = line(capstone.grade("p6", samples=draws, baseline=draws, asked=asked), "obeys")
    assert found.points == 0 and "the judge reads" in found.said
    asked = {"digit": torch.zeros(100, dtype=torch.int64)}
    found = line(capstone.grade("p6", samples=draws, baseline=draws, asked=asked), "obeys")
    assert found.points == 0 and "is left out" in found.said


def test_modes_are_counted_in_the_better_arm(good):
    ones = data.load("digits").images[data.load("digits").labels == 1][:140]
    few = [ones, ones.flip(0), ones[:120]]
    found = line(capstone.grade("p2", samples=few, baseline=few), "modes")
    assert found.points <= 0.5 and "of the 10 classes" in found.said
    all_of_them = good["samples"]
    for one, other, said in ((few, all_of_them, "Without the trick"), (all_of_them, few, "With the trick")):
        found = line(capstone.grade("p2", samples=one, baseline=other), "modes")
        assert found.points == 2 and found.said.startswith(said)


def test_a_game_that_has_not_learnt_is_told(good):
    poor = [noise(k, (1, 8, 8)) for k in range(3)]
    given = {"train": good["train"], "held_out": good["held_out"]}
    for baseline, points in ((good["baseline"], 2), (poor, 0)):
        found = line(capstone.grade("p2", baseline=baseline, **given), "trained")
        assert found.points == points and ("learnt" in found.said) == (points == 0)


def test_pictures_of_nothing_are_no_model_that_is_told_nothing():
    glyphs, held_out = (data.load("glyphs", split=split, n=120).images for split in ("train", "test"))
    for baseline, points in ((glyphs.flip(0), 1), (noise(0, (1, 28, 28)), 0)):
        report = capstone.grade("p6", baseline=[baseline] * 2, train=glyphs, held_out=held_out)
        assert line(report, "trained").points == points


def test_two_arms_of_the_same_images_are_no_comparison(good):
    shuffled = [one.flip(0) for one in good["samples"]]
    for name in ("p2", "p5"):
        found = line(capstone.grade(name, samples=good["samples"], baseline=shuffled), "seeds")
        assert found.points == 0 and "nothing is compared" in found.said
    found = line(capstone.grade("p2", samples=good["samples"], baseline=good["baseline"][:2]), "seeds")
    assert found.points == 0 and "`baseline` has fewer than 3" in found.said


def test_unknown_names_are_refused(good):
    with pytest.raises(ValueError, match="project must be one of"):
        capstone.grade("p9")
    with pytest.raises(ValueError, match="Did you mean 'samples'"):
        capstone.grade("p1", sample=good["samples"])
