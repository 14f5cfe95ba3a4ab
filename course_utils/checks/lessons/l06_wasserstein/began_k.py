"""wgan.began_k: the thermostat of BEGAN."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def began_k(k, real, fake, gamma, rate):
    """The next k: energies real, fake (numbers or [B], of which the mean counts) -> a float in [0, 1]."""
    balance = gamma * real.mean().item() - fake.mean().item()
    return min(max(k + rate * balance, 0.0), 1.0)


def _energies(k, gamma, rate, n=(), m=(), means=(2.0, 1.0)):
    """Energies with about those means, so many of them (none: a single number)."""

    def make(rng):
        real, fake = (
            mean * (0.5 + torch.rand(size, generator=rng)) for mean, size in zip(means, (n, m), strict=True)
        )
        return k, real, fake, gamma, rate

    return make


def _unbounded(k, real, fake, gamma, rate):
    return k + rate * (gamma * real.mean() - fake.mean())


def _kept(change):
    """A rule whose result is kept between 0 and 1."""
    return lambda k, real, fake, gamma, rate: torch.as_tensor(change(k, real, fake, gamma, rate)).clamp(0, 1)


def _with(rule):
    """A rule on the two means."""
    return _kept(lambda k, real, fake, gamma, rate: rule(k, real.mean(), fake.mean(), gamma, rate))


def _fixed(rate=None, gamma=None):
    """The rate or gamma (or both) fixed in the code."""
    return lambda k, real, fake, g, r: began_k(k, real, fake, gamma or g, rate or r)


exercise(
    "wgan.began_k",
    reference=began_k,
    batch=False,
    inputs={
        "k = 0.3, 5 energies and 5": _energies(0.3, 0.5, 0.05, 5, 5, (2.0, 1.6)),
        "k = 0.5, 4 energies and 7, gamma 0.7": _energies(0.5, 0.7, 0.1, 4, 7, (1.0, 2.0)),
        "k = 0.02, fakes of high energy": _energies(0.02, 0.5, 0.1, 6, 3, (0.5, 8.0)),
        "k = 0.97, fakes of low energy": _energies(0.97, 0.8, 0.1, 3, 8, (9.0, 0.5)),
        "k = 0.4, high energies": _energies(0.4, 0.6, 0.02, 5, 4, (14.0, 9.0)),
        "k = 0.2, two plain numbers": _energies(0.2, 0.4, 0.02),
        "k = 0, as at the start": _energies(0.0, 0.3, 0.01, 4, 6, (3.0, 0.2)),
        "k = 0.6, energies in a column, [5, 1]": _energies(0.6, 0.9, 0.03, (5, 1), (5, 1), (1.0, 1.5)),
    },
    right=[
        lambda k, real, fake, gamma, rate: (k + rate * (gamma * real.mean() - fake.mean())).clamp(0, 1),
        lambda k, real, fake, gamma, rate: sorted(
            [0.0, k - rate * (fake.mean().item() - gamma * real.mean().item()), 1.0]
        )[1],
    ],
    mistakes=[
        Mistake(
            (
                _unbounded,
                lambda *args: _unbounded(*args).clamp(min=0),
                lambda *args: _unbounded(*args).clamp(max=1),
                lambda *args: _unbounded(*args).clamp(-1, 1),
                lambda k, *rest: _unbounded(min(max(k, 0.0), 1.0), *rest),
            ),
            "Nothing keeps k between 0 and 1: below 0 the discriminator would lower the energy of the fakes "
            "together with that of the data, and above 1 the fakes count for more than the data.",
        ),
        Mistake(
            _with(lambda k, real, fake, gamma, rate: k - rate * (gamma * real - fake)),
            "The sign of the step is turned: where the fakes' energy is too low k must grow, so that the "
            "discriminator cares more for them; as it stands the thermostat heats when it is hot.",
        ),
        Mistake(
            (
                _with(lambda k, real, fake, gamma, rate: k + rate * (gamma * fake - real)),
                _with(lambda k, real, fake, gamma, rate: k - rate * (gamma * fake - real)),
            ),
            "Real and fake have changed places: gamma is the wanted ratio of the fakes' energy to that of "
            "the data, so it multiplies the energy of the data.",
        ),
        Mistake(
            (
                _with(lambda k, real, fake, gamma, rate: k + rate * gamma * (real - fake)),
                _with(lambda k, real, fake, gamma, rate: k + rate * (real / gamma - fake)),
            ),
            "Gamma stands in the wrong place: the balance that is sought is fake = gamma times real, so "
            "gamma multiplies the energy of the data and nothing else.",
        ),
        Mistake(
            _with(lambda k, real, fake, gamma, rate: k + rate * (real - fake)),
            "Gamma is missing: k then stands still only where the fakes' energy equals that of the data, and "
            "no choice of gamma changes how varied the samples are.",
        ),
        Mistake(
            _with(lambda k, real, fake, gamma, rate: k + gamma * real - fake),
            "The rate is missing: k jumps from one end to the other, where it should follow the mean of many "
            "batches.",
        ),
        Mistake(
            (
                _with(lambda k, real, fake, gamma, rate: rate * (gamma * real - fake)),
                _with(lambda k, real, fake, gamma, rate: gamma * real - fake),
            ),
            "The old k is missing: each step adds a little to it, and what is in k is the memory of all the "
            "batches so far.",
        ),
        Mistake(
            (
                lambda k, real, fake, gamma, rate: (
                    k + (rate * (gamma * real.mean() - fake.mean())).clamp(0, 1)
                ),
                _with(lambda k, real, fake, gamma, rate: k + rate * (gamma * real - fake).clamp(0, 1)),
                _with(lambda k, real, fake, gamma, rate: k + rate * (gamma * real - fake).relu()),
                _with(lambda k, real, fake, gamma, rate: k + rate * (gamma * real - fake).abs()),
            ),
            "The step is cut off where k itself should be: the step may well be negative, and then k falls; "
            "as it stands k can only rise.",
        ),
        Mistake(
            (
                _with(lambda k, real, fake, gamma, rate: k + rate * (gamma * real + fake)),
                _with(lambda k, real, fake, gamma, rate: k + rate * gamma * real - fake),
                _with(lambda k, real, fake, gamma, rate: k + rate * gamma * (real + fake)),
            ),
            "The fakes' energy is to be subtracted, inside the brackets that the rate multiplies: it is the "
            "balance of the two that k reacts to.",
        ),
        Mistake(
            (
                _kept(lambda k, real, fake, gamma, rate: k + rate * (gamma * real.sum() - fake.sum())),
                _kept(lambda k, real, fake, gamma, rate: k + rate * (gamma * real.sum() - fake.mean())),
                _kept(lambda k, real, fake, gamma, rate: k + rate * (gamma * real.mean() - fake.sum())),
            ),
            "You sum the energies where their mean is wanted: the step then grows with the batch, and two "
            "batches of different sizes are out of balance from the start.",
        ),
        Mistake(
            (
                _kept(lambda k, real, fake, gamma, rate: k + rate * (gamma * real - fake)),
                lambda k, real, fake, gamma, rate: _kept(
                    lambda k, real, fake, gamma, rate: k + rate * (gamma * real - fake)
                )(k, real, fake, gamma, rate).mean(),
            ),
            "There is one k for all: take the mean of each batch of energies before you balance them, or "
            "there are as many k as there are examples (and no pairs where the batches differ in size).",
        ),
        Mistake(
            (
                lambda *args: torch.sigmoid(_unbounded(*args)),
                lambda *args: torch.tanh(_unbounded(*args)),
                lambda *args: _unbounded(*args).abs(),
            ),
            "Inside the bounds k must stay what it is: a sigmoid, a tanh or an absolute value bends it, so "
            "that it moves even where the energies are in balance; cut it off at 0 and 1.",
        ),
        Mistake(
            _with(lambda k, real, fake, gamma, rate: k + rate * (gamma * real - k * fake)),
            "The discriminator's loss (with k before the fakes' energy) has slipped into the balance: k "
            "follows the two energies themselves.",
        ),
        Mistake(
            (
                _with(lambda k, real, fake, gamma, rate: real + (gamma * real - fake).abs()),
                lambda k, real, fake, gamma, rate: real.mean() + (gamma * real.mean() - fake.mean()).abs(),
            ),
            "This is the measure of convergence, by which one sees how far training has come: asked for is "
            "the next k.",
        ),
        Mistake(
            (
                _with(lambda k, real, fake, gamma, rate: k + rate * (gamma - fake / real)),
                _with(lambda k, real, fake, gamma, rate: k + rate * (fake / real - gamma)),
            ),
            "You take the ratio of the energies where the rule takes a difference: the ratio is gamma at the "
            "same place, but the step has another size, and for a data energy near 0 it is huge.",
        ),
        Mistake(
            (
                _fixed(rate=0.001),
                _fixed(gamma=0.5),
                _fixed(rate=0.001, gamma=0.5),
                _fixed(gamma=0.75),
            ),
            "Gamma or the rate is fixed in your code: both are handed over, and gamma is the knob between "
            "varied and sharp samples.",
        ),
    ],
    hints=[
        "A thermostat compares what is with what is wanted: the fakes' energy should be gamma times that of "
        "the data. Is k to grow or to fall when it is below that?",
        "First the two means, then the balance, then a small step of the size of the rate, added to k.",
        "At the end the result is kept between 0 and 1, both ends included; it is k that is cut off, not the "
        "step.",
    ],
)
