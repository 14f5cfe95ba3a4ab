"""cgan.acgan_losses: both players' losses where D also guesses the class."""

import itertools

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l07_conditional_gans._guesses import guesses
from course_utils.checks.lessons.l07_conditional_gans._terms import (
    LOGS,
    by_log,
    by_probability,
    class_losses,
    class_term,
    k_plus_one,
    last,
    losses,
    paired,
    paired_source,
    pooled,
    pooled_source,
    source,
)


def acgan_losses(real, fake, y_real, y_fake):
    """(d_loss, g_loss), scalars to minimise: real, fake (logits [B, 1], class logits [B, K]), y [B]."""
    d_source = F.softplus(-real[0]).mean() + F.softplus(fake[0]).mean()
    asked = F.cross_entropy(fake[1], y_fake)
    return d_source + F.cross_entropy(real[1], y_real) + asked, F.softplus(-fake[0]).mean() + asked


def _zero(real, fake, y_real, y_fake):
    return 0.0


def _times(d=1.0, g=1.0):
    """Both losses times a number."""

    def wrong(real, fake, y_real, y_fake):
        d_loss, g_loss = acgan_losses(real, fake, y_real, y_fake)
        return d * d_loss, g * g_loss

    return wrong


exercise(
    "cgan.acgan_losses",
    reference=acgan_losses,
    returns=("d_loss", "g_loss"),
    gradient=["real", "fake"],
    batch=False,
    inputs={
        "5 real and 5 generated images, 4 classes": guesses(5, 5, 4),
        "4 images each, 10 classes": guesses(4, 4, 10, scale=0.7),
        "6 real and 4 generated images, 3 classes": guesses(6, 4, 3),
        "3 real and 7 generated images, 10 classes": guesses(3, 7, 10),
        "4 real and 5 generated images, 6 classes, logits of 150 and -150": guesses(4, 5, 6, sure=150.0),
        "a single image each, 2 classes": guesses(1, 1, 2),
    },
    mistakes=[
        Mistake(
            losses(d_fake=_zero),
            "D's class term is on the real images alone: its classifier then never sees a generated one, and "
            "what it tells G about them is guesswork; L_C is an expectation over both kinds.",
        ),
        Mistake(
            losses(d_real=_zero),
            "D's class term is on the generated images alone: no true label is ever used, and the two "
            "players may agree on any names for the classes, such as 3 for every 8.",
        ),
        Mistake(
            (losses(d_real=_zero, d_fake=_zero), losses(d_real=_zero, d_fake=_zero, g_class=_zero)),
            "D has no class term: its second head stays as it was drawn, so nobody learns what a class looks "
            "like, and the label that G is given means nothing.",
        ),
        Mistake(
            (losses(g_class=_zero), losses(d_fake=_zero, g_class=_zero)),
            "G has no class term: it gains nothing by minding its label, and may make any class whatever was "
            "asked for.",
        ),
        Mistake(
            (
                losses(g_class=lambda r, f, y, z: -class_term(f[1], z)),
                losses(d_fake=lambda r, f, y, z: -class_term(f[1], z)),
                losses(
                    d_fake=lambda r, f, y, z: -class_term(f[1], z),
                    g_class=lambda r, f, y, z: -class_term(f[1], z),
                ),
                losses(d_real=lambda r, f, y, z: -class_term(r[1], y)),
                losses(
                    d_real=lambda r, f, y, z: -class_term(r[1], y),
                    d_fake=lambda r, f, y, z: -class_term(f[1], z),
                ),
                class_losses(lambda logits, y: -class_term(logits, y)),
                lambda *args: (acgan_losses(*args)[0], -acgan_losses(*args)[0]),
            ),
            "A class term is subtracted: about the class the players do not fight, so both add the "
            "cross-entropy of it. With a minus one of them gains without end from classes read wrongly.",
        ),
        Mistake(
            (
                losses(
                    d_fake=lambda r, f, y, z: class_term(f[1], y),
                    g_class=lambda r, f, y, z: class_term(f[1], y),
                ),
                losses(d_fake=lambda r, f, y, z: class_term(f[1], y)),
                losses(g_class=lambda r, f, y, z: class_term(f[1], y)),
            ),
            "The generated images are judged by the labels of the real ones: they were made from y_fake, so "
            "G learns to ignore what it is asked for. Where the batches differ in size there is not even a "
            "pair.",
        ),
        Mistake(
            (
                losses(d_real=lambda r, f, y, z: class_term(r[1], z)),
                losses(
                    d_real=lambda r, f, y, z: class_term(r[1], z),
                    d_fake=lambda r, f, y, z: class_term(f[1], y),
                ),
                losses(
                    d_real=lambda r, f, y, z: class_term(r[1], z),
                    d_fake=lambda r, f, y, z: class_term(f[1], y),
                    g_class=lambda r, f, y, z: class_term(f[1], y),
                ),
            ),
            "The real images are judged by the labels that G was asked for: those have nothing to do with "
            "them, and D learns no class.",
        ),
        Mistake(
            (
                losses(d_fake=lambda r, f, y, z: class_term(f[1], last(f[1]))),
                losses(d_fake=lambda r, f, y, z: class_term(f[1], torch.full_like(z, 10))),
                class_losses(lambda logits, y: class_term(logits, y + 1)),
            ),
            "You ask for a class that is not there: the K classes count from 0 to K - 1, and there is none "
            "for what is generated; that question is put to the other head.",
        ),
        Mistake(
            (
                losses(
                    d_real=lambda r, f, y, z: class_term(k_plus_one(r[1]), y),
                    d_fake=lambda r, f, y, z: class_term(k_plus_one(f[1]), last(f[1])),
                ),
                losses(
                    d_real=lambda r, f, y, z: class_term(k_plus_one(r[1]), y),
                    d_fake=lambda r, f, y, z: class_term(k_plus_one(f[1]), last(f[1])),
                    g_class=lambda r, f, y, z: class_term(k_plus_one(f[1]), z),
                ),
                class_losses(lambda logits, y: class_term(k_plus_one(logits), y)),
            ),
            "You count K + 1 classes, one of them for what is generated: ACGAN has K, and whether an image "
            "is generated is asked by the other head; D reads the class of a generated image like any "
            "other.",
        ),
        Mistake(
            (
                class_losses(lambda logits, y: class_term(logits.softmax(1), y)),
                class_losses(lambda logits, y: class_term(logits.sigmoid(), y)),
                *(
                    losses(
                        d_real=real and (lambda r, f, y, z: class_term(r[1].softmax(1), y)),
                        d_fake=fake and (lambda r, f, y, z: class_term(f[1].softmax(1), z)),
                        g_class=asked and (lambda r, f, y, z: class_term(f[1].softmax(1), z)),
                    )
                    for real, fake, asked in itertools.product((0, 1), repeat=3)
                    if 0 < real + fake + asked < 3
                ),
            ),
            "F.cross_entropy wants logits and takes a softmax itself: given probabilities it cannot come "
            "near 0 for a right answer, so the classes pull less the surer D becomes.",
        ),
        Mistake(
            (
                class_losses(F.nll_loss),
                class_losses(lambda logits, y: F.nll_loss(logits.softmax(1), y)),
            ),
            "F.nll_loss only picks the label's entry and turns its sign: it wants log_softmax of the logits. "
            "Without the logarithm or the softmax it is no cross-entropy.",
        ),
        Mistake(
            tuple(
                class_losses(lambda logits, y, how=how: how(logits, F.one_hot(y, logits.shape[1]).to(logits)))
                for how in (
                    F.binary_cross_entropy_with_logits,
                    lambda logits, y: F.binary_cross_entropy(logits.softmax(1), y),
                    lambda logits, y: F.mse_loss(logits.softmax(1), y),
                    lambda logits, y: F.mse_loss(logits, y),
                    lambda logits, y: F.binary_cross_entropy_with_logits(logits, y, reduction="sum") / len(y),
                )
            ),
            "The classes are treated as K separate questions: an image has one class out of K, so the term "
            "is minus the log of its softmax share, F.cross_entropy.",
        ),
        Mistake(
            (
                losses(g_source=lambda r, f, y, z: -source(f[0], 0.0)),
                losses(
                    g_source=lambda r, f, y, z: -source(f[0], 0.0),
                    g_class=lambda r, f, y, z: -class_term(f[1], z),
                ),
                losses(g_source=lambda r, f, y, z: -source(r[0], 1.0) - source(f[0], 0.0)),
            ),
            "G's source term is that of the minimax game, log(1 - D): it is flat where D is sure that an "
            "image is generated, at the start of training; the non-saturating one is -log D.",
        ),
        Mistake(
            (
                losses(g_source=lambda r, f, y, z: source(f[0], 0.0)),
                losses(g_source=lambda r, f, y, z: -source(f[0], 1.0)),
                losses(d_source=lambda r, f, y, z: source(r[0], 0.0) + source(f[0], 1.0)),
                losses(d_source=lambda r, f, y, z: source(r[0], 1.0) + source(f[0], 1.0)),
                losses(d_source=lambda r, f, y, z: source(r[0], 0.0) + source(f[0], 0.0)),
                losses(d_source=lambda r, f, y, z: source(r[0], 1.0) - source(f[0], 0.0)),
                losses(
                    d_source=lambda r, f, y, z: source(r[0], 0.0) + source(f[0], 1.0),
                    g_source=lambda r, f, y, z: source(f[0], 0.0),
                ),
            ),
            "A target or a sign in the source terms is wrong: D's are 1 for real and 0 for generated images, "
            "G's is 1 for its own; all are cross-entropies, and all are added.",
        ),
        Mistake(
            (
                losses(d_source=lambda r, f, y, z: source(r[0], 1.0)),
                losses(d_source=lambda r, f, y, z: source(f[0], 0.0)),
                losses(d_source=_zero),
                losses(g_source=_zero),
                losses(d_source=_zero, g_source=_zero),
            ),
            "A source term is missing: D is asked whether an image is real on both kinds, and G wants its "
            "own to be called real. The class alone asks for images that are easy to read, not for real "
            "ones.",
        ),
        Mistake(
            (
                _times(-1.0, -1.0),
                _times(-1.0),
                lambda r, f, y, z: (
                    class_term(r[1], y) + class_term(f[1], z) - source(r[0], 1.0) - source(f[0], 0.0),
                    acgan_losses(r, f, y, z)[1],
                ),
                _times(g=-1.0),
            ),
            "A loss has the sign of what is maximised: an optimiser goes down, so what should grow gets a "
            "minus first, the class's log-probability as well as the source's.",
        ),
        Mistake(
            (
                _times(0.5),
                _times(0.5, 0.5),
                losses(
                    d_real=lambda r, f, y, z: class_term(r[1], y) / 2,
                    d_fake=lambda r, f, y, z: class_term(f[1], z) / 2,
                ),
                losses(d_source=lambda r, f, y, z: (source(r[0], 1.0) + source(f[0], 0.0)) / 2),
                _times(g=0.5),
                losses(g_class=lambda r, f, y, z: class_term(f[1], z) / 2),
            ),
            "Something is halved, as for a mean of two terms: the paper adds them, each with weight 1. "
            "Halves shift the balance of class against source or of one player against the other.",
        ),
        Mistake(
            (
                losses(d_source=paired_source),
                losses(d_real=paired, d_fake=_zero),
                losses(d_source=paired_source, d_real=paired, d_fake=_zero),
            ),
            "You add real and generated images one by one before the mean: the two batches may differ in "
            "size, and then there are no pairs; each kind has a mean of its own.",
        ),
        Mistake(
            (
                losses(d_real=pooled, d_fake=_zero),
                losses(d_source=pooled_source),
                losses(d_source=pooled_source, d_real=pooled, d_fake=_zero),
                losses(d_real=lambda *args: 2 * pooled(*args), d_fake=_zero),
                losses(d_source=lambda *args: 2 * pooled_source(*args)),
                losses(
                    d_source=lambda *args: 2 * pooled_source(*args),
                    d_real=lambda *args: 2 * pooled(*args),
                    d_fake=_zero,
                ),
            ),
            "Real and generated images are put into one batch before the mean: each kind has a mean of its "
            "own, or the larger batch counts for more, and the sum of two means is twice that of all.",
        ),
        Mistake(
            (
                class_losses(lambda logits, y: class_term(logits, y, "sum")),
                class_losses(
                    lambda logits, y: class_term(logits, y, "sum"),
                    lambda logits, target: source(logits, target, "sum"),
                ),
                class_losses(class_term, lambda logits, target: source(logits, target, "sum")),
                class_losses(lambda logits, y: class_term(logits, y) / logits.shape[1]),
            ),
            "Every term is a mean over its images: with a sum its weight grows with the batch, and divided "
            "by the number of classes as well it shrinks with them.",
        ),
        Mistake(
            (
                class_losses(class_term, lambda logits, target: source(logits.sigmoid(), target)),
                losses(g_source=lambda r, f, y, z: source(f[0].sigmoid(), 1.0)),
                losses(d_source=lambda r, f, y, z: source(r[0].sigmoid(), 1.0) + source(f[0].sigmoid(), 0.0)),
            ),
            "The sigmoid is taken twice, once by you and once inside the loss: D can then say nothing below "
            "0.5 or above 0.73, and what it shows G is nearly flat.",
        ),
        Mistake(
            (
                *(one for log in LOGS for one in by_log(log)),
                class_losses(class_term, by_probability),
                class_losses(lambda logits, y: F.nll_loss(logits.softmax(1).log(), y), by_probability),
            ),
            "What stands in the logarithm has rounded before it is taken: where D is sure and wrong a share "
            "is 0 or 1, or an exponential infinite, so the loss is infinite or cut off, and its gradient is "
            "gone. Take the loss of the logits, in one step.",
        ),
        Mistake(
            (
                losses(g_class=lambda r, f, y, z: class_term(r[1], y) + class_term(f[1], z)),
                losses(g_class=lambda r, f, y, z: class_term(r[1], y)),
                losses(g_source=lambda r, f, y, z: source(r[0], 0.0) + source(f[0], 1.0)),
                losses(g_source=lambda r, f, y, z: source(r[0], 1.0)),
            ),
            "G's loss has a term on real images: G has no part in them, and its loss is on its own images "
            "alone.",
        ),
        Mistake(
            losses(
                d_source=lambda r, f, y, z: source(r[0], 1.0) + source(f[0].detach(), 0.0),
                d_fake=lambda r, f, y, z: class_term(f[1].detach(), z),
            ),
            "You detach what D says of generated images, so D never learns from them: to be detached are the "
            "images that G made, before D looks at them.",
        ),
        Mistake(
            (
                losses(
                    d_fake=lambda r, f, y, z: class_term(f[1], f[1].argmax(1)),
                    g_class=lambda r, f, y, z: class_term(f[1], f[1].argmax(1)),
                ),
                losses(g_class=lambda r, f, y, z: class_term(f[1], f[1].argmax(1))),
                losses(d_fake=lambda r, f, y, z: class_term(f[1], f[1].argmax(1))),
            ),
            "D's own guess is taken for the label of a generated image: whatever G makes is then right as "
            "long as D is sure of it, and what was asked for does not matter; y_fake is the label.",
        ),
    ],
    hints=[
        "Two questions are put to D about each image: real or generated, and of which class. On which does G "
        "want D to fail, and on which do the two want the same?",
        "D's loss has four terms: the source of the real and of the generated images, and the class of both. "
        "G's has two, on its own images only. The class of a generated image is the one it was asked to be.",
        "F.cross_entropy takes class logits and labels, F.softplus of plus or minus the logit is the binary "
        "one. Every term has a mean of its own; add them.",
    ],
)
