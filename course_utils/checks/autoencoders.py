"""The exercises of notebook 01, Autoencoders: its losses and scores."""

import math

import torch
from torch import nn

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def reconstruction_loss(x, x_hat):
    """Squared error summed per item, averaged over the batch: x, x_hat [B, ...] -> scalar."""
    return (x - x_hat).square().flatten(1).sum(dim=1).mean()


def _pair(*shape):
    """A maker of images in [0, 1] and copies that are a little off."""

    def make(rng):
        x = torch.rand(shape, generator=rng)
        return x, 0.7 * x + 0.3 * torch.rand(shape, generator=rng)

    return make


def _distances(x, x_hat):
    return (x - x_hat).flatten(1).norm(dim=1)


exercise(
    "ae.reconstruction_loss",
    reference=reconstruction_loss,
    gradient=["x_hat"],
    inputs={
        "images [3, 1, 4, 5]": _pair(3, 1, 4, 5),
        "images [2, 3, 2, 2]": _pair(2, 3, 2, 2),
        "vectors [5, 7]": _pair(5, 7),
    },
    mistakes=[
        Mistake(
            lambda x, x_hat: (x - x_hat).square().mean(),
            "You take the mean over the pixels too: alone that is only a smaller loss, but beside a KL "
            "that is summed, as in a VAE, it silently makes the KL count as many times more as there are "
            "pixels (another beta).",
        ),
        Mistake(
            lambda x, x_hat: (x - x_hat).square().sum(),
            "You sum over the batch too: the loss and its gradient grow with the batch size, so a learning "
            "rate that works for 32 images is too large for 256.",
        ),
        Mistake(
            lambda x, x_hat: (x - x_hat).square().sum(dim=-1).mean(),
            "You sum over the last axis only: for vectors that is right, but for images the other pixel "
            "axes and the channels are averaged, so the loss is too small by their size.",
        ),
        Mistake(
            lambda x, x_hat: (x - x_hat).square().sum(dim=0).mean(),
            "Sum and mean have changed places: you sum over the batch and average over the pixels, so the "
            "loss grows with the batch and not with the image.",
        ),
        Mistake(
            lambda x, x_hat: (x - x_hat).abs().flatten(1).sum(dim=1).mean(),
            "This is the absolute error: it belongs to a Laplace likelihood, its best answer is the median "
            "instead of the mean, and a linear autoencoder trained with it is no longer PCA.",
        ),
        Mistake(
            lambda x, x_hat: _distances(x, x_hat).mean(),
            "You take the root of each sum: that is the distance and not its square, so a far-off image "
            "pulls no harder than a near one, and the loss is no Gaussian likelihood any more.",
        ),
        Mistake(
            lambda x, x_hat: reconstruction_loss(x, x_hat) / 2,
            "There is a half in front, as one source lecture has it: the best model stays the same, but "
            "beside a second term (a KL, a sparsity penalty) it halves the weight of the reconstruction.",
        ),
    ],
    hints=[
        "Square the difference of every pixel first; then two things remain: a sum and a mean.",
        "The sum is over everything that belongs to one image, whatever number of axes that is; the mean "
        "is over images.",
        "flatten(1) makes one row of each image, whatever its axes; sum along the rows, and average what "
        "is left.",
    ],
)


def l1_penalty(z):
    """Sum of absolute values per code, averaged over the batch: z [B, k] -> scalar."""
    return z.abs().sum(dim=1).mean()


def _codes(batch, units, zeros=False):
    def make(rng):
        z = torch.randn(batch, units, generator=rng)
        return (z.relu() if zeros else z,)

    return make


