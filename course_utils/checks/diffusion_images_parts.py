"""The exercises of notebook 12, Diffusion on images: the parts of the U-Net."""

import torch
from torch import nn
from torch.nn import functional as F

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def residual(block, x, embedding):
    """What a residual block does: x [B, c_in, H, W], embedding [B, E] -> [B, c_out, H, W]."""
    h = block.conv1(F.silu(block.norm1(x)))
    scale, shift = block.modulate(F.silu(embedding))[:, :, None, None].chunk(2, dim=1)
    h = block.norm2(h) * (1 + scale) + shift
    return block.shortcut(x) + block.conv2(F.silu(h))


class _Parts(nn.Module):
    """The parts of a block, with weights of any size (none at zero, so that every fault shows)."""

    def __init__(self, c_in, c_out, embedding_dim):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(2, c_in), nn.GroupNorm(2, c_out)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.modulate = nn.Linear(embedding_dim, 2 * c_out)
        self.shortcut = nn.Identity() if c_in == c_out else nn.Conv2d(c_in, c_out, 1)


def _block(batch, c_in, c_out, side, embedding_dim=6):
    def make(rng):
        block = _Parts(c_in, c_out, embedding_dim)
        with torch.no_grad():
            for weight in block.parameters():
                weight.copy_(0.5 * torch.randn(weight.shape, generator=rng))
        x = 1 + 2 * torch.randn(batch, c_in, side, side, generator=rng)
        return block, x, torch.randn(batch, embedding_dim, generator=rng)

    return make


def _with_parts(first=F.silu, told=F.silu, second=F.silu, mix=None, join=None):
    """A block with one part replaced."""

    def forward(block, x, embedding):
        h = block.conv1(first(block.norm1(x)))
        scale, shift = block.modulate(told(embedding))[:, :, None, None].chunk(2, dim=1)
        h = block.norm2(h) * (1 + scale) + shift if mix is None else mix(block, h, scale, shift)
        h = block.conv2(second(h))
        return block.shortcut(x) + h if join is None else join(block, x, h)

    return forward


def _same(h):
    return h


def _post_activated(block, x, embedding):
    h = F.silu(block.norm2(block.conv1(x)))
    scale, shift = block.modulate(F.silu(embedding))[:, :, None, None].chunk(2, dim=1)
    return block.shortcut(x) + block.conv2(h * (1 + scale) + shift)


