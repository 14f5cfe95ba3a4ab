"""elbo.monte_carlo: the bound as an average over samples of q."""

import math

import torch
from torch.distributions import Normal

from course_utils.checks.engine.registry import Accepted, Mistake, exercise
from course_utils.checks.lessons.l02_evidence_lower_bound.kl import kl


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


def _narrow_model(rng):
    """A q with a logvar near -8, in a model that is as sharp, so that the bound lies well above 1."""
    mu, logvar = torch.randn(2, 2, generator=rng) + torch.tensor([[0.0], [-8.0]])
    centre = mu.clone()

    def log_pxz_at(z):
        return 10 + Normal(centre.to(z), 0.05).log_prob(z).sum(dim=-1)

    return mu, logvar, torch.randn(5, 2, generator=rng), log_pxz_at


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
    batch=False,
    gradient=["mu", "logvar"],
    inputs={
        "5 samples of 2 latents": _small_model(5, 2, 3),
        "12 samples of 3 latents": _small_model(12, 3, 4),
        "4 samples of 1 latent": _small_model(4, 1, 2),
        "5 samples of a very narrow q": _narrow_model,
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
        Mistake(
            lambda mu, logvar, noise, log_pxz_at: (
                log_pxz_at(_drawn(mu, logvar, noise)[0])
                - Normal(mu, _drawn(mu, logvar, noise)[1]).log_prob(noise).sum(dim=1)
            ).mean(),
            "You take log q at the noise and not at z: the two halves of each weight then speak of different "
            "places, and their difference is no bound on anything.",
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
