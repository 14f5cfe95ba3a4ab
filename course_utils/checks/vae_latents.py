"""The exercises of notebook 03, Variational autoencoders: what the codes say, and a label beside them."""

import torch
import torch.nn.functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def kl_per_unit(mean, logvar):
    """KL of each latent to N(0, 1) in nats, averaged over the data: mean, logvar [N, D] -> [D]."""
    return ((mean.square() + logvar.exp() - 1 - logvar) / 2).mean(dim=0)


def _posteriors(items, units, collapsed=()):
    """A maker of posteriors in which some units are busier than others; the collapsed ones are N(0, 1)."""

    def make(rng):
        busy = torch.linspace(0.2, 2, units)
        mean = busy * torch.randn(items, units, generator=rng) + 0.3
        logvar = -busy + 0.5 * torch.randn(items, units, generator=rng)
        mean[:, list(collapsed)] = 0
        logvar[:, list(collapsed)] = 0
        return mean, logvar

    return make


def _wide_posteriors(rng):
    mean, logvar = torch.randn(2, 4, 3, generator=rng)
    return mean, logvar.abs() + 0.1


def _terms(mean, logvar):
    return (mean.square() + logvar.exp() - 1 - logvar) / 2


exercise(
    "vae.kl_per_unit",
    reference=kl_per_unit,
    inputs={
        "6 items, 4 units": _posteriors(6, 4),
        "9 items, 2 units": _posteriors(9, 2),
        "5 items, 7 units, two of them collapsed": _posteriors(5, 7, collapsed=(1, 4)),
        "4 items, 3 units wider than the prior": _wide_posteriors,
    },
    mistakes=[
        Mistake(
            lambda mean, logvar: _terms(mean, logvar).sum(dim=1),
            "You sum over the units: that leaves one number for each item, the KL that the loss pays, and it "
            "cannot show which units carry it and which have collapsed.",
        ),
        Mistake(
            lambda mean, logvar: _terms(mean, logvar).mean(dim=1),
            "You average over the units and keep the items: that ranks images by how much is sent about "
            "them, and not units by how much they send.",
        ),
        Mistake(
            (
                lambda mean, logvar: _terms(mean, logvar).sum(dim=1).mean(),
                lambda mean, logvar: _terms(mean, logvar).mean(),
            ),
            "Everything is reduced to one number: a model with two busy units and fourteen collapsed ones "
            "looks just like one with sixteen that do a little each.",
        ),
        Mistake(
            lambda mean, logvar: _terms(mean, logvar).sum(dim=0),
            "You sum over the data where a mean is wanted: the value grows with the number of items, so a "
            "threshold for active units calls every unit active once the test set is large enough.",
        ),
        Mistake(
            (
                lambda mean, logvar: mean.var(dim=0, correction=0),
                lambda mean, logvar: mean.var(dim=0),
            ),
            "This is the variance of the mean over the data, by which Burda et al. (2016) call a unit "
            "active: a good sign of life, but not in nats, and it does not add up to the KL of the loss.",
        ),
        Mistake(
            lambda mean, logvar: _terms(mean.mean(dim=0), logvar.mean(dim=0)),
            "You average the codes first and take the KL of the average: the means of different images "
            "cancel, so a unit that tells them apart perfectly looks as if it had collapsed.",
        ),
        Mistake(
            lambda mean, logvar: 2 * _terms(mean, logvar).mean(dim=0),
            "The half is missing: every unit seems to carry twice the nats that it does, and the units no "
            "longer add up to the KL of the loss.",
        ),
        Mistake(
            lambda mean, logvar: -_terms(mean, logvar).mean(dim=0),
            "The sign is turned: a KL is never negative, and yours is lowest for the busiest unit, so a list "
            "of active units starts at the wrong end.",
        ),
        Mistake(
            lambda mean, logvar: _terms(mean, logvar).mean(dim=0) + 0.5,
            "The 1 is missing: a unit that has collapsed onto the prior should get 0 exactly, and yours gets "
            "half a nat, so no unit ever counts as inactive.",
        ),
        Mistake(
            lambda mean, logvar: (_terms(mean, logvar) + logvar).mean(dim=0),
            "The logvar has the wrong sign: a narrow unit, which carries the most, then gets a lower value "
            "than a collapsed one, even a negative one, and a KL is never negative.",
        ),
        Mistake(
            (
                lambda mean, s: ((mean.square() + (s / 2).exp() - 1 - s) / 2).mean(dim=0),
                lambda mean, s: ((mean.square() + (s / 2).exp() - 1 - s / 2) / 2).mean(dim=0),
            ),
            "The standard deviation stands where the variance belongs: the value is no KL any more, and it "
            "misjudges just the narrow units, those that carry the image.",
        ),
        Mistake(
            lambda mean, logvar: ((logvar.exp() - 1 - logvar) / 2).mean(dim=0),
            "The square of the mean is left out: only the width of q counts then, and a unit that tells the "
            "images apart by where it puts them gets hardly anything for it.",
        ),
        Mistake(
            lambda mean, logvar: ((mean + logvar.exp() - 1 - logvar) / 2).mean(dim=0),
            "The mean is not squared: means of both signs cancel over the data, so a unit that tells the "
            "images apart perfectly seems to carry little more than its width.",
        ),
        Mistake(
            (
                lambda mean, s: ((mean.square() + s.square() - 1 - s.square().log()) / 2).mean(dim=0),
                lambda mean, s: ((mean.square() + s.square() - 1 - 2 * s.log()) / 2).mean(dim=0),
            ),
            "The logvar is taken for the standard deviation: a collapsed unit, with logvar 0, then has an "
            "infinite KL or none that is a number, and looks like the busiest of all.",
        ),
        Mistake(
            lambda mean, s: ((mean.square() + s - 1 - s.log()) / 2).mean(dim=0),
            "The logvar is taken for the variance: its logarithm is NaN for every unit that is narrower "
            "than the prior, which is every unit that the model uses.",
        ),
        Mistake(
            lambda mean, s: ((mean.square() + (2 * s).exp() - 1 - 2 * s) / 2).mean(dim=0),
            "The logvar is taken for the logarithm of the standard deviation: every narrow unit seems "
            "narrower than it is, and seems to carry up to twice as much.",
        ),
    ],
    hints=[
        "It is the KL of the loss before anything is added up: one number for each item and unit.",
        "[N, D] becomes [D]: which axis goes, and is it the one that the loss sums over?",
        "The term for one unit is half of: mean squared, plus variance, minus 1, minus logvar. Average it "
        "over axis 0.",
    ],
)


