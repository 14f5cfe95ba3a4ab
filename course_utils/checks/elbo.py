"""The exercises of notebook 02, The evidence lower bound: its KL, and the bound from samples."""

import math

import torch
from torch.distributions import Normal

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def kl(mu, logvar):
    """KL(N(mu, diag exp(logvar)) || N(0, I)) in nats: mu, logvar [B, D] -> [B]."""
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(dim=1)


def _gaussians(batch, axes, shift=0.0):
    def make(rng):
        mu, logvar = torch.randn(2, batch, axes, generator=rng)
        return mu, logvar + shift

    return make


def _terms(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar)


exercise(
    "elbo.kl",
    reference=kl,
    inputs={
        "3 Gaussians of 4 axes": _gaussians(3, 4),
        "5 narrow Gaussians of 2 axes": _gaussians(5, 2, shift=-3.0),
        "4 wide Gaussians of 7 axes": _gaussians(4, 7, shift=1.5),
        "q equal to the prior": lambda rng: (torch.zeros(2, 3), torch.zeros(2, 3)),
    },
    mistakes=[
        Mistake(
            lambda mu, logvar: -kl(mu, logvar),
            "The sign is turned, as in a paper that prints minus the KL: subtract this in the ELBO and "
            "training drives q away from the prior without end.",
        ),
        Mistake(
            lambda mu, logvar: 2 * kl(mu, logvar),
            "The half in front is missing: the KL counts double, so what you maximise is no longer the bound "
            "on log p(x) but a beta-VAE's objective with beta = 2.",
        ),
        Mistake(
            (
                lambda mu, logvar: kl(mu, 2 * logvar),
                lambda mu, logvar: 0.5 * (mu.square() + (2 * logvar).exp() - 1 - logvar).sum(dim=1),
            ),
            "You take logvar for the logarithm of the standard deviation and square once more: exp(logvar) "
            "is the variance already. This is the KL of another q than the one you draw from, far too strict "
            "on a wide one.",
        ),
        Mistake(
            lambda mu, logvar: 0.5 * (mu.square() + logvar.exp() - 1 + logvar).sum(dim=1),
            "The logarithm has the wrong sign: the narrower q is, the lower this gets, without end, so "
            "training shrinks every q to a point, and no noise is left in the code.",
        ),
        Mistake(
            lambda mu, logvar: 0.5 * (mu.square() + (logvar / 2).exp() - 1 - logvar).sum(dim=1),
            "You put the standard deviation where the variance belongs, exp(logvar / 2) for exp(logvar): the "
            "least is then at a variance of 4 and not of 1, so q is pushed to be too wide.",
        ),
        Mistake(
            lambda mu, logvar: 0.5 * (mu.square() + logvar.exp() - 1 - logvar / 2).sum(dim=1),
            "You take the log of the standard deviation where the log of the variance belongs: the pull "
            "against a narrow q is half of what it should be, and q settles at a variance of one half.",
        ),
        Mistake(
            (
                lambda mu, logvar: 0.5 * (mu.square() + logvar - 1 - logvar.log()).sum(dim=1),
                lambda mu, logvar: 0.5 * (mu.square() + logvar.square() - 1 - logvar.square().log()).sum(1),
                lambda mu, logvar: 0.5 * (mu.square() + logvar.square() - 1 - 2 * logvar.log()).sum(1),
                lambda mu, logvar: 0.5 * (mu.square() + logvar.square() - 1 - logvar).sum(dim=1),
                lambda mu, logvar: 0.5 * (mu.square() + logvar.square() - 1 - 2 * logvar).sum(dim=1),
                lambda mu, logvar: 0.5 * (mu.square() - 1).sum(dim=1),
                lambda mu, logvar: 0.5 * (mu.square() + logvar.exp() - 1 - logvar.log()).sum(dim=1),
            ),
            "You use logvar as if it were the variance or the standard deviation itself: it is a logarithm "
            "already and may be negative, so the KL is wrong, or NaN where you take its log; exp gives the "
            "variance.",
        ),
        Mistake(
            lambda mu, logvar: _terms(mu, logvar).mean(dim=1),
            "You average over the axes of z where you should sum: the KL of independent axes adds up, and an "
            "average makes the prior count less the more latents you have.",
        ),
        Mistake(
            (
                lambda mu, logvar: _terms(mu, logvar).sum(),
                lambda mu, logvar: _terms(mu, logvar).mean(),
                lambda mu, logvar: _terms(mu, logvar).sum(dim=1).mean(),
            ),
            "All points are taken together: each x has its own q and its own KL, so [B] values are wanted; "
            "the average over the batch comes later, with the reconstruction.",
        ),
        Mistake(
            lambda mu, logvar: _terms(mu, logvar).sum(dim=0),
            "You sum over the batch, axis 0, and leave the axes of z: that says how busy each latent is, and "
            "not how far the q of each x is from the prior.",
        ),
        Mistake(
            lambda mu, logvar: 0.5 * (mu.square() + logvar.exp() - logvar).sum(dim=1),
            "The -1 is missing: the gradient stays right, but the value is too high by half the number of "
            "axes, so q equal to the prior does not get 0 and the bound you report is too low.",
        ),
        Mistake(
            lambda mu, logvar: 0.5 * ((1 + mu.square()) * (-logvar).exp() - 1 + logvar).sum(dim=1),
            "This is KL(prior || q), the reverse: it punishes a q that is narrow anywhere, while the ELBO "
            "needs the one in which the average runs over q.",
        ),
        Mistake(
            lambda mu, logvar: 0.5 * (mu + logvar.exp() - 1 - logvar).sum(dim=1),
            "The mean is not squared: the further left q moves, the lower this gets, so it has no least "
            "value and training sends every code to minus infinity.",
        ),
    ],
    hints=[
        "The axes of z are independent, so the KL is a sum over axis 1 of one formula per axis.",
        "Per axis, with variance v: half of (mean squared, plus v, minus 1, minus the logarithm of v).",
        "You are handed the logarithm of v: exp gives v itself. Test it on mu = 0 and logvar = 0.",
    ],
)


