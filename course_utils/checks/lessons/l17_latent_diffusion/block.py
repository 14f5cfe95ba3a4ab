"""dit.block: attention and a small network, each beside a shortcut, told by shift, scale and gate."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def dit_block(x, told, attention, mlp):
    """x [B, N, C], told [B, 6, C] = shift, scale, gate, for attention and again for mlp -> [B, N, C]."""
    shift1, scale1, gate1, shift2, scale2, gate2 = told[:, :, None].unbind(1)  # each [B, 1, C]
    x = x + gate1 * attention(F.layer_norm(x, x.shape[2:], eps=1e-6) * (1 + scale1) + shift1)
    return x + gate2 * mlp(F.layer_norm(x, x.shape[2:], eps=1e-6) * (1 + scale2) + shift2)


class _Layer:
    """A layer of a few lines; where it has places, what a patch gets depends on the others, too."""

    def __init__(self, rng, patches, width, places):
        self.shape = patches, width
        self.places = torch.randn(patches, patches, generator=rng) if places else None
        self.weight = torch.randn(width, width, generator=rng) / width**0.5

    def __call__(self, x):
        if not isinstance(x, torch.Tensor) or x.ndim != 3 or x.shape[1:] != self.shape:
            got = list(x.shape) if isinstance(x, torch.Tensor) else type(x).__name__
            raise ValueError(f"the layer wants [B, N, C] = [B, {self.shape[0]}, {self.shape[1]}]; got {got}")
        mixed = x if self.places is None else self.places.to(x) @ x
        return torch.sin(mixed @ self.weight.to(x)) + 0.3 * mixed


def _block(batch, patches, width, size=1.0, shift=0.7, flat=False):
    """A maker; flat: the first patch has the same number in all places."""

    def make(rng):
        x = shift + size * _norm(torch.randn(batch, patches, width, generator=rng))
        if flat:
            x[:, 0] = 1.5
        told = torch.randn(batch, 6, width, generator=rng)
        return x, told, _Layer(rng, patches, width, True), _Layer(rng, patches, width, False)

    return make


def _untold(rng):
    x, told, attention, mlp = _block(2, 4, 3, flat=True)(rng)
    return x, torch.zeros_like(told), attention, mlp


def _norm(x):
    return F.layer_norm(x, x.shape[2:], eps=1e-6)


def _modulated(x, shift, scale, norm=_norm):
    return norm(x) * (1 + scale) + shift


def _plain(x, gate, value):
    return x + gate * value


def _halves(told=lambda told: told[:, :, None].unbind(1), enter=_modulated, join=_plain, second=None):
    """The block with another reading of told, way into a layer or way out; second: other parts there."""

    def wrong(x, parts, attention, mlp):
        shift1, scale1, gate1, shift2, scale2, gate2 = told(parts)
        x = join(x, gate1, attention(enter(x, shift1, scale1)))
        last_enter, last_join = (enter, join) if second is None else second
        return last_join(x, gate2, mlp(last_enter(x, shift2, scale2)))

    return wrong


def _in_order(*order):
    """What is told, read in another order."""
    return _halves(told=lambda told: told[:, list(order), None].unbind(1))


def _with_norm(norm):
    return _halves(enter=lambda x, shift, scale: _modulated(x, shift, scale, norm))


def _old_x(add):
    """The second half looks at the block's input; add: what the result is added to."""

    def wrong(x, told, attention, mlp):
        shift1, scale1, gate1, shift2, scale2, gate2 = told[:, :, None].unbind(1)
        new = x + gate1 * attention(_modulated(x, shift1, scale1))
        return add(x, new, attention, gate1) + gate2 * mlp(_modulated(x, shift2, scale2))

    return wrong