def condition(z, y, classes):
    """Codes with the one-hot code of the label behind them: z [B, D], y [B] int -> [B, D + classes]."""
    return torch.cat([z, F.one_hot(y, classes).to(z.dtype)], dim=1)


def _labelled(batch, units, classes, labels=None):
    def make(rng):
        z = torch.randn(batch, units, generator=rng)
        y = torch.randint(classes, (batch,), generator=rng) if labels is None else torch.tensor(labels)
        return z, y, classes

    return make


def _hot(z, y, classes):
    return F.one_hot(y, classes).to(z.dtype)


exercise(
    "vae.condition",
    reference=condition,
    gradient=["z"],
    inputs={
        "5 codes of 3, 4 classes": _labelled(5, 3, 4, labels=[2, 0, 3, 1, 2]),
        "4 codes of 2, 10 classes, the last ones absent": _labelled(4, 2, 10, labels=[3, 7, 0, 3]),
        "1 code of 6, 3 classes": _labelled(1, 6, 3),
        "3 codes of 3, 3 classes": _labelled(3, 3, 3, labels=[1, 1, 0]),
    },
    mistakes=[
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, y[:, None].to(z.dtype)], dim=1),
                lambda z, y, classes: torch.cat([z, y[:, None].to(z.dtype) / classes], dim=1),
                lambda z, y, classes: torch.cat([z, y[:, None].to(z.dtype) / (classes - 1)], dim=1),
            ),
            "The label is one column with a number: that tells the decoder that a 3 lies between a 2 and a 4 "
            "and a 9 is nine times a 1, and it has to unlearn this before it can draw either.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, y[:, None].to(z.dtype).expand(-1, classes)], dim=1),
            "The label's number fills all the columns: they all say the same, so the decoder gets one number "
            "many times, with an order that digits do not have, instead of a switch for each class.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([_hot(z, y, classes), z], dim=1),
            "The one-hot code stands in front of z: a decoder that is trained this way works as well, but "
            "one that expects z first reads a class as a latent, so keep z, then class.",
        ),
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, F.one_hot(y).to(z.dtype)], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, y, int(y.max()) + 1)], dim=1),
                lambda z, y, classes: torch.cat(
                    [z, _hot(z, *y.unique(return_inverse=True)[1:], len(y.unique()))], dim=1
                ),
            ),
            "The width follows the labels that happen to be in the batch: without a 9 in it the decoder "
            "gets a column less and stops with an error, or one class lands in another's column.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, _hot(z, y, 10)], dim=1),
            "The 10 classes of the digits are written into your function: a net built for any other number "
            "of classes gets columns that it has no weights for, and stops with an error; use classes.",
        ),
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, _hot(z, (y + 1) % classes, classes)], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, (y - 1) % classes, classes)], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, y + 1, classes + 1)], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, y + 1, classes + 1)[:, :classes]], dim=1),
                lambda z, y, classes: torch.cat([z, _hot(z, y, classes)[:, 1:]], dim=1),
                lambda z, y, classes: torch.cat([z, F.pad(_hot(z, y, classes)[:, 1:], (0, 1))], dim=1),
            ),
            "The one-hot code is shifted by one class: labels count from 0 here, so class 0 is column 0; as "
            "it is, one class loses its column or wraps round, and whoever asks for a 7 gets another digit.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z.long(), F.one_hot(y, classes)], dim=1),
            "The codes are cut to whole numbers: with a prior of N(0, I) most of them become 0, so the "
            "decoder gets the class and next to nothing of the style, and no gradient reaches the encoder.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, torch.zeros(len(z), classes, dtype=z.dtype)], dim=1),
            "The columns for the class are empty: the decoder never hears of the label, so this is the VAE "
            "without a condition, and asking it for a 7 gives any digit.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, torch.softmax(_hot(z, y, classes), dim=1)], dim=1),
            "A softmax over the one-hot code blurs it: the right class then gets 0.23 of ten and the others "
            "0.085 each, a weak signal that the decoder may drown in its latents.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, 1 - _hot(z, y, classes)], dim=1),
            "The code is inverted, 0 at the class and 1 elsewhere: a net could learn to read it, but any "
            "other that expects a one-hot code would be told of all classes but the right one.",
        ),
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, F.one_hot(y - 1, classes)], dim=1),
                lambda z, y, classes: torch.cat([z, F.one_hot(y + 1, classes)], dim=1),
            ),
            "Labels count from 0 here, so nothing is to be taken off or added: with 1 less class 0 has no "
            "column, with 1 more the last has none, and all others light their neighbour's, another digit.",
        ),
        Mistake(
            (
                lambda z, y, classes: torch.cat([z, F.one_hot(y, classes)]),
                lambda z, y, classes: torch.cat([z, F.one_hot(y, classes)], dim=0),
            ),
            "Joined along axis 0 (torch.cat's default) the labels would stand under the codes, as further "
            "items of the batch: each item needs its label beside its own code, or no decoder hears of it.",
        ),
        Mistake(
            lambda z, y, classes: torch.cat([z, y], dim=1),
            "The labels are one number for each item, [B], and no code of them stands beside z: a decoder "
            "needs a column for each class, or it must read an order into the digits that they do not have.",
        ),
    ],
    hints=[
        "Classes have no order and no distance: what code for a label has the same distance between any two?",
        "F.one_hot makes it. How wide is it if the largest label of the batch happens to be 7, and how "
        "do you fix its width?",
        "Then both stand side by side, z first: torch.cat along the axis of the features, not of the batch.",
    ],
)
