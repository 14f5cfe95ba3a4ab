"""diffusion.ancestral_step: one step of sampling."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def ancestral_step(x_t, epsilon, noise, t, alphas_cumprod):
    """One step of algorithm 2 with sigma_t^2 = beta_t; all [B, D], t an int, alphas_cumprod [T] -> [B, D]."""
    after = alphas_cumprod[t]
    alpha = after / alphas_cumprod[t - 1] if t > 0 else after
    mean = (x_t - (1 - alpha) / (1 - after).sqrt() * epsilon) / alpha.sqrt()
    return mean + (1 - alpha).sqrt() * noise if t > 0 else mean


def _walk(n, dim, steps, t):
    def make(rng):
        x_t, epsilon, noise = torch.randn(3, n, dim, generator=rng, dtype=torch.float64)
        betas = 0.1 + 0.4 * torch.rand(steps, generator=rng, dtype=torch.float64)
        return x_t, epsilon, noise, t, torch.cumprod(1 - betas, 0)

    return make


def _linear(t):
    def make(rng):
        x_t, epsilon, noise = torch.randn(3, 3, 2, generator=rng, dtype=torch.float64)
        betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
        return x_t, epsilon, noise, t, torch.cumprod(1 - betas, 0)

    return make


def _step(alpha=None, take=None, scale=None, spread=None, last=False):
    """A step with one part replaced; the parts are functions of (alpha, alpha-bar_t, alpha-bar_{t-1})."""

    def wrong(x_t, epsilon, noise, t, alphas_cumprod):
        after = alphas_cumprod[t]
        before = alphas_cumprod[t - 1] if t > 0 else torch.ones_like(after)
        one = after / before if alpha is None else alpha(alphas_cumprod, t)
        parts = one, after, before
        taken = (1 - one) / (1 - after).sqrt() if take is None else take(*parts)
        mean = (x_t - taken * epsilon) / (one.sqrt() if scale is None else scale(*parts))
        if t == 0 and not last:
            return mean
        return mean + ((1 - one).sqrt() if spread is None else spread(*parts)) * noise

    return wrong


def _from_one(last):
    """A step that reads t as 1 to T; noise is added where t > last."""

    def wrong(x_t, epsilon, noise, t, alphas_cumprod):
        after = alphas_cumprod[t - 1]
        alpha = after / alphas_cumprod[t - 2] if t > 1 else after
        mean = (x_t - (1 - alpha) / (1 - after).sqrt() * epsilon) / alpha.sqrt()
        return mean + (1 - alpha).sqrt() * noise * (t > last)

    return wrong


MISTAKES = [  # `ancestral_sample` names them too, where the walk makes its own step
    Mistake(
        _step(spread=lambda al, a, b: ((1 - b) / (1 - a) * (1 - al)).sqrt()),
        "You add beta-tilde where the text asks for beta: that is the other choice of Ho et al., right "
        "for data at one point, and narrower than the true step for any other.",
    ),
    Mistake(
        _step(spread=lambda al, a, b: ((1 - al) / al).sqrt()),
        "The noise stands inside the bracket and is divided by sqrt(alpha_t) with the rest: its variance "
        "is then beta / alpha and not beta, so large steps leave the samples too wide.",
    ),
    Mistake(
        _step(last=True),
        "Noise is added at the last step too: it is never taken away again, so every sample keeps "
        "noise of standard deviation sqrt(beta_1), a grain over the whole picture.",
    ),
    Mistake(
        _step(scale=lambda al, a, b: a.sqrt()),
        "You divide by the root of alpha-bar_t and not of alpha_t: one step undoes one factor only, "
        "and dividing by all of them each time makes the chain explode.",
    ),
    Mistake(
        _step(alpha=lambda alphas_cumprod, t: alphas_cumprod[t]),
        "The level alphas_cumprod[t] is taken for alpha_t everywhere: each step then tries to undo the "
        "whole chain, with all its noise added again, and the last step starts as if nothing had been "
        "done.",
    ),
    Mistake(
        _step(spread=lambda al, a, b: 1 - al),
        "The noise is scaled by the variance beta and not by its root: for small steps it is far too "
        "little, so the chain is nearly deterministic and its samples too narrow.",
    ),
    Mistake(
        (_step(scale=lambda al, a, b: al), _step(scale=lambda al, a, b: 1 / al.sqrt())),
        "The forward step multiplied by sqrt(alpha_t), so here you divide by sqrt(alpha_t), by the root "
        "and once: with another factor a thousand steps blow the sample up, or shrink it to 0.",
    ),
    Mistake(
        _step(scale=lambda al, a, b: torch.ones_like(al)),
        "The factor 1 / sqrt(alpha_t) is missing: the forward step shrank the signal by sqrt(alpha_t), "
        "and if nothing grows it again the samples end up near 0.",
    ),
    Mistake(
        _step(take=lambda al, a, b: (1 - al) / (1 - a)),
        "The root is missing below beta: near the data 1 - alpha-bar_t is small, so you take away far "
        "too much noise and overshoot at the last steps.",
    ),
    Mistake(
        (
            _step(take=lambda al, a, b: ((1 - al) / (1 - a)).sqrt()),
            _step(take=lambda al, a, b: (1 - al).sqrt()),
        ),
        "The factor of epsilon has beta and not its root, since it is beta over sqrt(1 - alpha-bar_t): with "
        "the root you take away far too much in every small step, and the chain overshoots.",
    ),
    Mistake(
        (_from_one(0), _from_one(1)),
        "You read t as the paper's, which counts from 1: here alphas_cumprod[t] is the level after this "
        "step, so you undo the step before it, and at t = 0 you read the far end of the list.",
    ),
    Mistake(
        lambda x_t, epsilon, noise, t, alphas_cumprod: ancestral_step(
            x_t, epsilon, noise * (t > 1), t, alphas_cumprod
        ),
        "You leave out the noise at t = 1 too: in the paper that is the last step, here the last has "
        "index 0, so one draw is missing and the samples are a little too narrow.",
    ),
    Mistake(
        _step(take=lambda al, a, b: (1 - a).sqrt()),
        "You take away all the noise of x_t in one step and not this step's share, beta / sqrt(1 - "
        "alpha-bar_t): that lands at a blurred guess of x_0, scaled for x_{t-1}.",
    ),
    Mistake(
        _step(take=lambda al, a, b: al.sqrt() * (1 - al) / (1 - a).sqrt()),
        "Only x_t is divided by sqrt(alpha_t), and the noise you take away is not: a little of this "
        "step's noise stays in, and a thousand steps add it up.",
    ),
    Mistake(
        _step(take=lambda al, a, b: (1 - al) / (1 - b).sqrt()),
        "You divide beta by the noise in x_{t-1}, and it should be the noise in x_t, 1 - alpha-bar_t: too "
        "much is taken away, most of all near the data, and at the last step you divide by 0.",
    ),
    Mistake(
        _step(take=lambda al, a, b: -(1 - al) / (1 - a).sqrt()),
        "The sign is turned: the noise is added and not taken away, and the sample moves away from the "
        "data at every step.",
    ),
    Mistake(
        _step(spread=lambda al, a, b: torch.zeros_like(al)),
        "No noise is added at any step: the mean of x_{t-1} is not a draw from it, and a chain of "
        "means contracts, so all samples crowd at the middle of the modes.",
    ),
    Mistake(
        _step(alpha=lambda alphas_cumprod, t: alphas_cumprod[t] / alphas_cumprod[t - 1]),
        "Right but for t = 0: index -1 reads the last alpha-bar and not the 1 before any noise, so "
        "alpha is above 1 at the step that ends at x_0, and the finished sample is thrown off.",
    ),
    Mistake(
        lambda x_t, epsilon, noise, t, alphas_cumprod: (
            (x_t - (1 - alphas_cumprod[t]).sqrt() * epsilon) / alphas_cumprod[t].sqrt()
        ),
        "This is the guess of x_0 itself: a jump to the end in one step, which gives the blurred "
        "average of all that x_t might become.",
    ),
]

exercise(
    "diffusion.ancestral_step",
    reference=ancestral_step,
    inputs={
        "4 points of 2 coordinates, t = 3 of 6": _walk(4, 2, 6, 3),
        "3 points of 5 coordinates, t = 1 of 4": _walk(3, 5, 4, 1),
        "5 points of 2 coordinates, the last step (t = 0)": _walk(5, 2, 4, 0),
        "2 points of 3 coordinates, the first step (t = 7 of 8)": _walk(2, 3, 8, 7),
        "3 points of 2 coordinates, t = 999 of the linear schedule": _linear(999),
        "3 points of 2 coordinates, t = 1 of the linear schedule": _linear(1),
    },
    accepted=[
        Accepted(
            _step(spread=lambda al, a, b: -(1 - al).sqrt()),
            "You subtract the noise where the text adds it: a Gaussian is the same with its sign turned, so "
            "the samples are others and as good.",
        ),
    ],
    mistakes=MISTAKES,
    hints=[
        "First alpha_t: the ratio of alpha-bar_t and the one before, which is 1 where t is 0. Then beta_t "
        "from it.",
        "For the mean, take away beta over the root of one minus alpha-bar_t, times epsilon. Then undo this "
        "step's scaling, and only this step's.",
        "Add the root of beta times noise, except at t = 0, where nothing comes after that could take it "
        "away.",
    ],
)
