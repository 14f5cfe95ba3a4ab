"""diffusion.one_step: a little noise, in such a measure that the variance stays."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def one_step(x, noise, beta):
    """A draw from q(x_t | x_{t-1}) = N(sqrt(1 - beta) x_{t-1}, beta I): x, noise [B, ...] -> [B, ...]."""
    return math.sqrt(1 - beta) * x + math.sqrt(beta) * noise


def _step_input(shape, beta):
    return lambda rng: (torch.randn(shape, generator=rng), torch.randn(shape, generator=rng), beta)


exercise(
    "diffusion.one_step",
    reference=one_step,
    inputs={
        "4 images, beta = 0.02": _step_input((4, 1, 3, 3), 0.02),
        "6 points, beta = 0.3": _step_input((6, 2), 0.3),
        "3 images, beta = 0.9": _step_input((3, 2, 2, 4), 0.9),
        "5 numbers, beta = 0.0001": _step_input((5,), 1e-4),
        "2 points, beta = 0.999": _step_input((2, 3), 0.999),
    },
    mistakes=[
        Mistake(
            lambda x, noise, beta: x + math.sqrt(beta) * noise,
            "The old x is not shrunk: each step adds variance and none takes any away, so the chain spreads "
            "without end and never comes to N(0, I), where the model will start.",
        ),
        Mistake(
            lambda x, noise, beta: (1 - beta) * x + beta * noise,
            "Both roots are missing, and variances add where these weights do: (1 - beta)^2 + beta^2 is "
            "below 1, so the chain fades to plain grey instead of noise.",
        ),
        Mistake(
            lambda x, noise, beta: math.sqrt(1 - beta) * x + beta * noise,
            "You use beta, the variance of the new noise, as its standard deviation: the noise is far "
            "too weak to make up for the shrinking, so the chain fades to plain grey.",
        ),
        Mistake(
            lambda x, noise, beta: (1 - beta) * x + math.sqrt(beta) * noise,
            "The root on 1 - beta is missing: x shrinks about twice as fast as it should, and for small beta "
            "the chain settles at half the variance of N(0, I), where the model will start.",
        ),
        Mistake(
            (
                lambda x, noise, beta: math.sqrt(beta) * x + math.sqrt(1 - beta) * noise,
                lambda x, noise, beta: beta * x + (1 - beta) * noise,
            ),
            "Signal and noise have changed places: for a small beta a single step leaves next to nothing of "
            "the image, and there is no gradual way back for a model to learn.",
        ),
        Mistake(
            lambda x, noise, beta: math.sqrt(1 - beta) * x + noise,
            "The noise is not scaled: every step buries the image under noise of variance 1, however small "
            "beta is, and the schedule has no say.",
        ),
        Mistake(
            (
                lambda x, noise, beta: (1 - math.sqrt(beta)) * x + math.sqrt(beta) * noise,
                lambda x, noise, beta: math.sqrt(1 - beta) * x + (1 - math.sqrt(1 - beta)) * noise,
            ),
            "Your two weights sum to one, but what must sum to one are their squares: variances add, so with "
            "these the chain loses variance at every step and ends narrower than N(0, I).",
        ),
        Mistake(
            lambda x, noise, beta: x + beta * noise,
            "The old x is not shrunk, and the noise has beta, a variance, for its standard deviation: what "
            "this adds up to in a thousand steps is next to nothing, so the last image is still readable.",
        ),
        Mistake(
            lambda x, noise, beta: math.sqrt(1 - beta**2) * x + beta * noise,
            "Your squares do sum to one, but you take beta for the standard deviation of the noise: a step "
            "then adds beta squared, and a thousand of them hardly touch the image.",
        ),
        Mistake(
            lambda x, noise, beta: math.sqrt(1 - beta) * x,
            "The noise is missing: the image only fades to grey, nothing random comes in, and a model would "
            "have nothing to undo but a change of contrast.",
        ),
        Mistake(
            lambda x, noise, beta: math.sqrt(1 - beta) * x - math.sqrt(beta) * noise,
            "You subtract the noise: x_t has the right distribution, but a network that is trained to name "
            "the noise in x_t would then be asked for its opposite.",
        ),
        Mistake(
            lambda x, noise, beta: math.sqrt(1 - beta) * (x + math.sqrt(beta) * noise),
            "The new noise is shrunk together with x: its variance is then beta (1 - beta), the chain "
            "settles below variance 1, and the one-jump formula of this lesson no longer holds.",
        ),
        Mistake(
            (
                lambda x, noise, beta: one_step(x, noise, beta).clamp(-1, 1),
                lambda x, noise, beta: one_step(x, noise, beta).clamp(0, 1),
            ),
            "You cut x_t off: images lie between -1 and 1, but what is noised does not, and without its "
            "tails x_T is no N(0, I), so a sampler starts where no training image ever was.",
        ),
        Mistake(
            (lambda x, noise, beta: torch.sqrt(1 - beta) * x, lambda x, noise, beta: (1 - beta).sqrt() * x),
            "Here beta is a plain number and no tensor, so torch's root does not take it: the one in math "
            "does, and so does a power; a schedule, later, is a tensor and wants torch's.",
        ),
    ],
    hints=[
        "Two things happen: the old x is made a little smaller, and noise is put on top. The kernel says by "
        "how much: its mean, and its variance.",
        "A draw from N(m, v I) is m plus a standard deviation times noise. Which of the two symbols in the "
        "kernel is a variance, and what is its standard deviation?",
        "The mean is x times the root of one minus beta. The noise gets the root of beta (math.sqrt).",
    ],
)
