"""conditions.network_input: a small image as the condition of a large one."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def network_input(x_t, small):
    """x_t [B, C, H, W] and, in C further channels, small [B, C, h, w] in [0, 1], enlarged and in [-1, 1]."""
    large = F.interpolate(small, size=x_t.shape[-2:], mode="bilinear")
    return torch.cat([x_t, 2 * large - 1], dim=1)


def _pair(batch, height, width, factor, ink_only=False, channels=1):
    def make(rng):
        small = torch.rand(batch, channels, height, width, generator=rng)
        small = small.round() if ink_only else small
        return 1.5 * torch.randn(batch, channels, factor * height, factor * width, generator=rng), small

    return make


def _input(mode="bilinear", scale=None, join=None, **how):
    """The network's input with one part replaced."""

    def build(x_t, small):
        large = F.interpolate(small, size=x_t.shape[-2:], mode=mode, **how)
        large = 2 * large - 1 if scale is None else scale(large)
        return torch.cat([x_t, large], dim=1) if join is None else join(x_t, large)

    return build


def _repeated(x_t, small):
    factor = x_t.shape[-1] // small.shape[-1]
    return torch.cat([x_t, 2 * small.repeat(1, 1, factor, factor) - 1], dim=1)


def _cornered(x_t, small):
    down, right = x_t.shape[-2] - small.shape[-2], x_t.shape[-1] - small.shape[-1]
    return torch.cat([x_t, F.pad(2 * small - 1, (0, right, 0, down), value=-1.0)], dim=1)


def _noised(x_t, small):
    large = 2 * F.interpolate(small, size=x_t.shape[-2:], mode="bilinear") - 1
    return torch.cat([x_t, large + x_t], dim=1)


def _doubled(x_t, small):
    return torch.cat([x_t, 2 * F.interpolate(small, scale_factor=2, mode="bilinear") - 1], dim=1)


def _doubled_blocks(x_t, small):
    return torch.cat([x_t, 2 * F.interpolate(small, scale_factor=2) - 1], dim=1)


def _scaled_both(x_t, small):
    return 2 * torch.cat([x_t, F.interpolate(small, size=x_t.shape[-2:], mode="bilinear")], dim=1) - 1


def _squared(x_t, small):
    return torch.cat([x_t, 2 * F.interpolate(small, size=x_t.shape[-1], mode="bilinear") - 1], dim=1)


def _squared_by_height(x_t, small):
    return torch.cat([x_t, 2 * F.interpolate(small, size=[x_t.shape[2]] * 2, mode="bilinear") - 1], dim=1)


def _turned(x_t, small):
    size = (x_t.shape[-1], x_t.shape[-2])
    return torch.cat([x_t, 2 * F.interpolate(small, size=size, mode="bilinear") - 1], dim=1)


def _raw(x_t, small):
    return torch.cat([x_t, 2 * small - 1], dim=1)


def _two_channels(x_t, small):
    large = F.interpolate(small, size=x_t.shape[-2:], mode="bilinear")
    return torch.stack([x_t[:, 0], 2 * large[:, 0] - 1], dim=1)


def _room_for_two(x_t, small):
    both = x_t.new_empty(len(x_t), 2, *x_t.shape[2:])
    both[:, :1], both[:, 1:] = x_t, 2 * F.interpolate(small, size=x_t.shape[-2:], mode="bilinear") - 1
    return both


def _standardised(large):
    return (large - large.mean()) / large.std()


