"""The exercises of notebook 14, Guidance: a control that is joined by a convolution which starts at zero."""

import torch
from torch import nn
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def add_control(features, control, conv):
    """What the base goes on with: its features [B, C, H, W] plus conv(control), control [B, D, H, W]."""
    return features + conv(control)


def _joint(batch, channels, control_channels, side, dead=()):
    """A joint whose output channels in `dead` are still at zero, as all of them are before training."""

    def make(rng):
        conv = nn.Conv2d(control_channels, channels, 1)
        with torch.no_grad():
            for weight in conv.parameters():
                weight.copy_(torch.randn(weight.shape, generator=rng))
                weight[list(dead)] = 0
        features = torch.randn(batch, channels, side, side, generator=rng)
        return features, 1 + torch.randn(batch, control_channels, side, side, generator=rng), conv

    return make


def _untouched(features, control, conv):
    return features + 0 * conv(control)


def _frozen(features, control, conv):
    return features + F.conv2d(control, conv.weight.detach(), conv.bias.detach())


def _weight_only(features, control, conv):
    return features + F.conv2d(control, conv.weight)


def _bias_twice(features, control, conv):
    return features + conv(control) + conv.bias.view(1, -1, 1, 1)


def _gated(features, control, conv):
    return features + conv.weight.abs().mean() * conv(control)


exercise(
    "guidance.add_control",
    reference=add_control,
    gradient=["conv", "control", "features"],
    inputs={
        "3 images, 4 channels, the control has 4": _joint(3, 4, 4, 5, dead=(1, 2)),
        "2 images, 6 channels, the control has 3, before training": _joint(2, 6, 3, 4, dead=range(6)),
        "2 images, 2 channels, the control has 5": _joint(2, 2, 5, 3),
    },
    mistakes=[
        Mistake(
            lambda features, control, conv: conv(control),
            "The control takes the place of the features: before training that is zero everywhere, so the "
            "base's way up gets nothing at all, and what the base had learned is thrown away, not steered.",
        ),
        Mistake(
            (
                lambda features, control, conv: features,
                lambda features, control, conv: features.clone(),
                _untouched,
            ),
            "The control never arrives (or arrives times zero): the joint gets no gradient, stays where it "
            "is, and the model is the base for good.",
        ),
        Mistake(
            _frozen,
            "The weights of the joint are detached: it starts at zero and, with no gradient, stays there, "
            "so the control never comes through. A zero convolution that cannot learn is no connection.",
        ),
        Mistake(
            lambda features, control, conv: features + conv(control).detach(),
            "What comes out of the joint is detached: neither its weights nor the control's branch get a "
            "gradient, so the zeros stay zeros. Freeze the base, not the joint.",
        ),
        Mistake(
            lambda features, control, conv: features + conv(control.detach()),
            "The control is detached: the joint learns, but nothing behind it does, so the branch that "
            "reads the edges keeps the weights that it began with.",
        ),
        Mistake(
            lambda features, control, conv: features.detach() + conv(control),
            "The features are detached: the base needs no gradient of its own, but joints at higher levels "
            "do get theirs through the features below, and you cut them off. Freeze weights, not signals.",
        ),
        Mistake(
            _bias_twice,
            "The bias is added twice, once by the layer and once more by hand: conv(control) has it in "
            "already, so the checkpoint's joints would shift every channel by twice what they learned.",
        ),
        Mistake(
            _gated,
            "There is a second factor that is zero as well: in a product of two zeros the gradient of "
            "either is the other times something, so it is zero, and nothing ever moves. One zero is "
            "enough.",
        ),
        Mistake(
            (
                lambda features, control, conv: features + F.relu(conv(control)),
                lambda features, control, conv: F.relu(features + conv(control)),
            ),
            "A ReLU stands behind the joint: its slope at 0 is 0, so a convolution at zero gets no gradient"
            " there; and later the control could only add, never take away.",
        ),
        Mistake(
            lambda features, control, conv: features + F.silu(conv(control)),
            "An activation stands behind the joint: it does learn from zero, but the checkpoint was trained"
            " without, and a control that wants to take something away is squashed to nearly nothing.",
        ),
        Mistake(
            (
                lambda features, control, conv: conv(features + control),
                lambda features, control, conv: conv(features) + control,
                lambda features, control, conv: conv(features),
            ),
            "The features go through the joint: before training it gives zero, so the base loses what it had "
            "kept; only the control is to pass there, and the features go round it.",
        ),
        Mistake(
            lambda features, control, conv: features + control,
            "The joint is left out: an untrained branch then pushes the frozen features about at full "
            "strength from the first step, and they need as many channels as the control.",
        ),
        Mistake(
            lambda features, control, conv: torch.cat([features, conv(control)], dim=1),
            "You put the control beside the features and not on top: the frozen way up has no weights for "
            "the new channels, so it could not take them.",
        ),
        Mistake(
            lambda features, control, conv: features * conv(control),
            "You multiply: before training that is the features times zero, so the base is silenced at the "
            "start, where it should be exactly what it was.",
        ),
        Mistake(
            lambda features, control, conv: features * (1 + conv(control)),
            "This scales the features in place of adding to them: it starts at the base, too, and it "
            "learns, but where a feature is zero no control can put anything there.",
        ),
        Mistake(
            lambda features, control, conv: features - conv(control),
            "The control is subtracted: trained so, the joint would learn the other sign, but the "
            "checkpoint's joints would now push away from the edges.",
        ),
        Mistake(
            lambda features, control, conv: (features + conv(control)) / 2,
            "You take the mean: the features are halved before the control has said anything, and the "
            "frozen way up meets numbers of a size that it never saw.",
        ),
        Mistake(
            _weight_only,
            "The bias of the joint is left out: it starts at zero and can learn, like the weights, and the "
            "checkpoint's have; without them every channel is shifted.",
        ),
    ],
    hints=[
        "Before training the layer gives zero, and then the result must be the features, to the last bit. "
        "After it, the control may push every feature up or down.",
        "There is one layer and one operation, no activation and no second factor. Nothing here is to be "
        "detached: the base's weights are frozen elsewhere.",
        "Send the control through the layer, and put the result on top of the features.",
    ],
)


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
    "guidance.learn_control",
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
        "Each round: the loss of features plus the layer's answer, its gradient, a step downhill for weight"
        " and bias. torch.optim.SGD(layer.parameters(), lr=lr) does the step; remember zero_grad.",
        "nn.Conv2d(control.shape[1], features.shape[1], 1), nn.init.zeros_ for weight and bias, the loop, "
        "and at the end the joined output once more, detached.",
    ],
)
