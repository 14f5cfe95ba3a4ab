"""Criteria on densities in the plane, handed in as functions log_prob(x [N, 2]) -> [N], in nats."""

import math

import torch

from .._validate import check_answer, check_callable, check_kind, check_tensor, quoted
from ..metrics import nearest_distances
from .comparing import CLAIMS, LEAST_SEEDS, difference, finding, spoken
from .project import Criterion

TOLD = "Held-out points are likelier than new ones of the same kind, beyond chance: a density knows them."
SAME = 1e-3  # nats: two densities that differ by less everywhere are one
GRID = 240  # places a side
NEW, BEYOND = 1_000_003, 4  # the seed of the grading's own points; standard errors that are no chance
LOW, HIGH = 0.95, 1.02  # of the mass on the grid: a thousandth may lie outside, and a grid is coarse


def finite(points=1):
    """Whether every log density is finite on the held-out points."""

    def judge(log_probs, held_out):
        if all(bool(one.isfinite().all()) for one in _values("log_probs", log_probs, held_out)):
            return 1, "Every log density is finite on every held-out point."
        return 0, "A log density is infinite or NaN on a held-out point."

    return Criterion(
        "finite", points, "Likelihood: finite on held-out points.", ("log_probs", "held_out"), judge
    )


def seeds(points=2):
    """Whether there are at least three densities, and no two alike."""

    def judge(log_probs, held_out):
        values = _values("log_probs", log_probs, held_out)
        if any(torch.allclose(a, b, atol=SAME) for k, a in enumerate(values) for b in values[:k]):
            return 0, "Two of the densities are the same, so they are no two seeds."
        if len(values) < LEAST_SEEDS:
            return 0, f"There are fewer than {LEAST_SEEDS} seeds: chance is not told from skill."
        return 1, f"{len(values)} densities, and no two alike."

    asks = f"Seeds: at least {LEAST_SEEDS} trainings, their densities all handed in."
    return Criterion("seeds", points, asks, ("log_probs", "held_out"), judge)


def normalised(points=3):
    """Whether every density has mass 1 on a square well around the held-out points."""

    def judge(log_probs, held_out):
        check_tensor("held_out", held_out, "[N, 2]")
        centre = (held_out.amax(0) + held_out.amin(0)) / 2
        half = 1.5 * float((held_out - centre).abs().max())
        side = torch.linspace(-half, half, GRID)
        places = torch.cartesian_prod(side, side) + centre
        cell = (2 * half / (GRID - 1)) ** 2
        masses = [float(one.double().exp().sum()) * cell for one in _values("log_probs", log_probs, places)]
        if all(LOW <= mass <= HIGH for mass in masses):
            return 1, f"Every density has mass 1 on a grid round the data{spoken(masses)}."
        return 0, f"A density has another mass than 1 on a grid round the data{spoken(masses)}."

    asks = "Likelihood: each density has mass 1 on a grid (none is better for being no density)."
    return Criterion("normalised", points, asks, ("log_probs", "held_out"), judge)


def split(source, known, points=1):
    """Whether the held-out points are none of the training's, and no likelier than new ones of the source.

    source: callable (n, seed) -> points [n, 2]; known: (n, seed) of the training points.
    """

    def judge(log_probs, held_out):
        check_tensor("held_out", held_out, "[N, 2]")
        shared = int((nearest_distances(held_out, source(*known)) == 0).sum())
        if shared:
            return 0, f"{shared} of the held-out points are training points, too."
        if _knows(log_probs, held_out, source):
            return 0, TOLD
        return 1, "The held-out points are no training points, and no likelier than new ones."

    asks = "Split: no held-out point is a training point, or likelier than new points of the same kind."
    return Criterion("split", points, asks, ("log_probs", "held_out"), judge)


def likelier(what, source, points=3):
    """Whether held-out points are likelier than under the baseline, beyond what seeds do.

    source: as of `split`; a density that knows the held-out points earns nothing.
    """

    def judge(log_probs, baseline, held_out):
        ours, theirs = _means(log_probs, baseline, held_out)
        if _knows(log_probs, held_out, source):
            return 0, TOLD
        if min(theirs) < _one_bell(held_out):
            return 0, f"The baseline{spoken(theirs)} gives fewer nats than one bell: it is not {what}."
        mean, low, high = difference(ours, theirs)
        said = f"Your nats a held-out point{spoken(ours)} are {{}} the baseline's{spoken(theirs)}."
        if finding(low, high, lower_is_better=False) == "better":
            return 1, said.format("above")
        return (0.5 if mean > 0 else 0), said.format("not clearly above")

    asks = f"Likelihood: more nats a held-out point than {what} (95 % interval)."
    return Criterion("likelier", points, asks, ("log_probs", "baseline", "held_out"), judge)


def claim(points=2):
    """Whether what is claimed of the likelihoods is what the seeds say."""

    def judge(log_probs, baseline, held_out, claim):
        if claim not in CLAIMS:
            raise ValueError(f"claim must be one of {', '.join(map(repr, CLAIMS))}; got {quoted(claim)}.")
        interval = difference(*_means(log_probs, baseline, held_out))[1:]
        found = finding(*interval, lower_is_better=False)
        if claim == found:
            return 1, f"You claim {claim!r}, and so do the seeds."
        return 0, f"You claim {claim!r}; the interval over the seeds says {found!r}."

    asks = "Honesty: `claim` (better, worse, undecided) is what the interval over the seeds says."
    return Criterion("claim", points, asks, ("log_probs", "baseline", "held_out", "claim"), judge)


def _values(argument, functions, x):
    """What each function of a list says of the points x [N, 2]: a list of [N]."""
    check_tensor("held_out", x, "[N, 2]")
    check_kind(argument, functions, list | tuple, "a list of functions, one for each seed")
    if not functions:
        raise ValueError(f"{argument} is an empty list: a log density for each seed is wanted.")
    for k, one in enumerate(functions):
        check_callable(f"{argument}[{k}]", one, "points")
    with torch.no_grad():
        return [check_answer(f"{argument}[{k}]", f(x.clone()), (len(x),)) for k, f in enumerate(functions)]


def _knows(log_probs, held_out, source):
    """Whether a density gives held_out more nats than new points of the source, beyond chance."""
    new = source(len(held_out), NEW)
    pairs = zip(*(_values("log_probs", log_probs, x) for x in (held_out, new)), strict=True)
    for at_held_out, at_new in ((a.double(), b.double()) for a, b in pairs):
        error = float((at_held_out.var() / len(held_out) + at_new.var() / len(new)).sqrt())
        if float(at_held_out.mean() - at_new.mean()) > BEYOND * error:
            return True
    return False


def _one_bell(x):
    """The nats a point of one normal distribution fitted to the points x [N, 2] themselves."""
    return float(-0.5 * torch.logdet(x.double().T.cov(correction=0)) - math.log(2 * math.pi) - 1)


def _means(log_probs, baseline, held_out):
    ours, theirs = (
        [float(one.double().mean()) for one in _values(name, functions, held_out)]
        for name, functions in (("log_probs", log_probs), ("baseline", baseline))
    )
    if min(len(ours), len(theirs)) < 2:
        raise ValueError("log_probs and baseline must hold two functions at least, for an interval.")
    return ours, theirs
