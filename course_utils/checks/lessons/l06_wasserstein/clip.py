"""wgan.clip: every weight of a critic back into a box."""

import copy
import itertools

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l06_wasserstein._nets import Clipped, drawn


@torch.no_grad()
def clip(critic, c):
    """Move every parameter of the critic into [-c, c], in place; returns the critic."""
    for weights in critic.parameters():
        weights.clamp_(-c, c)
    return critic


def _critic(c, *widths, scale=1.0):
    def make(rng):
        layers = []
        for n_in, n_out in itertools.pairwise(widths):
            layers += [nn.Linear(n_in, n_out), nn.Tanh()]
        return drawn(Clipped(*layers[:-1]), rng, scale), c

    return make


def _each(change, chosen=lambda named: named):
    """change(weights, c) in place for each of the chosen (name, weights)."""

    @torch.no_grad()
    def wrong(critic, c):
        for _, weights in chosen(list(critic.named_parameters())):
            change(weights, c)
        return critic

    return wrong


def _clamp(weights, c):
    weights.clamp_(-c, c)


def _rescale(change):
    return _each(lambda weights, c: weights.copy_(change(weights, c)))


@torch.no_grad()
def _whole_norm(critic, c):
    norm = torch.cat([weights.flatten() for weights in critic.parameters()]).norm()
    for weights in critic.parameters():
        weights.mul_(min(1.0, c / float(norm)))
    return critic


def _rebound(critic, c):
    for weights in critic.parameters():
        weights = weights.clamp(-c, c)
    return critic


def _gradients(critic, c):
    nn.utils.clip_grad_value_(critic.parameters(), c)
    return critic


def _gradient_norm(critic, c):
    nn.utils.clip_grad_norm_(critic.parameters(), c)
    return critic


def _copy(critic, c):
    return clip(copy.deepcopy(critic), c)


@torch.no_grad()
def _replaced(critic, c):
    for layer in critic.modules():
        for name, weights in list(layer.named_parameters(recurse=False)):
            setattr(layer, name, nn.Parameter(weights.clamp(-c, c)))
    return critic


def _frozen(critic, c):
    for weights in critic.parameters():
        weights.requires_grad_(False).clamp_(-c, c)
    return critic


def _detached(critic, c):
    for weights in critic.parameters():
        weights.detach_().clamp_(-c, c)
    return critic


def _on_a_leaf(critic, c):
    for weights in critic.parameters():
        weights.clamp_(-c, c)
    return critic


def _named(word):
    return lambda named: [(name, weights) for name, weights in named if word in name]


exercise(
    "wgan.clip",
    reference=clip,
    inputs={
        "a critic 2-4-1, c = 0.5": _critic(0.5, 2, 4, 1),
        "a critic 3-5-5-1, c = 0.1": _critic(0.1, 3, 5, 5, 1, scale=0.2),
        "a critic 1-3-1, c = 1": _critic(1.0, 1, 3, 1),
        "a critic 4-2-1, c = 0.01": _critic(0.01, 4, 2, 1, scale=0.02),
    },
    mistakes=[
        Mistake(
            (_rebound, _gradients, _gradient_norm, _copy),
            "The critic's own weights are what they were: clamp without the underscore makes new tensors, a "
            "clipped copy is another network, and the gradients are not what WGAN clips. Nothing then keeps "
            "the critic's slope in bounds, and its estimate grows without end.",
        ),
        Mistake(
            (
                _each(_clamp, _named("weight")),
                _each(lambda weights, c: weights.clamp_(-c, c) if weights.ndim > 1 else None),
            ),
            "The biases are left out: they do not make the critic steeper, but free ones can push its units "
            "out to where they are flat, and the paper's box holds every parameter.",
        ),
        Mistake(
            _each(_clamp, _named("bias")),
            "Only the biases are clipped: they do not change how steep the critic is, and the weights, which "
            "do, are free to grow.",
        ),
        Mistake(
            (
                _each(lambda weights, c: weights.clamp_(max=c)),
                _each(lambda weights, c: weights.clamp_(min=-c)),
            ),
            "Only one side of the box is there: the weights grow without bound on the other one, and with "
            "them the critic's slope.",
        ),
        Mistake(
            _each(lambda weights, c: weights.clamp_(0, c)),
            "The box begins at 0: every negative weight is lost, and a critic without negative weights can "
            "only rise where it should also fall.",
        ),
        Mistake(
            (
                _rescale(lambda weights, c: weights * min(1.0, c / float(weights.norm()))),
                _rescale(lambda weights, c: weights * c / weights.norm()),
                _rescale(lambda weights, c: weights * c / weights.abs().max()),
                _rescale(lambda weights, c: weights * min(1.0, c / float(weights.abs().max()))),
                _whole_norm,
            ),
            "You scale the weights down by their norm, or by the largest of them: that is another constraint "
            "(closer to weight or spectral normalisation). Clipping cuts each weight off by itself and "
            "leaves those inside the box alone.",
        ),
        Mistake(
            _replaced,
            "New parameters stand in the place of the old ones: the optimiser still holds the old ones and "
            "goes on stepping them, so from here on the critic never learns again.",
        ),
        Mistake(
            (_frozen, _detached),
            "The weights no longer ask for a gradient afterwards: the clamp works, and at the next step "
            "nothing is left to learn; use torch.no_grad() around the clamp, which is over when it ends.",
        ),
        Mistake(
            _on_a_leaf,
            "A weight that asks for a gradient may not be changed in place while torch records: clip inside "
            "torch.no_grad().",
        ),
        Mistake(
            (
                _each(lambda weights, c: weights.clamp_(-0.01, 0.01)),
                _each(lambda weights, c: weights.clamp_(-0.1, 0.1)),
            ),
            "The size of the box is fixed in your code: c is handed over, and how it should be chosen is one "
            "of the questions of this lesson.",
        ),
        Mistake(
            (
                _each(_clamp, lambda named: named[:1]),
                _each(_clamp, lambda named: named[-1:]),
                _each(_clamp, lambda named: named[:2]),
                _each(_clamp, lambda named: named[-2:]),
            ),
            "Some layers are never reached: does the return stand inside the loop? The slope is a product "
            "over all layers, so one that is free is enough to make it as steep as it likes.",
        ),
        Mistake(
            (
                _rescale(lambda weights, c: c * weights.sign()),
                _rescale(lambda weights, c: c * torch.tanh(weights / c)),
                _rescale(lambda weights, c: torch.where(weights.abs() <= c, weights, 0.0)),
            ),
            "Weights inside the box must keep their values, and those outside go to the nearer end of it: "
            "they are not squeezed, set to 0 or all sent to the corners, or every step undoes what was "
            "learnt.",
        ),
        Mistake(
            _each(lambda weights, c: weights.clamp_(c, -c)),
            "The two ends of the box have changed places: torch then gives every weight the upper end, and "
            "all of them are equal.",
        ),
    ],
    hints=[
        "parameters() walks over all weights and biases; each wants to be cut off at both ends.",
        "clamp makes a new tensor, clamp_ changes the one that the network and its optimiser hold.",
        "Torch refuses to change in place what asks for gradients, unless it is told not to record; hand the "
        "network back at the end.",
    ],
)