def _again_modulated(x, told, attention, mlp):
    """One norm, and the second half modulates what the first one had modulated."""
    shift1, scale1, gate1, shift2, scale2, gate2 = told[:, :, None].unbind(1)
    first = _modulated(x, shift1, scale1)
    return x + gate1 * attention(first) + gate2 * mlp(first * (1 + scale2) + shift2)


def _normed_throughout(x, told, attention, mlp):
    """One norm at the beginning, and no x without it."""
    return _halves(enter=lambda x, shift, scale: x * (1 + scale) + shift)(_norm(x), told, attention, mlp)


def _dropped(x, told, attention, mlp):
    """The second half goes on from the new x and adds to the old one."""
    shift1, scale1, gate1, shift2, scale2, gate2 = told[:, :, None].unbind(1)
    new = x + gate1 * attention(_modulated(x, shift1, scale1))
    return x + gate2 * mlp(_modulated(new, shift2, scale2))


def _unfolded(norm):
    """Parts of told as [B, C], beside x as [B, N, C]."""

    def wrong(x, told, attention, mlp):
        shift1, scale1, gate1, shift2, scale2, gate2 = told.unbind(1)
        x = x + gate1 * attention(norm(x) * (1 + scale1) + shift1)
        return x + gate2 * mlp(norm(x) * (1 + scale2) + shift2)

    return wrong


def _told_after(x, told, attention, mlp):
    shift1, scale1, gate1, shift2, scale2, gate2 = told[:, :, None].unbind(1)
    x = x + gate1 * (attention(_norm(x)) * (1 + scale1) + shift1)
    return x + gate2 * (mlp(_norm(x)) * (1 + scale2) + shift2)


def _swapped_layers(x, told, attention, mlp):
    return dit_block(x, told, mlp, attention)