exercise(
    "ae.l1_penalty",
    reference=l1_penalty,
    gradient=["z"],
    inputs={
        "4 codes of 6 units": _codes(4, 6),
        "7 codes of 3 units": _codes(7, 3),
        "codes with exact zeros": _codes(5, 8, zeros=True),
    },
    mistakes=[
        Mistake(
            (lambda z: z.square().sum(dim=1).mean(), lambda z: z.square().mean(), lambda z: z.square().sum()),
            "These are squares (L2): a square hardly pushes on a small value, so it makes all units small "
            "and none of them zero, and the code does not get sparse.",
        ),
        Mistake(
            lambda z: z.norm(dim=1).mean(),
            "This is the length of each code, the root of its squares: it shrinks a code as a whole and "
            "has no reason to put some of its units at exactly zero.",
        ),
        Mistake(
            lambda z: z.sum(dim=1).mean(),
            "There is no absolute value: positive and negative units cancel, and where a unit may be "
            "negative, training lowers the penalty without end by making it more so.",
        ),
        Mistake(
            lambda z: z.abs().mean(),
            "You take the mean over the units too: the penalty gets weaker the wider the code is, so the "
            "same factor c means something else for every width.",
        ),
        Mistake(
            (
                lambda z: (z != 0).to(z.dtype).sum(dim=1).mean(),
                lambda z: (z > 0).to(z.dtype).sum(dim=1).mean(),
                lambda z: (z != 0).to(z.dtype).mean(),
            ),
            "You count the active units (L0): that is what we mean by sparse, but a count has no slope, so "
            "training learns nothing from it.",
        ),
        Mistake(
            lambda z: z.abs().sum(),
            "You sum over the batch too: the penalty grows with the batch size while the reconstruction "
            "loss does not, so a larger batch makes the codes sparser.",
        ),
        Mistake(
            lambda z: z.abs().sum(dim=0).mean(),
            "Sum and mean have changed places: you sum over the batch and average over the units, so the "
            "penalty grows with the batch and not with the code.",
        ),
    ],
    hints=[
        "One number for each code first: how much is switched on in it, whatever the sign.",
        "The sum goes along the units (axis 1 of [B, k]); only the batch is averaged.",
        "Three steps in a row: drop the sign, sum along axis 1, average.",
    ],
)


class _Blur(nn.Module):
    """A small model of images of one size, with weights from rng."""

    def __init__(self, pixels, rng):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(pixels, pixels, generator=rng) / pixels**0.5)

    def forward(self, x):
        return torch.sigmoid(x.flatten(1) @ self.weight).view_as(x)


def denoising_loss(model, x, noise):
    """Squared error of model(x + noise) against the clean x, summed and averaged alike -> scalar."""
    return reconstruction_loss(x, model(x + noise))


def _noisy(*shape):
    def make(rng):
        model = _Blur(math.prod(shape[1:]), rng)
        return model, torch.rand(shape, generator=rng), 0.5 * torch.randn(shape, generator=rng)

    return make


exercise(
    "ae.denoising_loss",
    reference=denoising_loss,
    gradient=["model"],
    inputs={
        "images [3, 1, 4, 4]": _noisy(3, 1, 4, 4),
        "images [2, 3, 2, 3]": _noisy(2, 3, 2, 3),
        "images [5, 1, 3, 3]": _noisy(5, 1, 3, 3),
    },
    mistakes=[
        Mistake(
            lambda model, x, noise: reconstruction_loss(x + noise, model(x + noise)),
            "The target is the noisy image: the model is asked to copy its input, noise and all, and the "
            "identity scores best again.",
        ),
        Mistake(
            lambda model, x, noise: reconstruction_loss(x, model(x)),
            "The noise is never added: this trains a plain autoencoder, which has never seen a damaged "
            "image and does not know what to do with one.",
        ),
        Mistake(
            lambda model, x, noise: reconstruction_loss(noise, model(x + noise)),
            "The target is the noise: diffusion models are trained that way (notebook 11), but this "
            "model's output is then what is to be taken away, not the clean image.",
        ),
        Mistake(
            lambda model, x, noise: (model(x + noise) - x).square().mean(),
            "You take the mean over the pixels too: the best model is the same, but the loss is smaller by "
            "the number of pixels, and cannot be compared with the one of exercise 1.",
        ),
        Mistake(
            lambda model, x, noise: reconstruction_loss(x, model(x - noise)),
            "The noise is subtracted: for noise that is as often plus as minus training hardly notices, "
            "but this is not the damage you were handed, and lopsided noise would be undone in the wrong "
            "direction.",
        ),
        Mistake(
            lambda model, x, noise: (model(x + noise) - x).square().sum(),
            "You sum over the batch too: the loss and its gradient grow with the batch size, so the "
            "learning rate has to be tuned again for each.",
        ),
        Mistake(
            lambda model, x, noise: reconstruction_loss(x, model(x) + noise),
            "The noise is added to the model's output, after the work is done: the model sees clean images "
            "only, and the noise is nothing but a floor under the loss.",
        ),
    ],
    hints=[
        "Two images matter: the one that the model sees, and the one that its answer is compared with.",
        "The model sees the damaged image. What would you like to get back from it?",
        "The comparison is that of exercise 1: squared, summed for each image, averaged over the batch.",
    ],
)


