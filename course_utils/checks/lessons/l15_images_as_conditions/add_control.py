"""conditions.add_control: a control joined by a convolution that starts at zero."""

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
    "conditions.add_control",
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
