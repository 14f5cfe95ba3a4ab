"""cgan.cycle_loss: what is lost on the way to the other domain and back, from both sides."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def cycle_loss(there, back, x, y):
    """E |back(there(x)) - x| + E |there(back(y)) - y|, each a mean over all values (Zhu et al. 2017, eq. 2).

    there: images like x -> images like y; back: the other way; x, y: [B, C, H, W] (B may differ) -> a scalar.
    """
    return (back(there(x)) - x).abs().mean() + (there(back(y)) - y).abs().mean()


class _Net(nn.Module):
    """Images [B, C, H, W] -> the same shape: a scaled input, and what a convolution makes of it."""

    def __init__(self, rng, channels, scale):
        super().__init__()
        self.weight = nn.Parameter(0.5 * torch.randn(channels, channels, 3, 3, generator=rng))
        self.bias = nn.Parameter(torch.randn(channels, generator=rng))
        self.scale = nn.Parameter(torch.tensor(scale))

    def forward(self, x):
        return self.scale * x + torch.tanh(F.conv2d(x, self.weight, self.bias, padding=1))


class _Line(nn.Module):
    """x -> scale x + shift."""

    def __init__(self, scale, shift):
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.tensor(scale)), nn.Parameter(torch.tensor(shift))

    def forward(self, x):
        return self.scale * x + self.shift


def _images(*shape, more=None, scales=(0.8, 1.1), spread=1.0):
    """A maker of two nets and images of both domains; more: the size of y's batch; spread: of x."""

    def make(rng):
        there, back = (_Net(rng, shape[1], scale) for scale in scales)
        x = spread * torch.randn(shape, generator=rng)
        y = 0.5 + 1.5 * torch.randn(more or shape[0], *shape[1:], generator=rng)
        return there, back, x, y

    return make


def _undone(*shape):
    """Nets that undo each other: the loss is 0."""

    def make(rng):
        x, y = torch.randn(shape, generator=rng), torch.randn(shape, generator=rng)
        return _Line(2.0, 0.5), _Line(0.5, -0.25), x, y

    return make


def _error(one, other):
    return (one - other).abs().mean()


def _total(error):
    """Both halves, with another measure of error(image after the cycle, image)."""
    return lambda there, back, x, y: error(back(there(x)), x) + error(there(back(y)), y)


def _same(both):
    """both(there, back, x, y) -> two pairs of images; the sum of their mean absolute differences."""

    def wrong(there, back, x, y):
        first, second = both(there, back, x, y)
        return _error(*first) + _error(*second)

    return wrong


def _of(change):
    """What becomes of the right value."""
    return lambda there, back, x, y: change(cycle_loss(there, back, x, y))


def _with(extra):
    """The right value and extra(there, back, x, y)."""
    return lambda *args: cycle_loss(*args) + extra(*args)


def _norm(dims, power, last=torch.mean):
    """The norm of that power over dims of the difference, then another reduction."""

    def error(one, other):
        return last((one - other).abs().pow(power).sum(dims).pow(1 / power))

    return _total(error)


def _identity(there, back, x, y):
    return _error(there(y), y) + _error(back(x), x)


def _cut(first=lambda image: image, second=lambda image: image, ends=(False, False)):
    """Right values; first and second act on the image in the middle, ends: which half sends nothing."""

    def wrong(there, back, x, y):
        one, other = _error(back(first(there(x))), x), _error(there(second(back(y))), y)
        return (one.detach() if ends[0] else one) + (other.detach() if ends[1] else other)

    return wrong


def _second_frozen(there, back, x, y):
    """In each half the second net is a copy that asks for no gradient; the image's goes through it."""
    there_copy, back_copy = (copy.deepcopy(net).requires_grad_(False) for net in (there, back))
    return _error(back_copy(there(x)), x) + _error(there_copy(back(y)), y)


_detach = torch.Tensor.detach


