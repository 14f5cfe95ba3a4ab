"""diffusion.alphas_cumprod: what is left of the signal after each step."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def alphas_cumprod(betas):
    """alpha-bar_t, the product of 1 - beta up to and with step t: [T] -> [T]."""
    return torch.cumprod(1 - betas, dim=0)


def _betas(n, high):
    return lambda rng: (0.01 + high * torch.rand(n, generator=rng, dtype=torch.float64),)


exercise(
    "diffusion.alphas_cumprod",
    reference=alphas_cumprod,
    inputs={
        "6 betas": _betas(6, 0.3),
        "10 small betas": _betas(10, 0.05),
        "4 large betas": _betas(4, 0.9),
        "1,000 betas from 0.0001 to 0.02": lambda rng: (torch.linspace(1e-4, 0.02, 1000).double(),),
        "7 betas of 0.9": lambda rng: (torch.full((7,), 0.9, dtype=torch.float64),),
    },
    tolerance=3e-6,  # a level cut off at 1e-5 shall be seen, a product in float32 shall pass
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
            "That is the limit of infinitely many small steps (at the notebook's end): each factor "
            "exp(-beta) is above 1 - beta, so for real steps you claim more signal than the chain leaves.",
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
            (
                lambda betas: alphas_cumprod(betas).clamp(min=1e-3),
                lambda betas: alphas_cumprod(betas).clamp(min=1e-4),
                lambda betas: alphas_cumprod(betas).clamp(min=1e-5),
            ),
            "You cut the levels off from below: every image then keeps a trace at the last steps that the "
            "chain does not leave, and the model learns to read what no sampler's noise holds.",
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
