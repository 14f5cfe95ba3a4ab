"""wgan.gradient_penalty: how far the critic's slope is from 1 between real and fake points."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise
from course_utils.checks.lessons.l06_wasserstein._nets import Curved, Straight


@torch.enable_grad()
def gradient_penalty(critic, real, fake, generator):
    """E(|grad critic(x_hat)| - 1)^2, x_hat = alpha real + (1 - alpha) fake: real, fake [B, ...] -> a scalar.

    One alpha from U(0, 1) for each row (Gulrajani et al. 2017, algorithm 1); the graph is kept.
    """
    alpha = torch.rand(len(real), generator=generator).view(-1, *[1] * (real.ndim - 1))
    x_hat = (alpha * real + (1 - alpha) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


def _batch(*shape, slope=1.0):
    """A maker of a critic, real and fake points of that shape, and a generator; slope 0: a linear critic."""

    def make(rng):
        real, fake = torch.randn(shape, generator=rng), torch.randn(shape, generator=rng)
        size = real[0].numel()
        critic = Curved(rng, size, 6, slope) if slope else Straight(rng, size)
        return critic, 1 + 0.5 * real, fake - 1, torch.Generator().manual_seed(size)

    return make


def _alpha(real, generator):
    return torch.rand(len(real), generator=generator).view(-1, *[1] * (real.ndim - 1))


def _mixed(real, fake, alpha):
    return alpha * real + (1 - alpha) * fake


def _score(slope):
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


def _penalty(score=_score, alpha=_alpha, mix=_mixed, total=torch.sum, keep=True, drop=lambda slope: slope):
    """A penalty with one part replaced."""

    @torch.enable_grad()
    def wrong(critic, real, fake, generator):
        x_hat = mix(real, fake, alpha(real, generator)).detach().requires_grad_()
        slope = torch.autograd.grad(total(critic(x_hat)), x_hat, create_graph=keep)[0]
        return score(drop(slope))

    return wrong


def _norms(change):
    """A score of the rows' norms."""
    return _penalty(score=lambda slope: change(slope.flatten(1).norm(dim=1)))


def _rand(*shape, after=lambda alpha: alpha):
    return lambda real, generator: after(torch.rand(*shape, generator=generator))


def _unasked(critic, real, fake, generator):
    x_hat = _mixed(real, fake, _alpha(real, generator))
    return _score(torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)[0])


def _detached_late(critic, real, fake, generator):
    x_hat = _mixed(real, fake, _alpha(real, generator)).requires_grad_()
    return _score(torch.autograd.grad(critic(x_hat.detach()).sum(), x_hat, create_graph=True)[0])


def _tuple(critic, real, fake, generator):
    x_hat = _mixed(real, fake, _alpha(real, generator)).requires_grad_()
    slope = torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


def _tuple_norm(critic, real, fake, generator):
    x_hat = _mixed(real, fake, _alpha(real, generator)).requires_grad_()
    slope = torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)
    return (slope.norm(dim=1) - 1).square().mean()


def _tuple_view(critic, real, fake, generator):
    x_hat = _mixed(real, fake, _alpha(real, generator)).requires_grad_()
    slope = torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)
    return (slope.view(len(real), -1).norm(dim=1) - 1).square().mean()


def _of_the_real_point(critic, real, fake, generator):
    real = real.clone().requires_grad_()
    x_hat = _mixed(real, fake, _alpha(real, generator))
    return _score(torch.autograd.grad(critic(x_hat).sum(), real, create_graph=True)[0])


def _of_values(critic, real, fake, generator):
    x_hat = _mixed(real, fake, _alpha(real, generator))
    return (critic(x_hat).abs() - 1).square().mean()


def _of_chords(critic, real, fake, generator):
    rise = (critic(real) - critic(fake)).flatten()
    return (rise.abs() / (real - fake).flatten(1).norm(dim=1) - 1).square().mean()


