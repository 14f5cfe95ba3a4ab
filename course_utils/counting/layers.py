"""FLOPs of the layers, by formula: a multiplication and an addition are two.

As torch's counter has it, what is added at an edge as padding counts, for the machine multiplies it, and what
is done once for each number (a bias, an activation) does not; `norm_flops` says how little that is. Papers on
images often print multiply-adds and call them FLOPs: half of these.
"""

import math

from .._validate import check_flag, check_int, check_sizes


def linear_flops(rows, n_in, n_out):
    """FLOPs of rows [rows, n_in] through a linear layer to [rows, n_out]: 2 rows n_in n_out."""
    rows, n_in = check_int("rows", rows), check_int("n_in", n_in)
    return 2 * rows * n_in * check_int("n_out", n_out)


def convolution_flops(batch, c_in, c_out, kernel, size, groups=1):
    """FLOPs of a convolution: 2 batch |size| |kernel| c_in c_out / groups.

    kernel: its sizes, such as (3, 3). size: the places at which the kernel is laid, such as (H, W) of what
    comes out, or, of a transposed convolution, of what goes in. The stride is in it: it makes |size| less.
    groups: each output sees c_in / groups channels. Raises ValueError where groups divides c_in or c_out not.
    """
    check_int("batch", batch), check_int("c_in", c_in), check_int("c_out", c_out), check_int("groups", groups)
    if c_in % groups or c_out % groups:
        raise ValueError(f"groups must divide both numbers of channels, {c_in} and {c_out}; got {groups}.")
    taps = math.prod(check_sizes("kernel", kernel))
    return 2 * batch * math.prod(check_sizes("size", size)) * taps * c_in * c_out // groups


def attention_flops(batch, heads, queries, keys, width, value_width=None):
    """FLOPs of softmax(q k^T) v for q [batch, heads, queries, width], k [..., keys, width].

    Two products of 2 batch heads queries keys width; value_width: of v, where it is another. Without the
    softmax, and without the layers that make q, k and v.
    """
    check_int("batch", batch), check_int("heads", heads), check_int("queries", queries)
    check_int("keys", keys), check_int("width", width)
    both = width + (width if value_width is None else check_int("value_width", value_width))
    return 2 * batch * heads * queries * keys * both


def norm_flops(numbers, affine=True):
    """FLOPs of a batch, layer or group norm of so many numbers, about: 5 each, and 2 with weight and bias.

    The mean takes 1 addition a number, the variance 1 difference (which is kept), 1 product and 1 addition,
    the result 1 product more.
    """
    return check_int("numbers", numbers) * (7 if check_flag("affine", affine) else 5)


def transformer_flops(batch, tokens, width, depth, ratio=4, modulated=0):
    """FLOPs of the blocks of a transformer: a block takes 2 tokens (4 + 2 ratio) width^2 + 4 tokens^2 width.

    ratio: of the inner layer's width. modulated: how many vectors of that width a block makes of the time's
    embedding, once for each image (6 in a DiT with adaLN-Zero). Nothing before or behind the blocks counts.
    """
    check_int("batch", batch), check_int("tokens", tokens), check_int("width", width)
    check_int("depth", depth), check_int("ratio", ratio), check_int("modulated", modulated, minimum=0)
    dense = linear_flops(tokens, width, (4 + 2 * ratio) * width)
    told = 2 * modulated * width * width
    return batch * depth * (dense + told + attention_flops(1, 1, tokens, tokens, width))
