"""guidance.one_call: both answers in one call of the network."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def one_call(x_t, t, y, net, null, scale):
    """Guidance with one call of net on 2 B images: x_t [B, ...], t, y [B] -> [B, ...]."""
    labels = torch.cat([torch.full_like(y, null), y])
    uncond, cond = net(torch.cat([x_t, x_t]), torch.cat([t, t]), labels).chunk(2)
    return uncond + scale * (cond - uncond)


class _Net:
    """A network whose answer depends on everything it is told, and on how often it was called."""

    def __init__(self, rng, labels, size):
        self.table = torch.randn(labels, size, generator=rng)
        self.calls = 0

    def __call__(self, x_t, t, y=None):
        if y is None:
            raise ValueError(
                "the net cannot tell the halves of its batch without labels: hand it 2 B labels, B times "
                "null and y"
            )
        lengths = {len(x_t), len(t), len(y)}
        if len(lengths) > 1:
            raise ValueError(
                f"the net needs as many images as steps and labels, and has {len(x_t)}, {len(t)}, {len(y)}"
            )
        late = 0.25 * self.calls
        self.calls += 1
        column = (-1, *[1] * (x_t.ndim - 1))
        told = self.table.to(x_t)[y].view_as(x_t)
        return torch.sin(x_t + told) + t.to(x_t).view(column) / 500 * told + late


def _batch(n, shape, classes, scale):
    def make(rng):
        net = _Net(rng, classes + 1, torch.Size(shape).numel())
        x_t = torch.randn(n, *shape, generator=rng)
        t = torch.randint(1000, (n,), generator=rng)
        y = torch.randint(1, classes, (n,), generator=rng)
        return x_t, t, y, net, classes, scale

    return make


def _asked(labels, scale=lambda s: s, halves=lambda one, other: (one, other), images=None, steps=None):
    """One call with other labels, another scale, other halves or another order of the images."""

    def call(x_t, t, y, net, null, s):
        both = torch.cat([x_t, x_t]) if images is None else images(x_t)
        times = torch.cat([t, t]) if steps is None else steps(t)
        uncond, cond = halves(*net(both, times, labels(y, null)).chunk(2))
        return uncond + scale(s) * (cond - uncond)

    return call


def _none_first(y, null):
    return torch.cat([torch.full_like(y, null), y])


def _paired(y, null):
    return torch.stack([torch.full_like(y, null), y], dim=1).flatten()


def _every_other(x_t, t, y, net, null, scale):
    both = net(torch.cat([x_t, x_t]), torch.cat([t, t]), _none_first(y, null))
    return both[::2] + scale * (both[1::2] - both[::2])


def _two_calls(x_t, t, y, net, null, scale):
    uncond = net(x_t, t, torch.full_like(y, null))
    return uncond + scale * (net(x_t, t, y) - uncond)


def _three_calls(x_t, t, y, net, null, scale):
    uncond = net(x_t, t, torch.full_like(y, null))
    return uncond + scale * (net(x_t, t, y) - net(x_t, t, torch.full_like(y, null)))


def _two_calls_label_first(x_t, t, y, net, null, scale):
    cond = net(x_t, t, y)
    uncond = net(x_t, t, torch.full_like(y, null))
    return uncond + scale * (cond - uncond)


exercise(
    "guidance.one_call",
    reference=one_call,
    inputs={
        "4 points of the plane, 3 classes, scale 3": _batch(4, (2,), 3, 3.0),
        "3 images of 4 x 4, 10 classes, scale 1.5": _batch(3, (1, 4, 4), 10, 1.5),
        "5 points of the plane, 4 classes, scale 1": _batch(5, (2,), 4, 1.0),
    },
    mistakes=[
        Mistake(
            (_two_calls, _two_calls_label_first, _three_calls),
            "You call the net more than once: the answers are right (the net of this check betrays every "
            "further call by a shift), but for small images two calls cost more than one of twice the size.",
        ),
        Mistake(
            _asked(_none_first, halves=lambda one, other: (other, one)),
            "The halves have changed places: with the labels in this order the first half is the "
            "unconditional answer, and the wrong way round guidance leads away from the class.",
        ),
        Mistake(
            (_asked(_paired), _every_other),
            "Images and labels are repeated, or the answers taken apart, in different orders (x, x' ... "
            "against null, y, null, y' ...): half of the images get a neighbour's label, and the two "
            "answers subtracted are not of one image.",
        ),
        Mistake(
            (
                _asked(_none_first, images=lambda x: x.repeat_interleave(2, 0)),
                _asked(
                    _none_first,
                    images=lambda x: x.repeat_interleave(2, 0),
                    steps=lambda t: t.repeat_interleave(2),
                ),
            ),
            "With repeat_interleave an image's copies stand side by side, with cat the batch stands behind "
            "itself: the two answers that are subtracted here belong to different images.",
        ),
        Mistake(
            _asked(_none_first, steps=lambda t: t.repeat_interleave(2)),
            "The steps are repeated in another order than the images: unless all have one t, the net is "
            "told wrong noise levels, and takes off too much here and too little there.",
        ),
        Mistake(
            _asked(lambda y, null: torch.cat([torch.zeros_like(y), y])),
            "The unconditional half is asked with label 0, and 0 is a class: guidance then leads away from "
            "zeros and not towards y, and a 0 cannot be guided at all.",
        ),
        Mistake(
            _asked(lambda y, null: torch.cat([torch.full_like(y, 10), y])),
            "You write 10 for the label that means not told, and it is `null`: a net of another number of "
            "classes has no row 10, or it belongs to a class.",
        ),
        Mistake(
            _asked(lambda y, null: torch.cat([torch.full_like(y, null)] * 2)),
            "This is the unconditional answer alone: both halves are asked without a label, or the labels "
            "are dropped at sampling in some other way; whatever the scale, the samples ignore y.",
        ),
        Mistake(
            _asked(lambda y, null: torch.cat([y, y])),
            "This is the conditional answer alone: both halves are asked with the label, or they are never "
            "combined; whatever the scale, there is no guidance.",
        ),
        Mistake(
            _asked(_none_first, scale=lambda s: 1 + s),
            "The scale is taken for the papers' w: scale 1 already guides, and 0 does not ignore the label; "
            "here s = 1 + w.",
        ),
    ],
    hints=[
        "Put the batch behind itself, so that the net sees 2 B images: x_t twice, t twice, and in the "
        "labels B times null before y.",
        "torch.cat([a, b]) joins batches, torch.full_like(y, null) makes the nulls, and chunk(2) cuts the "
        "answer into its halves, in the order of the labels.",
        "The first half answers without the label, the second with it; combine them as in the exercise "
        "before.",
    ],
)
