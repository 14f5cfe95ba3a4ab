"""conditions.learn_control: how a joint that starts at zero learns."""

import torch
from torch import nn
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


@torch.enable_grad()
def learn_control(features, control, target, steps, lr):
    """The joined output [B, C, H, W] after `steps` steps of descent on a joint that starts at zero."""
    conv = nn.Conv2d(control.shape[1], features.shape[1], 1).to(features.dtype)
    nn.init.zeros_(conv.weight)
    nn.init.zeros_(conv.bias)
    for _ in range(steps):
        loss = (features + conv(control) - target).square().mean()
        gradients = torch.autograd.grad(loss, list(conv.parameters()))
        with torch.no_grad():
            for weight, gradient in zip(conv.parameters(), gradients, strict=True):
                weight -= lr * gradient
    return (features + conv(control)).detach()


def _lesson(batch, channels, control_channels, side, steps, lr):
    def make(rng):
        features, target = torch.randn(2, batch, channels, side, side, generator=rng)
        control = 1 + torch.randn(batch, control_channels, side, side, generator=rng)
        return features, control, features + 2 * target + control.mean(1, keepdim=True), steps, lr

    return make


def _learned(weight=0.0, bias=0.0, join=None, reduce=torch.mean, train=("weight", "bias"), ascend=1, extra=0):
    """Learning with one part replaced; start values may be a number or a function of the shape."""

    def learn(features, control, target, steps, lr):
        shape = (features.shape[1], control.shape[1], 1, 1)
        parts = {"weight": _start(weight, shape, features), "bias": _start(bias, shape[:1], features)}

        def out():
            push = F.conv2d(control, parts["weight"], parts["bias"])
            return features + push if join is None else join(features, push, parts)

        for _ in range(max(steps + extra, 0)):
            leaves = [parts[name].requires_grad_() for name in train]
            if not leaves:
                break
            gradients = torch.autograd.grad(reduce((out() - target).square()), leaves)
            for name, gradient in zip(train, gradients, strict=True):
                parts[name] = (parts[name] - ascend * lr * gradient).detach()
        return out().detach()

    return learn


def _never_cleared(features, control, target, steps, lr):
    conv = nn.Conv2d(control.shape[1], features.shape[1], 1).to(features.dtype)
    for weight in conv.parameters():
        nn.init.zeros_(weight)
    optimiser = torch.optim.SGD(conv.parameters(), lr=lr)
    for _ in range(steps):
        (features + conv(control) - target).square().mean().backward()
        optimiser.step()
    return (features + conv(control)).detach()


def _by_adam(features, control, target, steps, lr):
    conv = nn.Conv2d(control.shape[1], features.shape[1], 1).to(features.dtype)
    for weight in conv.parameters():
        nn.init.zeros_(weight)
    optimiser = torch.optim.Adam(conv.parameters(), lr=lr)
    for _ in range(steps):
        optimiser.zero_grad()
        (features + conv(control) - target).square().mean().backward()
        optimiser.step()
    return (features + conv(control)).detach()


def _loss_of_push(features, control, target, steps, lr):
    return features + _learned()(torch.zeros_like(features), control, target, steps, lr)


def _push_only(features, control, target, steps, lr):
    return _learned()(features, control, target, steps, lr) - features


def _start(value, shape, like):
    return value(shape).to(like) if callable(value) else torch.full(shape, value).to(like)


def _pattern(size):
    """Small numbers of both signs, always the same, as stand-ins for random ones."""

    def fill(shape):
        count = torch.Size(shape).numel()
        return size * torch.sin(7.0 * torch.arange(1, count + 1)).view(shape)

    return fill


