"""nf.log_prob: the density of a whole flow, step by step."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise

from ._steps import flow


def log_prob(x, steps, log_base):
    """log p(x) of a flow: x [B, D], steps of x -> (z, log_det [B]), log_base of z -> [B]; -> [B], in nats."""
    total = torch.zeros_like(x[:, 0])
    for step in steps:
        x, log_det = step(x)
        total = total + log_det
    return log_base(x) + total


def _in_turn(x, steps):
    """The points before, between and after the steps, and the log-determinants."""
    points, log_dets = [x], []
    for step in steps:
        z, log_det = step(points[-1])
        points.append(z)
        log_dets.append(log_det)
    return points, log_dets


def _all_from_x(x, steps):
    found = [step(x) for step in steps]
    return [x, *(z for z, _ in found)], [log_det for _, log_det in found]


def _one_ahead(x, steps):
    """Each log-determinant is the step's at the point that it leads to."""
    points, _ = _in_turn(x, steps)
    return points, [step(z)[1] for step, z in zip(steps, points[1:], strict=True)]


def _end(points, log_base):
    return log_base(points[-1])


def _add(base, total, x):
    return base + total


def _with(total=sum, run=_in_turn, base=_end, join=_add, order=list):
    """The answer with parts replaced: total of the log-determinants, order of the steps."""

    def wrong(x, steps, log_base):
        points, log_dets = run(x, order(steps))
        return join(base(points, log_base), total(log_dets), x)

    return wrong


def _base_at_each(x, steps, log_base):
    points, log_dets = _in_turn(x, steps)
    return sum(log_base(z) for z in points[1:]) + sum(log_dets)


def _sums_of_sums(log_dets):
    """The running total is added to the total once more at each step."""
    return sum(sum(log_dets[: k + 1]) for k in range(len(log_dets)))


def _early_return(x, steps, log_base):
    z, log_det = steps[0](x)
    return log_base(z) + log_det


def _standard_normal(z):
    return -0.5 * (z.square() + math.log(2 * math.pi)).sum(1)


def _detached_afterwards(x, steps, log_base):
    total = 0
    for step in steps:
        z, log_det = step(x)
        x, total = z.detach(), total + log_det
    return log_base(x) + total


def _stacked(change):
    return lambda log_dets: change(torch.stack(log_dets))


MISTAKES = [  # `train` names them too: a loss that is made of another log density
    Mistake(
        (
            _with(total=lambda log_dets: log_dets[-1]),
            _with(total=lambda log_dets: log_dets[0]),
        ),
        "Only one of the log-determinants counts: each step's is to be added to those before, and yours "
        "replaces them (or is never joined by the later ones), so the other steps may shrink the data for "
        "nothing.",
    ),
    Mistake(
        (
            _with(total=lambda log_dets: sum(log_dets) / len(log_dets)),
            _with(total=lambda log_dets: sum(log_dets) / 2),
            _with(total=lambda log_dets: 2 * sum(log_dets)),
            _with(total=_sums_of_sums),
        ),
        "The log-determinants are averaged, or some count more than once: the volumes of the steps multiply, "
        "so their logarithms add up, each one once and in full.",
    ),
    Mistake(
        (
            _with(join=lambda base, total, x: base - total),
            _with(join=lambda base, total, x: base - total, order=lambda steps: steps[::-1]),
        ),
        "The sign before the log-determinants is turned: the steps lead from the data to the noise, and "
        "where they stretch, the data lie closer together than their noise, so log p(x) is larger.",
    ),
    Mistake(
        (
            _with(order=lambda steps: steps[::-1]),
            _with(order=lambda steps: [*steps[1:], steps[0]]),
        ),
        "The steps are taken in another order, the last one first: that is the order of the way back, and "
        "there the inverses are called; from x to z the first step of the list comes first.",
    ),
    Mistake(
        (
            _with(run=_all_from_x),
            lambda x, steps, log_base: log_base(_in_turn(x, steps)[0][-1]) + sum(_all_from_x(x, steps)[1]),
            lambda x, steps, log_base: log_base(_all_from_x(x, steps)[0][-1]) + steps[-1](x)[1],
        ),
        "Every step is given the x that you began with: a step takes what the one before it has made, and "
        "its log-determinant belongs to that point.",
    ),
    Mistake(
        (
            _with(base=lambda points, log_base: log_base(points[0])),
            _with(base=lambda points, log_base: log_base(points[0]) + log_base(points[-1])),
            _with(base=lambda points, log_base: log_base(points[-2])),
        ),
        "The base is asked at the wrong point: it is the density of the noise, so it belongs to z, where the "
        "last step ends, and not to the data (nor to a place on the way).",
    ),
    Mistake(
        (_with(join=lambda base, total, x: base),),
        "The log-determinants are left out: the highest density is then that of a flow which sends all data "
        "to the mode of the base, and it costs nothing.",
    ),
    Mistake(
        (_with(join=lambda base, total, x: total + 0 * base),),
        "The base density is left out: without it the flow is rewarded for stretching alone, and sends the "
        "data as far out as it can.",
    ),
    Mistake(
        (
            _with(order=lambda steps: steps[:-1]),
            _with(order=lambda steps: steps[1:]),
            _with(order=lambda steps: steps[:1]),
            _early_return,
        ),
        "A step is left out, or the return stands inside the loop: all steps count, the first and the last "
        "included.",
    ),
    Mistake(
        (
            _with(total=lambda log_dets: sum(log_dets[1:])),
            _with(total=lambda log_dets: sum(log_dets[:-1])),
        ),
        "One log-determinant is left out, that of the first or of the last step: the total begins at 0 and "
        "grows in every turn of the loop.",
    ),
    Mistake(
        (
            _with(total=_stacked(lambda all_of: all_of.prod(0))),
            _with(total=_stacked(lambda all_of: all_of.exp().sum(0))),
            _with(total=_stacked(lambda all_of: all_of.exp().prod(0))),
            _with(total=_stacked(lambda all_of: all_of.logsumexp(0))),
            _with(total=_stacked(lambda all_of: all_of.abs().sum(0))),
            _with(total=_stacked(lambda all_of: all_of.abs().log().sum(0))),
            _with(total=_stacked(lambda all_of: all_of.max(0).values)),
        ),
        "What the steps return are logarithms already: they are added as they are, with their signs, and "
        "neither multiplied nor put through exp or log.",
    ),
    Mistake(
        (
            _base_at_each,
            lambda x, steps, log_base: sum(log_base(z) for z in _in_turn(x, steps)[0][1:]),
        ),
        "The base is added at every step: only the end of the flow is noise; between the steps points follow "
        "no distribution that you know.",
    ),
    Mistake(
        (
            _with(base=lambda points, log_base: _standard_normal(points[-1])),
            _with(base=lambda points, log_base: -0.5 * points[-1].square().sum(1)),
            _with(base=lambda points, log_base: -points[-1].square().sum(1)),
        ),
        "You use a standard normal density of your own (or a part of it): the base may be any density, so "
        "ask log_base, which is handed to you.",
    ),
    Mistake(
        (_with(run=_one_ahead),),
        "The log-determinant is taken at the point that a step leads to: it belongs to the point where the "
        "step sets out, and comes with the same call.",
    ),
]

