"""Can a fresh classifier tell the samples from the data?"""

import torch
from torch.nn import functional as F

from .._validate import check_seed
from ._features import check_equal_pair

HIDDEN, STEPS, RATE = 20, 100, 0.01


def classifier_test(real, fake, seed=0):
    """A classifier two-sample test: the accuracy on rows it has not seen, and how likely that is by luck.

    real, fake: [N, F] each, features, N >= 4; seed: int, at least 0, shuffles the rows and starts the net
    (one hidden layer of 20 ReLU units). It learns on N // 2 rows of each and is tried on the others; returns
    (accuracy, p), floats in [0, 1], p the chance that fair coins do at least as well. For equal distributions
    p is at most 0.05 in at most 5 % of tests. Source: Lopez-Paz & Oquab 2017, section 3, with the exact
    binomial in place of its normal limit. Raises ValueError where the shapes differ, a number is not finite
    or there are fewer than 4 rows.
    """
    from scipy.stats import binom

    real, fake = check_equal_pair(real, fake, at_least=4)
    generator = torch.Generator().manual_seed(check_seed("seed", seed))
    half = len(real) // 2
    a, b = (x.cpu()[torch.randperm(len(x), generator=generator)] for x in (real, fake))
    train, held_out = torch.cat([a[:half], b[:half]]), torch.cat([a[half:], b[half:]])
    mean, std = train.mean(0), train.std(0)
    scale = torch.where(std > 0, std, 1.0)
    weights = _fitted((train - mean) / scale, half, generator)
    with torch.no_grad():
        says_real = _logits((held_out - mean) / scale, weights) > 0
    is_real = torch.arange(len(held_out)) < len(a) - half
    right = int((says_real == is_real).sum())
    return right / len(held_out), float(binom.sf(right - 1, len(held_out), 0.5))


@torch.enable_grad()
def _fitted(x, half, generator):
    """The weights of a net that tells the first half of the rows x [2 half, F] from the others."""
    sizes = [(x.shape[1], HIDDEN), (HIDDEN,), (HIDDEN,), ()]
    spread = [x.shape[1] ** -0.5, 0.0, HIDDEN**-0.5, 0.0]
    weights = [
        (s * torch.randn(size, generator=generator, dtype=x.dtype)).requires_grad_()
        for size, s in zip(sizes, spread, strict=True)
    ]
    targets = (torch.arange(len(x)) < half).to(x)
    optimiser = torch.optim.Adam(weights, lr=RATE)
    for _ in range(STEPS):
        loss = F.binary_cross_entropy_with_logits(_logits(x, weights), targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return [weight.detach() for weight in weights]


def _logits(x, weights):
    into, bias, out, offset = weights
    return (x @ into + bias).relu() @ out + offset
