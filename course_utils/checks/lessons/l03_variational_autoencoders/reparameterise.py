"""vae.reparameterise: a sample of q that lets the gradient through."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def reparameterise(mean, logvar, noise):
    """A sample of N(mean, diag exp(logvar)) made from standard noise: all [B, D] (Kingma & Welling 2014)."""
    return mean + torch.exp(logvar / 2) * noise


def _codes(batch, units, logvar=0.0):
    """A maker of means, log variances around the given one, and noise."""

    def make(rng):
        mean, spread, noise = torch.randn(3, batch, units, generator=rng)
        return mean, logvar + spread, noise

    return make


def _std(logvar):
    return (logvar / 2).exp()


exercise(
    "vae.reparameterise",
    reference=reparameterise,
    gradient=["mean", "logvar"],
    inputs={
        "4 codes of 3 units": _codes(4, 3),
        "6 codes of 2 units": _codes(6, 2),
        "narrow q, standard deviations near 0.1": _codes(3, 5, logvar=-4.6),
        "wide q, standard deviations near 4": _codes(5, 4, logvar=2.8),
        "a single code, standard deviations near 150": _codes(1, 6, logvar=10.0),
        "standard deviations near 1 in 3,000": _codes(2, 4, logvar=-16.0),
    },
    accepted=[
        Accepted(
            lambda mean, logvar, noise: mean - _std(logvar) * noise,
            "You subtract the noise: minus a standard normal is a standard normal, so this samples the same "
            "q and trains as well.",
        ),
    ],
    mistakes=[
        Mistake(
            (
                lambda mean, logvar, noise: mean + logvar * noise,
                lambda mean, logvar, noise: mean + logvar / 2 * noise,
            ),
            "The noise is scaled by logvar itself, or by its half: at logvar 0, where the KL wants it, there "
            "is then no noise at all, so the decoder learns single points like a plain autoencoder and the "
            "space between them stays empty.",
        ),
        Mistake(
            lambda mean, logvar, noise: mean + logvar.exp() * noise,
            "The noise is scaled by the variance and not by its root: where q is narrow the decoder gets "
            "codes that are far sharper than what the KL is told, so the loss is no bound on log p(x) any "
            "more.",
        ),
        Mistake(
            lambda mean, logvar, noise: mean + logvar.exp() / 2 * noise,
            "The half stands outside the exponential: that is half the variance, where the half of logvar "
            "would make the root of it, so at logvar 0 the decoder gets noise of 0.5 while the KL is told 1.",
        ),
        Mistake(
            lambda mean, logvar, noise: mean + (2 * logvar).exp() * noise,
            "A 2 stands where a half belongs: your noise grows with the fourth power of the standard "
            "deviation, so q as it is sampled and q as the KL sees it are two different distributions.",
        ),
        Mistake(
            lambda mean, logvar, noise: mean + (-logvar / 2).exp() * noise,
            "The sign in the exponent is turned: a code that the encoder is sure of gets the most noise, and "
            "to make its codes sharper training has to tell the KL that they are wide.",
        ),
        Mistake(
            lambda mean, logvar, noise: mean + logvar.sqrt() * noise,
            "The root is taken of logvar, which is negative wherever q is narrower than the prior: that is "
            "NaN, and one NaN in the loss turns every weight of the model into NaN at the next step.",
        ),
        Mistake(
            lambda mean, logvar, noise: mean + noise,
            "The noise is not scaled at all: every code is blurred by a standard deviation of 1, whatever "
            "the encoder says, so only the KL moves logvar, and fine detail never gets through.",
        ),
        Mistake(
            lambda mean, logvar, noise: mean.clone(),
            "The noise is left out: z is the mean, so this is an autoencoder with a penalty, the decoder "
            "never sees what lies between two codes, and samples from the prior fall there.",
        ),
        Mistake(
            lambda mean, logvar, noise: _std(logvar) * noise,
            "The mean is left out: z says nothing of which image it comes from, so the decoder can only "
            "learn the average image, and the KL pulls the unused means to 0.",
        ),
        Mistake(
            lambda mean, logvar, noise: (mean + noise) * _std(logvar),
            "The noise is added before the scaling: the mean is then multiplied by the standard deviation "
            "too, and the centre of your z is not the mean that the KL is paid for.",
        ),
        Mistake(
            (
                lambda mean, logvar, noise: mean + _std(logvar) * noise[0],
                lambda mean, logvar, noise: mean + _std(logvar) * noise[:, :1],
            ),
            "One noise is shared where each value needs its own: the errors of a whole batch (or of all the "
            "units of a code) then point the same way, and the gradient gets much noisier.",
        ),
        Mistake(
            lambda mean, logvar, noise: (mean + _std(logvar) * noise).detach(),
            "Your values are right, but no gradient reaches mean or logvar (a detach, or a no_grad, on the "
            "way): the reconstruction teaches the decoder alone, and the KL pulls every code of the "
            "encoder onto the prior.",
        ),
        Mistake(
            lambda mean, logvar, noise: mean + _std(logvar).detach() * noise,
            "Your values are right, but no gradient reaches logvar: nobody tells the encoder that its noise "
            "hurts the image, so the KL alone sets every standard deviation to 1.",
        ),
        Mistake(
            lambda mean, logvar, noise: mean.detach() + _std(logvar) * noise,
            "Your values are right, but no gradient reaches mean: only the KL speaks to it and pulls it to "
            "0, so all images get the same code and the decoder draws their average.",
        ),
    ],
    hints=[
        "Any normal variable is a standard one, stretched and then moved. Which of your inputs moves, and "
        "which stretches?",
        "What stretches is the standard deviation. logvar is the logarithm of its square; halving a "
        "logarithm takes the root of what is inside.",
        "torch.exp of half of logvar, times the given noise, moved by the mean; all of it in plain torch, so "
        "that the gradient finds its way back.",
    ],
)
