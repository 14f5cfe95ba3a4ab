"""How good a sample is: a classifier of digits that reads generated images as a judge."""

import torch
from torch import nn

from ._validate import check_tensor


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
