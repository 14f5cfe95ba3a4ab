"""vae.elbo_loss: minus the bound, for images of zeros and ones."""

import torch
import torch.nn.functional as F

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def elbo_loss(x, logits, mean, logvar):
    """Minus the ELBO of binary images, in nats an image: x, logits [B, C, H, W], mean, logvar [B, D]."""
    pixels = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    kl = (mean.square() + logvar.exp() - 1 - logvar) / 2
    return (pixels.flatten(1).sum(dim=1) + kl.sum(dim=1)).mean()


def _batch(batch, image, units, sure=1.0):
    """A maker of 0/1 images and of logits that are a little better than chance; sure: how large these are."""

    def make(rng):
        x = (torch.rand(batch, *image, generator=rng) < 0.4).float()
        logits = sure * (x - 0.5 + torch.randn(x.shape, generator=rng))
        mean, logvar = torch.randn(2, batch, units, generator=rng)
        return x, logits, mean, logvar

    return make


def _extreme_widths(rng):
    """Log variances far from 0, on both sides."""
    x, logits, mean, logvar = _batch(3, (1, 4, 2), 4)(rng)
    return x, logits, mean, 7 * logvar.sign() + logvar


def _all_between_0_and_1(rng):
    x, logits, mean, logvar = _batch(3, (1, 3, 3), 4)(rng)
    return x, logits.sigmoid(), mean, logvar.sigmoid()


def _bce(x, logits):
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1)


def _kl(mean, logvar):
    return (mean.square() + logvar.exp() - 1 - logvar) / 2


def _std(logvar):
    return (logvar / 2).exp()


def _with_pixels(terms):
    """The loss with other terms for the pixels: terms(x, logits) -> [B, pixels]."""
    return lambda x, logits, mean, logvar: (
        terms(x, logits).flatten(1).sum(dim=1) + _kl(mean, logvar).sum(dim=1)
    ).mean()


def _with_kl(terms):
    """The loss with other terms for the KL: terms(mean, logvar) -> [B, D]."""
    return lambda x, logits, mean, logvar: (
        _bce(x, logits).sum(dim=1) + terms(mean, logvar).sum(dim=1)
    ).mean()


def _reduced(pixels, units):
    """The loss with other sums and means: pixels and units map [B, ...] to a scalar or to [B]."""
    return lambda x, logits, mean, logvar: pixels(_bce(x, logits)) + units(_kl(mean, logvar))


def _per_image(terms):
    return terms.sum(dim=1)


def _per_item(terms):
    return terms.sum(dim=1).mean()


def _by_logarithms(small):
    def terms(x, logits):
        p = logits.sigmoid()
        return -(x * (p + small).log() + (1 - x) * (1 - p + small).log())

    return _with_pixels(terms)


def _by_clamping(small):
    """Logarithms of probabilities that are kept away from 0 and 1, as torch's Bernoulli(probs=...) does."""

    def terms(x, logits):
        p = logits.sigmoid().clamp(small, 1 - small)
        return -(x * p.log() + (1 - x) * (1 - p).log())

    return _with_pixels(terms)


