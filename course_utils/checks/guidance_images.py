"""The exercises of notebook 14, Guidance: a small image as a condition, and a picture with a known part."""

import torch
from torch import nn
from torch.nn import functional as F

from course_utils.checks._registry import Mistake, exercise
from course_utils.diffusion import NoiseSchedule


def network_input(x_t, small):
    """x_t [B, 1, H, W] and, as a second channel, small [B, 1, h, w] in [0, 1], enlarged and in [-1, 1]."""
    large = F.interpolate(small, size=x_t.shape[-2:], mode="bilinear")
    return torch.cat([x_t, 2 * large - 1], dim=1)


def _pair(batch, side, factor):
    def make(rng):
        small = torch.rand(batch, 1, side, side, generator=rng)
        return 1.5 * torch.randn(batch, 1, factor * side, factor * side, generator=rng), small

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
    room = x_t.shape[-1] - small.shape[-1]
    return torch.cat([x_t, F.pad(2 * small - 1, (0, room, 0, room), value=-1.0)], dim=1)


def _noised(x_t, small):
    large = 2 * F.interpolate(small, size=x_t.shape[-2:], mode="bilinear") - 1
    return torch.cat([x_t, large + x_t], dim=1)


def _doubled(x_t, small):
    return torch.cat([x_t, 2 * F.interpolate(small, scale_factor=2, mode="bilinear") - 1], dim=1)


def _doubled_blocks(x_t, small):
    return torch.cat([x_t, 2 * F.interpolate(small, scale_factor=2) - 1], dim=1)


def _scaled_both(x_t, small):
    return 2 * torch.cat([x_t, F.interpolate(small, size=x_t.shape[-2:], mode="bilinear")], dim=1) - 1


def _raw(x_t, small):
    return torch.cat([x_t, 2 * small - 1], dim=1)


def _standardised(large):
    return (large - large.mean()) / large.std()


exercise(
    "guidance.network_input",
    reference=network_input,
    inputs={
        "3 images of 8 x 8 from 4 x 4": _pair(3, 4, 2),
        "2 images of 12 x 12 from 3 x 3": _pair(2, 3, 4),
        "4 images of 15 x 15 from 5 x 5": _pair(4, 5, 3),
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
            (_doubled, _doubled_blocks),
            "The small image is enlarged by 2, whatever its size: that fits the digits, but the glyphs come "
            "at a quarter of the size, and there the two cannot be joined. Take the size from x_t.",
        ),
        Mistake(
            _scaled_both,
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
        "image, and it becomes a second channel. Nothing happens to x_t.",
        "F.interpolate takes the size that you want and the mode; its default mode is not the one wanted "
        "here. Paper must come to -1 and ink to 1.",
        'Enlarge with size=x_t.shape[-2:] and mode="bilinear", scale as notebook 12 scales its images, then'
        " torch.cat along the axis of the channels, x_t before the condition.",
    ],
)


def known_log_prob(x_t, t, model, known, mask, schedule):
    """log p(known part | x_t) up to a constant, for one image each: [B] (Ho et al. 2022, section 3.1)."""
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    _, sigma = schedule.rates(t, x_t)
    return -(mask * (known - x0) / sigma).square().flatten(1).sum(1) / 2


class _Guesser(nn.Module):
    """A small stand-in for the network: called as model(x_t, t), one convolution and a word on t."""

    def __init__(self, rng):
        super().__init__()
        self.weight = nn.Parameter(0.4 * torch.randn(1, 1, 3, 3, generator=rng))

    def forward(self, x_t, t):
        return F.conv2d(x_t, self.weight, padding=1) + 0.01 * t.to(x_t).view(-1, 1, 1, 1)


_SCHEDULE = NoiseSchedule.linear(20, 1e-3, 0.4)


def _known(batch, side, steps):
    def make(rng):
        x_t, known = torch.randn(2, batch, 1, side, side, generator=rng)
        mask = (torch.rand(1, 1, side, side, generator=rng) < 0.5).float()
        mask[..., 0, 0], mask[..., -1, -1] = 1, 0
        return x_t, torch.tensor(steps), _Guesser(rng), known.clamp(-1, 1), mask, _SCHEDULE

    return make


def _log_prob(guess=None, error=None, spread=None, total=None, hole=False):
    """The logarithm with one part replaced."""

    def log_prob(x_t, t, model, known, mask, schedule):
        v = model(x_t, t)
        x0 = schedule.convert(v, x_t, t, "v_prediction", "sample")
        signal, sigma = schedule.rates(t, x_t)
        x0 = x0 if guess is None else guess(v, x0, x_t, t, schedule)
        part = 1 - mask if hole else mask
        off = part * (known - x0) if error is None else error(known, x0, part, signal, sigma)
        off = off.square() / (2 * (sigma**2 if spread is None else spread(signal, sigma)))
        return -off.flatten(1).sum(1) if total is None else total(off, mask)

    return log_prob


def _cut_net(v, x0, x_t, t, schedule):
    return schedule.convert(v.detach(), x_t, t, "v_prediction", "sample")


def _as_noise(v, x0, x_t, t, schedule):
    return schedule.convert(v, x_t, t, "epsilon", "sample")


def _divided_late(x_t, t, model, known, mask, schedule):
    x0 = schedule.convert(model(x_t, t), x_t, t, "v_prediction", "sample")
    squared = (mask * (known - x0)).square().flatten(1).sum(1)
    return -squared / (2 * schedule.rates(t, x_t)[1] ** 2)


