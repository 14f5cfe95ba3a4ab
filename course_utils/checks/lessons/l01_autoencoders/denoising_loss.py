"""ae.denoising_loss: see the damaged image, answer with the clean one."""

import math

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l01_autoencoders._images import black_and_white
from course_utils.checks.lessons.l01_autoencoders.reconstruction_loss import reconstruction_loss


class _Blur(nn.Module):
    """A small model of images of one size, with weights from rng; its output is in [0, 1] or anywhere."""

    def __init__(self, pixels, rng, last):
        super().__init__()
        self.weight, self.last = nn.Parameter(torch.randn(pixels, pixels, generator=rng) / pixels**0.5), last

    def forward(self, x):
        return self.last(x.flatten(1) @ self.weight).view_as(x)


def denoising_loss(model, x, noise):
    """Squared error of model(x + noise) against the clean x, summed and averaged alike -> scalar."""
    return reconstruction_loss(x, model(x + noise))


def _noisy(*shape, last=torch.sigmoid):
    def make(rng):
        model = _Blur(math.prod(shape[1:]), rng, last)
        return model, torch.rand(shape, generator=rng), 0.5 * torch.randn(shape, generator=rng)

    return make


def _nearly_copied(rng):
    """A model that copies, images of zeros and ones, and little noise."""
    x, noisy = black_and_white(4, 1, 2, 3)(rng)
    model = _Blur(6, rng, torch.nn.Identity())
    model.weight.data = torch.eye(6)
    return model, x, noisy - x


exercise(
    "ae.denoising_loss",
    reference=denoising_loss,
    gradient=["model"],
    inputs={
        "images [3, 1, 4, 4]": _noisy(3, 1, 4, 4),
        "images [2, 3, 2, 3]": _noisy(2, 3, 2, 3),
        "images [5, 1, 3, 3]": _noisy(5, 1, 3, 3),
        "black and white images": lambda rng: (
            _Blur(6, rng, torch.sigmoid),
            black_and_white(4, 1, 2, 3)(rng)[0],
            0.5 * torch.randn(4, 1, 2, 3, generator=rng),
        ),
        "black and white images, nearly copied": _nearly_copied,
        "a model whose output leaves [0, 1]": _noisy(4, 1, 3, 2, last=torch.nn.Identity()),
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
        Mistake(
            lambda model, x, noise: reconstruction_loss(x, model((x + noise).clamp(0, 1))),
            "The damaged image is clamped before the model sees it: that is other noise than the one you "
            "were handed, milder at the black and white pixels, and the model is lost when it meets the "
            "real one.",
        ),
        Mistake(
            lambda model, x, noise: reconstruction_loss(x, model(x + noise).clamp(0, 1)),
            "The model's output is clamped first: a pixel beyond [0, 1] costs no more than one at the "
            "edge, and no gradient brings it back.",
        ),
        Mistake(
            lambda model, x, noise: reconstruction_loss(x + noise, model(x)),
            "Input and target have changed places: the model sees the clean image and is asked for the "
            "damaged one, which nobody can know, so it learns to copy.",
        ),
        Mistake(
            (
                lambda model, x, noise: reconstruction_loss(x, model(x + noise / 2)),
                lambda model, x, noise: reconstruction_loss(x, model((x + noise) / 2)),
            ),
            "The noise, or the damaged image, is scaled: it was handed to you scaled already, so the model "
            "now trains on damage that it will not meet.",
        ),
    ],
    hints=[
        "Two images matter: the one that the model sees, and the one that its answer is compared with.",
        "The model sees the damaged image. What would you like to get back from it?",
        "The comparison is that of exercise 1: squared, summed for each image, averaged over the batch.",
    ],
)
