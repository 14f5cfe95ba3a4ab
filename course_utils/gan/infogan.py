"""InfoGAN: a discriminator that also guesses the code, and the bound on what an image tells of it."""

import math
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import check_alike, check_generator, check_has, check_int, check_labels, check_tensor
from .images import ImageDiscriminator


class Codes(NamedTuple):
    """What a generator is given beside its noise: a category and numbers in [-1, 1].

    category: int64 [B]; numbers: [B, J].
    """

    category: torch.Tensor
    numbers: torch.Tensor

    def joined(self, z, n_classes=10):
        """The generator's input [B, Z + n_classes + J]: z [B, Z], the category as one-hot, the numbers."""
        check_tensor("z", z, f"[{len(self.category)}, Z]")
        check_int("n_classes", n_classes)
        return torch.cat([z, F.one_hot(self.category, n_classes).to(z.dtype), self.numbers.to(z.dtype)], 1)


class Guess(NamedTuple):
    """Q(c | x): a softmax over the category, an independent Gaussian for each number.

    logits: [B, K]; mean, log_std: [B, J].
    """

    logits: torch.Tensor
    mean: torch.Tensor
    log_std: torch.Tensor


def draw_codes(n, n_classes=10, numbers=2, generator=None):
    """n Codes: categories uniform over n_classes, numbers [n, numbers] uniform in [-1, 1].

    generator: a torch.Generator, or None for torch's own; the codes are on its device.
    """
    check_generator("generator", generator)
    how = {"generator": generator, "device": None if generator is None else generator.device}
    category = torch.randint(check_int("n_classes", n_classes), (check_int("n", n),), **how)
    return Codes(category, 2 * torch.rand(n, check_int("numbers", numbers, 0), **how) - 1)


def categorical_bound(logits, category):
    """E log Q(c | x) + H(c) in nats for a uniform category: log K minus the cross-entropy, a scalar.

    logits: [B, K] of Q; category: int64 [B], the codes that the images were made from. It is at most
    I(c; x), hence at most log K, with equality in the first where Q is the posterior of c.
    Source: Chen et al. 2016, eqs. 4-5.
    """
    check_tensor("logits", logits, "[B, K]")
    category = check_labels("category", category, logits.shape[1], f"[{len(logits)}]")
    return math.log(logits.shape[1]) - F.cross_entropy(logits, category)


def gaussian_bound(mean, log_std, numbers):
    """E log Q(c | x) + H(c) in nats for each number, uniform in [-1, 1]: [J].

    mean, log_std: [B, J] of Q, a Gaussian; numbers: [B, J], the codes that the images were made from.
    H(c) = log 2. It is at most I(c_j; x), which has no ceiling: a number can be told ever more exactly.
    Source: Chen et al. 2016, eqs. 4-5 and section 7.
    """
    check_alike("mean", mean, "numbers", numbers)
    check_alike("log_std", log_std, "numbers", numbers)
    squares = ((numbers - mean) / log_std.exp()).square()
    log_density = -0.5 * squares - log_std - 0.5 * math.log(2 * math.pi)
    return log_density.mean(0) + math.log(2)


def infogan_bound(guess, codes):
    """The bound on I(c; x) in nats of all codes together, one a code: [1 + J], the category's first.

    guess: Guess of Q about the images; codes: Codes that they were made from. The sum of the entries bounds
    I of all codes with x, for the codes are independent and Q is a product. G, the trunk and Q's head all
    ascend it. Source: Chen et al. 2016, eqs. 4-5.
    """
    check_has("guess", guess, "a Guess", "logits", "mean", "log_std")
    check_has("codes", codes, "Codes", "category", "numbers")
    first = categorical_bound(guess.logits, codes.category)
    return torch.cat([first[None], gaussian_bound(guess.mean, guess.log_std, codes.numbers)])


class InfoDiscriminator(ImageDiscriminator):
    """Images [B, C, H, W] -> (logits [B, 1], Guess of the codes); D and Q share the trunk.

    Q's head has one hidden layer of `hidden` units. log_std stays above -3, so that a sure guess cannot make
    the bound's gradient explode; it has no ceiling, at which a doubtful Q would stop learning. options: those
    of ImageDiscriminator but minibatch. Source: Chen et al. 2016, section 6 and appendix C.
    """

    def __init__(self, n_classes=10, numbers=2, hidden=64, **options):
        super().__init__(**options)
        self.n_classes, self.numbers = check_int("n_classes", n_classes), check_int("numbers", numbers, 0)
        self.q = nn.Sequential(
            nn.Linear(self.head.in_features, check_int("hidden", hidden)), nn.LeakyReLU(0.2),
            nn.Linear(hidden, n_classes + 2 * numbers),
        )  # fmt: skip

    def guess(self, features):
        """Q's answer from the trunk's features [B, F], a Guess."""
        check_tensor("features", features, f"[B, {self.head.in_features}]")
        logits, mean, spread = self.q(features).split([self.n_classes, self.numbers, self.numbers], 1)
        return Guess(logits, mean, F.softplus(spread + 3) - 3)

    def forward(self, x):
        """x: [B, C, H, W] in [0, 1] -> (logits [B, 1], Guess)."""
        features = self.features(x)
        return self.head(features), self.guess(features)
