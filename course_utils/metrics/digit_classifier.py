"""A judge that reads digits."""

from torch import nn

from .._validate import check_int, check_sizes, check_tensor


class DigitClassifier(nn.Module):
    """Convolutions that read a digit, grey or binarised: logits over the ten classes, and features.

    size: pixels of the images' height and width, at least 4. The trained ones are
    `checkpoints.load("digit_classifier")` for 8x8 and `checkpoints.load("mnist_classifier")` for 28x28.
    """

    def __init__(self, channels=(32, 64), features=64, size=8):
        check_sizes("channels", channels, 2), check_int("features", features)
        super().__init__()
        self.size = check_int("size", size, minimum=4)
        narrow, wide = channels
        self.body = nn.Sequential(
            *_level(1, narrow), *_level(narrow, wide), nn.Flatten(),
            nn.Linear(wide * (size // 4) ** 2, features), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Linear(features, 10)

    def features(self, x):
        """What the last layer sees, for distances between sets of images: x [B, 1, H, W] -> [B, F]."""
        check_tensor("x", x, f"[B, 1, {self.size}, {self.size}]")
        return self.body(x)

    def forward(self, x):
        """x: [B, 1, H, W] in [0, 1] -> logits [B, 10]. Raises ValueError for another shape."""
        return self.head(self.features(x))


def _level(c_in, c_out):
    """Two convolutions and a pooling that halves height and width."""
    return (
        nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(),
        nn.Conv2d(c_out, c_out, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2),
    )  # fmt: skip
