"""nf.train: a flow learns by maximum likelihood, over batches that are given."""

import itertools
import math
import weakref

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise

from ._steps import log_base
from .log_prob import MISTAKES, log_prob


@torch.enable_grad()
def train(steps, log_base, optimiser, batches):
    """One step of the optimiser for each batch: batches [S, B, D] -> a list of the S losses, in nats."""
    losses = []
    for x in batches:
        loss = -log_prob(x, steps, log_base).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


class _Marked(torch.autograd.Function):
    """What it is given, with a mark on the graph that shows how long the graph is kept."""

    @staticmethod
    def forward(ctx, z, weight, marks):
        ctx.mark = _Mark()
        marks.append((weakref.ref(ctx.mark), weight._version))
        return z.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None, None


class _Mark:
    """Something that a weak reference can point at."""


def _stretch(weights):
    """z = exp(s) x + t, which sees whether the graphs of earlier batches are kept."""
    s, t = weights
    marks = []

    def step(x):
        versions = [s._version, *(version for _, version in reversed(marks))]
        recent = list(dict.fromkeys(versions))[:3]  # a loop's `loss` holds the last graph a little longer
        if any(old() is not None and version not in recent for old, version in marks):
            raise RuntimeError("the graphs of all batches are still there, and memory grows every step")
        z = torch.exp(s.to(x)) * x + t.to(x)
        return (_Marked.apply(z, s, marks) if z.requires_grad else z), s.to(x).sum() + 0 * x.sum(-1)

    return step


def _bend(weights):
    """z = x + c tanh(x + shift), with c above 0."""
    c, shift = weights

    def step(x):
        curve, strength = torch.tanh(x + shift.to(x)), c.to(x).exp()
        return x + strength * curve, torch.log1p(strength * (1 - curve**2)).sum(-1)

    return step


def _run(batches, n, dim, kinds, optim=torch.optim.SGD, size=1.0, **how):
    """A maker of a flow with a step for each letter of kinds (s stretches, b bends), and of its batches.

    size: how far apart the points lie; the first step makes up for it.
    """

    def make(rng):
        weights = [[nn.Parameter(0.4 * torch.randn(dim, generator=rng)) for _ in range(2)] for _ in kinds]
        steps = [{"s": _stretch, "b": _bend}[kind](one) for kind, one in zip(kinds, weights, strict=True)]
        weights[0][0].data -= math.log(size)
        x = size * (1.5 * torch.randn(batches, n, dim, generator=rng) - 1)
        return steps, log_base, optim([one for pair in weights for one in pair], **how), x

    return make


def _mean(log_p, x):
    return -log_p.mean()


def _own(k, size):
    return k


def _loop(order="zbs", once=False, log_prob=log_prob, loss=_mean, pick=_own, keep=None, record=None):
    """A training loop with one part replaced; order: its three calls, by their letters.

    pick(k, S): which batch is used in round k; keep: what is kept of a loss; record: what becomes of all.
    """

    @torch.enable_grad()
    def wrong(steps, log_base, optimiser, batches):
        losses, size = [], len(batches)
        if once:
            optimiser.zero_grad()
        for k in range(size):
            x = batches[pick(k, size)]
            value = loss(log_prob(x, steps, log_base), x)
            for letter in order:
                {"z": optimiser.zero_grad, "b": value.backward, "s": optimiser.step}[letter]()
            losses.append(value.item() if keep is None else keep(value))
        return losses if record is None else record(losses)

    return wrong


@torch.enable_grad()
def _one_step_at_the_end(steps, log_base, optimiser, batches):
    values = [-log_prob(x, steps, log_base).mean() for x in batches]
    optimiser.zero_grad()
    sum(values).backward()
    optimiser.step()
    return [value.item() for value in values]


@torch.enable_grad()
def _measured_after(steps, log_base, optimiser, batches):
    losses = []
    for x in batches:
        optimiser.zero_grad()
        (-log_prob(x, steps, log_base).mean()).backward()
        optimiser.step()
        losses.append(-log_prob(x, steps, log_base).mean().item())
    return losses