exercise(
    "diffusion.residual_block",
    reference=residual,
    gradient=["x", "embedding"],
    inputs={
        "3 images, 4 channels to 4": _block(3, 4, 4, 5),
        "2 images, 4 channels to 6": _block(2, 4, 6, 4),
        "4 images, 6 channels to 2": _block(4, 6, 2, 3),
    },
    mistakes=[
        Mistake(
            _with_parts(join=lambda block, x, h: h),
            "The shortcut is missing: the signal and the gradient must then pass through every convolution, "
            "and with the last one started at zero the block puts out 0, so the net is cut in two.",
        ),
        Mistake(
            _with_parts(mix=lambda block, h, scale, shift: block.norm2(h) * scale + shift),
            "The scale should be 1 + scale: with a small or untrained embedding yours multiplies the "
            "features by nearly 0, so the block forgets the image and keeps only the time.",
        ),
        Mistake(
            _with_parts(mix=lambda block, h, scale, shift: block.norm2(h) * (1 + shift) + scale),
            "Scale and shift are swapped: a new net would learn to live with it, but weights trained with "
            "the scale in the first half now shift by what should scale, and denoise nothing.",
        ),
        Mistake(
            _with_parts(mix=lambda block, h, scale, shift: block.norm2(h * (1 + scale) + shift)),
            "The time comes before the normalisation, which divides every group by its spread and takes its "
            "mean off: it removes much of the scale and shift again, and the block hears little of t.",
        ),
        Mistake(
            _with_parts(mix=lambda block, h, scale, shift: h * (1 + scale) + shift),
            "The second normalisation is left out: the features' size depends on the input, so the scale "
            "and shift mean something else for every image, and deep nets of such blocks blow up.",
        ),
        Mistake(
            (
                _with_parts(mix=lambda block, h, scale, shift: block.norm2(h)),
                _with_parts(mix=lambda block, h, scale, shift: block.norm2(h) + shift),
                _with_parts(mix=lambda block, h, scale, shift: block.norm2(h) * (1 + scale)),
            ),
            "The block does not use all it is told, the scale or the shift or both: without both it must "
            "guess the noise level and never hears the label; without one it hears of them by half.",
        ),
        Mistake(
            (
                _with_parts(first=_same),
                _with_parts(second=_same),
                _with_parts(first=_same, second=_same),
                _with_parts(told=_same),
            ),
            "A SiLU is missing: two linear maps in a row are one linear map, so the block can tell less "
            "than its weights would allow.",
        ),
        Mistake(
            _with_parts(first=F.relu, told=F.relu, second=F.relu),
            "You use ReLU where the block has SiLU: it would train too, but weights that were trained with "
            "the one do not fit the other.",
        ),
        Mistake(
            _with_parts(join=lambda block, x, h: F.silu(block.shortcut(x) + h)),
            "There is an activation after the sum: the shortcut is then no clear way any more, every block "
            "cuts off the negative half of what came, and the noise to be predicted has both signs.",
        ),
        Mistake(
            _post_activated,
            "You normalise and activate after the convolutions: here both come *before* each convolution "
            "(pre-activation), so that the shortcut carries the features untouched from end to end.",
        ),
    ],
    hints=[
        "Go through the two lines of the formula: norm, SiLU, convolution; then norm, scale and shift, SiLU, "
        "convolution; and at the end the shortcut is added.",
        "block.modulate(...) gives [B, 2 c_out]; give it two more axes of length 1, so that it broadcasts "
        "over H and W, and .chunk(2, dim=1) takes it apart.",
        "The scale is used as one plus itself. The embedding passes through F.silu before block.modulate, "
        "and the shortcut is block.shortcut(x).",
    ],
)


def attention(q, k, v, heads):
    """softmax(q k / sqrt(d)) v in every head: q, k, v [B, C, N] -> output [B, C, N], map [B, heads, N, N]."""
    q, k, v = (each.unflatten(1, (heads, -1)) for each in (q, k, v))  # [B, heads, d, N]
    scores = q.transpose(2, 3) @ k / q.shape[2] ** 0.5
    weights = scores.softmax(dim=3)
    return (v @ weights.transpose(2, 3)).flatten(1, 2), weights


def _features(batch, channels, pixels, heads):
    def make(rng):
        return (*(1.5 * torch.randn(3, batch, channels, pixels, generator=rng)), heads)

    return make


def _attend(scale=None, split=None, weigh=None, mix=None, scores=None):
    """Attention with one part replaced."""

    def attend(q, k, v, heads):
        q, k, v = ((_heads if split is None else split)(each, heads) for each in (q, k, v))
        size = q.shape[2] ** 0.5 if scale is None else scale(q, heads)
        raw = q.transpose(2, 3) @ k if scores is None else scores(q, k)
        weights = (raw / size).softmax(dim=3) if weigh is None else weigh(raw / size)
        out = v @ weights.transpose(2, 3) if mix is None else mix(v, weights)
        return out.flatten(1, 2), weights

    return attend


def _heads(x, heads):
    return x.unflatten(1, (heads, -1))


def _interleaved(x, heads):
    return x.unflatten(1, (-1, heads)).transpose(1, 2)


def _one_map_for_all(q, k, v, heads):
    output, weights = attention(q, k, v, 1)
    return output, weights.expand(-1, heads, -1, -1)


