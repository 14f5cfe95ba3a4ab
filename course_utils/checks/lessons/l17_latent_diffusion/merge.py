"""lora.merge: a trained change of low rank becomes part of the weight."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def merge(weight, up, down, scale):
    """weight + scale up @ down: weight [M, ...], up [M, r], down [r, N], N values behind M -> as weight."""
    return weight + scale * (up @ down).reshape(weight.shape)


def _layer(shape, rank, scale, spread=1.0):
    """A maker of a weight of that shape and of a change; spread: of the change's two parts."""

    def make(rng):
        width = torch.Size(shape[1:]).numel()
        weight, up, down = (
            torch.randn(*sizes, generator=rng) for sizes in (shape, (shape[0], rank), (rank, width))
        )
        return weight, spread * up, spread * down, scale

    return make


def _untrained(rng):
    weight, up, down, scale = _layer((4, 6), 2, 2.0)(rng)
    return weight, torch.zeros_like(up), down, scale


def _change(up, down):
    return up @ down


def _merged(change=_change, join=lambda weight, scale, change: weight + scale * change, factor=None):
    """The merge with another product, sum or factor of (scale, rank)."""

    def wrong(weight, up, down, scale):
        used = scale if factor is None else factor(scale, down.shape[0])
        return join(weight, used, change(up, down).reshape(weight.shape))

    return wrong


def _unshaped(weight, up, down, scale):
    return weight + scale * (up @ down)


def _unshaped_product(weight, up, down, scale):
    return weight + scale * up @ down


def _with_axes_of_one(weight, up, down, scale):
    return weight + scale * (up @ down)[(..., *[None] * (weight.ndim - 2))]


def _flat(weight, up, down, scale):
    return weight.flatten(1) + scale * (up @ down)


def _channels_last(weight, up, down, scale):
    """The change read as [M, ..., channels in], with the channels then moved to the front."""
    first, inputs, *rest = weight.shape
    return weight + scale * (up @ down).reshape(first, *rest, inputs).movedim(-1, 1)


def _other_way(weight, up, down, scale):
    return weight + scale * (down.T @ up.T)


def _turned_factors(weight, up, down, scale):
    return weight + scale * (up.T @ down.T).reshape(weight.shape)


def _exchanged(weight, up, down, scale):
    return weight + scale * (down @ up).reshape(weight.shape)


def _half_turned(weight, up, down, scale):
    return weight + scale * (up.T @ down).reshape(weight.shape)


def _for_all_places(weight, up, down, scale):
    return weight + scale * (up @ down)[..., None, None]


def _elementwise(weight, up, down, scale):
    return weight + scale * (up * down).reshape(weight.shape)


def _last_axis(weight, up, down, scale):
    """As many axes of the change as fit: for a kernel the mean over its places is added to all."""
    change = (up @ down).reshape(weight.shape)
    return weight + scale * change.mean(tuple(range(2, weight.ndim)), keepdim=True)