exercise(
    "conditions.learn_control",
    reference=learn_control,
    inputs={
        "3 images, 4 channels, the control has 2, no step yet": _lesson(3, 4, 2, 4, 0, 0.1),
        "2 images, 3 channels, the control has 5, 1 step": _lesson(2, 3, 5, 3, 1, 0.2),
        "4 images, 2 channels, the control has 3, 3 steps": _lesson(4, 2, 3, 5, 3, 0.1),
        "2 images, 5 channels, the control has 1, 20 steps": _lesson(2, 5, 1, 4, 20, 0.05),
    },
    mistakes=[
        Mistake(
            (
                _learned(weight=_pattern(0.01)),
                _learned(weight=_pattern(0.3)),
                _learned(weight=0.01),
                _learned(weight=_pattern(0.02), bias=_pattern(0.02)),
            ),
            "The weights start small and not at zero: before the first step the frozen base already hears "
            "noise from an untrained branch, at every joint, and its pictures suffer until training has "
            "undone that.",
        ),
        Mistake(
            (_learned(bias=0.1), _learned(bias=1.0), _learned(bias=_pattern(0.3))),
            "The weight starts at zero but the bias does not: every channel is shifted by it from the "
            "start, control or no control, so the untrained model is not the base. nn.init.zeros_ has to "
            "see both.",
        ),
        Mistake(
            (
                _learned(train=()),
                _learned(join=lambda features, push, parts: features + push * parts["weight"].abs().sum()),
                _learned(join=lambda features, push, parts: features + F.relu(push)),
            ),
            "It never moves: the joint is frozen, or a second zero (a gate, a layer before it, a ReLU's "
            "slope at 0) multiplies its gradient. One zero lets the gradient through, two block it for "
            "good.",
        ),
        Mistake(
            _learned(train=("bias",)),
            "Only the bias learns: it shifts a channel in all images alike, so the model drifts from the "
            "base and still does not know what the control shows.",
        ),
        Mistake(
            _learned(train=("weight",)),
            "Only the weight learns: the bias is part of the joint, and what the control shifts on average "
            "has to go through the weights, which then fit worse.",
        ),
        Mistake(
            _learned(join=lambda features, push, parts: push),
            "The joint takes the place of the features: at step 0 the base is silenced, and all it knew "
            "must be learned again from the control alone.",
        ),
        Mistake(
            _learned(ascend=-1),
            "The steps go uphill: you add the gradient, and the error grows with every step.",
        ),
        Mistake(
            _never_cleared,
            "The gradients of all steps pile up (no zero_grad): every step repeats those before it, the "
            "joint gathers speed, overshoots and swings about the target.",
        ),
        Mistake(
            _learned(reduce=torch.sum),
            "You take the sum of the squares where the mean was asked: the steps are larger by the number "
            "of values, so the joint overshoots and, with a few steps more, runs away.",
        ),
        Mistake(
            _learned(reduce=lambda squares: squares.mean() / 2),
            "The steps have the wrong length by a factor of two: the gradient of a square has a 2 in it, and "
            "the loss is their mean, with no half before it. The joint gets there, but at another rate.",
        ),
        Mistake(
            _by_adam,
            "This is Adam: its first step has the size lr whatever the gradient is. It would learn as well, "
            "but plain descent (torch.optim.SGD) is asked for, where a step is lr times the gradient.",
        ),
        Mistake(
            _loss_of_push,
            "The loss leaves out the features: the joint then learns the whole target, and added to the "
            "features that overshoots by all that the base had right.",
        ),
        Mistake(
            _push_only,
            "You return only what the joint adds: at step 0 that is zero and not the base. The joined output "
            "is features plus it.",
        ),
        Mistake(
            (_learned(extra=-1), _learned(extra=1)),
            "There is one step too few or too many: with steps = 0 nothing may have moved, and that is how "
            "one tests that the model starts at its base.",
        ),
        Mistake(
            lambda features, control, target, steps, lr: _learned()(
                features, control, target, min(steps, 1), lr
            ),
            "There is only ever one step (a return inside the loop, or a fresh layer each time round): the "
            "joint makes its first small move and forgets it.",
        ),
    ],
    hints=[
        "Make the layer, and set both its tensors to zero, before the loop. A layer as PyTorch makes it is "
        "random, and two calls would differ.",
        "In each round compute the loss of features plus the layer's answer and its gradient, and take a "
        "step downhill for weight and bias. torch.optim.SGD(layer.parameters(), lr=lr) does the step; "
        "remember zero_grad.",
        "Make nn.Conv2d(control.shape[1], features.shape[1], 1), set its weight and bias to zero with "
        "nn.init.zeros_, run the loop, and at the end hand back the joined output once more, detached.",
    ],
)