exercise(
    "guidance.known_log_prob",
    reference=known_log_prob,
    gradient=["x_t"],
    inputs={
        "3 images of 5 x 5": _known(3, 5, [12, 3, 19]),
        "2 images of 4 x 4": _known(2, 4, [0, 7]),
        "1 image of 6 x 6": _known(1, 6, [15]),
    },
    mistakes=[
        Mistake(
            _log_prob(hole=True),
            "The mask is inverted: the error is taken over the hole, where nothing is known, so the sampler"
            " is led to whatever the array holds there and the known part goes its own way.",
        ),
        Mistake(
            _log_prob(error=lambda known, x0, part, signal, sigma: known - x0),
            "The error is taken over the whole image: the hole is pulled to whatever stands there in the "
            "array (in the notebook the truth itself, so the model is told what it was to invent).",
        ),
        Mistake(
            _log_prob(total=lambda off, mask: off.flatten(1).sum(1)),
            "The sign is lost: this is largest where the guess is furthest from what is known, and "
            "guidance, which climbs, drives the known part away.",
        ),
        Mistake(
            _log_prob(guess=_cut_net),
            "The network is cut out of the gradient: only the known pixels of x_t are then pulled, the "
            "pixels of the hole get nothing, and how the two belong together, which only the net knows, is "
            "not used.",
        ),
        Mistake(
            _log_prob(spread=lambda signal, sigma: torch.ones_like(sigma)),
            "The variance of the guess is missing: the pull does not grow as the noise goes, though the "
            "guess gets surer; near the data the known part is hardly held at all.",
        ),
        Mistake(
            _log_prob(spread=lambda signal, sigma: sigma),
            "You divide by sigma, not by its square: a Gaussian's exponent has the variance below the line;"
            " your pull is too weak wherever sigma is below 1, and most so at the end.",
        ),
        Mistake(
            _log_prob(spread=lambda signal, sigma: signal**2),
            "The variance is signal squared, so that the pull weakens as the image clears up: at late "
            "steps, where the guess is a blur, it is far too strong, and near the data too weak.",
        ),
        Mistake(
            _log_prob(spread=lambda signal, sigma: sigma**2 / 2),
            "The half is missing: the exponent of a Gaussian is the square over twice the variance, so this"
            " is guidance with twice the scale that you think you have set.",
        ),
        Mistake(
            (
                _log_prob(total=lambda off, mask: -off.flatten(1).mean(1)),
                _log_prob(total=lambda off, mask: -off.flatten(1).sum(1) / mask.sum()),
            ),
            "You take the mean over the pixels: the logarithms of independent pixels add up, so your pull "
            "is weaker by the number of pixels (64 or 32 here), which is as good as none.",
        ),
        Mistake(
            _log_prob(total=lambda off, mask: -off.sum()),
            "You sum over the batch too: one number comes out where one for each image is wanted, and the "
            "likelihoods of different images are mixed up.",
        ),
        Mistake(
            _divided_late,
            "You sum first and divide then, but sigma is shaped [B, 1, 1, 1]: each image's sum is divided by "
            "every image's variance, and one number for each pair comes out. Divide before you sum.",
        ),
        Mistake(
            _log_prob(guess=lambda v, x0, x_t, t, schedule: x_t),
            "You compare the noisy x_t with the clean truth: they should not be equal, so the guidance "
            "fights the noise that belongs there; it is the guess of x_0 that must fit.",
        ),
        Mistake(
            _log_prob(guess=lambda v, x0, x_t, t, schedule: v),
            "You compare the network's raw output with the truth, but that is v, not an image: turn it into"
            " the guess of x_0 first.",
        ),
        Mistake(
            _log_prob(guess=_as_noise),
            "You read the output as noise, but this network gives v: at late steps the guess comes out many"
            " times too large, and the pull with it.",
        ),
        Mistake(
            _log_prob(error=lambda known, x0, part, signal, sigma: part * known - x0),
            "Only the truth is masked, not the guess: in the hole you compare the guess with 0, so the "
            "missing half is pulled to mid-grey.",
        ),
        Mistake(
            _log_prob(guess=lambda v, x0, x_t, t, schedule: x0.clamp(-1, 1)),
            "You cut the guess to [-1, 1]: where it is cut no gradient comes through, and at late steps "
            "that is where the guess is furthest off and the pull most needed. The sampler cuts afterwards.",
        ),
        Mistake(
            _log_prob(error=lambda known, x0, part, signal, sigma: part * (signal * known - x0)),
            "The known part is scaled down to step t, but the guess of x_0 is a clean image: at late steps "
            "you pull it towards mid-grey.",
        ),
        Mistake(
            _log_prob(total=lambda off, mask: -off.flatten(1).sum(1).sqrt()),
            "You take the root of the sum, so the pull has the same size however large the error (as if the"
            " logarithm were a distance): a step that is nearly right is shaken as much as one that is far "
            "off.",
        ),
    ],
    hints=[
        "Ask the network, turn its answer into the guess of the clean image, and say how likely the known "
        "pixels are if they lie about that guess. The network stays in the chain: the gradient must go "
        "through it.",
        'schedule.convert(output, x_t, t, "v_prediction", "sample") is the guess. schedule.rates(t, x_t) '
        "gives signal and sigma, shaped to divide an image by.",
        "For each image: error, times the mask, squared, over twice the variance, summed over all its "
        "pixels, with a minus. flatten(1).sum(1) sums over all axes but the first.",
    ],
)
