"""guidance.guided_sample: from noise to images, guided at every step."""

import itertools

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.diffusion import NoiseSchedule


def guided_sample(noise, y, net, null, scale, schedule, times):
    """Guided DDIM: noise [B, ...], y [B], net(x_t, t, y) -> v, times [K] ints, falling -> x_0 [B, ...]."""
    x_t = noise
    for t, then in itertools.pairwise([*times, -1]):
        told = torch.cat([torch.full_like(y, null), y])
        uncond, cond = net(torch.cat([x_t, x_t]), torch.full_like(told, t), told).chunk(2)
        v = uncond + scale * (cond - uncond)
        signal, sigma = schedule.rates(t, x_t)
        x0 = (signal * x_t - sigma * v).clamp(-1, 1)
        epsilon = (x_t - signal * x0) / sigma
        signal, sigma = schedule.rates(then, x_t)
        x_t = signal * x0 + sigma * epsilon
    return x_t


class _Net:
    """A conditional network of a few lines, whose answer depends on all that it is told."""

    def __init__(self, rng, classes, size):
        self.table = torch.randn(classes + 1, size, generator=rng)

    def __call__(self, x_t, t, y=None):
        y = torch.full((len(x_t),), len(self.table) - 1) if y is None else y
        lengths = [len(x_t), len(t) if t.ndim else 0, len(y) if y.ndim else 0]
        if len(set(lengths)) > 1:
            raise ValueError(
                "the net needs as many steps and labels as images: t [B] and y [B]; got "
                f"{lengths[0]} images, {lengths[1]} steps and {lengths[2]} labels"
            )
        column = (-1, *[1] * (x_t.ndim - 1))
        told = self.table.to(x_t)[y].view_as(x_t)
        return 0.5 * torch.sin(x_t + told) + 0.02 * t.to(x_t).view(column) * told


def _walk(n, shape, classes, scale, times, total=20):
    def make(rng):
        net = _Net(rng, classes, torch.Size(shape).numel())
        noise = torch.randn(n, *shape, generator=rng)
        y = torch.randint(1, classes, (n,), generator=rng)
        return noise, y, net, classes, scale, NoiseSchedule.cosine(total), times

    return make


def _combined(uncond, cond, scale):
    return uncond + scale * (cond - uncond)


def _x0_of_v(x, v, signal, sigma):
    return signal * x - sigma * v


def _epsilon_left(x, x0, v, signal, sigma):
    return (x - signal * x0) / sigma


def _none(y, null):
    return torch.full_like(y, null)


def _steps(times):
    return itertools.pairwise([*times, -1])


def _cut(x0):
    return x0.clamp(-1, 1)


def _loop(
    steps=_steps, none=_none, mix=_combined, told=lambda t, then: t,
    guess=_x0_of_v, cut=_cut, left=_epsilon_left, rates=lambda schedule, t, x: schedule.rates(t, x),
    end=lambda x: x,
):  # fmt: skip
    """The guided loop with one part replaced."""

    def sample(noise, y, net, null, scale, schedule, times):
        x = noise
        for t, then in steps(times):
            asked = torch.full_like(y, told(t, then))
            v = mix(net(x, asked, none(y, null)), net(x, asked, y), scale)
            signal, sigma = rates(schedule, t, x)
            x0 = cut(guess(x, v, signal, sigma))
            epsilon = left(x, x0, v, signal, sigma)
            signal, sigma = rates(schedule, then, x)
            x = signal * x0 + sigma * epsilon
        return end(x)

    return sample


def _two_walks(noise, y, net, null, scale, schedule, times):
    walk = _loop(mix=lambda uncond, cond, scale: cond)
    untold = walk(noise, _none(y, null), net, null, scale, schedule, times)
    return _combined(untold, walk(noise, y, net, null, scale, schedule, times), scale)


def _combined_after_the_step(noise, y, net, null, scale, schedule, times):
    """Two steps from one x, each with its own cut guess, and the two results combined."""
    x = noise
    for pair in _steps(times):

        def one(labels, x=x, pair=pair):
            walk = _loop(steps=lambda times: [pair], mix=lambda uncond, cond, scale: cond)
            return walk(x, labels, net, null, scale, schedule, times)

        x = _combined(one(_none(y, null)), one(y), scale)
    return x