exercise(
    "cgan.cycle_loss",
    reference=cycle_loss,
    gradient=["there", "back"],
    inputs={
        "4 images of 2 channels, 3 by 5": _images(4, 2, 3, 5),
        "3 grey images of 4 by 4": _images(3, 1, 4, 4, scales=(-0.7, 0.4)),
        "6 images of 3 channels, 2 by 3, with larger errors": _images(6, 3, 2, 3, scales=(2.0, 1.5)),
        "2 images of 2 channels, 4 by 3": _images(2, 2, 4, 3, scales=(0.3, -1.2), spread=4.0),
        "nets that undo each other": _undone(3, 1, 2, 4),
        "5 images x and 3 images y": _images(5, 2, 3, 3, more=3),
    },
    mistakes=[
        Mistake(
            (
                lambda there, back, x, y: _error(back(there(x)), x),
                lambda there, back, x, y: 2 * _error(back(there(x)), x),
            ),
            "The second half is missing: nothing asks that y survives back and there, so `back` may send "
            "many y to one x as long as it finds the way home from there(x).",
        ),
        Mistake(
            (
                lambda there, back, x, y: _error(there(back(y)), y),
                lambda there, back, x, y: 2 * _error(there(back(y)), y),
            ),
            "The first half is missing: nothing asks that x survives there and back, so `there` may send "
            "many x to one y as long as it finds the way home from back(y).",
        ),
        Mistake(
            (
                _same(lambda there, back, x, y: ((there(back(x)), x), (back(there(y)), y))),
                lambda there, back, x, y: _error(there(back(x)), x),
                lambda there, back, x, y: _error(back(there(y)), y),
            ),
            "The nets are used in the wrong order: `there` takes images like x, so x goes through `there` "
            "first and through `back` second, and y the other way round. As it stands each net is fed with "
            "images of the domain that it should produce.",
        ),
        Mistake(
            (
                _same(lambda there, back, x, y: ((back(there(x)), x), (there(back(x)), x))),
                _same(lambda there, back, x, y: ((back(there(y)), y), (there(back(y)), y))),
                _same(lambda there, back, x, y: ((back(there(x)), x), (back(there(y)), y))),
                _same(lambda there, back, x, y: ((there(back(x)), x), (there(back(y)), y))),
                _same(lambda there, back, x, y: ((back(there(x)), x), (there(back(x)), y))),
                _same(lambda there, back, x, y: ((back(there(x)), x), (there(back(there(x))), y))),
            ),
            "One image goes through the wrong cycle: x starts with `there` and y with `back`, each once, for "
            "that is the way on which each net sees the images it is made for.",
        ),
        Mistake(
            (
                _identity,
                lambda there, back, x, y: _error(there(y), y),
                lambda there, back, x, y: _error(back(x), x),
                lambda there, back, x, y: _error(there(x), x) + _error(back(y), y),
                lambda there, back, x, y: _error(there(x), x),
                lambda there, back, x, y: _error(there(y), y) + _error(there(x), x),
            ),
            "Each image goes through one net alone, and is asked to stay what it was: that is an identity "
            "loss, which pulls a net towards doing nothing. A cycle has both nets in it, one after the "
            "other.",
        ),
        Mistake(
            (
                _same(lambda there, back, x, y: ((there(x), y), (back(y), x))),
                lambda there, back, x, y: _error(there(x), y),
            ),
            "You compare a translated image with one of the other batch, as pix2pix may: here x and y are no "
            "pairs, and CycleGAN was made for that; an image is compared with itself after a cycle.",
        ),
        Mistake(
            (
                _same(lambda there, back, x, y: ((back(there(x)), y), (there(back(y)), x))),
                _same(lambda there, back, x, y: ((there(back(x)), y), (back(there(y)), x))),
                lambda there, back, x, y: _error(back(there(x)), there(back(y))),
            ),
            "After the cycle an image is back in its own domain: compare it with what you started from and "
            "not with the other batch, whose images have nothing to do with it.",
        ),
        Mistake(
            (
                _same(lambda there, back, x, y: ((back(there(x)), there(x)), (there(back(y)), back(y)))),
                _same(lambda there, back, x, y: ((back(there(x)), back(y)), (there(back(y)), there(x)))),
            ),
            "The end of the cycle is compared with a translated image: what must come back is the image at "
            "the start, or the nets are rewarded for translating nothing.",
        ),
        Mistake(
            (
                _total(F.mse_loss),
                _total(lambda one, other: F.mse_loss(one, other) / 2),
                _total(lambda one, other: (one - other).square().sum()),
            ),
            "The differences are squared: CycleGAN takes their absolute values. Squares hardly count the "
            "small differences, and where two images would do they ask for the blurred one in between.",
        ),
        Mistake(
            (
                _total(lambda one, other: F.mse_loss(one, other).sqrt()),
                _norm((1, 2, 3), 2),
                _norm((1, 2, 3), 2, last=torch.sum),
                _norm((0, 1, 2, 3), 2),
                _norm((1,), 2),
            ),
            "You take a root of summed (or averaged) squares, a Euclidean length, in which the few pixels "
            "that are far off outweigh all others: every value's absolute difference counts by itself.",
        ),
        Mistake(
            (
                _total(F.smooth_l1_loss),
                *(
                    _total(lambda one, other, eps=eps: ((one - other).square() + eps).sqrt().mean())
                    for eps in (1e-3, 1e-4, 1e-6)
                ),
            ),
            "The absolute value is rounded off near 0 (a smooth L1 loss, or a small number under a root): "
            "small differences are then hardly pulled on, and the paper's loss pulls on all alike.",
        ),
        Mistake(
            (
                _total(lambda one, other: (one - other).abs().sum()),
                _norm((1, 2, 3), 1),
                _total(lambda one, other: (one - other).abs().sum() / len(one)),
                _total(lambda one, other: (one - other).abs().sum((2, 3)).mean()),
                _total(lambda one, other: (one - other).abs().sum(1).mean()),
                _total(lambda one, other: (one - other).abs().mean((1, 2, 3)).sum()),
            ),
            "There is a sum where a mean is wanted, over pixels, channels or images: the loss then grows "
            "with their number, and its weight beside the adversarial loss means something else for every "
            "size.",
        ),
        Mistake(
            _of(lambda loss: loss / 2),
            "You take the mean of the two halves: they are added, so that the weight of the loss, 10 in the "
            "paper, counts for each of them.",
        ),
        Mistake(
            (
                lambda there, back, x, y: torch.cat(
                    [(back(there(x)) - x).abs(), (there(back(y)) - y).abs()]
                ).mean(),
                lambda there, back, x, y: (
                    2 * torch.cat([(back(there(x)) - x).abs(), (there(back(y)) - y).abs()]).mean()
                ),
                lambda there, back, x, y: ((back(there(x)) - x).abs() + (there(back(y)) - y).abs()).mean(),
                lambda there, back, x, y: _error(
                    torch.cat([back(there(x)), there(back(y))]), torch.cat([x, y])
                ),
            ),
            "The two halves are joined before the mean is taken: there may be more images of one kind than "
            "of the other, so each half has a mean of its own.",
        ),
        Mistake(
            (
                _total(lambda one, other: (one - other).mean()),
                _total(lambda one, other: (one - other).mean().abs()),
                _total(lambda one, other: (other - one).mean()),
                lambda there, back, x, y: _error(back(there(x)), x) - _error(there(back(y)), y),
                lambda there, back, x, y: _error(there(back(y)), y) - _error(back(there(x)), x),
                lambda there, back, x, y: _error(back(there(x)) - x, y - there(back(y))),
                _of(torch.neg),
            ),
            "A sign can cancel what is lost, or turn it into a gain: every pixel's difference counts as "
            "positive, so the absolute value comes first, then the mean, and the two halves are added.",
        ),
        Mistake(
            (
                _with(_identity),
                _with(lambda *args: 0.5 * _identity(*args)),
                _with(lambda there, back, x, y: _error(there(x), y) + _error(back(y), x)),
                _of(lambda loss: 10 * loss),
                lambda there, back, x, y: 10 * _error(back(there(x)), x) + _error(there(back(y)), y),
                lambda there, back, x, y: _error(back(there(x)), x) + 10 * _error(there(back(y)), y),
            ),
            "There is more in it than was asked for, a weight or a further loss: both are added by whoever "
            "trains with it. Here each half counts once, and nothing else does.",
        ),
        Mistake(
            lambda there, back, x, y: (back(there(x)) - x).abs() + (there(back(y)) - y).abs(),
            "No mean is taken: every pixel comes back with its own difference, and x and y may differ in "
            "number, so take the mean of each half and add these two numbers.",
        ),
        Mistake(
            lambda there, back, x, y: torch.stack([_error(back(there(x)), x), _error(there(back(y)), y)]),
            "The two halves come back side by side: add them, for `backward` starts from one number.",
        ),
        Mistake(
            lambda there, back, x, y: _error(back(there(x)), x) * _error(there(back(y)), y),
            "The two halves are multiplied: then one that is 0 would excuse whatever the other loses; add "
            "them.",
        ),
        Mistake(
            (
                lambda there, back, x, y: torch.maximum(_error(back(there(x)), x), _error(there(back(y)), y)),
                lambda there, back, x, y: torch.minimum(_error(back(there(x)), x), _error(there(back(y)), y)),
            ),
            "Only one of the two halves counts, the larger or the smaller: add them, so that both cycles are "
            "mended at every step.",
        ),
        Mistake(
            (
                _cut(first=_detach, second=_detach),
                _cut(first=_detach),
                _cut(second=_detach),
            ),
            "The translated image in the middle of a cycle is detached: its second net still learns to find "
            "the way home, but nothing makes the first one keep what the way home needs.",
        ),
        Mistake(
            _second_frozen,
            "The second net of each cycle is frozen: it passes a gradient on and learns nothing from it. "
            "Both nets are to learn from both halves, or neither is taught to find the way home.",
        ),
        Mistake(
            (
                _cut(ends=(True, False)),
                _cut(ends=(False, True)),
            ),
            "Your values are right, but one of the two halves is detached (or made under no_grad, or turned "
            "into a number): it is added to the loss and teaches nobody anything.",
        ),
    ],
    hints=[
        "Follow one image of each kind: which net can take x, and which net can take what comes out of it? "
        "Then do the same for y.",
        "After two nets an image is back in its own domain, and is compared with what it was: the absolute "
        "difference of every pixel, and the mean of them all.",
        "There are two such means, one for the round trip of x and one for that of y, and they are added. No "
        "detach anywhere: both nets learn from both.",
    ],
)
