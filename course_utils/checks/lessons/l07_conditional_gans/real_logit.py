"""cgan.real_logit: what a classifier with one more class, "generated", says as a discriminator."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def real_logit(classes):
    """D's logit log Z, Z = sum_k exp l_k, where the logit of "generated" is 0: [B, K] -> [B, 1]."""
    return classes.logsumexp(dim=1, keepdim=True)


def _logits(batch, classes, scale=2.0, shift=0.0):
    return lambda rng: (shift + scale * torch.randn(batch, classes, generator=rng),)


def _z(classes):
    return classes.exp().sum(1, keepdim=True)


_SMALL = (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20, 1e-30)


def _all(classes):
    """The K + 1 logits."""
    return torch.cat([classes, torch.zeros_like(classes[:, :1])], 1)


exercise(
    "cgan.real_logit",
    reference=real_logit,
    gradient=["classes"],
    inputs={
        "5 images and 10 classes": _logits(5, 10),
        "3 images and 4 classes": _logits(3, 4, shift=-2.0),
        "6 images and 2 classes": _logits(6, 2, shift=1.0),
        "7 images and 7 classes": _logits(7, 7, scale=1.0),
        "4 images and a single class": _logits(4, 1, shift=0.5),
        "3 images and 5 classes, logits near 150": _logits(3, 5, shift=150.0),
        "4 images and 3 classes, logits near -150": _logits(4, 3, shift=-150.0),
        "2 images and 6 classes, logits near 150 for one and near -150 for the other": lambda rng: (
            torch.tensor([[150.0], [-150.0]]) + 2 * torch.randn(2, 6, generator=rng),
        ),
    },
    mistakes=[
        Mistake(
            (
                lambda classes: classes.softmax(1).sum(1, keepdim=True).log(),
                lambda classes: classes.softmax(1).logsumexp(1, keepdim=True),
                lambda classes: classes.log_softmax(1).logsumexp(1, keepdim=True),
                lambda classes: classes.log_softmax(1).exp().sum(1, keepdim=True),
                lambda classes: classes.softmax(1).sum(1, keepdim=True),
            ),
            "A softmax over the K classes has thrown Z away: its shares sum to 1 for every image, so nothing "
            "is left of how likely it is to be real; take the logits themselves.",
        ),
        Mistake(
            (
                lambda classes: real_logit(classes).sigmoid(),
                lambda classes: _z(classes) / (_z(classes) + 1),
                lambda classes: 1 - 1 / (_z(classes) + 1),
                lambda classes: _all(classes).softmax(1)[:, :-1].sum(1, keepdim=True),
                lambda classes: 1 - _all(classes).softmax(1)[:, -1:],
            ),
            "This is the probability D, Z / (Z + 1), and not its logit: a loss that takes logits puts its "
            "own sigmoid on it, and then D can say nothing below 0.5 or above 0.73.",
        ),
        Mistake(
            (
                lambda classes: _z(classes).log(),
                lambda classes: _z(classes).log().nan_to_num(),
                *(lambda classes, small=small: (_z(classes) + small).log() for small in _SMALL),
                *(lambda classes, small=small: _z(classes).clamp(min=small).log() for small in _SMALL),
                lambda classes: torch.logit(real_logit(classes).sigmoid()),
                lambda classes: (_z(classes) / (_z(classes) + 1)).logit(),
                lambda classes: (d := _z(classes) / (_z(classes) + 1)).log() - (1 - d).log(),
                lambda classes: _all(classes).softmax(1)[:, :-1].sum(1, keepdim=True).logit(),
                lambda classes: torch.logit(1 - _all(classes).softmax(1)[:, -1:]),
                lambda classes: -torch.logit(_all(classes).softmax(1)[:, -1:]),
            ),
            "The formula is right and its steps do not fit into float32: exp of 150 is infinite and exp of "
            "-150 is 0, or a probability has rounded to 1, before the logarithm comes; logsumexp takes the "
            "largest logit out first.",
        ),
        Mistake(
            (
                lambda classes: classes.max() + _z(classes - classes.max()).log(),
                lambda classes: classes.mean() + _z(classes - classes.mean()).log(),
            ),
            "You take the same number out of every row before exp: an image whose logits are far below it is "
            "left with exp = 0 and the logarithm of 0; each row has a largest of its own (dim=1).",
        ),
        Mistake(
            (
                lambda classes: classes.amax(1, keepdim=True),
                lambda classes: classes.max(1).values,
            ),
            "You take the largest logit alone: an image that may be a 4 or a 9 has both classes to be real "
            "by, and with the largest only a doubt about the class counts as a doubt about the image.",
        ),
        Mistake(
            (
                lambda classes: classes.mean(1, keepdim=True),
                lambda classes: classes.sum(1, keepdim=True),
                lambda classes: classes.mean(1),
                lambda classes: classes.sum(1),
            ),
            "You add up the logits (or average them): an image must then be like all classes at once to be "
            "real. Probabilities of classes are added, and those are proportional to exp of the logits.",
        ),
        Mistake(
            (
                lambda classes: F.logsigmoid(real_logit(classes)),
                lambda classes: (_z(classes) / (_z(classes) + 1)).log(),
                lambda classes: _all(classes).log_softmax(1)[:, :-1].logsumexp(1, keepdim=True),
                lambda classes: real_logit(classes) - real_logit(_all(classes)),
            ),
            "This is log D, log Z / (Z + 1), which is never above 0: the logit is log D - log(1 - D), and "
            "the sum Z + 1 falls out of it.",
        ),
        Mistake(
            (
                lambda classes: F.softplus(real_logit(classes)),
                lambda classes: (_z(classes) + 1).log(),
                lambda classes: _z(classes).log1p(),
                lambda classes: real_logit(_all(classes)),
            ),
            'The class "generated" is in the sum, log(Z + 1): this is -log(1 - D), which is never below 0, '
            "so D could call no image generated; sum over the K real classes only.",
        ),
        Mistake(
            (
                lambda classes: _z(classes),
                lambda classes: classes.exp().sum(1),
                lambda classes: classes.exp().mean(1, keepdim=True),
            ),
            "The logarithm is missing: this is the odds D / (1 - D) or a part of them, never below 0, so the "
            "sigmoid of it is never below 0.5 and D can call no image generated.",
        ),
        Mistake(
            (
                lambda classes: -real_logit(classes),
                lambda classes: 1 / (_z(classes) + 1),
                lambda classes: -F.softplus(real_logit(classes)),
                lambda classes: _all(classes).softmax(1)[:, -1:],
                lambda classes: -_z(classes).log(),
            ),
            "This is large where the image is generated: D's logit is large where it is real, that is where "
            "any of the K classes has a large logit.",
        ),
        Mistake(
            (
                lambda classes: classes.exp().mean(1, keepdim=True).log(),
                lambda classes: real_logit(classes) - torch.log(torch.tensor(float(classes.shape[1]))),
            ),
            "You average over the classes where the sum is wanted: the logit is log K too low, so D doubts "
            "the same image the more, the more classes it could be of.",
        ),
        Mistake(
            (
                lambda classes: classes[:, -1:],
                lambda classes: classes[:, :1],
                lambda classes: -classes[:, -1:],
                lambda classes: classes[:, :-1].logsumexp(1, keepdim=True) - classes[:, -1:],
                lambda classes: classes[:, :-1].logsumexp(1, keepdim=True),
                lambda classes: classes[:, 1:].logsumexp(1, keepdim=True),
                lambda classes: classes[:, 1:].logsumexp(1, keepdim=True) - classes[:, :1],
            ),
            'You treat one of the columns apart: all K are classes of real images. "Generated" is class '
            "K + 1, which has no column, for its logit is 0.",
        ),
        Mistake(
            (
                lambda classes: classes.logsumexp(0, keepdim=True),
                lambda classes: classes.logsumexp(0),
                lambda classes: classes.logsumexp(0, keepdim=True).T,
                lambda classes: classes.logsumexp(0)[:, None],
                lambda classes: classes.logsumexp((0, 1)),
                lambda classes: classes.logsumexp((0, 1), keepdim=True),
                lambda classes: classes.logsumexp((0, 1)).expand(len(classes), 1),
            ),
            "You sum over the images of the batch: each image has a logit of its own, made from its K "
            "classes, so the sum runs along dim=1.",
        ),
        Mistake(
            (
                lambda classes: classes.softmax(1).amax(1, keepdim=True),
                lambda classes: classes.log_softmax(1).amax(1, keepdim=True),
                lambda classes: -(classes.softmax(1) * classes.log_softmax(1)).sum(1, keepdim=True),
                lambda classes: (classes.softmax(1) * classes.log_softmax(1)).sum(1, keepdim=True),
                lambda classes: classes.softmax(1).amax(1, keepdim=True).logit(),
            ),
            "This measures how sure the classifier is of the class, which does not change when all logits "
            "rise: a real image may be hard to read, and a generated one easy.",
        ),
    ],
    hints=[
        "Write down the softmax over the K logits and one more, which is 0. Which share goes to "
        '"generated", and which to all the others together?',
        "With Z for the sum of exp of the K logits, D is Z over one more than Z. What is the logit of that, "
        "log D less log of the rest?",
        "exp of 150 does not fit into float32, so do not write log, sum and exp one by one: torch has one "
        "function for the three. It wants an axis, and keepdim for the shape [B, 1].",
    ],
)