def _pushed(noise, y, net, null, scale, schedule, times):
    """The difference of the answers is added to x, after a step with the label."""
    x = noise
    for t, then in _steps(times):
        asked = torch.full_like(y, t)
        uncond, cond = net(x, asked, _none(y, null)), net(x, asked, y)
        signal, sigma = schedule.rates(t, x)
        x0 = _cut(signal * x - sigma * cond)
        epsilon = (x - signal * x0) / sigma
        signal, sigma = schedule.rates(then, x)
        x = signal * x0 + sigma * epsilon + scale * (cond - uncond)
    return x


def _labels_once(noise, y, net, null, scale, schedule, times):
    asked = torch.full((2 * len(y),), times[0])
    return net(torch.cat([noise, noise]), asked, y)


def _steps_once(noise, y, net, null, scale, schedule, times):
    asked = torch.full((len(y),), times[0])
    return net(torch.cat([noise, noise]), asked, torch.cat([_none(y, null), y]))


def _one_step(noise, y, net, null, scale, schedule, times):
    return net(noise, torch.tensor(times[0]), _none(y, null))


def _no_labels(noise, y, net, null, scale, schedule, times):
    return _loop(mix=lambda uncond, cond, scale: uncond)(noise, y, net, null, scale, schedule, times)


def _levels(schedule, t, x):
    signal, sigma = schedule.rates(t, x)
    return signal**2, sigma**2


def _noise_of_the_start(noise, y, net, null, scale, schedule, times):
    walk = _loop(left=lambda *args: noise)
    return walk(noise, y, net, null, scale, schedule, times)


