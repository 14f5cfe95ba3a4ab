"""gan.g_loss_saturating: what the minimax game asks of the generator, on logits."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l04_the_minimax_game._logits import FAKES, cut_logs, with_logs


def g_loss_saturating(fake):
    """E log(1 - D(G(z))), what the minimax game asks of G: logits [M] -> scalar."""
    return -F.softplus(fake).mean()


exercise(
    "gan.g_loss_saturating",
    reference=g_loss_saturating,
    gradient=["fake"],
    inputs=FAKES,
    mistakes=[
        Mistake(
            lambda fake: F.softplus(fake).mean(),
            "The sign is turned, or the label is 0 as in D's own loss: going down this makes fakes easier to "
            "tell, so G helps D and its points flee from the data.",
        ),
        Mistake(
            lambda fake: F.softplus(-fake).mean(),
            "This is minus log D, the non-saturating loss of section 6: it is a good loss, but not the "
            "second half of V, and what it minimises against the best D is no longer Jensen-Shannon.",
        ),
        Mistake(
            lambda fake: -F.softplus(-fake).mean(),
            "This is the average of log D: to minimise it is to be recognised as fake, so G walks away from "
            "the data, and faster the better D knows it.",
        ),
        Mistake(
            (
                lambda fake: g_loss_saturating(fake.sigmoid()),
                lambda fake: (1 - fake.sigmoid().sigmoid()).log().mean(),
            ),
            "The sigmoid is taken twice: softplus already holds one, so fakes with logits far apart look "
            "nearly alike, and hardly anything of D's opinion reaches G.",
        ),
        Mistake(
            lambda fake: -F.softplus(fake).sum(),
            "You sum over the fakes where an average is wanted: G's step grows with the size of the batch, "
            "and G runs ahead of D in a game that needs them in balance.",
        ),
        Mistake(
            (
                *with_logs(lambda log, fake: log(1 - fake.sigmoid()).mean(), cut_logs()),
                *with_logs(lambda log, fake: log((-fake).sigmoid()).mean(), cut_logs()),
            ),
            "A small number inside the logarithm cuts the loss off at its own logarithm, -18.4 for 1e-8: for "
            "fakes that fool D for sure the value is wrong and the gradient gone; softplus needs none.",
        ),
        Mistake(
            (lambda fake: (1 - fake.sigmoid()).log().mean(), lambda fake: (-fake).sigmoid().log().mean()),
            "One minus the sigmoid rounds to 0 where D is fooled for sure, and its logarithm is minus "
            "infinity: a single such fake turns all weights of G into NaN.",
        ),
        Mistake(
            lambda fake: (1 - fake.sigmoid()).mean(),
            "The logarithm is missing: an average of 1 - D is flat on both sides, also where fakes fool D, "
            "and together with D's loss it makes no zero-sum game.",
        ),
        Mistake(
            (
                lambda fake: (1 - fake).log().mean(),
                *with_logs(lambda log, fake: log(1 - fake).mean(), cut_logs()),
            ),
            "You take the logits for probabilities: a fake with a logit above 1 has fooled D, and just there "
            "log(1 - logit) is NaN, as are then all weights of G; the sigmoid comes first.",
        ),
        Mistake(
            lambda fake: (1 - fake.sigmoid()).mean().log(),
            "You take the logarithm of the average where the average of the logarithms is wanted: this is no "
            "longer the second half of V, and a fake that fools D for sure hardly counts in it.",
        ),
        Mistake(
            lambda fake: -F.binary_cross_entropy(fake.sigmoid(), torch.zeros_like(fake)),
            "The sigmoid has rounded before the logarithm, which torch then cuts off at -100: a fake with "
            "logit 20 gives -100 and not -20, and it sends no gradient to G.",
        ),
        Mistake(
            lambda fake: g_loss_saturating(fake.detach()),
            "Your values are right, but no gradient reaches fake: you detach the logits, as one detaches the "
            "fakes in D's step; in G's step the gradient must run back through D into G, or G never learns.",
        ),
    ],
    hints=[
        "There is one term, and one average: how probable does D find it that a fake is a fake? Take the "
        "logarithm of that.",
        "One minus sigmoid(l) is sigmoid(-l), and log sigmoid(-l) is minus softplus of l.",
        "The result must be negative, and must go down when a logit goes up. It has a minus, a softplus "
        "and a mean.",
    ],
)