exercise(
    "conditions.network_input",
    reference=network_input,
    inputs={
        "3 images of 8 x 8 from 4 x 4": _pair(3, 4, 4, 2),
        "2 images of 12 x 12 in colour, from 3 x 3": _pair(2, 3, 3, 4, channels=3),
        "4 images, 9 high and 15 wide, from 3 x 5": _pair(4, 3, 5, 3),
        "2 images of 8 x 4 from 4 x 2, all ink or paper": _pair(2, 4, 2, 2, ink_only=True),
    },
    mistakes=[
        Mistake(
            _input(scale=lambda large: large),
            "The small image is left in [0, 1] while x_t lives in [-1, 1]: paper is 0 in the one channel "
            "and -1 in the other, and the checkpoint, which was shown -1 for paper, takes every page for "
            "grey.",
        ),
        Mistake(
            _input(join=lambda x_t, large: torch.cat([large, x_t], dim=1)),
            "The condition comes first: a net of your own would learn that order too, but the checkpoint "
            "would denoise the clean small image and take the noise for its condition.",
        ),
        Mistake(
            (
                _input(join=lambda x_t, large: x_t + large),
                _input(join=lambda x_t, large: (x_t + large) / 2),
            ),
            "You add the condition to x_t: where the noise ends and the condition begins can then not be "
            "told from the sum, so the net no longer knows x_t. A channel of its own keeps the two apart.",
        ),
        Mistake(
            (
                _input(join=lambda x_t, large: torch.cat([x_t, large], dim=0)),
                _input(join=lambda x_t, large: torch.cat([x_t, large], dim=2)),
                _input(join=lambda x_t, large: torch.cat([x_t, large], dim=3)),
            ),
            "You join along the wrong axis: a longer batch makes two tasks that never meet, and a taller or"
            " wider image puts the condition where no convolution sees it beside its own pixel. Channels "
            "are axis 1.",
        ),
        Mistake(
            (_two_channels, _room_for_two),
            "There are two channels, whatever the images have: that fits grey ones, but the faces of this "
            "notebook have three, and need six. torch.cat along axis 1 joins as many as there are.",
        ),
        Mistake(
            (_doubled, _doubled_blocks),
            "The small image is enlarged by 2, whatever its size: that fits the digits, but the glyphs come "
            "at a quarter of the size, and there the two cannot be joined. Take the size from x_t.",
        ),
        Mistake(
            (_squared, _squared_by_height, _turned),
            "Height and width are mixed up, or one side is taken for both: square images do not show it, but "
            "a page that is wider than high gets a condition of another form, and the two cannot be joined. "
            "size=x_t.shape[-2:] is both, in order.",
        ),
        Mistake(
            (
                _scaled_both,
                _input(scale=lambda large: large, join=lambda x_t, large: torch.cat([2 * x_t - 1, large], 1)),
            ),
            "You scale x_t, too: it lies where it should already, being made of a clean image in [-1, 1], so "
            "the net gets a noisy image of twice the size and off its middle, at no level that it knows.",
        ),
        Mistake(
            _raw,
            "The small image is joined as it is: it has fewer pixels than x_t, so most of them have no "
            "condition beside them, and torch.cat refuses. Enlarge it first.",
        ),
        Mistake(
            _noised,
            "There is noise on the condition too: it is known, at every step, and a net that gets it noisy "
            "learns to trust it only as much as x_t, that is, hardly at all when it is needed most.",
        ),
        Mistake(
            (_input(mode="nearest"), _input(mode="area")),
            "The enlarged image is made of square blocks (nearest is the default of F.interpolate): fair "
            "for a net that is trained so, but the checkpoint was shown bilinear ones and would draw the "
            "blocks' corners.",
        ),
        Mistake(
            _input(mode="bilinear", align_corners=True),
            "With align_corners=True the corner pixels' centres lie on the corners: the picture is "
            "stretched outwards, and the strokes of the condition no longer lie where those of x_t must "
            "lie.",
        ),
        Mistake(
            _input(mode="bicubic"),
            "This is bicubic interpolation, which overshoots beyond -1 and 1 at strokes: a fair choice for "
            "a net of your own (SR3 takes it), but the checkpoint was trained with bilinear.",
        ),
        Mistake(
            _repeated,
            "The small image is tiled, several copies side by side, and not enlarged: no pixel of it lies "
            "where its part of the large image is, so a convolution finds nothing of use there.",
        ),
        Mistake(
            _cornered,
            "The small image sits in a corner and is not enlarged: pixel and condition are no longer at one"
            " place, and a convolution sees only what is at one place.",
        ),
        Mistake(
            _input(join=lambda x_t, large: large),
            "The noisy image is missing: a net that sees only the condition can give the one best guess, a "
            "blurred one, and no path of denoising begins.",
        ),
        Mistake(
            _input(scale=lambda large: 1 - 2 * large),
            "The sign is turned: ink is -1 and paper 1 in the condition, the other way round than in x_t, so "
            "the checkpoint is shown a negative and draws strokes where the paper should be.",
        ),
        Mistake(
            _input(scale=_standardised),
            "You give the condition mean 0 and variance 1 over this batch: then a page's grey depends on "
            "which other images are in the batch, and a thin digit looks as dark as a bold one.",
        ),
        Mistake(
            (
                _input(scale=lambda large: 2 * (large - 1)),
                _input(scale=lambda large: large - 1),
                _input(scale=lambda large: large - 0.5),
            ),
            "The condition is scaled to another range than x_0: the same grey then has one number in one "
            "channel and another in the other, and the checkpoint, used to [-1, 1], reads a lighter or "
            "darker page.",
        ),
    ],
    hints=[
        "Three things happen to the small image: it gets the size of x_t, it gets the range of x_t's clean "
        "image, and it goes into channels of its own. Nothing happens to x_t.",
        "F.interpolate takes the size that you want and the mode; its default mode is not the one wanted "
        "here. Paper must come to -1 and ink to 1.",
        'Enlarge with size=x_t.shape[-2:] and mode="bilinear", scale as notebook 12 scales its images, then'
        " torch.cat along the axis of the channels, x_t before the condition.",
    ],
)
