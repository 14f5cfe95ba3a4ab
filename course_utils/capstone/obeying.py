"""Criteria on whether samples are what was asked for, and of how many kinds."""

import torch

from .._validate import check_kind, check_whole
from .comparing import check_draws, difference, finding, spoken
from .project import Criterion

RARE = 0.01  # of the samples: a class below that was not found


def modes(shape, read, classes, points=2):
    """Whether every class is read on at least one sample in a hundred, with every seed."""

    def judge(samples):
        draws = check_draws("samples", samples, shape)
        counts = [torch.bincount(read(one), minlength=classes) / len(one) for one in draws]
        found = [int((share >= RARE).sum()) for share in counts]
        if min(found) < classes:
            return min(found) / classes - 0.01, f"A seed finds {min(found)} of the {classes} classes."
        return 1, f"Every seed finds all {classes} classes."

    asks = f"Modes: the judge reads every class on one sample in a hundred or more, of {classes} classes."
    return Criterion("modes", points, asks, ("samples",), judge)


def obeys_labels(shape, read, what, points=3):
    """Whether samples are read as their labels more often than the baseline's, beyond what seeds do."""

    def judge(samples, baseline, labels):
        check_whole("labels", labels, "[N]")
        return _obeys(samples, baseline, shape, lambda images: {"label": read(images)}, {"label": labels})

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


def _obeys(samples, baseline, shape, read, asked):
    ours, theirs = (
        [_share(name, one, read, asked) for one in check_draws(name, draws, shape)]
        for name, draws in (("samples", samples), ("baseline", baseline))
    )
    if min(len(ours), len(theirs)) < 2:
        raise ValueError("samples and baseline must hold two sets at least, for an interval over seeds.")
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
    for name, values in asked.items():
        if len(values) != len(images):
            raise ValueError(
                f"{argument} must hold an image for each value asked: {len(values)} of {name}, "
                f"and {len(images)} images."
            )
    return float(
        torch.stack([(found[name] == values).float().mean() for name, values in asked.items()]).mean()
    )
