"""diffusion.residual_block: a part of the U-Net that is told the time."""

import torch
from torch import nn
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


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


def _block(batch, c_in, c_out, height, width, embedding_dim=6):
    def make(rng):
        block = _Parts(c_in, c_out, embedding_dim)
        with torch.no_grad():
            for weight in block.parameters():
                weight.copy_(0.5 * torch.randn(weight.shape, generator=rng))
        x = 1 + 2 * torch.randn(batch, c_in, height, width, generator=rng)
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


def _told(block, embedding):
    return block.modulate(F.silu(embedding))[:, :, None, None].chunk(2, dim=1)


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
        "3 images, 4 channels to 4": _block(3, 4, 4, 5, 5),
        "2 images, 4 channels to 6": _block(2, 4, 6, 4, 3),
        "4 images, 6 channels to 2": _block(4, 6, 2, 3, 5),
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
            lambda block, x, embedding: (
                block.shortcut(x)
                + block.conv2(
                    F.silu(
                        block.norm2(block.conv1(F.silu(x))) * (1 + _told(block, embedding)[0])
                        + _told(block, embedding)[1]
                    )
                )
            ),
            "The first normalisation is left out: the first convolution then sees features of any size, a "
            "loud image drowns the others' weights, and deep nets of such blocks blow up.",
        ),
        Mistake(
            lambda block, x, embedding: x + residual(block, x, embedding) - block.shortcut(x),
            "You add x itself and not block.shortcut(x): where a block changes the number of channels the "
            "two do not fit, and the convolution that makes them fit is never used.",
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
