"""A judge that reads a drawn digit: what a sentence of its grammar says of it."""

import itertools

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import check_finite, check_int, check_kind, check_labels, check_sizes, check_tensor
from ..text import grammar

SIDE = 28  # pixels of a glyph's height and width


class GlyphReader(nn.Module):
    """Convolutions that read a glyph of 1 x 28 x 28 pixels as text.grammar("glyphs") does; and its features.

    channels: at 28, 14 and 7 pixels a side; features: F. `options` is how many there are to choose from, by
    factor. The trained one is `checkpoints.load("glyphs_judge")`.
    """

    def __init__(self, channels=(8, 16, 32), features=64):
        check_sizes("channels", channels, 3), check_int("features", features)
        super().__init__()
        self.options = {name: len(words) for name, words in grammar("glyphs").options.items()}
        first = nn.Sequential(nn.Conv2d(1, channels[0], 3, padding=1), nn.ReLU())
        self.levels = nn.ModuleList([first, *(_halved(*pair) for pair in itertools.pairwise(channels))])
        bottom = channels[-1] * (SIDE // 4) ** 2
        self.last = nn.Sequential(nn.Flatten(), nn.Linear(bottom, features), nn.ReLU())
        self.head = nn.Linear(features, sum(self.options.values()))

    def early(self, x):
        """What the convolutions see, for a perceptual loss: x [B, 1, 28, 28] -> a list of [B, c, h, w]."""
        check_tensor("x", x, f"[B, 1, {SIDE}, {SIDE}]")
        return list(itertools.accumulate(self.levels, lambda h, level: level(h), initial=x))[1:]

    def features(self, x):
        """What the last layer sees, for distances between sets of glyphs: x [B, 1, 28, 28] -> [B, F]."""
        return self.last(self.early(x)[-1])

    def forward(self, x):
        """x: [B, 1, 28, 28] in [0, 1] -> logits by factor: {name: [B, options]}.

        Raises ValueError for another shape.
        """
        logits = self.head(self.features(x)).split(list(self.options.values()), dim=1)
        return dict(zip(self.options, logits, strict=True))

    @torch.no_grad()
    def read(self, x):
        """What glyphs x [B, 1, 28, 28] in [0, 1] show: {factor: int64 [B], the index of its option}.

        As text.grammar("glyphs").read says it of true ones, so that its `sentences` take the answer. Images
        are read 500 at a time. Raises ValueError for another shape, and for NaN or infinity.
        """
        check_finite("x", check_tensor("x", x, f"[B, 1, {SIDE}, {SIDE}]"))
        parts = [self(part) for part in x.split(500)]
        return {name: torch.cat([part[name] for part in parts]).argmax(1) for name in self.options}

    def loss(self, x, truth):
        """The cross-entropy of what is read in x [B, 1, 28, 28], in nats, summed over factors: a scalar.

        truth: {factor: int64 [B]}, as text.grammar("glyphs").read gives it.
        """
        check_tensor("x", x, f"[B, 1, {SIDE}, {SIDE}]")
        check_kind("truth", truth, dict, "a dict of [B] by name")
        missing = [name for name in self.options if name not in truth]
        if missing:
            raise ValueError(f"truth must hold every factor of a glyph; got none called {missing[0]}.")
        wanted = {}
        for name, count in self.options.items():
            wanted[name] = check_labels("truth", truth[name], count, f"[{len(x)}]")
        logits = self(x)
        return sum(F.cross_entropy(logits[name], wanted[name]) for name in self.options)


def _halved(c_in, c_out):
    """Half the height and the width, and two convolutions."""
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, 4, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(c_out, c_out, 3, padding=1), nn.ReLU(),
    )  # fmt: skip
