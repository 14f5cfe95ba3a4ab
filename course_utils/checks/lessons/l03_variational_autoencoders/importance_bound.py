"""vae.importance_bound: a tighter bound from several codes of an image."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def importance_bound(log_px_given_z, log_prior, log_q):
    """log 1/K sum_k p(x|z_k) p(z_k) / q(z_k|x), z_k from q: all [K, B] -> [B] (Burda et al. 2016, eq. 8)."""
    log_w = log_px_given_z + log_prior - log_q
    return torch.logsumexp(log_w, dim=0) - math.log(len(log_w))


def _weighted(samples, images, spread=1.0, far=()):
    """A maker of log densities of codes from q; log p(x|z) of the far images lies near -2000."""

    def make(rng):
        log_px, log_prior, log_q = torch.randn(3, samples, images, generator=rng)
        log_px = spread * log_px - 3
        log_px[:, list(far)] -= 2000
        return log_px, log_prior - 2, log_q + 1

    return make


def _mean_weight(log_w):
    return torch.logsumexp(log_w, dim=0) - math.log(len(log_w))


def _all_in_one(log_w):
    return torch.logsumexp(log_w.flatten(), dim=0) - math.log(log_w.numel())


def _on(reduced):
    """The exercise with another way from the log weights [K, B] to a result."""
    return lambda log_px, log_prior, log_q: reduced(log_px + log_prior - log_q)


def _shifted(log_w):
    """The mean weight with one maximum for all images taken out first."""
    return (log_w - log_w.max()).exp().mean(dim=0).log() + log_w.max()


exercise(
    "vae.importance_bound",
    reference=importance_bound,
    inputs={
        "6 codes for each of 3 images": _weighted(6, 3),
        "40 codes for each of 2 images": _weighted(40, 2, spread=2.0),
        "5 codes for each of 4 images, two with weights near e^-2000": _weighted(5, 4, far=(1, 3)),
        "9 codes for 1 image, weights near e^-2000": _weighted(9, 1, far=(0,)),
        "1 code for each of 3 images": _weighted(1, 3),
    },
    mistakes=[
        Mistake(
            _on(lambda log_w: log_w.mean(dim=0)),
            "You average the logarithms, where the weights are to be averaged first: that is the ELBO, from "
            "K draws of it, less noisy with more of them but no tighter, so the model looks as bad as "
            "with one.",
        ),
        Mistake(
            _on(lambda log_w: torch.logsumexp(log_w, dim=0)),
            "The sum of the weights is not divided by K: your value grows by log K, so with enough codes "
            'this "bound" lies above the true log p(x), and any model can be made to win.',
        ),
        Mistake(
            _on(lambda log_w: torch.logsumexp(log_w, dim=0) / len(log_w)),
            "The division by K happens outside the logarithm, where it has to be a difference: log(S / K) "
            "is log S minus log K, and this value tends to 0 for any model as K grows.",
        ),
        Mistake(
            _on(lambda log_w: torch.logsumexp(log_w, dim=0) + math.log(len(log_w))),
            "You add log K where you should subtract it: the sum of the weights is then multiplied by K "
            'once more, and this "bound" comes out too high by twice log K.',
        ),
        Mistake(
            lambda log_px, log_prior, log_q: _mean_weight(log_px + log_prior + log_q),
            "The density q is added where it is to be subtracted: codes that q draws often count twice over, "
            "by their number and by their weight, and a sharper encoder lifts the value without end.",
        ),
        Mistake(
            lambda log_px, log_prior, log_q: _mean_weight(log_px + log_prior),
            "The density q is left out of the weights: codes that q draws often are counted often, with "
            "nothing to make up for it, so the value is no estimate of log p(x) at all.",
        ),
        Mistake(
            lambda log_px, log_prior, log_q: _mean_weight(log_px - log_q),
            "The prior is left out: a code far from the prior then costs nothing, so an encoder that sends "
            "its codes anywhere looks good, and the value is no bound on the log p(x) of your samples.",
        ),
        Mistake(
            lambda log_px, log_prior, log_q: _mean_weight(log_px),
            "Prior and q are both left out: that would be right for codes from the prior, but yours come "
            "from q, which saw the image, so this is its reconstruction with nothing paid for the code.",
        ),
        Mistake(
            lambda log_px, log_prior, log_q: _mean_weight(log_px - log_prior - log_q),
            "You divide by the prior where you should multiply by it: the less likely a code is under the "
            "prior the more it counts, so codes far outside look best.",
        ),
        Mistake(
            lambda log_px, log_prior, log_q: _mean_weight(log_px - log_prior + log_q),
            "Prior and q have changed sides: the weights are p(x|z) q / p(z), so the KL comes in as a "
            "reward, and the further q is from the prior the better the model looks.",
        ),
        Mistake(
            (
                _on(lambda log_w: log_w.exp().mean(dim=0).log()),
                _on(lambda log_w: log_w.double().exp().mean(dim=0).log().to(log_w.dtype)),
                *(
                    _on(lambda log_w, small=small: (log_w.exp().mean(dim=0) + small).log())
                    for small in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-16, 1e-20, 1e-30)
                ),
                lambda log_px, log_prior, log_q: (
                    (log_px.exp() * log_prior.exp() / log_q.exp()).mean(dim=0).log()
                ),
            ),
            "Right until the weights leave the range of the computer's numbers: below e^-745 each of them is "
            "0 (in float32 below e^-104 already), so one image of many pixels makes your test value minus "
            "infinity, or that of your small number.",
        ),
        Mistake(
            _on(_shifted),
            "One maximum is taken out for all images together: an image that lies far below the best one "
            "still has only weights that round to 0, and comes out as minus infinity; each image needs its "
            "own maximum, as in torch.logsumexp.",
        ),
        Mistake(
            (
                _on(lambda log_w: torch.logsumexp(log_w, dim=1) - math.log(log_w.shape[1])),
                _on(lambda log_w: torch.logsumexp(log_w, dim=1) - math.log(len(log_w))),
                _on(lambda log_w: torch.logsumexp(log_w, dim=1)),
            ),
            "You average over the images, axis 1, and not over the codes of one image, axis 0: one number "
            "comes out for each code, and the likeliest image of the batch decides them all.",
        ),
        Mistake(
            _on(lambda log_w: torch.logsumexp(log_w, dim=0) - math.log(log_w.shape[1])),
            "You divide by the number of images and not by that of the codes: the value moves with the "
            "batch size, and grows by log K as if nothing were divided.",
        ),
        Mistake(
            _on(lambda log_w: log_w.amax(dim=0)),
            "You keep the largest weight where the mean is wanted: that is too high by up to log K, so it is "
            "no bound, and of K codes it rates only the luckiest.",
        ),
        Mistake(
            _on(lambda log_w: log_w.amax(dim=0) - math.log(len(log_w))),
            "You keep the largest weight and drop the others before you divide by K: a bound, but a looser "
            "one, too low by up to log K where many codes explain the image about as well.",
        ),
        Mistake(
            _on(lambda log_w: _mean_weight(log_w) - log_w.amax(dim=0)),
            "The maximum that you took out of the exponent is not put back: what is left lies between "
            "-log K and 0 for every image, so all models look alike.",
        ),
        Mistake(
            (
                _on(lambda log_w: _mean_weight(log_w).sum()),
                _on(lambda log_w: _mean_weight(log_w).mean()),
            ),
            "The images are reduced to one number: the bound is wanted for each of them, [B], to compare "
            "images and to put an error bar on the mean; add up outside.",
        ),
        Mistake(
            _on(_all_in_one),
            "The weights of all the images are averaged before the logarithm: one easy image then hides all "
            "the others, and the value is that of the best image of the batch.",
        ),
        Mistake(
            _on(lambda log_w: -_mean_weight(log_w)),
            "The sign is turned: this is a loss, minus the bound, and whoever reads it as log p(x) takes the "
            "worst model for the best.",
        ),
        Mistake(
            lambda log_px, log_prior, log_q: (
                torch.logsumexp(log_px + log_prior, dim=0) - torch.logsumexp(log_q, dim=0)
            ),
            "You divide the average of p by the average of q: each code needs its own ratio, for only then "
            "does a rare code count for the many of its kind that q did not draw.",
        ),
    ],
    hints=[
        "Each code has a weight, p(x|z) p(z) / q(z|x). What is its logarithm, from your three inputs?",
        "The weights are averaged over axis 0, and not their logarithms; and none of them may be "
        "exponentiated by hand, for e^-2000 is 0 to the computer.",
        "torch.logsumexp adds the weights up on the log scale. Dividing by K is one more difference there; "
        "for K = 1 nothing may change.",
    ],
)
