"""elbo.kl: from a diagonal Gaussian to the standard normal."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


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
        "logvar at -30 and at 9": lambda rng: (
            torch.randn(2, 3, generator=rng),
            torch.tensor([[-30.0, 9.0, 0.5], [9.0, -30.0, -1.0]]),
        ),
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
        Mistake(
            (
                lambda mu, logvar: kl(mu, logvar.clamp(-5, 5)),
                lambda mu, logvar: kl(mu, logvar.clamp(min=-10)),
                lambda mu, logvar: kl(mu, logvar.clamp(-10, 10)),
                lambda mu, logvar: kl(mu, logvar.clamp(min=-20)),
                lambda mu, logvar: kl(mu, logvar.clamp(-20, 20)),
            ),
            "You clamp logvar: it may be any number, and beyond the edges the KL no longer changes, so "
            "nothing pulls a q back that has grown too narrow or too wide.",
        ),
        Mistake(
            (
                lambda mu, logvar: (
                    0.5 * (mu.square() + logvar.exp() - 1 - (logvar.exp() + 1e-8).log()).sum(1)
                ),
                lambda mu, logvar: (
                    0.5 * (mu.square() + logvar.exp() - 1 - (logvar.exp() + 1e-3).log()).sum(1)
                ),
            ),
            "You take the logarithm of the variance plus a small number: logvar is that logarithm already "
            "and safe, and the small number caps what a very narrow q has to pay.",
        ),
    ],
    hints=[
        "The axes of z are independent, so the KL is a sum over axis 1 of one formula per axis.",
        "Per axis, with variance v: half of (mean squared, plus v, minus 1, minus the logarithm of v).",
        "You are handed the logarithm of v: exp gives v itself. Test it on mu = 0 and logvar = 0.",
    ],
)