exercise(
    "vae.elbo_loss",
    reference=elbo_loss,
    gradient=["logits", "mean", "logvar"],
    inputs={
        "4 images [1, 3, 3], codes of 2": _batch(4, (1, 3, 3), 2),
        "2 images [3, 2, 4], codes of 5": _batch(2, (3, 2, 4), 5),
        "1 image [1, 8, 8], code of 3": _batch(1, (1, 8, 8), 3),
        "logits and log variances between 0 and 1": _all_between_0_and_1,
        "a decoder that is very sure (logits near 50)": _batch(3, (1, 4, 4), 2, sure=50.0),
        "log variances near 7 and -7": _extreme_widths,
    },
    accepted=[
        Accepted(
            _with_pixels(lambda x, p: F.binary_cross_entropy(p.sigmoid(), x, reduction="none")),
            "Sigmoid and logarithm are two steps here: where the decoder is very sure, the first rounds to "
            "0 or 1, the price stops at 100 and the gradient is gone; F.binary_cross_entropy_with_logits "
            "does both at once and loses nothing.",
        ),
    ],
    mistakes=[
        Mistake(
            _reduced(torch.mean, _per_item),
            "You take the mean over the pixels, beside a KL that is summed: that is beta = 64 for a digit of "
            "64 pixels, a price at which the encoder sends nothing, every q becomes the prior and every "
            "image the average one (posterior collapse).",
        ),
        Mistake(
            _reduced(torch.mean, torch.sum),
            "The pixels are averaged over everything, and the KL is summed over everything, the batch too: "
            "that is beta = pixels times batch size, 8192 for 128 digits of 64 pixels, and at such a price "
            "every q is the prior after a few steps (posterior collapse).",
        ),
        Mistake(
            _reduced(lambda pixels: 64 * pixels.mean(), _per_item),
            "The 64 pixels of a digit are written into your loss: for images of any other size the pixels "
            "weigh too much or too little beside the KL, which is a beta that nobody chose; sum over the "
            "axes of the image and no number is needed.",
        ),
        Mistake(
            _reduced(torch.mean, torch.mean),
            "Pixels and latents are both averaged: the balance between them is then the number of pixels "
            "over the number of latents, a beta of 8 for 64 pixels and 8 latents, that changes with the "
            "sizes and that nobody chose.",
        ),
        Mistake(
            _reduced(_per_item, torch.mean),
            "You take the mean over the latents, beside a reconstruction that is summed: with 8 latents "
            "that is beta = 1/8, the codes drift away from the prior, and samples from it fall between "
            "them.",
        ),
        Mistake(
            _reduced(_per_item, torch.sum),
            "The KL is summed over the batch, the reconstruction is not: beta is the batch size now, and a "
            "batch of 64 images is enough to collapse every q onto the prior.",
        ),
        Mistake(
            _reduced(torch.sum, _per_item),
            "The reconstruction is summed over the batch, the KL is not: beta is one over the batch size, so "
            "the KL hardly counts and you train an autoencoder that cannot be sampled from.",
        ),
        Mistake(
            _reduced(torch.sum, torch.sum),
            "You sum over the batch too: the gradient grows with the batch size, which for plain SGD is a "
            "learning rate multiplied by it, and losses of two batch sizes cannot be compared.",
        ),
        Mistake(
            lambda x, logits, mean, logvar: (
                (F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(dim=-1)).mean()
                + _per_item(_kl(mean, logvar))
            ),
            "Only the last axis of the images is summed and the others are averaged: an image of 8 x 8 "
            "pixels counts an eighth of what it should, which is beta = 8.",
        ),
        Mistake(
            lambda x, logits, mean, logvar: (
                F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(dim=1).mean()
                + _per_item(_kl(mean, logvar))
            ),
            "Only the channels are summed, and the mean runs over rows and columns too: one pixel then "
            "stands for the whole image, which is beta = 64 for an image of 8 x 8, so every q becomes the "
            "prior and every image the average one.",
        ),
        Mistake(
            (
                _reduced(_per_image, _per_image),
                _reduced(_per_image, _per_item),
                _reduced(_per_item, _per_image),
            ),
            "This is one loss for each image, and the mean over the batch is forgotten, of one term or of "
            "both: an optimiser needs a single number, so end with .mean().",
        ),
        Mistake(
            _with_kl(lambda mean, logvar: -_kl(mean, logvar)),
            "The KL has the wrong sign: training now makes it as large as it can, so the means run away "
            "from the prior, the loss falls without end, and samples from N(0, I) show nothing.",
        ),
        Mistake(
            lambda *args: -elbo_loss(*args),
            "This is the ELBO itself: an optimiser minimises, so every step makes the model worse; return "
            "minus the ELBO.",
        ),
        Mistake(
            _with_pixels(lambda x, logits: -_bce(x, logits)),
            "The cross-entropy has the wrong sign: it is minus the log-likelihood already, and subtracting "
            "it rewards the decoder for every pixel that it gets wrong.",
        ),
        Mistake(
            _with_kl(lambda mean, logvar: 0 * mean),
            "The KL is left out: this is the autoencoder of notebook 01 on noisy codes, it shrinks that "
            "noise to nothing, and samples from the prior fall into its holes.",
        ),
        Mistake(
            _with_pixels(lambda x, logits: 0 * x),
            "The reconstruction is left out: the KL alone is zero as soon as every q is the prior, so the "
            "encoder learns to say nothing and the decoder learns nothing at all.",
        ),
        Mistake(
            _with_kl(lambda mean, logvar: 2 * _kl(mean, logvar)),
            "The half of the KL is missing: that is beta = 2, so the codes carry less and the images come "
            "out more blurred than those of the model that you meant to train.",
        ),
        Mistake(
            _with_kl(lambda mean, logvar: _kl(mean, logvar) + 0.5),
            "The 1 of the KL is missing: training does not notice, but the KL is no longer 0 where q is the "
            "prior, and the number that you report is too high by half a nat a latent.",
        ),
        Mistake(
            _with_kl(lambda mean, logvar: _kl(mean, logvar) + logvar),
            "The logvar of the KL has the wrong sign: with a plus nothing stops the variance from shrinking, "
            "the loss falls without end as every q becomes a point, and what is left is an autoencoder.",
        ),
        Mistake(
            (
                _with_kl(lambda mean, logvar: (mean.square() + _std(logvar) - 1 - logvar) / 2),
                _with_kl(lambda mean, logvar: (mean.square() + _std(logvar) - 1 - logvar / 2) / 2),
            ),
            "The KL holds the standard deviation, exp(logvar / 2), where the variance belongs: it prices "
            "another q than the one that you sample, so the loss is no bound on log p(x).",
        ),
        Mistake(
            tuple(_with_kl(lambda mean, v, c=c: _kl(mean, v.clamp(-c, c))) for c in (3, 4, 5, 6)),
            "You clamp logvar, which may be any number: a q that is narrower or wider than your limits costs "
            "no more than one at the limit, and no gradient brings it back.",
        ),
        Mistake(
            _with_kl(lambda mean, logvar: (logvar.exp() - 1 - logvar) / 2),
            "The KL lacks the square of the mean: nothing holds the codes near the prior, so the means run "
            "as far apart as they like, and samples from N(0, I) fall between them.",
        ),
        Mistake(
            _with_kl(lambda mean, logvar: (mean + logvar.exp() - 1 - logvar) / 2),
            "The mean of the KL is not squared: a negative mean is then a reward, so all codes run off to "
            "one side without end, and samples from N(0, I) meet none of them.",
        ),
        Mistake(
            (
                _with_kl(lambda mean, s: (mean.square() + s.square() - 1 - s.square().log()) / 2),
                _with_kl(lambda mean, s: (mean.square() + s.square() - 1 - 2 * s.log()) / 2),
            ),
            "The KL takes logvar for the standard deviation: it is then smallest at logvar 1 or -1 and "
            "infinite at 0, the one place where q is as wide as the prior, so q never becomes the prior.",
        ),
        Mistake(
            _with_kl(lambda mean, s: (mean.square() + s - 1 - s.log()) / 2),
            "The KL takes logvar for the variance: the logarithm of a negative number is NaN, so training "
            "dies at the first q that is narrower than the prior.",
        ),
        Mistake(
            _with_kl(lambda mean, s: (mean.square() + (2 * s).exp() - 1 - 2 * s) / 2),
            "The KL takes logvar for the logarithm of the standard deviation: it prices another q than the "
            "one that you sample, and so the loss is no bound on log p(x).",
        ),
        Mistake(
            _with_kl(lambda mean, logvar: ((1 + mean.square()) * (-logvar).exp() - 1 + logvar) / 2),
            "The KL runs the wrong way, from the prior to q: it forbids every narrow q, so codes overlap and "
            "images blur, and the loss is no bound on log p(x).",
        ),
        Mistake(
            _with_pixels(lambda x, logits: -(x * logits.log() + (1 - x) * (1 - logits).log())),
            "The sigmoid is missing: logits are any numbers, and the logarithm of a negative one is NaN, "
            "which ends the training at its first step.",
        ),
        Mistake(
            _with_pixels(lambda x, logits: _bce(x, logits.sigmoid())),
            "The sigmoid is taken twice: the loss has one inside, so a pixel's probability can only "
            "lie between 0.5 and 0.73; a blank one costs log 2 whatever the decoder does, and the decoder "
            "learns slowly towards a bound that is far too low.",
        ),
        Mistake(
            _with_pixels(lambda x, logits: _bce(logits, x)),
            "Image and logits have changed places: the logits are taken for the target, and the loss falls "
            "without end as they grow, whatever the image shows.",
        ),
        Mistake(
            (
                _with_pixels(lambda x, logits: (x - logits.sigmoid()).square()),
                _with_pixels(lambda x, logits: (x - logits.sigmoid()).square() / 2),
            ),
            "This is the squared error: a wrong pixel then costs 1 at most, however sure the decoder was, so "
            "the KL weighs more beside it, the codes carry less, and the images blur.",
        ),
        Mistake(
            (
                *(_by_logarithms(small) for small in (0, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)),
                *(_by_clamping(small) for small in (torch.finfo(torch.float32).eps, 1e-7, 1e-6, 1e-5)),
            ),
            "Right until the decoder is sure: then the sigmoid rounds to 0 or 1 and its logarithm to minus "
            "infinity, or to that of your small number, and a confident error gets a wrong price and no "
            "gradient; take the logits straight to the loss.",
        ),
    ],
    hints=[
        "Two parts, both in nats an image: what the pixels cost under the decoder, and how far q is from "
        "the prior. Which of them does the optimiser want small?",
        'F.binary_cross_entropy_with_logits(..., reduction="none") is minus the log-likelihood of each '
        "pixel; sum it over an image. The KL of notebook 02 is summed over the latents.",
        "Both parts as [B], added (the loss is minus the ELBO, so the KL comes in with a plus), and only "
        "then the mean over the batch.",
    ],
)
