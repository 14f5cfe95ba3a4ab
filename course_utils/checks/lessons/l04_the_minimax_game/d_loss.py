"""gan.d_loss: what the discriminator minimises, on logits."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l04_the_minimax_game._logits import (
    columns,
    cut_logs,
    likely_logits,
    wild_logits,
    with_logs,
)


def d_loss(real, fake):
    """-E log D(x) - E log(1 - D(G(z))) with D = sigmoid(logit): real [N], fake [M] -> scalar."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def _logits(n_real, n_fake, scale=1.5, gap=1.0):
    def make(rng):
        return (
            gap + scale * torch.randn(n_real, generator=rng),
            -gap + scale * torch.randn(n_fake, generator=rng),
        )

    return make


def _sure(n_real, n_fake):
    """Logits of a discriminator that is sure, some of them on the wrong side."""
    return lambda rng: (wild_logits(n_real, rng), wild_logits(n_fake, rng))


exercise(
    "gan.d_loss",
    reference=d_loss,
    gradient=["real", "fake"],
    inputs={
        "5 real and 3 fake logits": _logits(5, 3),
        "4 real and 6 fake logits, nobody is sure": _logits(4, 6, scale=0.5, gap=0.0),
        "8 logits each of a sure D, some of them wrong": _sure(8, 8),
        "4 real and 2 fake logits between 0 and 1": likely_logits((4, 2)),
        "6 real and 3 fake logits in columns, [6, 1] and [3, 1]": columns(_logits(6, 3)),
        "a single real and a single fake logit": _logits(1, 1),
    },
    mistakes=[
        Mistake(
            lambda real, fake: (F.softplus(-real) + F.softplus(fake)).mean(),
            "You add real and fake point by point before you average: the two batches may have different "
            "sizes, and then there are no pairs; each half has a mean of its own.",
        ),
        Mistake(
            (
                lambda real, fake: (
                    F.binary_cross_entropy_with_logits(real.sigmoid(), torch.ones_like(real))
                    + F.binary_cross_entropy_with_logits(fake.sigmoid(), torch.zeros_like(fake))
                ),
                lambda real, fake: d_loss(torch.sigmoid(real), torch.sigmoid(fake)),
            ),
            "The sigmoid is taken twice, once by you and once inside the loss: D can then say nothing below "
            "0.5 or above 0.73, so it is never sure, and what it shows G is nearly flat.",
        ),
        Mistake(
            lambda real, fake: F.softplus(real).mean() + F.softplus(-fake).mean(),
            "The labels are swapped: D learns to call fakes real and real data fake, and a G that wants to "
            "be called real is then driven away from the data.",
        ),
        Mistake(
            (
                lambda real, fake: F.softplus(-real).sum() + F.softplus(fake).sum(),
                lambda real, fake: F.softplus(-real).sum() + F.softplus(fake).mean(),
                lambda real, fake: F.softplus(-real).mean() + F.softplus(fake).sum(),
            ),
            "You sum over the points where an average is wanted: the loss grows with the batch, so the step "
            "of D does too, and two batches of different size no longer weigh real and fake alike.",
        ),
        Mistake(
            lambda real, fake: F.softplus(-real).mean(),
            "The half with the fakes is missing: D minimises this by calling everything real, and then it "
            "has no slope to show to G.",
        ),
        Mistake(
            lambda real, fake: F.softplus(fake).mean(),
            "The half with the real data is missing: D minimises this by calling everything fake, and it "
            "never hears of the data, so G cannot either.",
        ),
        Mistake(
            (
                *with_logs(
                    lambda log, real, fake: -log(real.sigmoid()).mean() - log(1 - fake.sigmoid()).mean(),
                    cut_logs(),
                ),
                *with_logs(
                    lambda log, real, fake: -log(real.sigmoid()).mean() - log((-fake).sigmoid()).mean(),
                    cut_logs(),
                ),
            ),
            "A small number inside the logarithm hides the overflow and does not mend it: where D is sure "
            "and wrong the loss stops at minus its logarithm, 18.4 for 1e-8, and the gradient is gone, so "
            "the worst errors are never corrected.",
        ),
        Mistake(
            (
                lambda real, fake: -real.sigmoid().log().mean() - (1 - fake.sigmoid()).log().mean(),
                lambda real, fake: -real.sigmoid().log().mean() - (-fake).sigmoid().log().mean(),
            ),
            "The sigmoid rounds to 0 for a sure D, and its logarithm is minus infinity: one such point in a "
            "batch and every weight of D is NaN after the step; softplus of the logit has no such point.",
        ),
        Mistake(
            lambda real, fake: -d_loss(real, fake),
            "This is V itself, which D should make large: an optimiser goes down, so with this sign D learns "
            "to be as wrong as it can, and without end.",
        ),
        Mistake(
            lambda real, fake: 0.5 * d_loss(real, fake),
            "You halve the sum of the two averages: D learns the same from gradients half as long, but the "
            "loss is then log 2 and not log 4 where nobody can tell, and no longer minus V.",
        ),
        Mistake(
            lambda real, fake: F.binary_cross_entropy_with_logits(
                torch.cat([real, fake]), torch.cat([torch.ones_like(real), torch.zeros_like(fake)])
            ),
            "You average over real and fake points together where each batch has an average of its own: the "
            "larger batch then counts for more, and D leans towards its label wherever it is in doubt.",
        ),
        Mistake(
            (
                lambda real, fake: -real.log().mean() - (1 - fake).log().mean(),
                *with_logs(lambda log, real, fake: -log(real).mean() - log(1 - fake).mean(), cut_logs()),
            ),
            "You take the logits for probabilities: a logit may be any number, and the logarithm of a "
            "negative one is NaN, as are then all weights of D; the sigmoid comes first.",
        ),
        Mistake(
            (
                lambda real, fake: F.softplus(-real).mean() + F.softplus(-fake).mean(),
                lambda real, fake: F.softplus(real).mean() + F.softplus(fake).mean(),
            ),
            "Real and fake points get the same label: D brings this loss to 0 by one answer to everything, "
            "so it tells nothing apart and has no slope to show to G.",
        ),
        Mistake(
            (
                lambda real, fake: F.softplus(-real).mean() - F.softplus(fake).mean(),
                lambda real, fake: F.softplus(fake).mean() - F.softplus(-real).mean(),
            ),
            "One of the halves is subtracted: D then gains without end from being wrong about its points, "
            "and ends with the same answer for real and fake.",
        ),
        Mistake(
            lambda real, fake: (
                F.binary_cross_entropy(real.sigmoid(), torch.ones_like(real))
                + F.binary_cross_entropy(fake.sigmoid(), torch.zeros_like(fake))
            ),
            "The sigmoid has rounded before the logarithm, which torch then cuts off at -100: a fake with "
            "logit 20 costs 100 and not 20, and sends no gradient, so D keeps its worst errors.",
        ),
        Mistake(
            lambda real, fake: -real.sigmoid().mean().log() - (1 - fake.sigmoid()).mean().log(),
            "You take the logarithm of the average probability: a real point that D is sure to be a fake "
            "hides behind the others and sends no gradient, so D keeps its worst errors.",
        ),
        Mistake(
            lambda real, fake: d_loss(real, fake.detach()),
            "You detach D's logits on the fakes, so D is never told that they are fake: what must be "
            "detached are the points that G made, before D looks at them, so that D learns and G does not.",
        ),
        Mistake(
            lambda real, fake: F.softplus(-(real.mean())) + F.softplus(fake.mean()),
            "You average the logits first and take the loss of the average: a D that is sure of half of the "
            "points and wrong on the others then looks as good as one that is right on all.",
        ),
    ],
    hints=[
        "Two averages are added: one over the real logits, one over the fake ones. For each, which label is "
        "right, and what is the cross-entropy of one point?",
        "A real point costs minus log sigmoid(logit), which is softplus of minus the logit. A fake one costs "
        "minus log of one minus the sigmoid; turn the sign of the logit once more.",
        "torch.nn.functional.softplus works on whole tensors. You need it twice, each with a mean, and one "
        "plus; in one of them the logits get a minus.",
    ],
)
