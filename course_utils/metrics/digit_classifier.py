"""A judge that reads digits."""

from torch import nn

from .._validate import check_tensor


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
