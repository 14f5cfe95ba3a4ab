"""ae.psnr: the squared error in decibels."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l01_autoencoders._images import black_and_white, images_and_wild_copies
from course_utils.checks.lessons.l01_autoencoders.reconstruction_loss import reconstruction_loss


def psnr(x, x_hat):
    """Peak signal-to-noise ratio in dB: x [...] in [0, 1], x_hat [...] any values -> scalar."""
    return -10 * torch.log10((x - x_hat).square().mean())


def _mean_of_ratios(x, x_hat):
    return (-10 * torch.log10((x - x_hat).square().flatten(1).mean(dim=1))).mean()


def _decibels(value):
    return -10 * torch.log10(value)


def _uneven_pair(*shape):
    """Images in [0, 1] and copies of which each next one is worse."""

    def make(rng):
        x = torch.rand(shape, generator=rng)
        damage = torch.linspace(0.05, 0.5, shape[0]).view(-1, *[1] * (len(shape) - 1))
        return x, (x + damage * torch.randn(shape, generator=rng)).clamp(0, 1)

    return make


exercise(
    "ae.psnr",
    reference=psnr,
    inputs={
        "images [3, 1, 4, 5]": _uneven_pair(3, 1, 4, 5),
        "images [5, 3, 2, 2]": _uneven_pair(5, 3, 2, 2),
        "images [4, 1, 6, 6]": _uneven_pair(4, 1, 6, 6),
        "black and white images, nearly copied": black_and_white(4, 1, 2, 3),
        "noisy images beyond [0, 1]": images_and_wild_copies(4, 1, 5, 3),
    },
    mistakes=[
        Mistake(
            lambda x, x_hat: -10 * (x - x_hat).square().mean().log(),
            "This is the natural logarithm: decibels count powers of ten, so your values are 2.3 times too "
            "large and a gain of 3 dB no longer means half the error.",
        ),
        Mistake(
            lambda x, x_hat: 2 * psnr(x, x_hat),
            "A 20 stands where a 10 belongs: 20 goes with a ratio of amplitudes (the root of the MSE), so "
            "here every value and every gain is doubled.",
        ),
        Mistake(
            lambda x, x_hat: -psnr(x, x_hat),
            "The sign is turned: better copies now get lower values, and a comparison picks the worst "
            "method as the best.",
        ),
        Mistake(
            (
                lambda x, x_hat: _decibels((x - x_hat).square().sum()),
                lambda x, x_hat: _decibels(reconstruction_loss(x, x_hat)),
            ),
            "The squared error is summed over pixels instead of averaged: larger images then lose decibels "
            "for their size alone, and values of different sizes cannot be compared.",
        ),
        Mistake(
            (
                lambda x, x_hat: psnr(x, x_hat) + 20 * torch.log10(x.max()),
                lambda x, x_hat: psnr(x, x_hat) + 20 * torch.log10(x.max() - x.min()),
            ),
            "The peak is taken from the images, where it is 1, the most that a pixel can be: a pale image "
            "then loses decibels for being pale, and a model is ranked by what it was given to copy.",
        ),
        Mistake(
            _mean_of_ratios,
            "You average the decibels of the images, where the squared error should be averaged first: a "
            "few very good copies then lift the whole, and the number is never below the one asked for.",
        ),
        Mistake(
            lambda x, x_hat: psnr(x, x_hat) / 2,
            "Your decibels are half of what they should be, as when the root of the MSE goes with a 10: "
            "either the MSE with 10, or its root with 20.",
        ),
        Mistake(
            lambda x, x_hat: psnr(x, x_hat) / 10,
            "The factor 10 is missing: these are bels, powers of ten of the error, and a decibel is a "
            "tenth of one.",
        ),
        Mistake(
            lambda x, x_hat: psnr(x, x_hat.clamp(0, 1)),
            "The copies are clamped to [0, 1] first: that is a denoiser already, and makes every noisy "
            "image look better than the one that was handed in.",
        ),
        Mistake(
            lambda x, x_hat: psnr(x, x_hat) + 20 * math.log10(255),
            "The peak is 255, that of images stored as bytes: these images lie in [0, 1], so their peak is "
            "1, and every value comes out 48 dB too good.",
        ),
    ],
    hints=[
        "First one number: the squared error, averaged over all pixels of all images.",
        "The peak is 1, so the ratio of signal to noise is one over that number.",
        "A decibel is ten times the logarithm to base ten of such a ratio; torch.log10 takes it.",
    ],
)
