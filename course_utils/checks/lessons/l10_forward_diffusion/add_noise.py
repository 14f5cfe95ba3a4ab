"""diffusion.add_noise: from the data to step t in one jump."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l10_forward_diffusion.alphas_cumprod import alphas_cumprod


def add_noise(x0, noise, t, betas):
    """A draw from q(x_t | x_0): x0, noise [B, ...], t [B] in 0..T-1, betas [T] -> [B, ...]."""
    level = _beside(alphas_cumprod(betas)[t], x0)
    return level.sqrt() * x0 + (1 - level).sqrt() * noise


def _beside(values, like):
    return values.reshape(-1, *[1] * (like.ndim - 1))


def _jump(signal, sigma, level=lambda t, betas: alphas_cumprod(betas)[t]):
    """An add_noise with these rates, functions of a level [B, 1, ...] that is found as told."""

    def wrong(x0, noise, t, betas):
        one = _beside(level(t, betas), x0)
        return signal(one) * x0 + sigma(one) * noise

    return wrong


def _root(level):
    return level.sqrt()


def _noise_root(level):
    return (1 - level).sqrt()


def _images_and_points(x0, noise, t, betas):
    level = alphas_cumprod(betas)[t]
    level = level[:, None, None, None] if x0.ndim == 4 else level[:, None]
    return level.sqrt() * x0 + (1 - level).sqrt() * noise


def _whole_schedule(rng):
    """Four numbers at both ends of the lesson's schedule and between."""
    x0, noise = torch.randn(2, 4, generator=rng, dtype=torch.float64)
    return x0, noise, torch.tensor([0, 999, 300, 998]), torch.linspace(1e-4, 0.02, 1000).double()


def _jump_input(shape, n, steps=None):
    """Images or points, as many as the last axis is long: rates on the wrong axis run, and t + 1 does."""

    def make(rng):
        x0, noise = (torch.randn(shape, generator=rng, dtype=torch.float64) for _ in range(2))
        t = torch.randint(n - 1, (shape[0],), generator=rng) if steps is None else torch.tensor(steps)
        return x0, noise, t, 0.02 + 0.2 * torch.rand(n, generator=rng, dtype=torch.float64)

    return make


