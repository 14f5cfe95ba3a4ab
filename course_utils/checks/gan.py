"""The exercises of notebook 04, The minimax game: the losses of the two players, on logits."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def d_loss(real, fake):
    """-E log D(x) - E log(1 - D(G(z))) with D = sigmoid(logit): real [N], fake [M] -> scalar."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def g_loss_saturating(fake):
    """E log(1 - D(G(z))), what the minimax game asks of G: logits [M] -> scalar."""
    return -F.softplus(fake).mean()


def g_loss(fake):
    """-E log D(G(z)), the non-saturating loss: logits [M] -> scalar."""
    return F.softplus(-fake).mean()


def _logits(n_real, n_fake, scale=1.5, gap=1.0):
    def make(rng):
        return (
            gap + scale * torch.randn(n_real, generator=rng),
            -gap + scale * torch.randn(n_fake, generator=rng),
        )

    return make


def _sure(n_real, n_fake):
    """Logits of a discriminator that is sure, some of them on the wrong side."""
    return lambda rng: (_wild(n_real, rng), _wild(n_fake, rng))


def _wild(n, rng):
    """n logits of any size, the last two so large that float32 rounds their sigmoid to 0 and to 1."""
    return torch.cat([60 * torch.randn(n - 2, generator=rng), torch.tensor([-150.0, 150.0])])


def _likely(n):
    """n logits between 0 and 1, which might be probabilities by the look of them."""
    return lambda rng: tuple(0.1 + 0.8 * torch.rand(size, generator=rng) for size in n)


def _cut_logs():
    """Logarithms that a small number keeps from overflow."""
    for small in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12):
        yield lambda probability, small=small: torch.log(probability + small)
        yield lambda probability, small=small: torch.log(probability.clamp(min=small))
        yield lambda probability, small=small: torch.log(probability.clamp(small, 1 - small))


def _with_logs(loss, logs):
    """The forms of a loss(log, *logits), one for each logarithm."""
    return tuple(lambda *logits, log=log: loss(log, *logits) for log in logs)


exercise(
    "gan.d_loss",
    reference=d_loss,
    gradient=["real", "fake"],
    inputs={
        "5 real and 3 fake logits": _logits(5, 3),
        "4 real and 6 fake logits, nobody is sure": _logits(4, 6, scale=0.5, gap=0.0),
        "8 logits each of a sure D, some of them wrong": _sure(8, 8),
        "4 real and 2 fake logits between 0 and 1": _likely((4, 2)),
    },
    mistakes=[
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
                *_with_logs(
                    lambda log, real, fake: -log(real.sigmoid()).mean() - log(1 - fake.sigmoid()).mean(),
                    _cut_logs(),
                ),
                *_with_logs(
                    lambda log, real, fake: -log(real.sigmoid()).mean() - log((-fake).sigmoid()).mean(),
                    _cut_logs(),
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
                *_with_logs(lambda log, real, fake: -log(real).mean() - log(1 - fake).mean(), _cut_logs()),
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
        "torch.nn.functional.softplus works on whole tensors. Two softplus, two means, one plus; in one of "
        "them the logits get a minus.",
    ],
)


def _fakes(n, scale=1.5, shift=-1.0):
    return lambda rng: (shift + scale * torch.randn(n, generator=rng),)


_FAKES = {
    "5 fake logits": _fakes(5),
    "8 fake logits that D takes for real": _fakes(8, shift=2.0),
    "6 fake logits of a sure D, some of them wrong": lambda rng: (_wild(6, rng),),
    "4 fake logits between 0 and 1": _likely((4,)),
}

exercise(
    "gan.g_loss_saturating",
    reference=g_loss_saturating,
    gradient=["fake"],
    inputs=_FAKES,
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
                *_with_logs(lambda log, fake: log(1 - fake.sigmoid()).mean(), _cut_logs()),
                *_with_logs(lambda log, fake: log((-fake).sigmoid()).mean(), _cut_logs()),
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
                *_with_logs(lambda log, fake: log(1 - fake).mean(), _cut_logs()),
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
        "One term, one average: how probable does D find it that a fake is a fake? Take the logarithm of "
        "that.",
        "One minus sigmoid(l) is sigmoid(-l), and log sigmoid(-l) is minus softplus of l.",
        "The result must be negative, and must go down when a logit goes up. A minus, a softplus, a mean.",
    ],
)

exercise(
    "gan.g_loss",
    reference=g_loss,
    gradient=["fake"],
    inputs=_FAKES,
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
            _with_logs(lambda log, fake: -log(fake.sigmoid()).mean(), _cut_logs()),
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
                *_with_logs(lambda log, fake: -log(fake).mean(), _cut_logs()),
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
            lambda fake: g_loss(fake.detach()),
            "Your values are right, but no gradient reaches fake: you detach the logits, as one detaches the "
            "fakes in D's step; in G's step the gradient must run back through D into G, or G never learns.",
        ),
    ],
    hints=[
        "G wants D to say real, so this is the cross-entropy of the fakes with the label of real data.",
        "The first half of D's loss does this to the real logits. Do it to the fake ones.",
        "Minus log sigmoid(l) is softplus of minus l. Then the mean.",
    ],
)
