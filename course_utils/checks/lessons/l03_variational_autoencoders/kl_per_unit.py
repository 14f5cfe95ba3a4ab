"""vae.kl_per_unit: which latents are in use."""

import torch

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