@torch.enable_grad()
def _row_by_row(steps, log_base, optimiser, batches):
    losses = []
    for x in batches:
        one = _loop()(steps, log_base, optimiser, x[:, None])
        losses.append(sum(one) / len(one))
    return losses


def _with_an_own(kind, rate):
    def wrong(steps, log_base, optimiser, batches):
        weights = [one for group in optimiser.param_groups for one in group["params"]]
        return train(steps, log_base, kind(weights, lr=rate), batches)

    return wrong


def _summed(x, steps, log_base):
    """The log-determinants of the whole batch are added to each point's base density."""
    total = log_prob(x, steps, lambda z: 0 * z[:, 0])
    return log_prob(x, steps, log_base) - total + total.sum()


def _whole(batches):
    """Each step on all batches at once."""
    return batches.flatten(0, 1).expand(len(batches), -1, -1)


def _means(losses):
    return [sum(losses[: k + 1]) / (k + 1) for k in range(len(losses))]


exercise(
    "nf.train",
    reference=train,
    batch=False,
    inputs={
        "5 batches of 4 points of the plane, 3 steps": _run(5, 4, 2, "sbs", lr=0.1),
        "3 batches of 7 points of 3 coordinates, 2 steps": _run(3, 7, 3, "bs", lr=0.15),
        "4 batches of 5 points of 6 coordinates, 4 steps, by Adam": _run(
            4, 5, 6, "bsbs", torch.optim.Adam, lr=0.05
        ),
        "6 batches of 3 points on a line, with momentum": _run(
            6, 3, 1, "sbs", size=0.1, lr=0.05, momentum=0.8
        ),
    },
    mistakes=[
        Mistake(
            (_loop(order="bs"), _loop(order="bs", once=True)),
            "The gradients are not cleared before each batch: backward adds to what is there, so every step "
            "also repeats all the earlier ones, and the weights overshoot.",
        ),
        Mistake(
            (
                *(_loop(order=order) for order in ("bzs", "sbz", "zb", "zs", "b", "z", "")),
                _one_step_at_the_end,
            ),
            "The weights never change while the loop runs: for each batch backward must fill the gradients "
            "and the optimiser's step must then use them, with nothing in between that clears them.",
        ),
        Mistake(
            _loop(order="szb"),
            "The optimiser takes its step before backward has run: it moves the weights by the gradient of "
            "the batch before, so training lags one batch behind.",
        ),
        Mistake(
            _loop(order="zbss"),
            "The optimiser takes two steps for each batch: the second one uses a gradient that belongs to "
            "weights which are no longer there.",
        ),
        Mistake(
            (
                _loop(keep=lambda value: value, record=lambda losses: [one.item() for one in losses]),
                _loop(keep=lambda value: value),
            ),
            "You keep the losses as tensors with their graphs: each holds on to everything that was "
            "computed for its batch, and memory grows with every step; keep loss.item().",
        ),
        Mistake(
            (
                _loop(loss=lambda log_p, x: -log_p.mean().detach()),
                _loop(loss=lambda log_p, x: -log_p.mean().item()),
                _loop(loss=lambda log_p, x: torch.tensor(-log_p.mean().item())),
            ),
            "The loss is cut off from the flow before backward is called: nothing can flow back from a plain "
            "number, so keep the tensor and call .item() only to record it.",
        ),
        Mistake(
            (
                _loop(pick=lambda k, size: 0),
                _loop(pick=lambda k, size: size - 1),
            ),
            "Every step sees the same batch: the flow learns those few points, and puts no density anywhere "
            "else.",
        ),
        Mistake(
            lambda steps, log_base, optimiser, batches: train(steps, log_base, optimiser, _whole(batches)),
            "Every step sees all batches at once: one step is taken for each batch [B, D], as it comes, or a "
            "large data set would not fit.",
        ),
        Mistake(
            _row_by_row,
            "A step is taken for each point: one for each batch is wanted, with the mean over its points, "
            "whose noise is smaller.",
        ),
        Mistake(
            _loop(pick=lambda k, size: size - 1 - k),
            "You go through the batches from the last to the first: the losses come out in another order "
            "than the batches they belong to.",
        ),
        Mistake(
            _measured_after,
            "The losses are measured after the step: that is a second pass through the flow for each batch, "
            "and not the number that the step was taken on.",
        ),
        Mistake(
            (
                _loop(record=_means),
                _loop(record=lambda losses: list(itertools.accumulate(losses))),
            ),
            "You return sums or means of the losses so far: they still carry the large losses of the start "
            "when training has long moved on.",
        ),
        Mistake(
            (
                _loop(record=lambda losses: losses[-1]),
                _loop(record=lambda losses: losses[:1]),
                _loop(record=lambda losses: sum(losses) / len(losses)),
                _loop(record=lambda losses: sum(losses)),
            ),
            "One number is returned: a loss for each batch is wanted, in a list, for their course shows "
            "whether the flow learns.",
        ),
        Mistake(
            (
                _loop(loss=lambda log_p, x: log_p.mean()),
                _loop(loss=lambda log_p, x: log_p.mean(), record=lambda losses: [-one for one in losses]),
            ),
            "The sign of the loss is turned: the optimiser makes the loss smaller, so with log p(x) itself "
            "every step makes the data less likely.",
        ),
        Mistake(
            lambda steps, log_base, optimiser, batches: train(
                steps, log_base, optimiser, torch.cat([batches, batches])
            ),
            "You go through the batches twice: one step for each is wanted, and one loss.",
        ),
        Mistake(
            (_with_an_own(torch.optim.Adam, 1e-2), _with_an_own(torch.optim.Adam, 1e-3)),
            "You make an optimiser of your own: the one that is handed to you holds the learning rate, and "
            "what it remembers of earlier steps.",
        ),
        Mistake(
            _loop(record=lambda losses: [-one for one in losses]),
            "The flow is trained as it should be, but what you record is log p(x): the losses are minus that "
            "mean, and fall.",
        ),
        Mistake(
            (
                _loop(loss=lambda log_p, x: -log_p.sum()),
                _loop(loss=lambda log_p, x: -log_p.mean() / x.shape[1]),
                _loop(loss=lambda log_p, x: -log_p.sum() / x.numel()),
                _loop(loss=lambda log_p, x: -log_p.mean() / 0.6931471805599453),
                _loop(loss=lambda log_p, x: -log_p.mean() / 2),
                _loop(loss=lambda log_p, x: -log_p[0]),
                _loop(log_prob=_summed),
                _loop(record=lambda losses: [one / math.log(2) for one in losses]),
            ),
            "The loss is not the mean over the batch, in nats: with a sum, or divided by something else, "
            "the gradient changes its size with the batch or the dimension, and the learning rate no longer "
            "fits.",
        ),
        Mistake(
            (
                _loop(loss=lambda log_p, x: log_p.square().mean()),
                _loop(loss=lambda log_p, x: log_p.abs().mean()),
                _loop(loss=lambda log_p, x: -log_p.exp().mean()),
                _loop(loss=lambda log_p, x: -log_p.exp().mean().log()),
                _loop(loss=lambda log_p, x: -log_p.logsumexp(0)),
                _loop(loss=lambda log_p, x: -log_p.median()),
                _loop(loss=lambda log_p, x: (-log_p).relu().mean()),
                _loop(loss=lambda log_p, x: -log_p.max()),
                _loop(loss=lambda log_p, x: -log_p.min()),
            ),
            "The loss is something else than minus the mean of log p(x): that mean is what maximum "
            "likelihood makes large, so that points which the flow finds nearly impossible weigh most.",
        ),
        *(
            Mistake(tuple(_loop(log_prob=form) for form in one.forms[:2]), one.explanation)
            for one in MISTAKES
        ),
    ],
    hints=[
        "Your own log_prob gives log p(x) for each point of a batch. What should it become, and which way "
        "does an optimiser move its number?",
        "The loss is minus the mean of log p(x) over the batch. Three calls turn it into a step of the "
        "weights.",
        "The order is optimiser.zero_grad(), loss.backward(), optimiser.step(); then append loss.item() to "
        "the list, one for each batch.",
    ],
)
