"""gan.one_sided_loss: a discriminator that is held back from being sure of real images."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def one_sided_loss(real, fake, label):
    """Cross-entropy of D with label `label` for real and 0 for fake: logits [N], [M] -> scalar."""
    return label * F.softplus(-real).mean() + (1 - label) * F.softplus(real).mean() + F.softplus(fake).mean()


def _logits(n_real, n_fake, label, scale=2.0):
    return lambda rng: (
        1 + scale * torch.randn(n_real, generator=rng),
        -1 + scale * torch.randn(n_fake, generator=rng),
        label,
    )


def _columns(make):
    """A maker whose logits are columns, [N, 1], as D gives them."""

    def columns(rng):
        real, fake, label = make(rng)
        return real[:, None], fake[:, None], label

    return columns


def _cross_entropy(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def _by_log(real, fake, label):
    on_real, on_fake = torch.sigmoid(real), torch.sigmoid(fake)
    real_half = label * on_real.log() + (1 - label) * (1 - on_real).log()
    return -real_half.mean() - (1 - on_fake).log().mean()


def _by_probability(real, fake, label):
    bce = F.binary_cross_entropy
    on_real = bce(torch.sigmoid(real), torch.full_like(real, label))
    return on_real + bce(torch.sigmoid(fake), torch.zeros_like(fake))


exercise(
    "gan.one_sided_loss",
    reference=one_sided_loss,
    gradient=["real", "fake"],
    inputs={
        "5 real and 3 fake logits, label 0.9": _logits(5, 3, 0.9),
        "4 real and 6 fake logits, label 0.7": _logits(4, 6, 0.7),
        "6 logits each of a sure D, label 0.9": _logits(6, 6, 0.9, scale=60.0),
        "3 real and 4 fake logits, label 1": _logits(3, 4, 1.0),
        "5 real and 2 fake logits in columns, label 0.8": _columns(_logits(5, 2, 0.8)),
        "a single real and a single fake logit, label 0.5": _logits(1, 1, 0.5),
        "3 real and 4 fake logits of a D that is sure and right, label 1": lambda rng: (
            12 + torch.rand(3, generator=rng),
            -12 - torch.rand(4, generator=rng),
            1.0,
        ),
    },
    mistakes=[
        Mistake(
            lambda real, fake, label: _cross_entropy(real, label) + _cross_entropy(fake, 1 - label),
            "You smooth both sides: fakes far from the data, where there are no real points, then have the "
            "label 1 - label above 0, so D rewards them for staying where they are.",
        ),
        Mistake(
            lambda real, fake, label: _cross_entropy(real, 1.0) + _cross_entropy(fake, 1 - label),
            "You smooth the fake side: D is told that some fakes are real, and G is rewarded for what it "
            "makes already, good or bad; the real label is the one to soften.",
        ),
        Mistake(
            lambda real, fake, label: label * F.softplus(-real).mean() + F.softplus(fake).mean(),
            "The other part of the label is missing: real points also count as fake with weight 1 - label. "
            "Without it the real half is only scaled, and D still grows without limit.",
        ),
        Mistake(
            lambda real, fake, label: _cross_entropy(real, 1.0) + _cross_entropy(fake, 0.0),
            "The label is not used: this is the plain loss, and a sure D has logits without limit, and "
            "nearly no slope for G.",
        ),
        Mistake(
            lambda real, fake, label: _cross_entropy(real, 1 - label) + _cross_entropy(fake, 0.0),
            "Real points get the label 1 - label: D learns to call both sides fake, and has no slope "
            "that leads G to the data.",
        ),
        Mistake(
            lambda real, fake, label: _cross_entropy(real, label) + _cross_entropy(fake, 1.0),
            "Fakes get the label 1: D learns to call everything real, and G is done before it has begun.",
        ),
        Mistake(
            lambda real, fake, label: one_sided_loss(fake, real, label),
            "Real and fake are swapped: D learns to call fakes real, and its slope leads G away from the "
            "data; the label belongs to the real half.",
        ),
        Mistake(
            lambda real, fake, label: (
                label * F.softplus(-real).sum()
                + (1 - label) * F.softplus(real).sum()
                + F.softplus(fake).sum()
            ),
            "You add up over the points where a mean is wanted: D's step then grows with the batch, and two "
            "halves of different size no longer count the same.",
        ),
        Mistake(
            lambda real, fake, label: one_sided_loss(real, fake, 0.9),
            "The label 0.9 is written into your function: right for that one, and whoever asks for 0.7 or "
            "for none gets 0.9 all the same; use the argument.",
        ),
        Mistake(
            lambda real, fake, label: F.binary_cross_entropy_with_logits(
                torch.cat([real, fake]), torch.cat([torch.full_like(real, label), torch.zeros_like(fake)])
            ),
            "You average over real and fake points together where each half has a mean of its own: the "
            "larger batch then counts for more, and the value is about half of that of notebook 04.",
        ),
        Mistake(
            (_by_log, _by_probability),
            "You take the sigmoid first and the logarithm later: where D is sure the sigmoid is 1 or 0, to "
            "the last digit, and the loss is infinite or cut off; work with the logits, as softplus does.",
        ),
        Mistake(
            lambda real, fake, label: F.softplus(-label * real).mean() + F.softplus(fake).mean(),
            "You multiply the logit by the label: D then needs larger logits, which is the reverse of what "
            "the trick is for; the label weighs the two halves of the cross-entropy.",
        ),
        Mistake(
            lambda real, fake, label: (
                F.mse_loss(torch.sigmoid(real), torch.full_like(real, label))
                + torch.sigmoid(fake).square().mean()
            ),
            "This is a squared error of the sigmoid: a D that is sure and wrong gets no gradient from it, so "
            "it keeps its worst errors; the trick belongs to the cross-entropy.",
        ),
        Mistake(
            lambda real, fake, label: 0.5 * one_sided_loss(real, fake, label),
            "You halve the sum of the two averages: D learns the same from gradients half as long, but the "
            "value can no longer be read beside that of notebook 04.",
        ),
    ],
    hints=[
        "The fake half stays as it is. For the real half: what is the cross-entropy of one point whose label "
        "is neither 1 nor 0?",
        "A label of 0.9 weighs both logarithms: 0.9 times minus log D, and 0.1 times minus log of one minus "
        "D. Write both with softplus.",
        "F.binary_cross_entropy_with_logits takes any label between 0 and 1; torch.full_like makes them.",
    ],
)
