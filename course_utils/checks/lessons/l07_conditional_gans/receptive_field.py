"""cgan.receptive_field: how many pixels each way one output of a stack of convolutions sees."""

import math

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw


def receptive_field(layers):
    """layers: a list of (kernel, stride), from the image on -> pixels each way, an int.

    r = 1 + sum over i of (k_i - 1) s_1 ... s_{i-1}; pix2pix's five see 70 (Isola et al. 2017, sec. 6.1.2).
    """
    field, jump = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * jump
        jump *= stride
    return field


def _refused(self, *args, **kwargs):
    raise TypeError("the list of layers is still needed by whoever called: change a copy, list(layers)")


class _Kept(list):
    """A list that stays as it is; a copy of it is a plain list."""

    append = extend = insert = pop = remove = clear = sort = reverse = _refused
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refused

    def __copy__(self):
        return list(self)

    def __deepcopy__(self, memo):
        return list(self)


def _stack(*layers):
    """A maker of these layers. No stride is above its kernel, so that no pixel in between is skipped."""
    return lambda rng: (_Kept(layers),)


def _drawn(rng):
    """Three to six layers by chance."""
    kernels = [draw(rng, 1, 7) for _ in range(draw(rng, 3, 6))]
    return (_Kept((kernel, draw(rng, 1, min(kernel, 3))) for kernel in kernels),)


def _sum(term, start=1):
    """start + the sum of term(kernel, jump before, jump after, stride) over the layers."""

    def wrong(layers):
        total, jump = start, 1
        for kernel, stride in layers:
            total += term(kernel, jump, jump * stride, stride)
            jump *= stride
        return total

    return wrong


def _jumps(step, first=1):
    """The right sum, with jumps that grow in another way: step(jump, stride)."""

    def wrong(layers):
        field, jump = 1, first
        for kernel, stride in layers:
            field += (kernel - 1) * jump
            jump = step(jump, stride)
        return field

    return wrong


def _back(step, start=1):
    """From the last layer to the first: field = step(field, kernel, stride)."""

    def wrong(layers):
        field = start
        for kernel, stride in layers[::-1]:
            field = step(field, kernel, stride)
        return field

    return wrong


def _forth(step, start=1):
    backwards = _back(step, start)
    return lambda layers: backwards(layers[::-1])


def _strides(layers):
    return math.prod(stride for _, stride in layers)


def _of(change):
    """What becomes of the right answer."""
    return lambda layers: change(receptive_field(layers))


def _on(change):
    """The right answer to other layers."""
    return lambda layers: receptive_field(change(layers))


