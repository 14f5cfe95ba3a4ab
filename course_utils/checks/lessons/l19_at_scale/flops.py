"""scale.flops: the FLOPs of a convolution, forward, and forward and backward together."""

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw


def flops(x_shape, weight_shape, stride, padding):
    """FLOPs of x [B, C, H, W] and weight [K, C / groups, h, w]: forward, and forward and backward."""
    batch, _, height, width = x_shape
    c_out, c_each, tall, wide = weight_shape
    rows = (height + 2 * padding - tall) // stride + 1
    columns = (width + 2 * padding - wide) // stride + 1
    forward = 2.0 * batch * rows * columns * c_out * c_each * tall * wide
    return forward, 3 * forward


def _places(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1


def _with(
    places=_places, parts=lambda x, w: x[0] * w[0] * w[1] * w[2] * w[3], each=2.0, both=lambda f: 3 * f
):
    """The answer with other places along an axis, other sizes in the product, or another step."""

    def wrong(x_shape, weight_shape, stride, padding):
        sizes, kernel = x_shape[2:], weight_shape[2:]
        laid = [places(size, tap, stride, padding) for size, tap in zip(sizes, kernel, strict=True)]
        forward = each * laid[0] * laid[1] * parts(x_shape, weight_shape)
        return forward, both(forward)

    return wrong


def _biased(x_shape, weight_shape, stride, padding):
    forward, _ = flops(x_shape, weight_shape, stride, padding)
    forward += forward / (2 * weight_shape[1] * weight_shape[2] * weight_shape[3])
    return forward, 3 * forward


def _layer(*arguments):
    return lambda rng: arguments


def _drawn(rng):
    """A layer by chance: as many groups as divide its channels on both sides."""
    groups, each = draw(rng, 1, 3), draw(rng, 1, 6)
    x_shape = (draw(rng, 1, 6), groups * each, draw(rng, 7, 20), draw(rng, 7, 20))
    weight_shape = (groups * draw(rng, 1, 6), each, draw(rng, 1, 5), draw(rng, 1, 5))
    return x_shape, weight_shape, draw(rng, 1, 3), draw(rng, 0, 2)


exercise(
    "scale.flops",
    reference=flops,
    batch=False,
    returns=("forward", "forward and backward"),
    inputs={
        "a 3 x 3 kernel that keeps the size": _layer((2, 3, 7, 5), (4, 3, 3, 3), 1, 1),
        "a stride of 2 on 9 x 6": _layer((3, 4, 9, 6), (5, 4, 4, 4), 2, 1),
        "2 groups, a kernel of 3 x 2": _layer((5, 6, 8, 11), (8, 3, 3, 2), 1, 0),
        "1 x 1, a batch of one": _layer((1, 7, 4, 6), (3, 7, 1, 1), 1, 0),
        "5 x 3 with much padding, stride 3": _layer((4, 2, 10, 13), (6, 2, 5, 3), 3, 2),
        "as many groups as channels": _layer((2, 6, 9, 9), (6, 1, 3, 3), 2, 1),
        "a layer drawn at random": _drawn,
        "a layer drawn once more": _drawn,
    },
    mistakes=[
        Mistake(
            _with(each=1.0),
            "You count multiply-adds: a multiplication and an addition are two FLOPs, and a chip's peak is "
            "stated in FLOPs; with half of them it would look half as busy as it is.",
        ),
        Mistake(
            (_with(both=lambda f: 2 * f), _with(both=lambda f: f)),
            "The backward pass costs as much as two forward passes: one product makes the gradient of the "
            "weight, and one that of the input, which the layer below needs.",
        ),
        Mistake(
            (_with(both=lambda f: 4 * f), _with(both=lambda f: 6 * f)),
            "The step comes out too dear: one product forward and two backward are three, and the 2 FLOPs of "
            "a multiply-add are in the forward number already.",
        ),
        Mistake(
            lambda *given: flops(*given)[::-1],
            "The two numbers have changed places: forward comes first.",
        ),
        Mistake(
            (_with(lambda n, k, s, p: n), _with(lambda n, k, s, p: n // s)),
            "You take the places of the input (or these over the stride): a kernel does its work once for "
            "each place of the OUTPUT, whose size follows from kernel, padding and stride.",
        ),
        Mistake(
            (_with(lambda n, k, s, p: n + 2 * p - k + 1), _with(lambda n, k, s, p: n - k + 1)),
            "The stride is left out: with a stride of 2 the kernel is laid at every second place along each "
            "axis, a quarter of the work.",
        ),
        Mistake(
            (
                _with(lambda n, k, s, p: (n - k) // s + 1),
                _with(lambda n, k, s, p: (n + p - k) // s + 1),
            ),
            "The padding is left out or counts on one side only: it makes the input larger at both ends.",
        ),
        Mistake(
            (
                _with(lambda n, k, s, p: (n + 2 * p - k) // s),
                _with(lambda n, k, s, p: (n + 2 * p - k) / s + 1),
                _with(lambda n, k, s, p: (n + 2 * p) // s),
                _with(lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1),
            ),
            "The number of places is off: it is the floor of (size + 2 padding - kernel) / stride, and one "
            "more, for the first place is one before any stride.",
        ),
        Mistake(
            _with(parts=lambda x, w: x[0] * w[0] * x[1] * w[2] * w[3]),
            "Every output sees all channels of the input in your count: with groups it sees C / groups of "
            "them, which is the second size of the weight.",
        ),
        Mistake(
            (
                _with(parts=lambda x, w: x[0] * w[0] * w[2] * w[3]),
                _with(parts=lambda x, w: x[0] * w[1] * w[2] * w[3]),
                _with(parts=lambda x, w: x[0] * w[1] ** 2 * w[2] * w[3]),
                _with(parts=lambda x, w: x[0] * w[0] ** 2 * w[2] * w[3]),
            ),
            "One of the channels is missing, or counts twice: each of the K output channels takes a sum over "
            "its input channels.",
        ),
        Mistake(
            (
                _with(parts=lambda x, w: x[0] * w[0] * w[1]),
                _with(parts=lambda x, w: x[0] * w[0] * w[1] * w[2]),
                _with(parts=lambda x, w: x[0] * w[0] * w[1] * w[2] ** 2),
                _with(parts=lambda x, w: x[0] * w[0] * w[1] * w[3] ** 2),
                _with(parts=lambda x, w: x[0] * w[0] * w[1] * (w[2] + w[3])),
            ),
            "The kernel's taps are not h times w: the sum of each output runs over every place under the "
            "kernel, and kernels need not be square.",
        ),
        Mistake(
            _with(parts=lambda x, w: w[0] * w[1] * w[2] * w[3]),
            "These are the FLOPs of one image: each of the B images is worked through.",
        ),
        Mistake(
            _biased,
            "You add one for each output, for its bias: that is not a product, and the usual count (torch's, "
            "too) leaves it out.",
        ),
        Mistake(
            _with(parts=lambda x, w: x[0] * w[0] * (w[1] * w[2] * w[3] - 0.5)),
            "You count one addition less than multiplications, as is strictly true of a sum: the usual count "
            "(torch's, too) takes both alike, for machines do them as one.",
        ),
    ],
    hints=[
        "How many numbers come out, and how many products does each of them take?",
        "The size of what comes out follows from size, padding, kernel and stride, once for the rows and "
        "once for the columns. The weight's second size is the channels that one output sees.",
        "A product is a multiplication and an addition. Backward there are as many products for the weight's "
        "gradient, and as many again for the input's.",
    ],
)
