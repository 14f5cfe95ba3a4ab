"""A judge that reads a drawn face: what each of its factors is."""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import check_int, check_kind, check_sizes, check_tensor
from ..data.faces import HAIR, RANGES

NUMBERS = tuple(name for name in RANGES if name != "background")  # read as numbers; a hue is read as an angle
_MIDDLE = [(low + high) / 2 for low, high in (RANGES[name] for name in NUMBERS)]
_REACH = [(high - low) / 2 for low, high in (RANGES[name] for name in NUMBERS)]
_SIZES = (len(HAIR), 1, 2, len(NUMBERS))  # outputs for hair, glasses, the hue's cosine and sine, the numbers


class FaceReader(nn.Module):
    """Convolutions that read the factors of a face of 3 x 32 x 32 pixels, and features of it.

    The trained one is `checkpoints.load("faces_judge")`; data.load("faces") says what the factors mean.
    """

    def __init__(self, channels=(16, 32, 64), features=128):
        check_sizes("channels", channels), check_int("features", features)
        super().__init__()
        widths = (3, *channels)
        levels = [layer for pair in itertools.pairwise(widths) for layer in _level(*pair)]
        self.body = nn.Sequential(*levels, nn.Flatten(), nn.Linear(channels[-1] * 4 * 4, features), nn.ReLU())
        self.head = nn.Linear(features, sum(_SIZES))
        self.register_buffer("middle", torch.tensor(_MIDDLE), persistent=False)
        self.register_buffer("reach", torch.tensor(_REACH), persistent=False)

    def features(self, x):
        """What the last layer sees, for distances between sets of faces: x [B, 3, 32, 32] -> [B, F]."""
        check_tensor("x", x, "[B, 3, 32, 32]")
        return self.body(x)

    def forward(self, x):
        """x: [B, 3, 32, 32] in [0, 1] -> hair's logits [B, 6], glasses' logit [B, 1], the hue's cosine and
        sine [B, 2], and the numbers, each scaled to -1 to 1, [B, 10]. Raises ValueError for another shape."""
        return self.head(self.features(x)).split(_SIZES, dim=1)

    @torch.no_grad()
    def read(self, x):
        """The factors of faces x [B, 3, 32, 32] in [0, 1]: name -> [B], in the units of data.load("faces").

        hair is an int64 index into data.faces.HAIR, glasses the probability of glasses. Images are read 500
        at a time. Raises ValueError for another shape.
        """
        check_tensor("x", x, "[B, 3, 32, 32]")
        parts = [self(part) for part in x.split(500)]
        hair, glasses, hue, numbers = (torch.cat(part) for part in zip(*parts, strict=True))
        turns = torch.atan2(hue[:, 1], hue[:, 0]) / (2 * math.pi)
        found = dict(zip(NUMBERS, (self.middle + self.reach * numbers).unbind(1), strict=True))
        return {
            "hair": hair.argmax(1),
            "glasses": glasses[:, 0].sigmoid(),
            **{name: found.get(name, turns % 1) for name in RANGES},
        }

    def loss(self, x, factors):
        """How far what is read in x [B, 3, 32, 32] is from the factors, name -> [B]: a scalar.

        Cross-entropy for hair and glasses, squared error for the hue's cosine and sine and for the numbers.
        """
        check_tensor("x", x, "[B, 3, 32, 32]"), check_kind("factors", factors, dict, "a dict of [B] by name")
        missing = [name for name in ("hair", "glasses", *RANGES) if name not in factors]
        if missing:
            raise ValueError(f"factors must hold every factor of a face; got none called {missing[0]}.")
        for value in factors.values():
            check_tensor("factors", value, f"[{len(x)}]", floating=False)
        hair, glasses, hue, numbers = self(x)
        angle = 2 * math.pi * factors["background"]
        wanted = (torch.stack([factors[name] for name in NUMBERS], dim=1) - self.middle) / self.reach
        return (
            F.cross_entropy(hair, factors["hair"])
            + F.binary_cross_entropy_with_logits(glasses[:, 0], factors["glasses"].to(x.dtype))
            + F.mse_loss(hue, torch.stack([angle.cos(), angle.sin()], dim=1))
            + F.mse_loss(numbers, wanted) * len(NUMBERS)
        )


def _level(c_in, c_out):
    """Two convolutions and a pooling that halves height and width."""
    return (
        nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(),
        nn.Conv2d(c_out, c_out, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2),
    )  # fmt: skip