def anomaly_score(x, x_hat):
    """Squared reconstruction error of each item: x, x_hat [B, ...] -> [B]."""
    return (x - x_hat).square().flatten(1).sum(dim=1)


exercise(
    "ae.anomaly_score",
    reference=anomaly_score,
    inputs={
        "images [3, 2, 2, 2]": _pair(3, 2, 2, 2),
        "images [4, 1, 3, 5]": _pair(4, 1, 3, 5),
        "images [6, 1, 4, 4]": _pair(6, 1, 4, 4),
    },
    accepted=[
        Accepted(
            lambda x, x_hat: (x - x_hat).square().flatten(1).mean(dim=1),
            "A mean over the pixels ranks the images just as the sum does, so it finds the same strangers; "
            "its values are smaller by the number of pixels.",
        ),
        Accepted(
            _distances,
            "The root of the sum ranks the images just as the sum does, so it finds the same strangers; "
            "its values are distances instead of squared ones.",
        ),
    ],
    mistakes=[
        Mistake(
            (reconstruction_loss, lambda x, x_hat: (x - x_hat).square().mean()),
            "The batch is averaged to one number: it says how well the model copies on the whole, and not "
            "which of the images is the stranger.",
        ),
        Mistake(
            (
                lambda x, x_hat: -anomaly_score(x, x_hat),
                lambda x, x_hat: -(x - x_hat).square().flatten(1).mean(dim=1),
                lambda x, x_hat: -_distances(x, x_hat),
            ),
            "The sign is turned: high now means normal, so the strangers end up at the bottom of the list "
            "and the ROC-AUC comes out as one minus what it is.",
        ),
        Mistake(
            (
                lambda x, x_hat: (x - x_hat).square().sum(dim=0),
                lambda x, x_hat: (x - x_hat).square().flatten(1).sum(dim=0),
                lambda x, x_hat: (x - x_hat).square().mean(dim=0),
                lambda x, x_hat: (x - x_hat).square().flatten(1).mean(dim=0),
            ),
            "You sum along the batch: that leaves one number for each pixel, which says where images are "
            "copied badly and not which of them.",
        ),
        Mistake(
            (
                lambda x, x_hat: (x - x_hat).abs().flatten(1).sum(dim=1),
                lambda x, x_hat: (x - x_hat).abs().flatten(1).mean(dim=1),
            ),
            "These are absolute errors: many small ones now weigh as much as a few large ones, so the "
            "ranking changes, and an odd stroke in the wrong place stands out less.",
        ),
        Mistake(
            (
                lambda x, x_hat: (x - x_hat).square().flatten(1).amax(dim=1),
                lambda x, x_hat: (x - x_hat).abs().flatten(1).amax(dim=1),
            ),
            "You take the worst pixel only: one noisy pixel makes an ordinary image a stranger, and an "
            "image that is a little wrong everywhere passes.",
        ),
    ],
    hints=[
        "One number for each image: the batch axis stays, all the others go.",
        "It is what exercise 1 computes just before the mean over the batch.",
        "High has to mean badly copied, so no minus sign.",
    ],
)


