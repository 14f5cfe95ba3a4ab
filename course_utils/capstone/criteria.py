"""The criteria that several projects share: each function makes a `Criterion`."""

import torch

from .._validate import check_tensor, quoted
from ..metrics import nearest_distances
from .card import FIELDS, missing_fields
from .comparing import CLAIMS, LEAST_SAMPLES, LEAST_SEEDS, check_draws, compared, difference, finding, spoken
from .project import Criterion

NEAR = 0.5  # of the distance at which held-out images lie from the training images


def images(shape, points=2):
    """Whether the samples are images of this shape."""

    def judge(samples):
        check_draws("samples", samples, shape)
        return 1, f"Every set holds {LEAST_SAMPLES} images or more of shape {list(shape)} in [0, 1]."

    asks = f"Samples: at least {LEAST_SAMPLES} images a seed, of shape {list(shape)}, in [0, 1]."
    return Criterion("samples", points, asks, ("samples",), judge)


def seeds(shape, points=2):
    """Whether there are samples of at least three models, and no two sets alike."""

    def judge(samples):
        draws = check_draws("samples", samples, shape)
        if any(torch.equal(a, b) for k, a in enumerate(draws) for b in draws[:k]):
            return 0, "Two of the sets are the same, so they are no two seeds."
        if len(draws) < LEAST_SEEDS:
            return 0, f"There are samples of fewer than {LEAST_SEEDS} seeds: chance is not told from skill."
        return 1, f"{len(draws)} seeds, and no two sets alike."

    asks = f"Seeds: at least {LEAST_SEEDS} trainings, their samples all handed in."
    return Criterion("seeds", points, asks, ("samples",), judge)


def beats(shape, features, what, points=3):
    """Whether the samples lie nearer to held-out images than the baseline's, beyond what seeds do."""

    def judge(samples, baseline, held_out):
        ours, theirs = _distances(samples, baseline, held_out, shape, features)
        mean, low, high = difference(ours, theirs)
        found = finding(low, high)
        said = f"Your distances{spoken(ours)} are {{}} the baseline's{spoken(theirs)}, {{}}."
        if found == "better":
            return 1, said.format("below", "beyond what seeds do")
        if mean < 0:
            return 0.5, said.format("below", "but not beyond what seeds do")
        return 0, said.format("not below", "on held-out images")

    asks = f"Distance: nearer to held-out images than {what}, at equal numbers of samples (95 % interval)."
    return Criterion("distance", points, asks, ("samples", "baseline", "held_out"), judge)


def claim(shape, features, points=2):
    """Whether what is claimed of the samples against the baseline is what the seeds say."""

    def judge(samples, baseline, held_out, claim):
        if claim not in CLAIMS:
            raise ValueError(f"claim must be one of {', '.join(map(repr, CLAIMS))}; got {quoted(claim)}.")
        found = finding(*difference(*_distances(samples, baseline, held_out, shape, features))[1:])
        if claim == found:
            return 1, f"You claim {claim!r}, and so do the seeds."
        return 0, f"You claim {claim!r}; the interval over the seeds says {found!r}."

    asks = "Honesty: `claim` (better, worse, undecided) is what the interval over the seeds says."
    return Criterion("claim", points, asks, ("samples", "baseline", "held_out", "claim"), judge)


def no_copies(shape, points=2):
    """Whether samples keep their distance from the training images, beside new images."""

    def judge(samples, train, held_out):
        draws = check_draws("samples", samples, shape)
        real = [_rows(name, one, shape) for name, one in (("train", train), ("held_out", held_out))]
        new = float(nearest_distances(real[1], real[0]).mean())
        ratios = [float(nearest_distances(one.flatten(1), real[0]).mean()) / max(new, 1e-12) for one in draws]
        said = f"Samples lie {{}} {NEAR:g} times as far from the training images as new images do"
        if min(ratios) < NEAR:
            return 0, f"{said.format('less than')}{spoken(ratios)}: they may be copies."
        return 1, f"{said.format('at least')}{spoken(ratios)}."

    asks = f"Memorisation: mean distance to the nearest training image at least {NEAR:g} that of new images."
    return Criterion("no copies", points, asks, ("samples", "train", "held_out"), judge)


def kept_apart(shape, points=1):
    """Whether no held-out image is among the training images."""

    def judge(train, held_out):
        rows, new = _rows("train", train, shape), _rows("held_out", held_out, shape)
        shared = int((nearest_distances(new, rows) == 0).sum())
        if shared:
            return 0, f"{shared} of the held-out images are training images, too: split before you train."
        return 1, "No held-out image is among the training images."

    asks = "Split: no held-out image is among the training images."
    return Criterion("split", points, asks, ("train", "held_out"), judge)


def card(points=2):
    """Whether every field of the model card is filled."""

    def judge(card):
        missing = missing_fields(card)
        if missing:
            return 1 - len(missing) / len(FIELDS), f"Not filled on the card: {', '.join(missing)}."
        return 1, "Every field of the card is filled."

    return Criterion("card", points, "Model card: every field is filled.", ("card",), judge)


def _distances(samples, baseline, held_out, shape, features):
    """The distances of samples and baseline; two sets at least of each, for an interval."""
    draws = check_draws("samples", samples, shape), check_draws("baseline", baseline, shape)
    for name, one in zip(("samples", "baseline"), draws, strict=True):
        if len(one) < 2:
            raise ValueError(f"{name} holds one set; an interval over seeds needs two at least.")
    _rows("held_out", held_out, shape)
    return compared(*draws, held_out, features)


def _rows(argument, value, shape):
    return check_tensor(argument, value, f"[N, {', '.join(map(str, shape))}]").flatten(1)
