"""flow.train: the training loop of a velocity, over batches that are given."""

import itertools
import weakref

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise

from .path_and_target import MISTAKES, path_and_target


@torch.enable_grad()
def train(model, optimiser, batches, noises, times):
    """One step for each batch: batches, noises [S, B, D], times [S, B, 1] -> a list of the S losses."""
    losses = []
    for data, noise, t in zip(batches, noises, times, strict=True):
        x_t, target = path_and_target(noise, data, t)
        loss = (model(x_t, t[:, 0]) - target).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


class _Marked(torch.autograd.Function):
    """What it is given, with a mark on the graph that shows how long the graph is kept."""

    @staticmethod
    def forward(ctx, x, model):
        ctx.mark = _Mark()
        model.marks.append((weakref.ref(ctx.mark), model.weight._version))
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


class _Mark:
    """Something that a weak reference can point at."""


class _Net:
    """A velocity with a few weights, which wants t as [B] and sees whether old graphs are kept.

    No nn.Module: training changes a model, and of those a check asks that they be left as they were.
    """

    def __init__(self, rng, dim):
        self.weight = nn.Parameter(0.5 * torch.randn(dim, dim, generator=rng))
        self.of_time = nn.Parameter(torch.randn(dim, generator=rng))
        self.bias, self.marks = nn.Parameter(torch.randn(dim, generator=rng)), []

    def __call__(self, x, t):
        if not isinstance(t, torch.Tensor) or t.shape != (len(x),):
            got = list(t.shape) if isinstance(t, torch.Tensor) else type(t).__name__
            raise ValueError(f"the model wants t as a tensor [B] = [{len(x)}], one time a row; got {got}")
        if len(self.marks) > 2:
            old, version = self.marks[-3]
            if old() is not None and version != self.weight._version:
                raise RuntimeError("the graphs of all batches are still there, and memory grows every step")
        weight, of_time, bias = (part.to(x) for part in self.parameters())
        v = x @ weight + t.to(x)[:, None] * of_time + bias
        return _Marked.apply(v, self) if v.requires_grad else v

    def parameters(self):
        yield from (self.weight, self.of_time, self.bias)

    def zero_grad(self, set_to_none=True):
        for weight in self.parameters():
            weight.grad = None

    def train(self, mode=True):
        return self

    def eval(self):
        return self


def _run(steps, n, dim, optim=torch.optim.SGD, **how):
    def make(rng):
        model = _Net(rng, dim)
        batches, noises = torch.randn(2, steps, n, dim, generator=rng)
        times = torch.rand(steps, n, 1, generator=rng)
        return model, optim(model.parameters(), **how), 2 * batches + 1, noises, times

    return make


def _loss(model, noise, data, t, path=path_and_target, told=lambda t: t[:, 0], score=None):
    x_t, target = path(noise, data, t)
    error = model(x_t, told(t)) - target
    return error.square().mean() if score is None else score(error)


def _loop(order="zbs", once=False, loss=_loss, pick=lambda k, steps: k, record=None, **parts):
    """A training loop with one part replaced; order: its three calls, by their letters.

    pick(k, steps): which batch is used in round k; record: of the losses; parts: of `_loss`.
    """

    @torch.enable_grad()
    def wrong(model, optimiser, batches, noises, times):
        losses, steps = [], len(batches)
        if once:
            optimiser.zero_grad()
        for k in range(steps):
            i = pick(k, steps)
            value = loss(model, noises[i], batches[i], times[i], **parts)
            for letter in order:
                {"z": optimiser.zero_grad, "b": value.backward, "s": optimiser.step}[letter]()
            losses.append(value.item())
        return losses if record is None else record(losses)

    return wrong


@torch.enable_grad()
def _graphs_kept(model, optimiser, batches, noises, times):
    losses = []
    for data, noise, t in zip(batches, noises, times, strict=True):
        loss = _loss(model, noise, data, t)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss)
    return [loss.item() for loss in losses]


@torch.enable_grad()
def _one_step_at_the_end(model, optimiser, batches, noises, times):
    values = [_loss(model, *rows) for rows in zip(noises, batches, times, strict=True)]
    optimiser.zero_grad()
    sum(values).backward()
    optimiser.step()
    return [value.item() for value in values]


@torch.enable_grad()
def _measured_after(model, optimiser, batches, noises, times):
    losses = []
    for rows in zip(noises, batches, times, strict=True):
        optimiser.zero_grad()
        _loss(model, *rows).backward()
        optimiser.step()
        losses.append(_loss(model, *rows).item())
    return losses


