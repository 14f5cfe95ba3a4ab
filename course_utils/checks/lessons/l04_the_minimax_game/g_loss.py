"""gan.g_loss: the non-saturating loss of the generator, on logits."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l04_the_minimax_game._logits import FAKES, cut_logs, with_logs


def g_loss(fake):
    """-E log D(G(z)), the non-saturating loss: logits [M] -> scalar."""
    return F.softplus(-fake).mean()


exercise(
    "gan.g_loss",
    reference=g_loss,
    gradient=["fake"],
    inputs=FAKES,
    mistakes=[
        Mistake(
            lambda fake: -F.softplus(-fake).mean(),
            "The sign is turned: this is the average of log D, to be made large, and an optimiser makes it "
            "small, so G learns to be recognised as fake.",
        ),
        Mistake(
            lambda fake: -F.softplus(fake).mean(),
            "This is log(1 - D), the saturating loss of the minimax game: where D is sure its gradient is "
            "nearly zero, so a G with a bad start stays there, and that is what this loss is to cure.",
        ),
        Mistake(
            lambda fake: F.softplus(fake).mean(),
            "The label is 0, as in D's own loss: G's points get the label 1 here, for G wants them to be "
            "taken for real; with 0 it helps D to catch them.",
        ),
        Mistake(
            (lambda fake: g_loss(fake.sigmoid()), lambda fake: -fake.sigmoid().sigmoid().log().mean()),
            "The sigmoid is taken twice: a fake that D has caught for sure then has nearly no gradient "
            "left, so the loss saturates after all.",
        ),
        Mistake(
            lambda fake: F.softplus(-fake).sum(),
            "You sum over the fakes where an average is wanted: G's step grows with the size of the batch, "
            "and G runs ahead of D in a game that needs them in balance.",
        ),
        Mistake(
            with_logs(lambda log, fake: -log(fake.sigmoid()).mean(), cut_logs()),
            "A small number inside the logarithm stops the loss, at 18.4 for 1e-8, and the gradient vanishes "
            "for just those fakes that D has caught for sure: the bad start is back; softplus needs none.",
        ),
        Mistake(
            lambda fake: -fake.sigmoid().log().mean(),
            "The sigmoid rounds to 0 for a fake that D has caught for sure, and its logarithm is minus "
            "infinity: one of them turns all weights of G into NaN; use softplus of minus the logit.",
        ),
        Mistake(
            (lambda fake: (1 - fake.sigmoid()).mean(), lambda fake: -fake.sigmoid().mean()),
            "The logarithm is missing: the gradient of D itself is flat where D is sure, on both sides, so a "
            "bad start is as bad as with the saturating loss.",
        ),
        Mistake(
            (
                lambda fake: -fake.log().mean(),
                *with_logs(lambda log, fake: -log(fake).mean(), cut_logs()),
            ),
            "You take the logits for probabilities: a fake that D has caught has a negative logit, whose "
            "logarithm is NaN, as are then all weights of G; the sigmoid comes first, and softplus has it.",
        ),
        Mistake(
            lambda fake: -fake.sigmoid().mean().log(),
            "You take the logarithm of the average where the average of the logarithms is wanted: one fake "
            "that fools D makes the loss small, and those that D has caught send hardly any gradient to G.",
        ),
        Mistake(
            lambda fake: F.binary_cross_entropy(fake.sigmoid(), torch.ones_like(fake)),
            "The sigmoid comes before the logarithm, and torch cuts that off at -100: for fakes that D has "
            "caught for sure the gradient is lost between the two, and the bad start is back.",
        ),
        Mistake(
            lambda fake: -fake.mean(),
            "This is minus the mean logit, the loss of a critic and not of a D with probabilities: it pushes "
            "fakes that D takes for real as hard as the others, so G runs on past the data.",
        ),
        Mistake(
            lambda fake: g_loss(fake.detach()),
            "Your values are right, but no gradient reaches fake: you detach the logits, as one detaches the "
            "fakes in D's step; in G's step the gradient must run back through D into G, or G never learns.",
        ),
    ],
    hints=[
        "G wants D to say real, so this is the cross-entropy of the fakes with the label of real data.",
        "The first half of D's loss does this to the real logits. Do it to the fake ones.",
        "Minus log sigmoid(l) is softplus of minus l. Then take the mean.",
    ],
)
