"""A net that notes how it is trained, so that a training loop can be judged whichever images it draws.

The net reads as a row of numbers: how far each weight has moved, and what it noted of the batches on the way.
"""

import copy
import itertools
import math

import torch
from torch import nn

_GOAL = torch.tensor([3.0, -2.0, 0.5])  # how far the loss wants each weight to move
_FIRST = -40.0  # the mark of the first image; the next has one more
BATCH = 64


class _Net(nn.Module):
    """Three weights, and notes of every batch; as a sequence it is what `_summary` reads."""

    def __init__(self, start, images):
        super().__init__()
        self.weight = nn.Parameter(start.clone())
        self.register_buffer("start", start.clone())
        self.images, self.notes, self.known = images, [], (None, None)

    def note(self, images, labels):
        marks = images.flatten(1)[:, 0] - _FIRST
        self.notes.append((marks.tolist(), labels.tolist(), self.training))

    def numbers(self):
        moved = tuple((self.weight - self.start).detach().tolist())
        if self.known[0] != (moved, len(self.notes)):
            self.known = (moved, len(self.notes)), [*moved, *self.noted()]
        return self.known[1]

    def noted(self):
        if not self.notes:
            return [*6 * [0.0], 1.0]
        marks, labels, training = zip(*self.notes, strict=True)
        taken, sizes = list(itertools.chain(*marks)), [len(batch) for batch in marks]
        by_chance = 1 - math.exp(-len(taken) / self.images)
        given = [list(map(_label_of, batch)) == list(own) for batch, own in zip(marks, labels, strict=True)]
        fits = max(sizes) <= BATCH and sum(sizes) >= BATCH * len(sizes) / 2
        return [
            len(sizes),
            1.0 if fits else sum(sizes) / len(sizes) / BATCH,
            1.0 if len(set(taken)) >= 0.75 * by_chance * self.images else 0.0,
            len({tuple(sorted(batch)) for batch in marks}) / len(marks),
            sum(given) / len(given),
            sum(training) / len(training),
            sum(map(_in_order, marks)) / len(marks),
        ]

    def __len__(self):
        return len(self.numbers())

    def __getitem__(self, place):
        return self.numbers()[place]

    def __mul__(self, factor):
        """A copy with its weights times a number. There is no sum of two nets, as there is none of U-Nets."""
        other = copy.deepcopy(self)
        with torch.no_grad():
            other.weight.mul_(factor)
        return other


class _Nets(nn.Module):
    """Called with nothing, an untrained net, each time with other first weights."""

    def __init__(self, starts, images):
        super().__init__()
        self.starts, self.images, self.made = nn.Parameter(starts, requires_grad=False), images, 0

    def forward(self):
        self.made += 1
        return _Net(self.starts[self.made - 1], self.images)


def _label_of(mark):
    return int(7 * mark) % 5


def _in_order(marks):
    return all(b - a == 1 for a, b in itertools.pairwise(marks))


@torch.enable_grad()
def _loss(net, images, labels, generator):
    net.note(images, labels)
    torch.rand((), generator=generator)
    return (net.weight - net.start - _GOAL).square().sum()


_NOTED = (
    "number of steps over the number asked for", "size of a batch over 64",
    "mark for coverage (1 if as many images are met as chance would bring, else 0)",
    "share of the batches that are new",
    "share of the batches with their own labels", "share of the steps in training mode",
    "share of the batches in the order of the data",
)  # fmt: skip


def summary(output, new_net, loss, images, labels, steps, generator, lr, decay):
    model, average = output
    found = {f"move of weight {k} of the net": model[k] for k in range(3)}
    found |= {f"move of weight {k} of the average": average[k] for k in range(3)}
    return found | dict(zip(_NOTED, [model[3] / steps, *model[4:]], strict=True))


def data(n, steps, lr, decay):
    def make(rng):
        images = torch.rand(n, 1, 3, 4, generator=rng)
        images[:, 0, 0, 0] = torch.arange(n) + _FIRST
        labels = torch.tensor([_label_of(mark) for mark in range(n)])
        starts = 0.1 * torch.randn(2 * steps + 9, 3, generator=rng) + torch.arange(2.0 * steps + 9)[:, None]
        return _Nets(starts, n), _loss, images, labels, steps, torch.Generator().manual_seed(n), lr, decay

    return make
