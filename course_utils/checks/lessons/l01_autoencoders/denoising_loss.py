"""ae.denoising_loss: see the damaged image, answer with the clean one."""

import math

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l01_autoencoders.reconstruction_loss import reconstruction_loss


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