exercise(
    "wgan.gradient_penalty",
    reference=gradient_penalty,
    gradient=["critic"],
    inputs={
        "5 points of 3 coordinates": _batch(5, 3),
        "4 images of 3 channels, 2 by 5": _batch(4, 3, 2, 5, slope=2.0),
        "6 points of 2 coordinates, a flat critic": _batch(6, 2, slope=0.2),
        "4 points of 4 coordinates": _batch(4, 4, slope=1.5),
        "3 images of 1 channel, 3 by 3": _batch(3, 1, 3, 3),
        "2 images of 2 channels, 4 by 2": _batch(2, 2, 4, 2),
        "8 points on a line, a steep critic": _batch(8, 1, slope=30.0),
        "5 points of 3 coordinates, a linear critic of slope 1": _batch(5, 3, slope=0),
    },
    accepted=[
        Accepted(
            _penalty(mix=lambda real, fake, alpha: (1 - alpha) * real + alpha * fake),
            "Your alpha weighs the fake points, and the usual one the real points: alpha and 1 - alpha are "
            "equally likely, so the penalty is the same on average.",
        ),
    ],
    mistakes=[
        Mistake(
            (
                _penalty(score=lambda slope: (slope.norm(dim=1) - 1).square().mean()),
                _penalty(score=lambda slope: (slope.square().sum(1) + 1e-12).sqrt().sub(1).square().mean()),
            ),
            "The norm goes over axis 1 only: with images that is the channels, so every pixel would have to "
            "have slope 1 by itself, and the critic becomes far too steep; it goes over all axes but the "
            "first.",
        ),
        Mistake(
            (
                _penalty(score=lambda slope: (slope.norm() - 1).square()),
                _penalty(score=lambda slope: (slope.flatten(1).norm(dim=0) - 1).square().mean()),
                _penalty(score=lambda slope: (slope.norm(dim=0) - 1).square().mean()),
                _penalty(score=lambda slope: (slope.mean(0).norm() - 1).square()),
            ),
            "The norm (or the mean before it) goes over the batch as well: every point has a slope of its "
            "own, and a batch of 64 would share one slope of 1, an eighth for each.",
        ),
        Mistake(
            (
                _penalty(score=lambda slope: (slope.norm(dim=-1) - 1).square().mean()),
                _penalty(score=lambda slope: (slope.abs() - 1).square().mean()),
                _penalty(score=lambda slope: (slope - 1).square().mean()),
            ),
            "The slope's length is taken over a part of its coordinates only, or coordinate by coordinate: "
            "it is the norm of the whole gradient of one example that must be 1.",
        ),
        Mistake(
            (_penalty(keep=False), _penalty(drop=torch.Tensor.detach)),
            "Your values are right, but no gradient reaches critic: without create_graph=True (or with a "
            "detach or an .item() on the way) the slope is a plain number, and the penalty changes nothing.",
        ),
        Mistake(
            _penalty(mix=lambda real, fake, alpha: real),
            "You look at the real points only: the slope must be 1 on the way between real and fake points, "
            "where the best critic's is; elsewhere the critic stays free.",
        ),
        Mistake(
            _penalty(mix=lambda real, fake, alpha: fake),
            "You look at the fake points only: the slope must be 1 on the way between real and fake points, "
            "where the best critic's is; elsewhere the critic stays free.",
        ),
        Mistake(
            (
                _penalty(mix=lambda real, fake, alpha: torch.cat([real, fake])),
                _penalty(mix=lambda real, fake, alpha: (real + fake) / 2),
            ),
            "Only the ends of the way between real and fake points are looked at, or its middle: draw one "
            "alpha for each row, so that every place on the way can be met.",
        ),
        Mistake(
            _penalty(
                alpha=lambda real, generator: torch.rand(real.shape, generator=generator),
            ),
            "Each value has an alpha of its own, so x_hat lies somewhere in the box between the two points "
            "and not on the line that joins them: one alpha for each row.",
        ),
        Mistake(
            (
                _penalty(alpha=_rand(1)),
                _penalty(alpha=_rand(())),
            ),
            "One alpha serves the whole batch: all points stand at the same share of the way, and the "
            "penalty jumps from step to step with that one number; one alpha for each row.",
        ),
        Mistake(
            (
                _penalty(alpha=lambda real, generator: torch.rand(len(real), generator=generator)),
                _penalty(alpha=lambda real, generator: torch.rand(len(real), 1, generator=generator)),
            ),
            "The alphas have one axis and the points more, so torch lines them up with the last one: give "
            "them as many axes as the points have, [B, 1] for points and [B, 1, 1, 1] for images.",
        ),
        Mistake(
            _penalty(
                alpha=lambda real, generator: torch.randn(len(real), generator=generator).view(
                    -1, *[1] * (real.ndim - 1)
                )
            ),
            "The alphas come from a normal distribution, so many x_hat lie beyond the real or the fake "
            "point: draw them from 0 to 1, evenly.",
        ),
        Mistake(
            (
                _penalty(mix=lambda real, fake, alpha: alpha * real - (1 - alpha) * fake),
                _penalty(mix=lambda real, fake, alpha: alpha * real - (1 - alpha * fake)),
                _penalty(mix=lambda real, fake, alpha: alpha * real + 1 - alpha * fake),
                _penalty(mix=lambda real, fake, alpha: alpha * real + fake),
                _penalty(mix=lambda real, fake, alpha: real + alpha * fake),
                _penalty(mix=lambda real, fake, alpha: real + alpha * (real - fake)),
                _penalty(mix=lambda real, fake, alpha: real - alpha * (fake - real)),
            ),
            "The point x_hat is not on the way from the fake to the real point: the two shares must add up "
            "to 1, and be added.",
        ),
        Mistake(
            _penalty(score=lambda slope: (slope.flatten(1).square().sum(1) - 1).square().mean()),
            "The root is missing: you ask that the squared norm be 1, and the penalty then grows with the "
            "fourth power of the slope, which early in training is a steep one.",
        ),
        Mistake(
            _norms(lambda norms: (norms - 1).relu().square().mean()),
            "Only slopes above 1 cost something: that is a fair variant (the paper calls it one-sided), but "
            "a critic that is too flat then pays nothing, and here it is asked to have slope 1.",
        ),
        Mistake(
            _norms(lambda norms: (norms.mean() - 1).square()),
            "The mean stands inside the square: the slopes may then be 0 and 2 in turn, for their mean is 1; "
            "each point pays for its own.",
        ),
        Mistake(
            _norms(lambda norms: (norms - 1).square().sum()),
            "You sum over the batch where a mean is wanted: the penalty grows with the batch, and lambda "
            "means something else for every batch size.",
        ),
        Mistake(
            (
                _norms(lambda norms: (norms - 1).abs().mean()),
                _norms(lambda norms: (norms - 1).mean()),
                _norms(lambda norms: (norms - 1).square().mean().sqrt()),
            ),
            "The distance from 1 is not squared row by row: without a square slopes below 1 may pay for "
            "those above it, or the pull does not fade near 1.",
        ),
        Mistake(
            (
                _norms(lambda norms: norms.square().mean()),
                _norms(lambda norms: norms.square().mean() / 2),
                _norms(lambda norms: norms.mean()),
            ),
            "You pull the slope to 0 and not to 1: that is another penalty (R1, if at real points); the best "
            "critic for W1 has slope 1 on the ways along which earth is moved.",
        ),
        Mistake(
            (
                _norms(lambda norms: 10 * (norms - 1).square().mean()),
                _norms(lambda norms: 0.1 * (norms - 1).square().mean()),
                _norms(lambda norms: 0.5 * (norms - 1).square().mean()),
            ),
            "A factor has slipped in: lambda, usually 10, is multiplied by whoever adds the penalty to the "
            "critic's loss, and twice would be 100.",
        ),
        Mistake(
            _norms(lambda norms: -(norms - 1).square().mean()),
            "The sign is turned: the critic's loss is minimised, so a negative penalty would be made as "
            "large as it can, with slopes far from 1.",
        ),
        Mistake(
            (_penalty(total=torch.mean), _penalty(total=lambda out: out.mean(0).sum())),
            "You differentiate the mean of the critic's output: each row's slope is then B times too small; "
            "differentiate the sum, in which every row only sees its own point.",
        ),
        Mistake(
            (
                _penalty(score=lambda slope: (slope.flatten(1).square().mean(1).sqrt() - 1).square().mean()),
                _penalty(score=lambda slope: (slope.flatten(1).square().mean(1) - 1).square().mean()),
                _penalty(score=lambda slope: (slope.flatten(1).abs().sum(1) - 1).square().mean()),
            ),
            "That is not the length of the gradient: it is the root of the *sum* of its squares. With a mean "
            "the slope may grow with the root of the number of pixels, and with absolute values it depends "
            "on the axes.",
        ),
        Mistake(
            _of_the_real_point,
            "You differentiate with respect to the real point: x_hat moves only alpha as far, so each slope "
            "is multiplied by its alpha. Differentiate with respect to x_hat itself.",
        ),
        Mistake(
            (_unasked, _detached_late),
            "The critic was not asked at a point that wants a gradient: x_hat needs requires_grad_() before "
            "it goes into the critic, and the very same tensor has to go in.",
        ),
        Mistake(
            _penalty(total=lambda out: out),
            "Only a single number has a gradient without more words: sum the critic's output first, or hand "
            "ones to autograd.grad as grad_outputs.",
        ),
        Mistake(
            (_tuple, _tuple_norm, _tuple_view),
            "What autograd.grad gives is a tuple with one entry for each input: take the first.",
        ),
        Mistake(
            (_of_values, _of_chords),
            "There is no derivative in it: the critic's values, or their difference over a distance, do not "
            "say how steep the critic is at x_hat; torch.autograd.grad does.",
        ),
    ],
    hints=[
        "Three things are made one after the other: the points x_hat on the way from fake to real, the "
        "critic's gradient there, and how far its length is from 1.",
        "Give alpha the shape of a batch with all other axes 1. The gradient comes from torch.autograd.grad, "
        "of the summed output with respect to x_hat, and must itself stay differentiable.",
        "Flatten what you get from axis 1 on, take the norm of each row, subtract 1, square, and take the "
        "mean. create_graph is what lets the penalty reach the weights.",
    ],
)