exercise(
    "nf.log_prob",
    reference=log_prob,
    gradient=["x"],
    inputs={
        "5 points of the plane, 3 steps": flow(5, 2, "btb"),
        "4 points of 3 coordinates, 4 steps": flow(4, 3, "tbtb"),
        "6 points on a line, 2 steps": flow(6, 1, "tb", size=100.0),
        "3 points of 5 coordinates, one step": flow(3, 5, "b"),
        "7 points of the plane, 6 steps": flow(7, 2, "btbbtb"),
    },
    mistakes=[
        *MISTAKES,
        Mistake(
            (
                _with(total=lambda log_dets: sum(log_dets).sum()),
                _with(total=lambda log_dets: sum(log_dets).mean()),
                _with(base=lambda points, log_base: log_base(points[-1]).mean()),
                _with(base=lambda points, log_base: log_base(points[-1]).sum()),
                _with(join=lambda base, total, x: (base + total).mean()),
                _with(join=lambda base, total, x: (base + total).sum()),
                _with(join=lambda base, total, x: (base + total).mean().expand(len(x))),
            ),
            "A sum or mean runs over the batch: each point has its own density, [B]; the mean is taken "
            "later, for a loss.",
        ),
        Mistake(
            (
                _with(join=lambda base, total, x: -(base + total)),
                _with(join=lambda base, total, x: total - base),
            ),
            "The sign of the result, or of the base density, is turned: the loss of a flow is minus this "
            "number; here log p(x) itself is wanted.",
        ),
        Mistake(
            (
                _with(join=lambda base, total, x: (base + total).exp()),
                _with(join=lambda base, total, x: base * total),
                _with(join=lambda base, total, x: base * total.exp()),
                _with(join=lambda base, total, x: base.exp() * total.exp()),
                _with(join=lambda base, total, x: base.exp() + total),
            ),
            "You multiply, or leave the logarithms: densities and volumes multiply, and their logarithms, "
            "which you have, add up to log p(x).",
        ),
        Mistake(
            (
                _with(join=lambda base, total, x: (base + total) / x.shape[1]),
                _with(join=lambda base, total, x: base + total / x.shape[1]),
                _with(join=lambda base, total, x: base + total * x.shape[1]),
                _with(join=lambda base, total, x: (base + total) / 0.6931471805599453),
            ),
            "Something is divided or multiplied, by the dimension or by log 2: log p(x) of the whole point "
            "is wanted, in nats.",
        ),
        Mistake(
            (
                _detached_afterwards,
                _with(total=lambda log_dets: sum(log_dets).detach()),
                _with(total=lambda log_dets: sum(one.detach() for one in log_dets)),
                _with(base=lambda points, log_base: log_base(points[-1].detach())),
            ),
            "Your values are right, but something is detached on the way: training then hears only of the "
            "last step, or only of one of the two terms, and the flow learns to do the other for nothing.",
        ),
    ],
    hints=[
        "Each step takes what the step before it has made, and tells by how much it changed the volume "
        "there. What happens to volumes when one map follows another, and to their logarithms?",
        "Begin with a total of 0. In a loop over the steps, replace x by z and add the log-determinant to "
        "the total.",
        "After the loop x has become the noise: log_base there, and the total, add up to log p(x), one "
        "number for each point.",
    ],
)