exercise(
    "diffusion.attention",
    reference=attention,
    returns=("output", "map"),
    gradient=["q", "k", "v"],
    inputs={
        "4 channels, 5 pixels, 2 heads": _features(2, 4, 5, 2),
        "6 channels, 4 pixels, 3 heads": _features(1, 6, 4, 3),
        "8 channels, 6 pixels, 1 head": _features(3, 8, 6, 1),
        "8 channels, 8 pixels, 2 heads": _features(2, 8, 8, 2),
    },
    mistakes=[
        Mistake(
            _attend(scale=lambda q, heads: 1.0),
            "The scores are not divided by the root of the head's width: they grow with it, the softmax "
            "puts all weight on one pixel, and then hardly any gradient comes through it.",
        ),
        Mistake(
            _attend(scale=lambda q, heads: (q.shape[2] * heads) ** 0.5),
            "You divide by the root of all channels, but each dot product runs over one head's share of "
            "them: the scores come out too small, and every pixel listens to all others nearly alike.",
        ),
        Mistake(
            _attend(scale=lambda q, heads: q.shape[2]),
            "You divide by the width of a head and not by its root: a dot product of d terms has a spread of "
            "root d, so yours come out too small, and the map is nearly flat.",
        ),
        Mistake(
            _attend(scale=lambda q, heads: q.shape[3] ** 0.5),
            "You divide by the root of the number of pixels: the spread of a dot product comes from the "
            "channels it runs over, so the map gets flatter for larger images for no reason.",
        ),
        Mistake(
            _attend(weigh=lambda scores: scores.softmax(dim=2)),
            "The softmax runs over the wrong axis: the weights that each pixel *gives* must add up to 1; "
            "yours add up over those that ask, and a pixel may get nothing, or many times too much.",
        ),
        Mistake(
            _attend(weigh=lambda scores: scores),
            "The softmax is missing: the weights are then any numbers, negative ones too, and what a pixel "
            "gets is no average of the values; its size grows with the number of pixels.",
        ),
        Mistake(
            _attend(mix=lambda v, weights: v @ weights),
            "The map is not transposed before it meets the values: a pixel then gets the answers to the "
            "questions that others asked, mixed with weights that do not add up to 1.",
        ),
        Mistake(
            _attend(scores=lambda q, k: k.transpose(2, 3) @ q),
            "Queries and keys have changed places: the map is the transposed one before its softmax, so a "
            "pixel listens to those that looked for it, and not to those it looks for.",
        ),
        Mistake(
            (
                lambda q, k, v, heads: attention(q, k, v, 1),
                _one_map_for_all,
            ),
            "The channels are not split into heads: there is one map for all of them, so a pixel can ask "
            "only one question, and weights trained for several heads do not fit.",
        ),
        Mistake(
            _attend(split=_interleaved),
            "The heads take every h-th channel in turn and not a block of neighbours: a new net would not "
            "mind, but weights trained with blocks now have their questions torn apart.",
        ),
        Mistake(
            lambda q, k, v, heads: attention(v, k, q, heads),
            "Queries and values have changed places: what is passed on are then the questions, and what the "
            "pixels have to say never gets into the output.",
        ),
        Mistake(
            (_attend(scores=lambda q, k: q @ k), lambda q, k, v, heads: (v, q @ k)),
            "Queries meet keys with the axes as they came, so that the channels of one would run along the "
            "pixels of the other: each pixel's query must meet each pixel's key, a score for every two.",
        ),
        Mistake(
            (
                _attend(mix=lambda v, weights: v @ weights.detach().transpose(2, 3)),
                lambda q, k, v, heads: attention(q.detach(), k.detach(), v, heads),
            ),
            "Your values are right, but the map is detached before it meets the values: the loss then says "
            "nothing to queries and keys, and the net never learns where to look.",
        ),
    ],
    accepted=[
        Accepted(
            lambda q, k, v, heads: (attention(q, k, v, heads)[0], attention(q, k, v, heads)[1].detach()),
            "The map that you hand back is detached: that does no harm here, for it is only looked at, and "
            "the output has its gradients; a loss on the map itself would train nothing.",
        ),
    ],
    hints=[
        "Give every head its own block of neighbouring channels: [B, C, N] becomes [B, heads, C / heads, N]. "
        "Then the scores are one matrix product for each head.",
        "The scores want [B, heads, N, N] with the asking pixel first: q with its last two axes swapped, "
        "times k. Divide by the root of a head's width, then softmax over the last axis.",
        "The output of pixel i is the average of all v_j with the weights of row i: v times the map with its "
        "last two axes swapped. At the end .flatten(1, 2) joins the heads.",
    ],
)