exercise(
    "cgan.receptive_field",
    reference=receptive_field,
    batch=False,
    inputs={
        "pix2pix's five layers": _stack((4, 2), (4, 2), (4, 2), (4, 1), (4, 1)),
        "(3, 1), (5, 2), (4, 3), (2, 1)": _stack((3, 1), (5, 2), (4, 3), (2, 1)),
        "one layer, (5, 3)": _stack((5, 3)),
        "(7, 2), (1, 1), (3, 3), (5, 2)": _stack((7, 2), (1, 1), (3, 3), (5, 2)),
        "six layers (3, 1)": _stack(*[(3, 1)] * 6),
        "(4, 2), (4, 2), (3, 1)": _stack((4, 2), (4, 2), (3, 1)),
        "(2, 2), (6, 1)": _stack((2, 2), (6, 1)),
        "layers drawn at random": _drawn,
        "layers drawn once more": _drawn,
    },
    mistakes=[
        Mistake(
            (
                _sum(lambda kernel, jump, after, stride: (kernel - 1) * after),
                _sum(lambda kernel, jump, after, stride: (kernel - 1) * after, start=0),
                _sum(lambda kernel, jump, after, stride: kernel * after, start=0),
                _sum(lambda kernel, jump, after, stride: kernel * after),
            ),
            "A layer's own stride is taken into its term: the pixels of one kernel lie as far apart as the "
            "strides of the layers *before* it make them; its own stride parts its outputs, and so counts "
            "from the next layer on.",
        ),
        Mistake(
            (
                _sum(lambda kernel, jump, after, stride: kernel * jump),
                _sum(lambda kernel, jump, after, stride: kernel * jump, start=0),
                _back(lambda field, kernel, stride: field * stride + kernel),
                _back(lambda field, kernel, stride: field * stride + kernel, start=0),
            ),
            "One is not taken off somewhere: a kernel of k pixels reaches k - 1 further than one pixel does, "
            "and between n neighbours there are n - 1 steps.",
        ),
        Mistake(
            (
                _on(lambda layers: layers[::-1]),
                _forth(lambda field, kernel, stride: (field - 1) * stride + kernel),
                _forth(lambda field, kernel, stride: field * stride + kernel - 1),
                _forth(lambda field, kernel, stride: field * stride + kernel - 1, start=0),
                _forth(lambda field, kernel, stride: field * stride + kernel),
                _forth(lambda field, kernel, stride: field * stride + kernel, start=0),
                lambda layers: (
                    1 + sum((kernel - 1) * _strides(layers[i:]) for i, (kernel, _) in enumerate(layers))
                ),
            ),
            "The layers are met in the wrong order: a stride spreads the kernels of the layers that come "
            "after it, nearer to the output, and not of those before it.",
        ),
        Mistake(
            (
                lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers),
                lambda layers: sum(kernel - 1 for kernel, _ in layers),
                lambda layers: sum(kernel for kernel, _ in layers),
                lambda layers: 1 + sum(kernel for kernel, _ in layers),
                lambda layers: math.prod(kernel for kernel, _ in layers),
                lambda layers: max(kernel for kernel, _ in layers),
            ),
            "The strides have no part in it: after a stride of 2 neighbouring outputs are two pixels apart, "
            "so a later kernel reaches twice as far.",
        ),
        Mistake(
            (
                _jumps(lambda jump, stride: jump + stride),
                _jumps(lambda jump, stride: jump + stride, first=0),
                _jumps(lambda jump, stride: jump + stride - 1),
                _sum(lambda kernel, jump, after, stride: kernel - 1 + stride),
                _back(lambda field, kernel, stride: field + stride + kernel - 2),
            ),
            "Strides are added where they multiply: two layers of stride 2 one after the other take four "
            "pixels at a step, three take eight.",
        ),
        Mistake(
            (
                _jumps(lambda jump, stride: stride),
                _sum(lambda kernel, jump, after, stride: (kernel - 1) * stride),
                _sum(lambda kernel, jump, after, stride: kernel * stride),
                _sum(lambda kernel, jump, after, stride: kernel * stride, start=0),
                _sum(lambda kernel, jump, after, stride: (kernel - 1) * stride, start=0),
            ),
            "Each kernel is spread by a single stride: it is spread by those of all layers before it, "
            "multiplied.",
        ),
        Mistake(
            (
                lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers) * _strides(layers),
                lambda layers: sum(kernel - 1 for kernel, _ in layers) * _strides(layers),
                lambda layers: (1 + sum(kernel - 1 for kernel, _ in layers)) * _strides(layers),
                lambda layers: sum(kernel for kernel, _ in layers) * _strides(layers),
            ),
            "All kernels are spread by the product of all strides: a kernel is spread only by the strides "
            "before it, the first one by none.",
        ),
        Mistake(
            (
                _sum(lambda kernel, jump, after, stride: (kernel - stride) * jump),
                _sum(lambda kernel, jump, after, stride: kernel - stride),
            ),
            "The kernel less the stride is what two neighbouring kernels have in common: what a kernel adds "
            "to the field is its width less one.",
        ),
        Mistake(
            (
                _sum(lambda kernel, jump, after, stride: (kernel - 1) * jump, start=0),
                _back(lambda field, kernel, stride: field * stride + kernel - 1, start=0),
                _of(lambda field: field - 1),
            ),
            "It is 1 too small: with no layer at all, an output sees the one pixel that it is.",
        ),
        Mistake(
            _of(lambda field: field + 1),
            "It is 1 too large: with no layer at all, an output sees the one pixel that it is, and no more.",
        ),
        Mistake(
            (
                _back(lambda field, kernel, stride: (field - 1) * stride + kernel, start=0),
                _back(lambda field, kernel, stride: (field - 1) * stride + kernel, start=2),
            ),
            "On the way back from the output you start with another number than 1: one output is asked for.",
        ),
        Mistake(
            _back(lambda field, kernel, stride: field * stride + kernel - 1),
            "It is too large by the product of all strides, less one: on the way back from the output, r "
            "neighbours are r - 1 strides apart and not r, and the kernel comes to that whole.",
        ),
        Mistake(
            (
                _back(lambda field, kernel, stride: (field - 1) * stride + kernel - 2),
                _back(lambda field, kernel, stride: (field - 1) * stride + kernel - 2 * ((kernel - 1) // 2)),
                _sum(lambda kernel, jump, after, stride: (kernel - 1 - 2) * jump),
            ),
            "A padding is taken off: it makes the map of outputs larger, but one output far from the border "
            "sees as many pixels with it as without.",
        ),
        Mistake(
            (
                _sum(lambda kernel, jump, after, stride: 2 * (kernel // 2) * jump),
                _sum(lambda kernel, jump, after, stride: 2 * ((kernel - 1) // 2) * jump),
            ),
            "Half a kernel on each side, rounded, is right for odd kernels only: one of 4 has no middle, and "
            "reaches 3 further than one pixel in all.",
        ),
        Mistake(
            (
                lambda layers: layers[0][0],
                lambda layers: layers[-1][0],
                _on(lambda layers: layers[:-1]),
                _on(lambda layers: layers[1:]),
                _on(lambda layers: layers[:2]),
            ),
            "Some of the layers do not count: a return that stands inside the loop ends it after the first, "
            "and a slice may begin too late or end too early.",
        ),
        Mistake(
            (
                _strides,
                lambda layers: _strides(layers[:-1]),
                lambda layers: sum(stride for _, stride in layers),
            ),
            "Those are strides alone, which say how far apart two neighbouring outputs look: each one sees "
            "more than that, by its kernels.",
        ),
        Mistake(
            (
                _of(lambda field: field**2),
                _of(lambda field: (field, field)),
            ),
            "You count both directions: asked for is the length of one side, 70 for pix2pix and not 70 x 70.",
        ),
        Mistake(
            _on(lambda layers: [(stride, kernel) for kernel, stride in layers]),
            "Kernel and stride have changed places: each layer is (kernel, stride).",
        ),
        Mistake(
            (
                lambda layers: 1 + sum((kernel - 1) * 2**i for i, (kernel, _) in enumerate(layers)),
                _sum(lambda kernel, jump, after, stride: 3 * jump),
                _on(lambda layers: [(kernel, 2) for kernel, _ in layers]),
                lambda layers: 70,
            ),
            "A kernel or a stride is fixed in your code: it must come from the list, for layers of other "
            "sizes see more or less.",
        ),
    ],
    hints=[
        "Draw a row of pixels, and over it the outputs of a layer of kernel 3 and stride 2; then a second "
        "such layer. How many pixels are there under one output of the second?",
        "The first kernel sees as many pixels as it is wide. Each further one adds its width less one, times "
        "the distance in pixels between two neighbours of what it looks at.",
        "Keep two numbers: how many pixels are seen so far, 1 at the start, and that distance, also 1 at the "
        "start. In each layer the first number grows; then the distance is multiplied by the layer's stride.",
    ],
)
