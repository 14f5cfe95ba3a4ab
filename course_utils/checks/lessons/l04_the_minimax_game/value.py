"""gan.value: the number that two players fight over."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l04_the_minimax_game._densities import bell, boxes, narrow, ratio


def value(D, p, q, dx):
    """V = E_p log D + E_q log(1 - D) as a sum over points dx apart: D, p, q [N] -> scalar."""
    return dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum()


def _game(n, sharp=1.0):
    """Densities on a grid, and a D that is somewhat off its best."""

    def make(rng):
        line = torch.linspace(-4, 5, n)
        p, q = bell(line, 0.0, 1.0), bell(line, 1.5, 0.8)
        noise = 0.3 * torch.randn(n, generator=rng)
        return torch.sigmoid(sharp * (p.log() - q.log()).clamp(-4, 4) + noise), p, q, 9 / (n - 1)

    return make


def _apart_and_sure(rng):
    """Two boxes apart: D is sure and right at two points, and at one of the data sure and wrong."""
    p, q = boxes(rng)
    half_right = torch.tensor([0.5, 1.0, 1e-20, 0.5, 0.0, 0.2])
    return half_right, p, q, 1.0


def _narrow_and_sure(rng):
    """Densities up to 10, and a D that is nearly sure of each point, some of them fakes."""
    p, q = narrow(9)
    return torch.tensor([1e-4, 0.9999, 0.3, 0.9998, 0.7, 1e-5, 0.9995, 0.5, 2e-4]), p, q, 0.0275


def _cut_off(rng):
    """Bells of which the grid holds a part only, so that neither sums to 1 over dx."""
    line = torch.linspace(-0.5, 2, 11)
    D = torch.sigmoid(0.7 - line + 0.3 * torch.randn(11, generator=rng))
    return D, bell(line, 0.0, 1.0), bell(line, 1.5, 0.8), 0.25


def _value_with(log):
    """V with another logarithm."""
    return lambda D, p, q, dx: dx * (p * log(D) + q * log(1 - D)).sum()


def _value_cut(small):
    """V with logarithms that are cut off by a small number."""
    return (
        _value_with(lambda D: (D + small).log()),
        _value_with(lambda D: D.clamp(min=small).log()),
        _value_with(lambda D: D.clamp(small, 1 - small).log()),
    )


exercise(
    "gan.value",
    reference=value,
    gradient=["D"],
    inputs={
        "two bells on 19 points": _game(19),
        "two bells on 31 points, a timid D": _game(31, sharp=0.3),
        "two boxes apart, D sure of some points": _apart_and_sure,
        "11 points that hold only a part of two bells": _cut_off,
        "two narrow bells, D nearly sure of all points": _narrow_and_sure,
    },
    mistakes=[
        Mistake(
            lambda D, p, q, dx: -value(D, p, q, dx),
            "This is minus V, the loss of D: V is what D climbs and G goes down, and it is at most 0.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: value(D, p, q, 1.0),
                lambda D, p, q, dx: _value_with(lambda D: (D + 1e-8).log())(D, p, q, 1.0),
            ),
            "The spacing dx is missing: an integral is a sum times the width of a cell, and without it the "
            "value doubles when you use twice as many points.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: value(D, p, q, dx) / len(D),
                lambda D, p, q, dx: value(D, p, q, 1.0) / len(D),
            ),
            "You take the mean over the grid for the integral: the points of the grid are no samples, each "
            "counts with its density times dx, so add them up.",
        ),
        Mistake(
            lambda D, p, q, dx: value(D, q, p, dx),
            "The densities have changed places: log D is averaged over the *data* p, and log(1 - D) over the "
            "fakes q; as written, a good D gets a very low value.",
        ),
        Mistake(
            lambda D, p, q, dx: dx * (torch.xlogy(p, D) + torch.xlogy(q, D)).sum(),
            "Both terms have log D: then the best D is 1 everywhere, and there is no game; for a fake D is "
            "right when it says 1 - D.",
        ),
        Mistake(
            lambda D, p, q, dx: dx * (torch.xlogy(p, D) - torch.xlogy(q, 1 - D)).sum(),
            "The second term is subtracted: D would then gain from being wrong about fakes; both terms "
            "reward D for being right, so they are added.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: dx * torch.xlogy(p, D).sum(),
                lambda D, p, q, dx: dx * torch.xlogy(q, 1 - D).sum(),
            ),
            "One of the two terms is missing: D then reaches the top by saying the same everywhere, and "
            "nothing depends on the other density.",
        ),
        Mistake(
            lambda D, p, q, dx: (p * D.log() + q * (1 - D).log()).sum() * dx,
            "Where D is sure and right you meet 0 times log 0, which the computer calls NaN: a point that "
            "never comes costs nothing, and torch.xlogy knows it.",
        ),
        Mistake(
            lambda D, p, q, dx: (dx * p * D).sum().log() + (dx * q * (1 - D)).sum().log(),
            "You take the logarithm of the averages where the average of the logarithms is wanted: by Jensen "
            "this is larger, and a D that is wrong for sure now and then no longer pays for it.",
        ),
        Mistake(
            lambda D, p, q, dx: 0.5 * value(D, p, q, dx),
            "A half stands in front: with it the value at the best D is JS - log 2; V has none, so it is "
            "twice that, and -log 4 at the solution.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: value(D, p / p.sum(), q / q.sum(), 1.0),
                lambda D, p, q, dx: _value_with(lambda D: (D + 1e-8).log())(D, p / p.sum(), q / q.sum(), 1.0),
            ),
            "You make the densities sum to 1 over the grid instead of using dx: where the grid cuts a "
            "density off, what lies outside is dealt out inside, and this is the value of another game.",
        ),
        Mistake(
            tuple(
                form for small in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12) for form in _value_cut(small)
            ),
            "A small number inside the logarithm gets rid of 0 times log 0, but it also limits what D pays "
            "for being sure and wrong, and that price is what keeps D honest; torch.xlogy has no such limit.",
        ),
        Mistake(
            (
                lambda D, p, q, dx: value(ratio(p, p + q), p, q, dx),
                lambda D, p, q, dx: value(p / (p + q), p, q, dx),
            ),
            "Your value does not look at the D that it is handed, but puts in p / (p + q): that is the top "
            "of V over all D, so a D that plays badly gets the same value as the best one.",
        ),
        Mistake(
            lambda D, p, q, dx: value(D, p, p, dx),
            "Both averages are over the data p: then G is nowhere in V, the best D is 1/2 everywhere, and "
            "nothing tells G where to go.",
        ),
        Mistake(
            lambda D, p, q, dx: value(D, q, q, dx),
            "Both averages are over the fakes q: then the data are nowhere in V, the best D is 1/2 "
            "everywhere, and G never hears what to imitate.",
        ),
        Mistake(
            lambda D, p, q, dx: value(D.sigmoid(), p, q, dx),
            "You take D for a logit, and it is a probability already: with a second sigmoid it stays between "
            "0.5 and 0.73, so even the best D is far below the top of V.",
        ),
        Mistake(
            lambda D, p, q, dx: torch.trapezoid(torch.xlogy(p, D) + torch.xlogy(q, 1 - D), dx=dx),
            "The trapezoid rule counts the two end points by half, so for an error there D pays only "
            "half the price; this exercise takes the plain sum times dx, as the lines after it do.",
        ),
    ],
    hints=[
        "E_p of something is the sum over the grid of p times that, times dx. There are two such averages.",
        "Which density goes with log D, and which with log of one minus D? The data come first.",
        "Use torch.xlogy twice, add the two, sum over the points, and multiply by the width of a cell once.",
    ],
)
