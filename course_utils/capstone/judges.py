"""What images are compared by: the features of judges that were trained for it, or plain pixels."""

import functools

import torch

from .. import checkpoints


@functools.cache
def _judge(name):
    return checkpoints.load(name)[0].eval()


def digit_features(images):
    """Features of 8x8 digits [N, 1, 8, 8] -> [N, F], of the judge of the lessons."""
    with torch.no_grad():
        return _judge("digit_classifier").features(images)


def read_digits(images):
    """The classes that the judge reads on 8x8 digits [N, 1, 8, 8] -> [N]."""
    with torch.no_grad():
        return _judge("digit_classifier")(images).argmax(1)


def read_glyphs(images):
    """What the judge of glyphs reads on [N, 1, 28, 28]: {part: whole numbers [N]}."""
    with torch.no_grad():
        return _judge("glyphs_judge").read(images)


def small_pictures(images):
    """Features of images of no judge, [N, 9 H W / 16] for three colours: what blocks of four by four hold.

    Means of the colours, and of the absolute differences to the right and below: the latter are not linear
    in the pixels, so that a normal distribution with the right covariance does not have them right.
    """
    right = torch.nn.functional.pad(images.diff(dim=-1).abs(), (0, 1))
    below = torch.nn.functional.pad(images.diff(dim=-2).abs(), (0, 0, 0, 1))
    return torch.nn.functional.avg_pool2d(torch.cat([images, right, below], 1), 4).flatten(1)