exercise(
    "lora.merge",
    reference=merge,
    batch=False,
    inputs={
        "a linear layer, [5, 7], rank 2": _layer((5, 7), 2, 0.5),
        "a square one, [6, 6], rank 3": _layer((6, 6), 3, 2.0),
        "a convolution, [4, 3, 3, 3], rank 2": _layer((4, 3, 3, 3), 2, 1.5),
        "a convolution, [3, 2, 1, 5], rank 4": _layer((3, 2, 1, 5), 4, -0.75),
        "a convolution along a line, [1, 4, 3], rank 1": _layer((1, 4, 3), 1, 4.0),
        "a linear layer, [8, 3], rank 3, a large change": _layer((8, 3), 3, 16.0, 5.0),
        "a linear layer before any training": _untrained,
    },
    mistakes=[
        Mistake(
            (
                _merged(lambda up, down: (up @ down).T),
                _merged(lambda up, down: down.T @ up.T),
            ),
            "The change is transposed: up @ down is [M, N] as it is, with a row for each output; transposed "
            "and put into the shape, it changes other weights than were trained.",
        ),
        Mistake(
            (_other_way, _turned_factors, _exchanged, _half_turned),
            "The two factors meet in another order, or transposed: up is [M, r] and down [r, N], so up @ "
            "down is the only product that gives [M, N].",
        ),
        Mistake(
            (
                _merged(factor=lambda scale, rank: 1),
                lambda weight, up, down, scale: weight + up @ down,
            ),
            "The scale is not used: the change was trained as scale times up @ down, and merged without it "
            "the layer answers something else than before.",
        ),
        Mistake(
            (
                _merged(join=lambda weight, scale, change: scale * (weight + change)),
                _merged(join=lambda weight, scale, change: scale * weight + change),
            ),
            "The scale is on the weight, too (or on the weight alone): it belongs to the change, and with "
            "up at zero the weight must come out as it was.",
        ),
        Mistake(
            (
                _merged(join=lambda weight, scale, change: (1 - scale) * weight + scale * change),
                _merged(join=lambda weight, scale, change: weight.lerp(change, scale)),
            ),
            "You mix weight and change in shares: the change is added, and the weight stays whole.",
        ),
        Mistake(
            (
                _merged(factor=lambda scale, rank: scale / rank),
                _merged(factor=lambda scale, rank: 1 / rank),
            ),
            "You divide by the rank: the paper writes alpha / r for what is called scale here, so that is in "
            "it already.",
        ),
        Mistake(
            (
                _merged(factor=lambda scale, rank: scale * rank),
                _merged(factor=lambda scale, rank: scale**2),
                _merged(factor=lambda scale, rank: scale / rank**0.5),
                _merged(factor=lambda scale, rank: 1 / scale),
            ),
            "The change has another factor than scale: merged and unmerged layer then answer differently.",
        ),
        Mistake(
            (
                _unshaped,
                _unshaped_product,
                lambda weight, up, down, scale: weight + (scale * up) @ down,
                _with_axes_of_one,
                _for_all_places,
            ),
            "For a convolution the change does not fit: its weight has the shape [M, C, h, w], and up @ down "
            "is [M, N] with N = C h w; bring it to the weight's shape.",
        ),
        Mistake(
            _flat,
            "The merged weight is left flat, [M, N]: a convolution needs it in the shape that it had.",
        ),
        Mistake(
            _channels_last,
            "The change is read with its channels last: the N columns of down follow the weight as it lies "
            "in memory, channel first, then the rows and columns of the kernel.",
        ),
        Mistake(
            _last_axis,
            "The places of a kernel all get the same change: each has its own column in down.",
        ),
        Mistake(
            _merged(join=lambda weight, scale, change: weight - scale * change),
            "The change is subtracted: that takes off what the layer has learned, and is how one would "
            "unmerge it.",
        ),
        Mistake(
            (
                _merged(join=lambda weight, scale, change: scale * change),
                _merged(join=lambda weight, scale, change: change),
            ),
            "This is the change alone: the weight that was trained first is part of the layer and stays.",
        ),
        Mistake(
            (
                _merged(join=lambda weight, scale, change: weight * (1 + scale * change)),
                _merged(join=lambda weight, scale, change: weight * scale * change),
            ),
            "Weight and change are multiplied: a low-rank change is a sum, or the layer would not be the "
            "old one plus two small ones in a row.",
        ),
        Mistake(
            _elementwise,
            "The factors are multiplied entry by entry: up @ down is a matrix product, which runs over the "
            "rank.",
        ),
        Mistake(
            (
                _merged(lambda up, down: up[:, :1] @ down[:1]),
                _merged(lambda up, down: up[:, -1:] @ down[-1:]),
            ),
            "Only one column of up and one row of down are used: the change is the sum over all of the rank.",
        ),
    ],
    hints=[
        "What does the layer do to its input with the change beside it? The old weight's answer plus scale "
        "times that of down and then up: which one weight does both?",
        "A matrix product of [M, r] and [r, N] is [M, N]: of which layer is that the shape already, and "
        "what does a convolution's weight have instead of N?",
        "Give the product the weight's own shape, multiply by the scale, and add it to the weight in a new "
        "tensor, for the old weight is still needed.",
    ],
)