def psnr(x, x_hat):
    """Peak signal-to-noise ratio in dB of images in [0, 1]: x, x_hat [...] -> scalar."""
    return -10 * torch.log10((x - x_hat).square().mean())


def _mean_of_ratios(x, x_hat):
    return (-10 * torch.log10((x - x_hat).square().flatten(1).mean(dim=1))).mean()


def _decibels(value):
    return -10 * torch.log10(value)


def _uneven_pair(*shape):
    """Images in [0, 1] and copies of which each next one is worse."""

    def make(rng):
        x = torch.rand(shape, generator=rng)
        damage = torch.linspace(0.05, 0.5, shape[0]).view(-1, *[1] * (len(shape) - 1))
        return x, (x + damage * torch.randn(shape, generator=rng)).clamp(0, 1)

    return make


exercise(
    "ae.psnr",
    reference=psnr,
    inputs={
        "images [3, 1, 4, 5]": _uneven_pair(3, 1, 4, 5),
        "images [5, 3, 2, 2]": _uneven_pair(5, 3, 2, 2),
        "images [4, 1, 6, 6]": _uneven_pair(4, 1, 6, 6),
    },
    mistakes=[
        Mistake(
            lambda x, x_hat: -10 * (x - x_hat).square().mean().log(),
            "This is the natural logarithm: decibels count powers of ten, so your values are 2.3 times too "
            "large and a gain of 3 dB no longer means half the error.",
        ),
        Mistake(
            lambda x, x_hat: 2 * psnr(x, x_hat),
            "A 20 stands where a 10 belongs: 20 goes with a ratio of amplitudes (the root of the MSE), so "
            "here every value and every gain is doubled.",
        ),
        Mistake(
            lambda x, x_hat: -psnr(x, x_hat),
            "The sign is turned: better copies now get lower values, and a comparison picks the worst "
            "method as the best.",
        ),
        Mistake(
            (
                lambda x, x_hat: _decibels((x - x_hat).square().sum()),
                lambda x, x_hat: _decibels(reconstruction_loss(x, x_hat)),
            ),
            "The squared error is summed over pixels instead of averaged: larger images then lose decibels "
            "for their size alone, and values of different sizes cannot be compared.",
        ),
        Mistake(
            (
                lambda x, x_hat: psnr(x, x_hat) + 20 * torch.log10(x.max()),
                lambda x, x_hat: psnr(x, x_hat) + 20 * torch.log10(x.max() - x.min()),
            ),
            "The peak is taken from the images, where it is 1, the most that a pixel can be: a pale image "
            "then loses decibels for being pale, and a model is ranked by what it was given to copy.",
        ),
        Mistake(
            _mean_of_ratios,
            "You average the decibels of the images, where the squared error should be averaged first: a "
            "few very good copies then lift the whole, and the number is never below the one asked for.",
        ),
        Mistake(
            lambda x, x_hat: psnr(x, x_hat) / 2,
            "Your decibels are half of what they should be, as when the root of the MSE goes with a 10: "
            "either the MSE with 10, or its root with 20.",
        ),
        Mistake(
            lambda x, x_hat: psnr(x, x_hat) / 10,
            "The factor 10 is missing: these are bels, powers of ten of the error, and a decibel is a "
            "tenth of one.",
        ),
    ],
    hints=[
        "First one number: the squared error, averaged over all pixels of all images.",
        "The peak is 1, so the ratio of signal to noise is one over that number.",
        "A decibel is ten times the logarithm to base ten of such a ratio; torch.log10 takes it.",
    ],
)