def _means(losses):
    return [sum(losses[: k + 1]) / (k + 1) for k in range(len(losses))]


def _unequal(which):
    """A loss whose noise or times are those of the first batch, whatever the batch."""

    @torch.enable_grad()
    def wrong(model, optimiser, batches, noises, times):
        noises = noises[:1].expand_as(noises) if "noise" in which else noises
        times = times[:1].expand_as(times) if "time" in which else times
        return train(model, optimiser, batches, noises, times)

    return wrong


exercise(
    "flow.train",
    reference=train,
    batch=False,
    inputs={
        "6 batches of 5 points of the plane": _run(6, 5, 2, lr=0.1),
        "4 batches of 7 points of 3 coordinates": _run(4, 7, 3, lr=0.2),
        "5 batches of 4 points of 6 coordinates, by Adam": _run(5, 4, 6, torch.optim.Adam, lr=0.05),
        "7 batches of 3 points on a line, with momentum": _run(7, 3, 1, lr=0.05, momentum=0.8),
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
            _graphs_kept,
            "You keep the losses as tensors with their graphs: each holds on to everything that was "
            "computed for its batch, and memory grows with every step; keep loss.item().",
        ),
        Mistake(
            (
                _loop(score=lambda error: error.square().mean().detach()),
                _loop(score=lambda error: error.square().mean().item()),
            ),
            "The loss is cut off from the model before backward is called: nothing can flow back from a "
            "plain number, so keep the tensor and call .item() only to record it.",
        ),
        Mistake(
            (
                _loop(pick=lambda k, steps: 0),
                _loop(pick=lambda k, steps: steps - 1),
            ),
            "Every step sees the same batch: the network learns those few points and none of the others.",
        ),
        Mistake(
            _loop(pick=lambda k, steps: steps - 1 - k),
            "You go through the batches from the last to the first: the losses come out in another order "
            "than the batches they belong to.",
        ),
        Mistake(
            (_unequal("noise"), _unequal("time"), _unequal("noise and time")),
            "The noise or the times of the first batch are used for all of them: each batch comes with its "
            "own.",
        ),
        Mistake(
            _measured_after,
            "The losses are measured after the step: that is a second pass through the network for each "
            "batch, and not the number that the step was taken on.",
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
            _loop(score=lambda error: -error.square().mean()),
            "The sign of the loss is turned: every step climbs, and the network learns to be as wrong as it "
            "can be.",
        ),
        Mistake(
            (
                _loop(score=lambda error: error.square().sum()),
                _loop(score=lambda error: error.square().sum(1).mean()),
                _loop(score=lambda error: error.square().mean() / 2),
            ),
            "You sum where a mean is wanted, or halve it: the loss and its gradient change their size with "
            "the batch or the dimension, and the learning rate no longer fits.",
        ),
        Mistake(
            (
                _loop(score=lambda error: error.abs().mean()),
                _loop(score=lambda error: error.square().mean().sqrt()),
                _loop(score=lambda error: error.norm(dim=1).mean()),
                _loop(score=lambda error: error.mean().square()),
            ),
            "The loss is not the mean of the squared error: only with squares is the best answer the mean "
            "velocity at a point, which is what carries noise to data.",
        ),
        Mistake(
            (
                _loop(told=lambda t: t),
                _loop(told=lambda t: t.mean()),
                _loop(told=lambda t: t[:1, 0]),
                _loop(told=lambda t: t.mean().expand(len(t), 1)),
            ),
            "The model wants the times as [B], one for each row: the second axis is for the path, where t "
            "multiplies points.",
        ),
        Mistake(
            (
                _loop(told=lambda t: 1 - t[:, 0]),
                _loop(told=lambda t: 0 * t[:, 0]),
                _loop(told=lambda t: 1000 * t[:, 0]),
                _loop(told=lambda t: torch.ones_like(t[:, 0])),
            ),
            "The model is told another time than the one that x_t was made for: a sampler will ask it at the "
            "right ones, and there it has learned something else.",
        ),
        *(
            Mistake(tuple(_loop(path=form) for form in one.forms), one.explanation)
            for one in MISTAKES
            if not one.explanation.startswith("You divide the rest")  # no batch here reaches an end
        ),
    ],
    hints=[
        "For each batch: the point and its target, the loss, and three calls that turn the loss into a step "
        "of the weights.",
        "Your own path_and_target wants t with its second axis, [B, 1], and the model wants it as [B]. The "
        "loss is the mean of the squared difference.",
        "The order is optimiser.zero_grad(), loss.backward(), optimiser.step(); then append loss.item() to "
        "the list.",
    ],
)
