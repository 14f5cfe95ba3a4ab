"""diffusion.posterior_variance: how wide the step back is, the last one included."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l11_reverse_diffusion._levels import beta_tilde


def posterior_variance(alphas_cumprod, t):
    """Variance of q(x_{t-1} | x_t, x_0), beta-tilde: alphas_cumprod [T], t [B] in 0..T-1 -> [B]."""
    after = alphas_cumprod[t]
    before = torch.where(t > 0, alphas_cumprod[(t - 1).clamp(min=0)], 1.0)
    return (1 - before) / (1 - after) * (1 - after / before)


def _chain(n, steps):
    """A maker of alpha-bars of a chain of n large steps, and of these indices."""

    def make(rng):
        betas = 0.1 + 0.5 * torch.rand(n, generator=rng, dtype=torch.float64)
        return torch.cumprod(1 - betas, 0), torch.tensor(steps)

    return make


def _variance(formula, before=None):
    """A variance by formula(before, after, alpha), with before found as told."""

    def wrong(alphas_cumprod, t):
        after = alphas_cumprod[t]
        if before is None:
            level = torch.where(t > 0, alphas_cumprod[(t - 1).clamp(min=0)], 1.0)
        else:
            level = before(alphas_cumprod, t)
        return formula(level, after, after / level)

    return wrong


exercise(
    "diffusion.posterior_variance",
    reference=posterior_variance,
    inputs={
        "5 steps of 6, the first not among them": _chain(6, [1, 3, 5, 2, 2]),
        "all 4 steps of 4, the first among them": _chain(4, [0, 1, 2, 3]),
        "3 steps of 9": _chain(9, [8, 0, 4]),
        "4 steps of the linear schedule": lambda rng: (
            torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0),
            torch.tensor([0, 1, 999, 2]),
        ),
    },
    mistakes=[
        Mistake(
            _variance(lambda b, a, al: (1 - a) / (1 - b) * (1 - al)),
            "The fraction is upside down, as one lecture prints it: that variance is above beta, so each "
            "step adds more noise than it takes away, and the last one, which should add none, divides by "
            "0.",
        ),
        Mistake(
            _variance(lambda b, a, al: 1 / beta_tilde(b, a, al)),
            "This is the precision, one over the variance: the smaller the step, the more noise you would "
            "add, and at the step to x_0, where none is left, infinitely much.",
        ),
        Mistake(
            _variance(lambda b, a, al: (1 - al) * (1 - b) / (1 - b + 1 - al)),
            "The precision that x_t brings is alpha / beta and not 1 / beta: the step shrank the point "
            "before it added noise, and without that the variance is too small in every large step.",
        ),
        Mistake(
            _variance(lambda b, a, al: torch.where(b < 1, beta_tilde(b, a, al), 1 - al)),
            "At t = 0 you return beta_1, as one does where its log is needed: given x_0 nothing is uncertain "
            "there, the variance is 0, and a sampler that adds yours leaves grain in every sample.",
        ),
        Mistake(
            _variance(lambda b, a, al: 1 - al),
            "This is beta, the variance of the forward step: x_0 is given here, which makes x_{t-1} more "
            "certain; at the step to x_0 itself you would leave noise where nothing is uncertain.",
        ),
        Mistake(
            _variance(lambda b, a, al: beta_tilde(b, a, al).sqrt()),
            "This is the standard deviation: used as a variance in the next step it adds far too much "
            "noise where the steps are small, and the samples come out blurred.",
        ),
        Mistake(
            _variance(beta_tilde, before=lambda alphas_cumprod, t: alphas_cumprod[t - 1]),
            "Right but for t = 0: index -1 reads the last alpha-bar and not the 1 before any noise, so at "
            "the step that ends at x_0 the variance is negative, and its root is NaN in every sample.",
        ),
        Mistake(
            tuple(
                lambda alphas_cumprod, t, end=end: beta_tilde(
                    alphas_cumprod[t],
                    torch.cat([alphas_cumprod, end(alphas_cumprod)])[t + 1],
                    torch.cat([alphas_cumprod, end(alphas_cumprod)])[t + 1] / alphas_cumprod[t],
                )
                for end in (lambda a: a[-1:], lambda a: 0 * a[-1:], lambda a: a[-1:] ** 2)
            ),
            "You take alphas_cumprod[t] for the level before the step, as if t counted from 1: it is the "
            "level after it. Every step then has the variance of the next one, and the last adds noise.",
        ),
        Mistake(
            (
                lambda alphas_cumprod, t: posterior_variance(alphas_cumprod, t).clamp(min=1e-3),
                lambda alphas_cumprod, t: posterior_variance(alphas_cumprod, t).clamp(min=1e-4),
                lambda alphas_cumprod, t: posterior_variance(alphas_cumprod, t) + 1e-4,
            ),
            "You keep the variance away from 0: at the step that ends at x_0 nothing is uncertain once x_0 "
            "is given, and a sampler that adds yours leaves grain in every sample.",
        ),
        Mistake(
            lambda alphas_cumprod, t: posterior_variance(alphas_cumprod, t)[:1].expand(len(t)),
            "All rows of the batch get the variance of the first t, but each of them has a step of its own.",
        ),
        Mistake(
            (
                _variance(
                    beta_tilde,
                    before=lambda alphas_cumprod, t: torch.cat(
                        [alphas_cumprod[1:], alphas_cumprod[-1:] ** 2]
                    )[t],
                ),
                _variance(
                    beta_tilde,
                    before=lambda alphas_cumprod, t: alphas_cumprod[
                        (t + 1).clamp(max=len(alphas_cumprod) - 1)
                    ],
                ),
            ),
            "You read the level after and not the one before, t + 1 for t - 1: the variance comes out "
            "negative, because that step goes from the data to noise.",
        ),
        Mistake(
            _variance(
                lambda b, a, al: (1 - b) / (1 - a) * (1 - al),
                before=lambda alphas_cumprod, t: torch.where(
                    t > 1, alphas_cumprod[(t - 2).clamp(min=0)], 1.0
                ),
            ),
            "The level before is taken two steps back: that is the variance of a jump over two steps, too "
            "much noise for one, and at t = 1 it is 0, so the chain stops drawing one step too early.",
        ),
        Mistake(
            _variance(
                beta_tilde,
                before=lambda alphas_cumprod, t: torch.where(
                    t > 0, alphas_cumprod[(t - 1).clamp(min=0)], 0.0
                ),
            ),
            "Before any noise the level is 1, all signal, and not 0: with 0 you divide by it, and the "
            "variance of the step that ends at x_0 is not finite, so every sample is NaN.",
        ),
        Mistake(
            _variance(lambda b, a, al: (1 - b) / (1 - a)),
            "The factor beta_t is missing: the fraction alone is near 1 for small steps, so every step "
            "would replace the sample by fresh noise of nearly unit variance.",
        ),
        Mistake(
            _variance(lambda b, a, al: (1 - b) / (1 - a) * (1 - a)),
            "This step's beta_t is 1 - alpha_t and not 1 - alpha-bar_t: what is left is the variance of "
            "all the noise up to t - 1, as if x_t told nothing, and each step starts from scratch.",
        ),
    ],
    hints=[
        "Precisions add. According to x_0, the variance of x_{t-1} is one minus the level before; according "
        "to x_t, it is beta / alpha.",
        "The result is beta_t times a fraction that is below 1. Its numerator belongs to the step before, "
        "its denominator to this step.",
        "beta_t is one minus the ratio of the two levels. The level before is alphas_cumprod at t - 1, and "
        "1 where t is 0: torch.where, or a 1 put in front of alphas_cumprod.",
    ],
)