exercise(
    "diffusion.add_noise",
    reference=add_noise,
    inputs={
        "4 images of 4 x 4": _jump_input((4, 1, 4, 4), 10),
        "3 points in 3 dimensions": _jump_input((3, 3), 8, (6, 0, 3)),
        "5 images of 2 channels": _jump_input((5, 2, 5, 5), 9, (1, 7, 0, 7, 4)),
        "3 images of 4 x 2": _jump_input((3, 1, 4, 2), 7),
        "3 numbers, [B]": _jump_input((3,), 6),
        "4 numbers in the lesson's schedule, [B]": _whole_schedule,
        "2 points in 1 dimension, [B, 1]": _jump_input((2, 1), 5),
    },
    mistakes=[
        Mistake(
            _jump(lambda level: level, lambda level: 1 - level),
            "Both roots are missing: alpha-bar and one minus it are variances, and as weights they leave x_t "
            "too narrow half way, so the model trains on inputs that no chain ever makes.",
        ),
        Mistake(
            _jump(_root, lambda level: 1 - level),
            "The root on one minus alpha-bar is missing: that is the noise's variance, not its standard "
            "deviation, so every image is cleaner than its t says and the model learns to undo too little.",
        ),
        Mistake(
            _jump(lambda level: level, _noise_root),
            "The root on alpha-bar is missing: the signal fades about twice as fast as in the chain, so the "
            "model is told of half way where hardly any image is left.",
        ),
        Mistake(
            _jump(_root, lambda level: 1),
            "The noise is not scaled: already at the first step it has variance 1 and buries the image, so "
            "the model never sees the nearly clean images of the last steps of sampling.",
        ),
        Mistake(
            _jump(_root, _noise_root, lambda t, betas: (1 - betas)[t]),
            "You use the alpha of one step for the product of all steps up to t: every x_t has a single "
            "step's noise, so the model never learns to remove more than that.",
        ),
        Mistake(
            lambda x0, noise, t, betas: (
                _beside(alphas_cumprod(betas)[t], x0).sqrt() * x0 + _beside(betas[t], x0).sqrt() * noise
            ),
            "You add the noise of step t alone, beta_t, and the noise of all earlier steps is still there: "
            "with your x_t the image fades and nearly no noise takes its place.",
        ),
        Mistake(
            _jump(_noise_root, _root),
            "Signal and noise have changed places: the first steps are pure noise and the last are clean, so "
            "the model learns the whole way in the wrong direction.",
        ),
        Mistake(
            lambda x0, noise, t, betas: (
                alphas_cumprod(betas)[t].sqrt() * x0 + (1 - alphas_cumprod(betas)[t]).sqrt() * noise
            ),
            "Your rates [B] meet the last axis of x0, not the first: each column (or coordinate) gets the "
            "level meant for one image. That raises an error only where B is not the width, "
            "and the model is told a t that fits no image.",
        ),
        Mistake(
            lambda x0, noise, t, betas: (
                alphas_cumprod(betas)[t][:, None, None, None].sqrt() * x0
                + (1 - alphas_cumprod(betas)[t])[:, None, None, None].sqrt() * noise
            ),
            "Your rates are [B, 1, 1, 1], which fits images and nothing else: points [B, D] become "
            "[B, 1, B, D], every point with every other point's noise level; give them as many axes as x0 "
            "has.",
        ),
        Mistake(
            _images_and_points,
            "Right for images [B, C, H, W] and for points [B, D], but x0 may have any number of axes: "
            "numbers [B] become [B, B], every one with every other's noise level, and of the 10,000 that "
            "the next cell hands you, a hundred million.",
        ),
        Mistake(
            (
                lambda x0, noise, t, betas: add_noise(x0, noise, t, betas).clamp(-1, 1),
                lambda x0, noise, t, betas: add_noise(x0, noise, t, betas).clamp(0, 1),
            ),
            "You cut x_t off: what is noised does not stay between -1 and 1, and without its tails x_T is "
            "no N(0, I), so a sampler starts where no training image ever was.",
        ),
        Mistake(
            _jump(_root, _noise_root, lambda t, betas: alphas_cumprod(betas)[(t - 1).clamp(min=0)]),
            "Your level is one step early, and at t = 0 you read that of t = 0: index t of the code is the "
            "level after t + 1 steps, so every image is a step cleaner than the model is told.",
        ),
        Mistake(
            _jump(_root, _noise_root, lambda t, betas: alphas_cumprod(betas)[t[:1]]),
            "All of the batch get the noise of its first t: the model is then told other times than it "
            "sees, and learns to ignore the time.",
        ),
        Mistake(
            lambda x0, noise, t, betas: (
                alphas_cumprod(betas)[t][:, None].sqrt() * x0
                + (1 - alphas_cumprod(betas)[t])[:, None].sqrt() * noise
            ),
            "Your rates are [B, 1], which fits points [B, D] and nothing else: in images they meet the rows, "
            "so each row gets the level meant for one image, and the model is told a t that fits none.",
        ),
        Mistake(
            _jump(_root, lambda level: 0),
            "The noise is missing: the image only fades, nothing random comes in, and a model that is to "
            "name the noise has nothing to see.",
        ),
        Mistake(
            _jump(lambda level: 1, _noise_root),
            "Your x_0 is not shrunk: the image never goes away under the noise, x_T is not N(0, I), and a "
            "sampler that starts there starts where the model has never been.",
        ),
        Mistake(
            lambda x0, noise, t, betas: (
                _beside((1 - betas)[t], x0).sqrt() * x0
                + _beside(1 - alphas_cumprod(betas)[t], x0).sqrt() * noise
            ),
            "The noise is that of all steps and the shrinking that of one: the variance grows towards 2, "
            "the image never goes away, and x_T is not N(0, I), where sampling starts.",
        ),
        Mistake(
            (
                _jump(_root, _noise_root, lambda t, betas: alphas_cumprod(betas)[-1:]),
                _jump(_root, _noise_root, lambda t, betas: torch.prod(1 - betas)[None]),
            ),
            "Every image gets the level of the last step, whatever its t: the model sees noise and nothing "
            "else, and has no example of the later half of sampling.",
        ),
        Mistake(
            (
                _jump(_root, _noise_root, lambda t, betas: alphas_cumprod(betas)[t - 1]),
                _jump(
                    _root,
                    _noise_root,
                    lambda t, betas: torch.cat([betas.new_ones(1), alphas_cumprod(betas)])[t],
                ),
            ),
            "Your level is one step early. Index t of the code is the level after t + 1 steps; with t - 1 "
            "the first index gives a clean image, or wraps round to the last, and the model learns that as t "
            "= 0.",
        ),
        Mistake(
            _jump(_root, _noise_root, lambda t, betas: alphas_cumprod(betas)[t + 1]),
            "Your level is one step late. Index t of the code is already the level after t + 1 steps; the "
            "model never sees the first level, and that is the last thing a sampler asks of it.",
        ),
        Mistake(
            _jump(_root, _noise_root, lambda t, betas: torch.cumprod(betas, 0)[t]),
            "You multiply betas where alphas belong: nothing of the image is left after two steps, and the "
            "model is trained on noise alone.",
        ),
        Mistake(
            _jump(_root, lambda level: 1 - level.sqrt()),
            "Your rates sum to one where their squares must: the noise is too weak half way, so x_t is "
            "narrower than in the chain, and the model trains on inputs that a sampler never gives it.",
        ),
        Mistake(
            _jump(_root, lambda level: -_noise_root(level)),
            "You subtract the noise: the images look right, but a network that learns the noise is then "
            "asked for its opposite, and a sampler that trusts it walks away from the data.",
        ),
    ],
    hints=[
        "Two rates, one for each image: how much of x_0 is left at its t, and how much noise there is.",
        "The level is alpha-bar at t, one number an image: [B]. The kernel has its root before x_0, and the "
        "root of one minus it before the noise.",
        "To multiply x0 the level needs the shape [B, 1, ...]: reshape(-1, *[1] * (x0.ndim - 1)).",
    ],
)