exercise(
    "guidance.guided_sample",
    reference=guided_sample,
    inputs={
        "5 points of the plane, 4 classes, 6 steps at scale 1.5": _walk(
            5, (2,), 4, 1.5, [19, 16, 12, 9, 5, 2]
        ),
        "3 images of 4 x 5, 10 classes, 4 steps at scale 2": _walk(3, (1, 4, 5), 10, 2.0, [19, 13, 8, 3]),
        "4 images of 3 x 3 in colour, 12 classes, 5 steps at scale 3": _walk(
            4, (3, 3, 3), 12, 3.0, [29, 21, 15, 10, 4], total=30
        ),
        "4 points of the plane, 3 classes, 5 steps at scale 0": _walk(4, (2,), 3, 0.0, [19, 15, 11, 7, 3]),
        "4 points, one step at scale 1": _walk(4, (3,), 3, 1.0, [12]),
    },
    mistakes=[
        Mistake(
            _loop(mix=lambda uncond, cond, scale: cond + scale * (cond - uncond)),
            "The scale is taken for the papers' w: at scale 1 you already guide, and scale 0 gives the "
            "conditional model where it must ignore the label.",
        ),
        Mistake(
            (
                _loop(mix=lambda uncond, cond, scale: scale * cond),
                _loop(mix=lambda uncond, cond, scale: uncond + scale * cond),
            ),
            "The scale multiplies the whole answer with the label: it belongs to the difference of the two "
            "answers, for only that says what the label adds.",
        ),
        Mistake(
            _loop(mix=lambda uncond, cond, scale: cond + scale * (uncond - cond)),
            "The two answers have changed places: what should lead towards the label leads away from it.",
        ),
        Mistake(
            (_loop(none=lambda y, null: 0 * y), _loop(none=lambda y, null: torch.full_like(y, 10))),
            "The answer without a label is asked with a number of your own, and that number belongs to a "
            "class or to nothing: the label that means not told is `null`.",
        ),
        Mistake(
            _no_labels,
            "Only the answer without the label counts: both are asked with null, or the other one is never "
            "used. The scale does nothing, and any image may come out.",
        ),
        Mistake(
            (_loop(mix=lambda uncond, cond, scale: cond), _loop(none=lambda y, null: y)),
            "Only the answer with the label counts: both are asked with it, or the other one is never used. "
            "These are samples of the conditional model, whatever the scale.",
        ),
        Mistake(
            (_two_walks, _combined_after_the_step),
            "You combine two images, each from a step or a whole walk of its own, and not the two answers "
            "of the network: each guess has been cut to the range of pixels by then, and what the larger "
            "scale adds is never cut.",
        ),
        Mistake(
            _pushed,
            "The guidance is added to x: the difference of two answers is a difference of predictions, so "
            "it belongs in the prediction, before the guess of x_0 is made from it.",
        ),
        Mistake(
            _labels_once,
            "The batch is doubled and the labels are not: each half of the images needs its own labels, "
            "null for one and y for the other.",
        ),
        Mistake(
            _steps_once,
            "The batch is doubled and the steps are not: the network wants one t for each image that it is "
            "handed, copies included.",
        ),
        Mistake(
            _one_step,
            "The network wants t as [B], one number for each image, and you hand it a single one.",
        ),
        Mistake(
            (
                _loop(steps=lambda times: [(t, then) for then, t in _steps(times)][::-1][1:]),
                _loop(steps=lambda times: itertools.pairwise([*times[::-1], -1])),
            ),
            "The steps are walked from the data to the noise: you start from pure noise, so the first t must "
            "be the noisiest.",
        ),
        Mistake(
            _loop(steps=lambda times: itertools.pairwise(times)),
            "The loop stops one step early, at the last of the times and not at the data: a rest of noise "
            "stays in the samples.",
        ),
        Mistake(
            _loop(steps=lambda times: itertools.pairwise([*times, 0])),
            "The last step goes to index 0, and that is the first noise level, not the data: the index of "
            "the data is -1.",
        ),
        Mistake(
            _loop(steps=lambda times: [(t, t - 1) for t in times]),
            "Each step goes to t - 1, but the next t to be visited is lower: from then on the network is "
            "told of less noise than there is in x.",
        ),
        Mistake(
            _loop(steps=lambda times: [(t, t) for t in times]),
            "Each step puts the same noise back that it took off: the noise level never falls.",
        ),
        Mistake(
            (_loop(cut=lambda x0: x0), _loop(cut=lambda x0: x0, end=_cut)),
            "The guess of x_0 is not cut to [-1, 1] at every step: guidance drives it out of the range of "
            "pixels, and cutting the last image alone comes too late for the steps before.",
        ),
        Mistake(
            _loop(cut=lambda x0: x0.clamp(0, 1)),
            "You cut the guess to [0, 1], but inside the sampler the pixels run from -1 to 1: everything "
            "darker than mid-grey is lost.",
        ),
        Mistake(
            (
                _loop(left=lambda x, x0, v, signal, sigma: signal * v + sigma * x),
                _loop(
                    left=lambda x, x0, v, signal, sigma: (x - signal * _x0_of_v(x, v, signal, sigma)) / sigma
                ),
            ),
            "Your noise belongs to the guess before it was cut, so the two no longer add up to the image of "
            "this step. Some libraries do it like this by default; here the noise is what remains beside "
            "the cut guess.",
        ),
        Mistake(
            _noise_of_the_start,
            "You mix the noise of the start in again at every step: the noise to keep is the one that is in "
            "x now, beside the guess of x_0.",
        ),
        Mistake(
            _loop(guess=lambda x, v, signal, sigma: (x - sigma * v) / signal),
            "The answer of this network is v, and you read it as the noise epsilon.",
        ),
        Mistake(
            _loop(guess=lambda x, v, signal, sigma: v),
            "The answer of this network is v, and you read it as the image x_0.",
        ),
        Mistake(
            _loop(guess=lambda x, v, signal, sigma: signal * x + sigma * v),
            "The sign before v is turned, so every step walks away from the image that the network means.",
        ),
        Mistake(
            _loop(guess=lambda x, v, signal, sigma: sigma * x - signal * v),
            "Signal and sigma have changed places where v becomes a guess of x_0.",
        ),
        Mistake(
            _loop(rates=_levels),
            "The roots are missing: signal and sigma are the roots of alpha-bar and of one minus alpha-bar.",
        ),
        Mistake(
            (_loop(told=lambda t, then: max(then, 0)), _loop(told=lambda t, then: t + 1)),
            "The network is told a step that x is not at: it takes the image for cleaner or "
            "noisier than it is.",
        ),
        Mistake(
            _loop(end=lambda x: (x + 1) / 2),
            "You bring the result to [0, 1] here: the function returns x_0 in [-1, 1], and the notebook "
            "makes pixels of it.",
        ),
        Mistake(
            _loop(steps=lambda times: [(times[0], -1)]),
            "This is the guess after the first step alone, as if the return stood inside the loop: it is the "
            "mean of all that may still come, and looks blurred.",
        ),
    ],
    hints=[
        "Write a loop over the times. In it you need the two answers of the network, their combination, the "
        "guess of the clean image, the noise that remains beside it, and both mixed again at the next time.",
        "Where does the last time lead? To the data, whose index is -1, and schedule.rates takes that index "
        "too. itertools.pairwise([*times, -1]) gives each time with the next one. Your function of exercise "
        "6 does the guidance; it wants one t for each image.",
        "The guess is the signal times the noisy image, less sigma times v; .clamp cuts it. Take the signal "
        "times this guess away from the noisy image and divide by sigma: that is the noise.",
    ],
)
