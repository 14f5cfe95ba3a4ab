"""Criteria on whether samples are what was asked for, and of how many kinds."""

import torch

from .._validate import check_kind, check_whole
from .comparing import check_draws, difference, finding, spoken
from .project import Criterion

RARE = 0.01  # of the samples: a class below that was not found


def modes(shape, read, classes, points=2):
    """Whether every class is read on one sample in a hundred, with every seed of one of the two arms.

    A trick that loses classes is a finding, and so is one that finds them: so the better arm counts.
    """

    def judge(samples, baseline):
        found = [
            min(_classes(one, read, classes) for one in check_draws(name, draws, shape))
            for name, draws in (("samples", samples), ("baseline", baseline))
        ]
        if max(found) < classes:
            said = f"In the better arm, some seed finds only {max(found)} of the {classes} classes."
            return max(found) / classes - 0.01, said
        arm = "With" if found[0] == classes else "Without"
        return 1, f"{arm} the trick, the judge reads all {classes} classes with every seed."

    asks = (
        f"Modes: with the trick or without it, the judge reads each of {classes} classes on one sample in a "
        "hundred or more, with every seed."
    )
    return Criterion("modes", points, asks, ("samples", "baseline"), judge)


def _classes(images, read, classes):
    shares = torch.bincount(read(images), minlength=classes) / len(images)
    return int((shares >= RARE).sum())


def obeys_labels(shape, read, classes, what, points=3):
    """Whether samples are read as their labels more often than the baseline's, beyond what seeds do.

    The baseline is told its labels, too, so it must be read as asked at least twice as often as by chance.
    """

    def judge(samples, baseline, labels):
        check_whole("labels", labels, "[N]")
        return _obeys(
            samples, baseline, shape, lambda images: {"label": read(images)}, {"label": labels}, 2 / classes
        )

    asks = f"Obedience: the judge reads the label more often than with {what} (95 % interval)."
    return Criterion("obeys", points, asks, ("samples", "baseline", "labels"), judge)


def obeys_words(shape, read, what, points=3):
    """Whether what a judge reads is what was asked more often than in the baseline, beyond what seeds do."""

    def judge(samples, baseline, asked):
        check_kind("asked", asked, dict, "a dictionary of {part of the sentence: whole numbers [N]}")
        if not asked:
            raise ValueError("asked must name a part of the sentence at least.")
        for name, values in asked.items():
            check_whole(f"asked[{name!r}]", values, "[N]")
        return _obeys(samples, baseline, shape, read, asked)

    asks = f"Obedience: the judge reads what was asked more often than with {what} (95 % interval)."
    return Criterion("obeys", points, asks, ("samples", "baseline", "asked"), judge)


def _obeys(samples, baseline, shape, read, asked, least=0.0):
    ours, theirs = (
        [_share(name, one, read, asked) for one in check_draws(name, draws, shape)]
        for name, draws in (("samples", samples), ("baseline", baseline))
    )
    if min(len(ours), len(theirs)) < 2:
        raise ValueError("samples and baseline must hold two sets at least, for an interval over seeds.")
    if min(theirs) < least:
        return 0, f"The baseline{spoken(theirs)} is read as asked hardly more often than by chance."
    mean, low, high = difference(ours, theirs)
    said = f"Your shares read as asked{spoken(ours)} are {{}} the baseline's{spoken(theirs)}."
    found = finding(low, high, lower_is_better=False)
    if found == "better":
        return 1, said.format("above")
    return (0.5 if mean > 0 else 0), said.format("not clearly above")


def _share(argument, images, read, asked):
    """The share of asked values that are read so, over all parts, a float."""
    found = read(images)
    unknown = [name for name in asked if name not in found]
    if unknown:
        raise ValueError(f"asked names {unknown[0]!r}; the judge reads {', '.join(found)}.")
    left_out = [name for name in found if name not in asked]
    if left_out:
        raise ValueError(f"asked must name all that the judge reads; {left_out[0]!r} is left out.")
    for name, values in asked.items():
        if len(values) != len(images):
            raise ValueError(
                f"{argument} must hold an image for each value asked: {len(values)} of {name}, "
                f"and {len(images)} images."
            )
    return float(
        torch.stack([(found[name] == values).float().mean() for name, values in asked.items()]).mean()
    )
