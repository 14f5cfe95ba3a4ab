"""The exercises of notebook 10, Forward diffusion: one step, the alphas' product, the kernel."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def one_step(x, noise, beta):
    """A draw from q(x_t | x_{t-1}) = N(sqrt(1 - beta) x_{t-1}, beta I): x, noise [B, ...] -> [B, ...]."""
    return math.sqrt(1 - beta) * x + math.sqrt(beta) * noise


def alphas_cumprod(betas):
    """alpha-bar_t, the product of 1 - beta up to and with step t: [T] -> [T]."""
    return torch.cumprod(1 - betas, dim=0)


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


def _step_input(shape, beta):
    return lambda rng: (torch.randn(shape, generator=rng), torch.randn(shape, generator=rng), beta)


def _betas(n, high):
    return lambda rng: (0.01 + high * torch.rand(n, generator=rng, dtype=torch.float64),)


def _jump_input(shape, n, steps=None):
    """Images or points, as many as the last axis is long: rates on the wrong axis run, and t + 1 does."""

    def make(rng):
        x0, noise = (torch.randn(shape, generator=rng, dtype=torch.float64) for _ in range(2))
        t = torch.randint(n - 1, (shape[0],), generator=rng) if steps is None else torch.tensor(steps)
        return x0, noise, t, 0.02 + 0.2 * torch.rand(n, generator=rng, dtype=torch.float64)

    return make


exercise(
    "diffusion.one_step",
    reference=one_step,
    inputs={
        "4 images, beta = 0.02": _step_input((4, 1, 3, 3), 0.02),
        "6 points, beta = 0.3": _step_input((6, 2), 0.3),
        "3 images, beta = 0.9": _step_input((3, 2, 2, 4), 0.9),
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


exercise(
    "diffusion.alphas_cumprod",
    reference=alphas_cumprod,
    inputs={
        "6 betas": _betas(6, 0.3),
        "10 small betas": _betas(10, 0.05),
        "4 large betas": _betas(4, 0.9),
    },
    mistakes=[
        Mistake(
            lambda betas: 1 - betas,
            "These are the alphas of single steps: with them no noise ever adds up, and x_1000 would look "
            "nearly as clean as x_1, so the model would never see a noisy image.",
        ),
        Mistake(
            lambda betas: torch.cumprod(betas, dim=0),
            "You multiply the betas where the alphas, 1 - beta, are meant: the product is nearly 0 after two "
            "steps, so the model would be trained on pure noise and on nothing else.",
        ),
        Mistake(
            lambda betas: 1 - torch.cumprod(betas, dim=0),
            "One minus the product of the betas is not the product of one minus each: yours runs up to 1, so "
            "the noise goes away with the steps and the last x_t would be clean.",
        ),
        Mistake(
            lambda betas: 1 - torch.cumsum(betas, dim=0),
            "You sum the betas, which holds only while the sum is small: later it passes 1, alpha-bar is "
            "negative, and its root turns every noisy image into NaN.",
        ),
        Mistake(
            lambda betas: torch.exp(-torch.cumsum(betas, dim=0)),
            "That is the limit of infinitely small steps (section 10): each factor exp(-beta) is above 1 - "
            "beta, so for real steps you claim more signal than the chain leaves.",
        ),
        Mistake(
            (
                lambda betas: torch.cumprod(1 - betas, dim=0).sqrt(),
                lambda betas: torch.cumprod((1 - betas).sqrt(), dim=0),
            ),
            "That is the root of alpha-bar, the signal rate: put into the kernel it would be rooted once "
            "more, and the images would be far less noisy than their step says.",
        ),
        Mistake(
            lambda betas: torch.cat([torch.ones(1, dtype=betas.dtype), torch.cumprod(1 - betas, dim=0)[:-1]]),
            "Your levels are one step late, the first is 1: index 0 must be the level after the first step; "
            "with yours the model trains on clean images at t = 0 and never on the last level.",
        ),
        Mistake(
            lambda betas: torch.cat([torch.ones(1, dtype=betas.dtype), torch.cumprod(1 - betas, dim=0)]),
            "You also give the level before any step, 1: there are then T + 1 levels for T steps, and every "
            "index t reads a level with one step of noise too little.",
        ),
        Mistake(
            lambda betas: torch.prod(1 - betas),
            "That is the product of all alphas, the level of the last step alone: a level is wanted for "
            "every t, or the model sees one amount of noise only.",
        ),
        Mistake(
            lambda betas: 1 - torch.cumprod(1 - betas, dim=0),
            "That is one minus alpha-bar, the variance of the noise: with it signal and noise change places, "
            "and the images would get cleaner from step to step.",
        ),
        Mistake(
            lambda betas: (1 - betas) ** torch.arange(1, len(betas) + 1),
            "You take the t-th alpha t times: every step has an alpha of its own, and all of them up to t "
            "multiply, so with rising betas your images would be far too noisy.",
        ),
        Mistake(
            (
                lambda betas: torch.cumprod(1 - betas.sqrt(), dim=0),
                lambda betas: torch.cumprod(1 - betas**2, dim=0),
            ),
            "An alpha is one minus beta itself, which is a variance already: with its root (or its square) "
            "in that place the noise of the model and the noise of the chain have nothing in common.",
        ),
        Mistake(
            (
                lambda betas: torch.cumprod(1 - betas, dim=0).flip(0),
                lambda betas: torch.cumprod((1 - betas).flip(0), dim=0),
                lambda betas: torch.cumprod((1 - betas).flip(0), dim=0).flip(0),
            ),
            "Your product runs from the wrong end, or your result is turned round: index 0 is the level "
            "after the first step alone, or the model is told little noise where there is much.",
        ),
        Mistake(
            lambda betas: torch.cumsum(1 - betas, dim=0),
            "You sum the alphas where they multiply: the sum grows past 1 with the second step, and the "
            "root of one minus it, the amount of noise, is then NaN.",
        ),
    ],
    hints=[
        "Each step multiplies what is left of the signal's variance by alpha. What is left after three "
        "steps?",
        "Turn the betas into alphas first. Then you want every partial product, not only the last.",
        "torch.cumprod does running products, along dim=0; give it one minus the betas.",
    ],
)

exercise(
    "diffusion.add_noise",
    reference=add_noise,
    inputs={
        "4 images of 4 x 4": _jump_input((4, 1, 4, 4), 10),
        "3 points in 3 dimensions": _jump_input((3, 3), 8, (6, 0, 3)),
        "5 images of 2 channels": _jump_input((5, 2, 5, 5), 9, (1, 7, 0, 7, 4)),
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
