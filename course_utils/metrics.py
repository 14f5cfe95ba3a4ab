"""How good a sample is: a judge that reads digits, and a count of the modes that were found."""

import torch
from torch import nn

from ._validate import check_number, check_tensor


class DigitClassifier(nn.Module):
    """Convolutions that read an 8x8 digit, grey or binarised: logits over the ten classes, and features.

    The trained one is `checkpoints.load("digit_classifier")`.
    """

    def __init__(self, channels=(32, 64), features=64):
        super().__init__()
        narrow, wide = channels
        self.body = nn.Sequential(
            *_level(1, narrow), *_level(narrow, wide), nn.Flatten(),
            nn.Linear(wide * 2 * 2, features), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Linear(features, 10)

    def features(self, x):
        """What the last layer sees, for distances between sets of images: x [B, 1, 8, 8] -> [B, F]."""
        check_tensor("x", x, "[B, 1, 8, 8]")
        return self.body(x)

    def forward(self, x):
        """x: [B, 1, 8, 8] in [0, 1] -> logits [B, 10]. Raises ValueError for another shape."""
        return self.head(self.features(x))


def _level(c_in, c_out):
    """Two convolutions and a pooling that halves height and width."""
    return (
        nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(),
        nn.Conv2d(c_out, c_out, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2),
    )  # fmt: skip


@torch.no_grad()
def agreement(classifier, images, labels):
    """The share of images that a classifier reads as their labels, between 0 and 1.

    classifier: callable, images [B, ...] -> logits [B, K]; labels: [B] int: for samples of a conditional
    model, what was asked for. Raises ValueError where the lengths differ or there are no images.
    """
    check_tensor("images", images)
    check_tensor("labels", labels, f"[{len(images)}]", floating=False)
    return float((classifier(images).argmax(1) == labels).double().mean())


def modes_covered(samples, means, radius, at_least=0.02):
    """How many modes of a known mixture have their part of the samples, an int in 0..K.

    samples: [N, D]; means: [K, D], the modes' centres; a mode counts where at least the share `at_least` of
    all samples, in (0, 1], lies within `radius` of its centre. Three standard deviations make a fair radius,
    and a fraction of 1 / K a fair share. Source: after Metz et al. 2017, section 3.3.1. Raises ValueError
    where the shapes differ or a number is out of its range.
    """
    check_tensor("samples", samples, "[N, D]")
    check_tensor("means", means, f"[K, {samples.shape[1]}]")
    check_number("radius", radius, 0, open_minimum=True)
    check_number("at_least", at_least, 0, 1, open_minimum=True)
    shares = (torch.cdist(samples.double(), means.double()) <= radius).double().mean(0)
    return int((shares >= at_least).sum())