def elbo_estimate(mu, logvar, noise, log_pxz_at):
    """Mean of log p(x, z_k) - log q(z_k), z_k = mu + std noise_k: mu, logvar [D], noise [K, D] -> scalar."""
    std = (0.5 * logvar).exp()
    z = mu + std * noise
    return (log_pxz_at(z) - Normal(mu, std).log_prob(z).sum(dim=1)).mean()


def _small_model(samples, latents, pixels):
    """A maker of a q, noise for it, and log p(x, z) of a linear model and one x."""

    def make(rng):
        weight = torch.randn(pixels, latents, generator=rng)
        x = torch.randn(pixels, generator=rng)

        def log_pxz_at(z):
            log_px = Normal(z @ weight.to(z).T, 0.8).log_prob(x.to(z)).sum(dim=-1)
            return log_px + Normal(0.0, 1.0).log_prob(z).sum(dim=-1)

        mu, logvar = 0.7 * torch.randn(2, latents, generator=rng) - 0.3
        return mu, logvar, torch.randn(samples, latents, generator=rng), log_pxz_at

    return make


def _drawn(mu, logvar, noise):
    std = (0.5 * logvar).exp()
    return mu + std * noise, std


def _log_q(mu, logvar, noise):
    z, std = _drawn(mu, logvar, noise)
    return Normal(mu, std).log_prob(z).sum(dim=1)


def _log_prior(z):
    return Normal(0.0, 1.0).log_prob(z).sum(dim=1)


def _log_w(mu, logvar, noise, log_pxz_at):
    return log_pxz_at(_drawn(mu, logvar, noise)[0]) - _log_q(mu, logvar, noise)


