"""diffusion.merge_steps: from step s to step t in one jump."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def merge_steps(alphas_cumprod, s, t):
    """The rates of q(x_t | x_s), x_t = signal x_s + sigma noise: levels [T], s < t -> two scalars."""
    share = alphas_cumprod[t] / alphas_cumprod[s]
    return share.sqrt(), (1 - share).sqrt()


_LINEAR = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0)


def _merge_input(n, s, t):
    def make(rng):
        return torch.cumprod(1 - (0.03 + 0.25 * torch.rand(n, generator=rng, dtype=torch.float64)), 0), s, t

    return make


def _merged(signal, sigma):
    """A merge_steps with these rates, functions of the levels before and after."""
    return lambda levels, s, t: (signal(levels[s], levels[t]), sigma(levels[s], levels[t]))


def _signal(before, after):
    return (after / before).sqrt()


def _sigma(before, after):
    return (1 - after / before).sqrt()


def _alphas(levels):
    return levels / torch.cat([levels.new_ones(1), levels[:-1]])


def _one_early(levels, s, t):
    share = _alphas(levels)[s : t + 1].prod()
    return share.sqrt(), (1 - share).sqrt()


def _one_short(levels, s, t):
    share = _alphas(levels)[s:t].prod()
    return share.sqrt(), (1 - share).sqrt()


def _levels_multiplied(share):
    """A merge_steps that has this for the product of the alphas."""

    def wrong(levels, s, t):
        one = share(levels, s, t)
        return one.sqrt(), (1 - one).sqrt()

    return wrong


exercise(
    "diffusion.merge_steps",
    reference=merge_steps,
    returns=["signal", "sigma"],
    inputs={
        "8 levels, from s = 1 to t = 4": _merge_input(8, 1, 4),
        "5 levels, one step, from s = 2 to t = 3": _merge_input(5, 2, 3),
        "12 levels, from s = 3 to t = 11": _merge_input(12, 3, 11),
        "7 levels, from s = 0 to t = 5": _merge_input(7, 0, 5),
        "the linear schedule, from s = 0 to t = 999": lambda rng: (_LINEAR, 0, 999),
        "the linear schedule, from s = 998 to t = 999": lambda rng: (_LINEAR, 998, 999),
        "the linear schedule, from s = 0 to t = 1": lambda rng: (_LINEAR, 0, 1),
    },
    mistakes=[
        Mistake(
            _merged(lambda before, after: after.sqrt(), lambda before, after: (1 - after).sqrt()),
            "That is the jump from x_0, and you start at x_s, which has lost signal already: its loss is "
            "counted twice, and a sampler that leaps from s to t puts in far too much noise.",
        ),
        Mistake(
            _merged(_signal, lambda before, after: 1 - after / before),
            "Your sigma is a variance: what multiplies the noise is its root; without it the merged step "
            "adds less noise than the single ones, and the variance falls below 1.",
        ),
        Mistake(
            _merged(lambda before, after: after / before, lambda before, after: 1 - after / before),
            "Both roots are missing: you give what happens to the variances, and as weights on x_s and noise "
            "these leave x_t too narrow.",
        ),
        Mistake(
            _merged(lambda before, after: after / before, _sigma),
            "The root on the signal is missing: the merged step shrinks x_s twice as much as the single "
            "steps do, and the two ways to x_t no longer agree.",
        ),
        Mistake(
            _merged(_signal, lambda before, after: (before - after).sqrt()),
            "You take the difference of the noise variances, but the noise that x_s holds shrinks on the way "
            "too: the new noise must also make up for that, and yours is too weak.",
        ),
        Mistake(
            _merged(
                lambda before, after: (before / after).sqrt(),
                lambda before, after: (1 - before / after).sqrt(),
            ),
            "The ratio is upside down: the later level must be over the earlier one; yours is above 1, so "
            "the signal would grow, and the root for the noise is NaN.",
        ),
        Mistake(
            _merged(_signal, lambda before, after: (1 - after).sqrt()),
            "Your sigma is the noise in x_t as seen from x_0, and some of that is in x_s already: it would "
            "be added a second time, and x_t would have a variance above 1.",
        ),
        Mistake(
            _merged(_signal, lambda before, after: (1 - after).sqrt() - (1 - before).sqrt()),
            "You subtract standard deviations; independent noises add their variances, so with the "
            "difference of the roots the merged step adds far too little noise.",
        ),
        Mistake(
            (
                _levels_multiplied(lambda levels, s, t: levels[s + 1 : t + 1].prod()),
                _levels_multiplied(lambda levels, s, t: levels[s : t + 1].prod()),
                _levels_multiplied(lambda levels, s, t: levels[s:t].prod()),
                _levels_multiplied(lambda levels, s, t: levels[s] * levels[t]),
            ),
            "You multiply levels, and each level is a product already: the early alphas come in again and "
            "again, so a leap of a few steps would destroy nearly the whole image.",
        ),
        Mistake(
            _levels_multiplied(lambda levels, s, t: levels[t - s]),
            "You take the level after t - s steps, counted from the beginning, where the betas are others: "
            "it matters which steps are merged, not only how many, and the noise comes out too weak.",
        ),
        Mistake(
            _merged(_signal, lambda before, after: 1 - (after / before).sqrt()),
            "Your rates sum to one where their squares must: the merged step adds less noise than the single "
            "ones do, and x_t comes out narrower than the model expects.",
        ),
        Mistake(
            (_one_early, _one_short),
            "Your product takes in step s itself, which x_s has behind it (or leaves out step t): the steps "
            "from s to t are those after s, up to and with t, and one too many or the wrong one shifts the "
            "noise that the model is told.",
        ),
        Mistake(
            (
                _levels_multiplied(lambda levels, s, t: levels[t] / levels[s + 1]),
                _levels_multiplied(lambda levels, s, t: levels[t - 1] / levels[s]),
            ),
            "Your product is one step short: it leaves out step s + 1, the first after x_s, or step t, the "
            "last; a sampler would then put back less noise than the model is told of.",
        ),
        Mistake(
            (
                lambda levels, s, t: (
                    (levels[t] / levels[s]).sqrt(),
                    (1 - _alphas(levels)[s + 1 : t + 1]).sum().sqrt(),
                ),
                lambda levels, s, t: (
                    (levels[t] / levels[s]).sqrt(),
                    (1 - _alphas(levels)[s : t + 1]).sum().sqrt(),
                ),
            ),
            "You sum the betas, as if early noise were not shrunk by the later steps: it is, so your sigma "
            "is too large, and over many steps passes 1.",
        ),
    ],
    hints=[
        "The alphas of the steps after s, up to t, multiply. You have the product up to t and the product up "
        "to s: how do you get the product of those between?",
        "The quotient of the two levels plays the part of alpha-bar for this leap. Nothing else changes in "
        "the kernel.",
        "Let r be the level at t over the level at s. The signal rate is the root of r; the squares of the "
        "two rates sum to one.",
    ],
)
