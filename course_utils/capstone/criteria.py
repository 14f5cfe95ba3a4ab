"""The criteria that several projects share: each function makes a `Criterion`."""

import torch

from .. import data
from .._validate import check_tensor, quoted
from ..metrics import nearest_distances
from .card import FIELDS, missing_fields
from .comparing import (
    CLAIMS,
    FEW,
    LEAST_SAMPLES,
    LEAST_SEEDS,
    check_draws,
    compared,
    difference,
    distances,
    finding,
    in_common,
    spoken,
)
from .project import Criterion

NEAR = 0.5  # of the distance at which held-out images lie from the training images


def images(shape, points=2):
    """Whether the samples are images of this shape."""

    def judge(samples):
        check_draws("samples", samples, shape)
        return 1, f"Every set holds {LEAST_SAMPLES} images or more of shape {list(shape)} in [0, 1]."

    asks = f"Samples: at least {LEAST_SAMPLES} images a seed, of shape {list(shape)}, in [0, 1]."
    return Criterion("samples", points, asks, ("samples",), judge)


def seeds(shape, points=2, of_both=False):
    """Whether there are at least three sets of samples, no two of which have images in common.

    of_both: the same of the baseline. That each set is of a training of its own is nothing that samples can
    show; a person judges it.
    """

    def judge(samples, baseline=None):
        draws = {"samples": check_draws("samples", samples, shape)}
        if of_both:
            draws["baseline"] = check_draws("baseline", baseline, shape)
        for name, sets in draws.items():
            if in_common(sets) > FEW:
                return 0, f"Two of the sets of `{name}` have images in common, so they are no two seeds."
            if len(sets) < LEAST_SEEDS:
                return 0, f"`{name}` has fewer than {LEAST_SEEDS} seeds: chance is not told from skill."
        if of_both and in_common(*draws.values()) > FEW:
            return 0, "A set of `samples` and one of `baseline` have images in common: nothing is compared."
        counts = " and ".join(str(len(sets)) for sets in draws.values())
        return 1, f"{counts} sets, and no two have images in common."

    both = ", and as many of the baseline" if of_both else ""
    asks = f"Seeds: the samples of at least {LEAST_SEEDS} trainings{both}; no two sets have images in common."
    return Criterion("seeds", points, asks, ("samples", "baseline")[: 1 + of_both], judge)


def beats(shape, features, what, points=3):
    """Whether the samples lie nearer to held-out images than the baseline's, beyond what seeds do.

    A baseline no nearer than training pixels drawn one by one is not what it should be, and earns nothing.
    """

    def judge(samples, baseline, train, held_out):
        ours, theirs = _distances(samples, baseline, held_out, shape, features)
        if min(theirs) >= _floor(baseline, train, held_out, shape, features):
            return 0, f"The baseline lies no nearer than pixels drawn one by one: it is not {what}."
        mean, low, high = difference(ours, theirs)
        found = finding(low, high)
        said = f"Your distances{spoken(ours)} are {{}} the baseline's{spoken(theirs)}, {{}}."
        if found == "better":
            return 1, said.format("below", "beyond what seeds do")
        if mean < 0:
            return 0.5, said.format("below", "but not beyond what seeds do")
        return 0, said.format("not below", "on held-out images")

    asks = f"Distance: nearer to held-out images than {what}, at equal numbers of samples (95 % interval)."
    return Criterion("distance", points, asks, ("samples", "baseline", "train", "held_out"), judge)


def learnt(shape, features, arm, points=2):
    """Whether the baseline's models lie nearer to held-out images than training pixels drawn one by one.

    arm: what the baseline is, as in "your distances without the trick".
    """

    def judge(baseline, train, held_out):
        draws = check_draws("baseline", baseline, shape)
        floor = _floor(draws, train, held_out, shape, features)
        found = distances(draws, held_out, features)
        said = f"Your distances {arm}{spoken(found)} are {{}} that of pixels drawn one by one"
        if sum(found) / len(found) < floor:
            return 1, f"{said.format('on average below')}{spoken([floor])}."
        return 0, f"{said.format('on average not below')}{spoken([floor])}: nothing has learnt to draw."

    asks = f"Trained: {arm}, nearer to held-out images than training pixels drawn one by one."
    return Criterion("trained", points, asks, ("baseline", "train", "held_out"), judge)


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
    """Whether samples keep their distance from the training images, and are no held-out images either."""

    def judge(samples, train, held_out):
        draws = [one.flatten(1) for one in check_draws("samples", samples, shape)]
        known, other = _rows("train", train, shape), _rows("held_out", held_out, shape)
        new = float(nearest_distances(other, known).mean())
        near = [nearest_distances(one, known) / max(new, 1e-12) for one in draws]
        for name, images in (("training", known), ("held-out", other)):
            share = in_common(draws, [images])
            if share > FEW:
                return 0, f"More than {FEW:g} of a seed's samples are {name} images{spoken([share])}."
        ratios = [float(one.mean()) for one in near]
        said = f"Samples lie {{}} {NEAR:g} times as far from the training images as new images do"
        if min(ratios) < NEAR:
            return 0, f"{said.format('less than')}{spoken(ratios)}: they may be copies."
        return 1, f"{said.format('at least')}{spoken(ratios)}."

    asks = (
        f"Memorisation: mean distance to the nearest training image at least {NEAR:g} that of new images; "
        f"at most {FEW:g} of the samples are training or held-out images."
    )
    return Criterion("no copies", points, asks, ("samples", "train", "held_out"), judge)


def kept_apart(shape, points=1, name=None):
    """Whether no held-out image is a training image.

    name: of the data, as `data.load` knows them, or None; all held-out images are then of their test split.
    """

    def judge(train, held_out):
        rows, new = _rows("train", train, shape), _rows("held_out", held_out, shape)
        shared = int((nearest_distances(new, rows) == 0).sum())
        if shared:
            return 0, f"{shared} of the held-out images are training images, too: split before you train."
        if name is not None:
            test = data.load(name, split="test").images.flatten(1)
            foreign = int((nearest_distances(new, test) > 0).sum())
            if foreign:
                return 0, f"{foreign} of the held-out images are not in the test split of {name}."
        return 1, "No held-out image is among the training images."

    of_test = "" if name is None else f", and all are of the test split of `{name}`"
    asks = f"Split: no held-out image is among the training images{of_test}."
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


def _floor(baseline, train, held_out, shape, features):
    """The distance of images whose pixels are each that of some training image, as many as in a set."""
    rows = _rows("train", train, shape)
    n = min(len(one) for one in baseline)
    which = torch.randint(len(rows), (n, rows.shape[1]), generator=torch.Generator().manual_seed(0))
    return distances([rows.gather(0, which).view(n, *shape)], held_out, features)[0]


def _rows(argument, value, shape):
    return check_tensor(argument, value, f"[N, {', '.join(map(str, shape))}]").flatten(1)