exercise(
    "elbo.monte_carlo",
    reference=elbo_estimate,
    gradient=["mu", "logvar"],
    inputs={
        "5 samples of 2 latents": _small_model(5, 2, 3),
        "12 samples of 3 latents": _small_model(12, 3, 4),
        "4 samples of 1 latent": _small_model(4, 1, 2),
    },
    accepted=[
        Accepted(
            lambda mu, logvar, noise, log_pxz_at: (
                log_pxz_at(_drawn(mu, logvar, noise)[0]).mean()
                + 0.5 * (logvar + math.log(2 * math.pi * math.e)).sum()
            ),
            "You average the energy only and take the entropy of q in closed form: the same number on "
            "average, and another one for each handful of samples.",
        ),
    ],
    mistakes=[
        Mistake(
            (
                lambda mu, logvar, noise, log_pxz_at: elbo_estimate(mu, 2 * logvar, noise, log_pxz_at),
                lambda mu, logvar, noise, log_pxz_at: (
                    log_pxz_at(mu + logvar.exp() * noise) - _log_q(mu, logvar, noise)
                ).mean(),
            ),
            "You take exp(logvar), the variance, for the standard deviation: samples then come from a "
            "narrower or wider q than the one you were handed, and the value is that of another q.",
        ),
        Mistake(
            (
                lambda mu, logvar, noise, log_pxz_at: (
                    log_pxz_at(_drawn(mu, logvar, noise)[0]).mean() - kl(mu[None], logvar[None]).squeeze()
                ),
                lambda mu, logvar, noise, log_pxz_at: (
                    _log_w(mu, logvar, noise, log_pxz_at) + _log_prior(_drawn(mu, logvar, noise)[0])
                ).mean(),
            ),
            "The prior counts twice: it is in log p(x, z) already, and the KL to the prior brings it in once "
            "more, so q is drawn to 0 too hard and never gets to the posterior; subtract log q alone.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: (
                log_pxz_at(_drawn(mu, logvar, noise)[0]) - _log_prior(_drawn(mu, logvar, noise)[0])
            ).mean(),
            "You subtract the prior's log density where q's is wanted: that leaves the reconstruction alone, "
            "with no KL, so training shrinks q to a point and the codes drift wherever they like.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: (
                log_pxz_at(_drawn(mu, logvar, noise)[0]) - _log_prior(noise)
            ).mean(),
            "You subtract the density of the noise: scaling by the width thins a density out, so log q(z) "
            "is that minus the sum of log sigma; without it no wide q is rewarded, and q becomes a point.",
        ),
        Mistake(
            lambda *given: -elbo_estimate(*given),
            "This is minus the ELBO, a loss to be minimised, and the bound itself is wanted: it stands below "
            "log p(x), and who climbs its negative drives q away from the posterior.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: log_pxz_at(_drawn(mu, logvar, noise)[0]).mean(),
            "The term log q is missing: without it nothing rewards a wide q, so training shrinks it to a "
            "point, and the sampling, which makes this more than an autoencoder, is lost.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: (
                log_pxz_at(_drawn(mu, logvar, noise)[0]) + _log_q(mu, logvar, noise)
            ).mean(),
            "You add log q and should subtract it: a narrow q is then paid for being narrow, and the "
            "value grows without end as its width goes to 0.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: (
                torch.logsumexp(_log_w(mu, logvar, noise, log_pxz_at), dim=0) - math.log(len(noise))
            ),
            "You average the weights and then take the logarithm: that is the importance-weighted bound, "
            "nearer to log p(x); the ELBO is the average of the logarithms.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: _log_w(mu, logvar, noise, log_pxz_at).sum(),
            "You sum over the samples where an average is wanted: the value then grows with the number of "
            "samples, and it is no longer a bound on anything.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: elbo_estimate(
                mu, logvar, torch.zeros_like(noise), log_pxz_at
            ),
            "The noise is not used: every sample is the mean of q, so the value says nothing about how much "
            "a wide q loses, and a wider one looks better without end.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: (
                log_pxz_at(_drawn(mu, logvar, noise)[0])
                - Normal(mu, _drawn(mu, logvar, noise)[1]).log_prob(_drawn(mu, logvar, noise)[0]).mean(dim=1)
            ).mean(),
            "You average log q over the latent axes where it should be summed: densities of independent "
            "axes multiply, so the entropy of q counts too little as soon as there are two latents.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: (
                log_pxz_at(_drawn(mu, logvar, noise)[0]) + 0.5 * noise.square().sum(dim=1)
            ).mean(),
            "The density of q lacks its normalising constant: the term with the width is what rewards a wide "
            "q, and without it the gradient shrinks q to a point.",
        ),
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: (
                _log_w(mu, logvar, noise, log_pxz_at).mean() - 0.5 * len(mu) * math.log(2 * math.pi)
            ),
            "The density of q lacks the factor 1 / sqrt(2 pi) of each axis: training does not notice a "
            "constant, but the value is too low by 0.919 for each latent and cannot be compared.",
        ),
    ],
    hints=[
        "Turn the noise into samples of q first: shift it by the mean and scale it by the standard "
        "deviation, which is the exponential of half the logvar.",
        "For each sample: how likely is it together with x, and how likely did q find it? On the log scale "
        "you need the difference. torch.distributions.Normal(mean, std).log_prob gives one value per axis.",
        "Sum log q over the axes (axis 1), subtract it from log_pxz_at(z), average over the samples.",
    ],
)