exercise(
    "dit.block",
    reference=dit_block,
    gradient=["x", "told"],
    inputs={
        "2 images of 5 patches of width 4": _block(2, 5, 4),
        "3 images of 3 patches of width 6": _block(3, 3, 6, 2.0),
        "1 image of 7 patches of width 5": _block(1, 7, 5, 0.5, -1.0),
        "4 images of 1 patch of width 8": _block(4, 1, 8),
        "2 images of 6 patches of width 6, the first of them flat": _block(2, 6, 6, flat=True),
        "2 images of 3 patches of width 7, in the hundreds": _block(2, 3, 7, 300.0, 100.0),
        "2 images of 4 patches, one of them flat, with zeros told": _untold,
    },
    mistakes=[
        Mistake(
            _halves(enter=lambda x, shift, scale: _norm(x) * scale + shift),
            "You multiply by scale and not by 1 + scale: what is told starts at zero, so at the start the "
            "layers would see nothing of x at all.",
        ),
        Mistake(
            (
                _halves(join=lambda x, gate, value: x + value),
                _halves(second=(_modulated, lambda x, gate, value: x + value)),
                _halves(join=lambda x, gate, value: x + value, second=(_modulated, _plain)),
            ),
            "A gate is not used: with zeros told the block must be exactly its input, and the part without a "
            "gate is there from the first step, at full strength.",
        ),
        Mistake(
            (
                _halves(join=lambda x, gate, value: gate * (x + value)),
                _halves(join=lambda x, gate, value: gate * (x + value), second=(_modulated, _plain)),
                _halves(second=(_modulated, lambda x, gate, value: gate * (x + value))),
            ),
            "The gate is round the shortcut, too: with zeros told nothing at all would come out; the gate "
            "belongs to what is added, and x passes by.",
        ),
        Mistake(
            (
                _halves(join=lambda x, gate, value: x + (1 + gate) * value),
                _halves(second=(_modulated, lambda x, gate, value: x + (1 + gate) * value)),
                _halves(join=lambda x, gate, value: x + gate.sigmoid() * value),
                _halves(join=lambda x, gate, value: x + gate.tanh() * value),
            ),
            "The gate is changed on its way, to 1 + gate or by a sigmoid: it weighs as it is told, and at "
            "zero the block must be exactly its input.",
        ),
        Mistake(
            (
                _halves(join=lambda x, gate, value: gate * value),
                _halves(second=(_modulated, lambda x, gate, value: gate * value)),
                _halves(join=lambda x, gate, value: gate * value, second=(_modulated, _plain)),
                _halves(second=(_modulated, lambda x, gate, value: value)),
            ),
            "The shortcut is missing: what a layer makes is added to x, and without that a stack of blocks "
            "with closed gates passes nothing on.",
        ),
        Mistake(
            (
                _old_x(lambda x, new, attention, gate: new),
                _old_x(lambda x, new, attention, gate: x),
            ),
            "The second half looks at the x that came in: it must work on what the attention has added, so "
            "that a patch thinks about what it has just heard.",
        ),
        Mistake(
            _dropped,
            "The second half is added to the x that came in: what the attention made is lost, but for what "
            "the second layer took from it.",
        ),
        Mistake(
            (
                _again_modulated,
                _normed_throughout,
                _halves(second=(lambda x, shift, scale: x * (1 + scale) + shift, _plain)),
            ),
            "There is one norm for both halves, or none in the second: after the attention x is another one, "
            "and it is normed anew before the second layer.",
        ),
        Mistake(
            (
                _in_order(1, 0, 2, 4, 3, 5),
                _in_order(1, 0, 2, 3, 4, 5),
                _in_order(0, 1, 2, 4, 3, 5),
            ),
            "Shift and scale have changed places: each half is told shift, scale, gate in this order.",
        ),
        Mistake(
            _in_order(0, 1, 5, 3, 4, 2),
            "The gates of the two halves have changed places: the third of what is told belongs to the "
            "attention and the sixth to the second layer.",
        ),
        Mistake(
            _in_order(3, 4, 5, 0, 1, 2),
            "The two triples have changed places: the first three are for the attention, the last three for "
            "the second layer.",
        ),
        Mistake(
            (
                _in_order(0, 2, 4, 1, 3, 5),
                _in_order(2, 0, 1, 5, 3, 4),
                _in_order(2, 1, 0, 5, 4, 3),
                _in_order(0, 2, 1, 3, 5, 4),
                _in_order(1, 2, 0, 4, 5, 3),
                _in_order(0, 1, 2, 0, 1, 2),
                _in_order(0, 1, 2, 0, 1, 5),
                _in_order(0, 1, 2, 3, 4, 2),
                _in_order(0, 1, 5, 3, 4, 5),
                _in_order(3, 4, 5, 3, 4, 5),
            ),
            "What is told is read in another order, or one triple serves for both halves: it is shift, "
            "scale, gate for the attention, then the same three for the second layer.",
        ),
        Mistake(
            _halves(enter=lambda x, shift, scale: _norm(x * (1 + scale) + shift)),
            "The norm comes after shift and scale, and takes away again most of what was told: x is normed "
            "first, and then stretched and moved.",
        ),
        Mistake(
            (
                _halves(enter=lambda x, shift, scale: x * (1 + scale) + shift),
                _halves(enter=lambda x, shift, scale: x * (1 + scale) + shift, second=(_modulated, _plain)),
            ),
            "The norm is missing: x grows from block to block, and a scale told to a layer then means "
            "something else in each.",
        ),
        Mistake(
            (
                _halves(enter=lambda x, shift, scale: (1 + scale) * (_norm(x) + shift)),
                _halves(enter=lambda x, shift, scale: _norm(x) + scale * shift),
                _halves(enter=lambda x, shift, scale: _norm(x) * (1 + scale) * shift),
                _halves(enter=lambda x, shift, scale: _norm(x) * (1 + scale)),
                _halves(enter=lambda x, shift, scale: _norm(x) + shift),
            ),
            "Shift and scale do not both act as they should: the normed x times 1 + scale, and the shift "
            "added to that.",
        ),
        Mistake(
            (
                _with_norm(lambda x: F.layer_norm(x, x.shape[1:], eps=1e-6)),
                _with_norm(lambda x: F.layer_norm(x, x.shape[1:], eps=1e-5)),
                _with_norm(lambda x: F.layer_norm(x.mT, x.shape[1:2], eps=1e-6).mT),
            ),
            "The norm runs over patches: LayerNorm looks at one patch alone and takes mean and deviation "
            "over its C features.",
        ),
        Mistake(
            (
                _with_norm(lambda x: (x - x.mean(2, True)) / (x.var(2, keepdim=True) + 1e-6).sqrt()),
                _with_norm(lambda x: (x - x.mean(2, True)) / (x.std(2, keepdim=True) + 1e-6)),
            ),
            "The deviation divides by C - 1, torch's default for var and std: LayerNorm divides by C.",
        ),
        Mistake(
            (
                _with_norm(lambda x: x - x.mean(2, True)),
                _with_norm(lambda x: x / (x.square().mean(2, keepdim=True) + 1e-6).sqrt()),
                _with_norm(lambda x: (x - x.mean(2, True)) / (x.var(2, correction=0, keepdim=True) + 1e-6)),
            ),
            "The norm is only half of one: the mean is taken off, and what is left is divided by its "
            "deviation, the root of the variance.",
        ),
        Mistake(
            _with_norm(lambda x: (x - x.mean(2, True)) / x.var(2, correction=0, keepdim=True).sqrt()),
            "The norm has no small number under its root: a patch with the same value everywhere, such as a "
            "blank one, then becomes 0 / 0.",
        ),
        Mistake(
            (
                _halves(
                    join=lambda x, gate, value: _norm(x) + gate * value,
                ),
                _halves(join=lambda x, gate, value: _norm(x + gate * value)),
            ),
            "The norm stands on the shortcut: x itself passes by unchanged, and only what a layer sees is "
            "normed; otherwise no block is its input at the start.",
        ),
        Mistake(
            (
                _told_after,
                _halves(enter=lambda x, shift, scale: _norm(x)),
            ),
            "Shift and scale act behind the layer, or nowhere: they change what the layer sees, the normed "
            "x, and the gate alone comes behind it.",
        ),
        Mistake(
            (
                _halves(join=lambda x, gate, value: (1 - gate) * x + gate * value),
                _halves(join=lambda x, gate, value: torch.lerp(x, value, gate.expand_as(x))),
            ),
            "The gate mixes x and the layer's answer in shares: x passes by whole, and the gate weighs what "
            "is added.",
        ),
        Mistake(
            _swapped_layers,
            "Attention and second layer have changed places: the patches talk to each other first, and then "
            "each is worked on by itself.",
        ),
        Mistake(
            (_unfolded(_norm), _unfolded(lambda x: F.layer_norm(x, x.shape[-1:], eps=1e-5))),
            "What is told has the shape [B, C] beside x, [B, N, C]: torch then lines up images with patches. "
            "Give it an axis of one for the patches, [B, 1, C].",
        ),
        Mistake(
            (
                _halves(told=lambda told: told.chunk(6, dim=-1)),
                _halves(told=lambda told: told.chunk(6, dim=2)),
                _halves(told=lambda told: told.unbind(-1)),
                _halves(told=lambda told: told),
            ),
            "What is told is taken apart along another axis: [B, 6, C] has the six on axis 1.",
        ),
    ],
    hints=[
        "The block is the same thing twice: norm, stretch and move, a layer, the gate, and the sum with what "
        "went in. Write one half first.",
        "told is [B, 6, C]; each of the six must become [B, 1, C] to meet x. With zeros told, what must come "
        "out? Let that decide where a 1 is added and where not.",
        "F.layer_norm(x, x.shape[-1:], eps=1e-6) norms each patch. The second half starts from the x that "
        "the first half has made.",
    ],
)
