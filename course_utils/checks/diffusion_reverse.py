"""The exercises of notebook 11, Reverse diffusion: the posterior given x_0, and a term of the bound."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def posterior_mean(x0, x_t, before, after):
    """Mean of q(x_{t-1} | x_t, x_0): x0, x_t [B, D]; the levels before and after [B, 1] -> [B, D]."""
    alpha = after / before
    return (before.sqrt() * (1 - alpha) * x0 + alpha.sqrt() * (1 - before) * x_t) / (1 - after)


def posterior_variance(alphas_cumprod, t):
    """Variance of q(x_{t-1} | x_t, x_0), beta-tilde: alphas_cumprod [T], t [B] in 0..T-1 -> [B]."""
    after = alphas_cumprod[t]
    before = torch.where(t > 0, alphas_cumprod[(t - 1).clamp(min=0)], 1.0)
    return (1 - before) / (1 - after) * (1 - after / before)


def kl_step(x0, x0_guess, before, after):
    """L_{t-1} in nats with p's variance equal to beta-tilde: x0, x0_guess [B, D], levels [B, 1] -> [B]."""
    weight = (before / (1 - before) - after / (1 - after)) / 2
    return (weight * (x0 - x0_guess).square()).sum(dim=1)


def _levels(n, rng):
    """n pairs of levels before > after, [n, 1] each, neither near 0 nor near 1."""
    after = 0.15 + 0.35 * torch.rand(n, 1, generator=rng, dtype=torch.float64)
    return after + 0.1 + 0.3 * torch.rand(n, 1, generator=rng, dtype=torch.float64), after


def _pair(n, dim, first=False):
    """A maker of two batches of points and of levels; first: with before = 1, the step that ends at x_0."""

    def make(rng):
        one, other = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        before, after = _levels(n, rng)
        return one, other, torch.ones_like(before) if first else before, after

    return make


def _mean(of_x0, of_x_t):
    """A mean with other weights; each is a function of (before, after, alpha)."""
    return lambda x0, x_t, before, after: (
        of_x0(before, after, after / before) * x0 + of_x_t(before, after, after / before) * x_t
    )


def _right_x0(before, after, alpha):
    return before.sqrt() * (1 - alpha) / (1 - after)


def _right_x_t(before, after, alpha):
    return alpha.sqrt() * (1 - before) / (1 - after)


exercise(
    "diffusion.posterior_mean",
    reference=posterior_mean,
    inputs={
        "4 points of 2 coordinates": _pair(4, 2),
        "3 points of 5 coordinates": _pair(3, 5),
        "6 points of 1 coordinate at the last step, before = 1": _pair(6, 1, first=True),
    },
    mistakes=[
        Mistake(
            lambda x0, x_t, before, after: posterior_mean(x_t, x0, before, after),
            "The two weights are swapped: x_0 gets the weight of x_t, so that near the data, where beta is "
            "small, every step jumps to the guess of x_0 and near noise it ignores it.",
        ),
        Mistake(
            (
                _mean(lambda b, a, al: b * (1 - al) / (1 - a), _right_x_t),
                _mean(lambda b, a, al: b * (1 - al) / (1 - a), lambda b, a, al: al * (1 - b) / (1 - a)),
                _mean(_right_x0, lambda b, a, al: al * (1 - b) / (1 - a)),
            ),
            "A root is missing: alpha-bar and alpha scale variances, and their roots scale points, so "
            "without the root each step shrinks the sample a little more, and the model's data sit too "
            "near to 0.",
        ),
        Mistake(
            _mean(lambda b, a, al: a.sqrt() * (1 - al) / (1 - a), _right_x_t),
            "With x_0 stands the root of alpha-bar_t where that of alpha-bar_{t-1} belongs: the mean is that "
            "of a step later, so each step lets a little signal go and the samples come out too near to 0.",
        ),
        Mistake(
            _mean(_right_x0, lambda b, a, al: al.sqrt()),
            "The weight of x_t has 1 - alpha-bar_t on top where 1 - alpha-bar_{t-1} belongs, so it is just "
            "sqrt(alpha_t): the two weights add up to too much, and near the data the sample runs away.",
        ),
        Mistake(
            _mean(_right_x0, lambda b, a, al: a.sqrt() * (1 - b) / (1 - a)),
            "The weight of x_t has the root of alpha-bar_t where that of alpha_t belongs: late in the "
            "chain alpha-bar_t is nearly 0, so each step throws x_t away and the chain forgets where it is.",
        ),
        Mistake(
            (
                _mean(
                    lambda b, a, al: b.sqrt() * (1 - al) / (1 - b),
                    lambda b, a, al: al.sqrt() * (1 - a) / (1 - b),
                ),
                _mean(_right_x0, lambda b, a, al: al.sqrt() * (1 - a) / (1 - b)),
                _mean(lambda b, a, al: b.sqrt() * (1 - al) / (1 - b), _right_x_t),
                _mean(
                    lambda b, a, al: b.sqrt() * (1 - al) / (1 - b),
                    lambda b, a, al: al.sqrt() * (1 - b) / (1 - b),
                ),
            ),
            "The levels before and after have changed places in a fraction: the weights then add up to far "
            "too much, so the chain runs away from the data instead of coming in, and at the last step you "
            "divide by 0.",
        ),
        Mistake(
            _mean(
                lambda b, a, al: b.sqrt() * (1 - al),
                lambda b, a, al: al.sqrt() * (1 - b),
            ),
            "You do not divide by 1 - alpha-bar_t: the two weights then add up to far less than they "
            "should, every step shrinks the sample, and it ends near 0 whatever x_0 is.",
        ),
        Mistake(
            _mean(lambda b, a, al: b.sqrt() * (1 - a) / (1 - a), _right_x_t),
            "This step's beta_t is 1 - alpha_t and not 1 - alpha-bar_t: your weight of x_0 holds the noise "
            "of all steps and not of this one, so the mean overshoots the guess of x_0 at every step.",
        ),
        Mistake(
            _mean(lambda b, a, al: b.sqrt(), lambda b, a, al: torch.zeros_like(a)),
            "This is the mean of q(x_{t-1} | x_0) and ignores x_t: each step would start afresh from the "
            "guess, so the chain keeps nothing of the sample it was refining.",
        ),
        Mistake(
            _mean(lambda b, a, al: torch.zeros_like(a), lambda b, a, al: 1 / al.sqrt()),
            "You only undo the scaling of x_t and ignore x_0: the noise of the step stays in and is blown "
            "up with the rest, so after T steps the sample is noise of a huge width.",
        ),
        Mistake(
            _mean(_right_x0, lambda b, a, al: -al.sqrt() * (1 - b) / (1 - a)),
            "The part of x_t is subtracted where it is to be added: the two guesses of x_{t-1} are "
            "averaged, and with a minus the chain mirrors its sample at every step.",
        ),
        Mistake(
            _mean(lambda b, a, al: b.sqrt(), lambda b, a, al: a.sqrt() * (1 - b) / (1 - a)),
            "You take alpha_t to be alpha-bar_t in both weights: only at the first step are they the same, "
            "and later every step behaves as if all the noise so far had come in this one.",
        ),
        Mistake(
            _mean(
                lambda b, a, al: b.sqrt() * (1 - 1 / al) / (1 - a),
                lambda b, a, al: (1 / al).sqrt() * (1 - b) / (1 - a),
            ),
            "The ratio alpha_t is after / before and you have it the other way round: above 1, so that "
            "beta is negative and the mean moves away from the guess of x_0.",
        ),
        Mistake(
            lambda x0, x_t, before, after: posterior_mean(x0, x_t, after, before),
            "The levels before and after have changed places everywhere: alpha-bar falls with t, so before "
            "is the larger one; with beta negative the mean flies past the guess of x_0.",
        ),
    ],
    hints=[
        "Two pieces of news about x_{t-1} are averaged. Coming from x_0 it has mean sqrt(before) x_0 and "
        "variance 1 - before; seen from x_t it has a mean x_t / sqrt(alpha) and a variance beta / alpha. "
        "Each counts by its precision.",
        "First alpha = after / before, and beta from it. Both weights have the same denominator, one minus "
        "alpha-bar_t.",
        "On top of the fraction: with x_0 stand sqrt(before) and this step's beta; with x_t stand "
        "sqrt(alpha) and the variance of x_{t-1} given x_0.",
    ],
)


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


def _tilde(before, after, alpha):
    return (1 - before) / (1 - after) * (1 - alpha)


exercise(
    "diffusion.posterior_variance",
    reference=posterior_variance,
    inputs={
        "5 steps of 6, the first not among them": _chain(6, [1, 3, 5, 2, 2]),
        "all 4 steps of 4, the first among them": _chain(4, [0, 1, 2, 3]),
        "3 steps of 9": _chain(9, [8, 0, 4]),
    },
    mistakes=[
        Mistake(
            _variance(lambda b, a, al: (1 - a) / (1 - b) * (1 - al)),
            "The fraction is upside down, as one lecture prints it: that variance is above beta, so each "
            "step adds more noise than it takes away, and the last one, which should add none, divides by "
            "0.",
        ),
        Mistake(
            _variance(lambda b, a, al: 1 / _tilde(b, a, al)),
            "This is the precision, one over the variance: the smaller the step, the more noise you would "
            "add, and at the step to x_0, where none is left, infinitely much.",
        ),
        Mistake(
            _variance(lambda b, a, al: (1 - al) * (1 - b) / (1 - b + 1 - al)),
            "The precision that x_t brings is alpha / beta and not 1 / beta: the step shrank the point "
            "before it added noise, and without that the variance is too small in every large step.",
        ),
        Mistake(
            _variance(lambda b, a, al: torch.where(b < 1, _tilde(b, a, al), 1 - al)),
            "At t = 0 you return beta_1, as one does where its log is needed: given x_0 nothing is unknown "
            "there, the variance is 0, and a sampler that adds yours leaves grain in every sample.",
        ),
        Mistake(
            _variance(lambda b, a, al: 1 - al),
            "This is beta, the variance of the forward step: x_0 is given here, and that makes x_{t-1} "
            "surer; at the step to x_0 itself you would leave noise where nothing is unknown.",
        ),
        Mistake(
            _variance(lambda b, a, al: _tilde(b, a, al).sqrt()),
            "This is the standard deviation: used as a variance in the next step it adds far too much "
            "noise where the steps are small, and the samples come out blurred.",
        ),
        Mistake(
            _variance(_tilde, before=lambda alphas_cumprod, t: alphas_cumprod[t - 1]),
            "Right but for t = 0: index -1 reads the last alpha-bar and not the 1 before any noise, so at "
            "the step that ends at x_0 the variance is negative, and its root is NaN in every sample.",
        ),
        Mistake(
            _variance(
                _tilde,
                before=lambda alphas_cumprod, t: torch.cat([alphas_cumprod[1:], alphas_cumprod[-1:] ** 2])[t],
            ),
            "You read the level after and not the one before, t + 1 for t - 1: the variance comes out "
            "negative, for that step goes from the data to noise.",
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
                _tilde,
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
        "Precisions add: of x_{t-1} given x_0, variance one minus the level before; and seen from x_t, "
        "variance beta / alpha.",
        "The result is beta_t times a fraction that is below 1. Its numerator belongs to the step before, "
        "its denominator to this step.",
        "beta_t is one minus the ratio of the two levels. The level before is alphas_cumprod at t - 1, and "
        "1 where t is 0: torch.where, or a 1 put in front of alphas_cumprod.",
    ],
)


def _kl(weight, error=lambda difference: difference.square().sum(dim=1, keepdim=True)):
    """A term with another weight of the two levels, or another error of the difference [B, D]."""
    return lambda x0, x0_guess, before, after: (weight(before, after) * error(x0 - x0_guess)).sum(dim=1)


def _snr(level):
    return level / (1 - level)


def _weight(before, after):
    return (_snr(before) - _snr(after)) / 2


exercise(
    "diffusion.kl_step",
    reference=kl_step,
    inputs={
        "4 points of 2 coordinates": _pair(4, 2),
        "3 points of 5 coordinates": _pair(3, 5),
        "6 points of 3 coordinates": _pair(6, 3),
    },
    mistakes=[
        Mistake(
            _kl(lambda b, a: _snr(b) - _snr(a)),
            "The half is missing: the KL of two Gaussians of equal variance is the squared distance over "
            "twice the variance, so your bound promises a code twice as long as it is.",
        ),
        Mistake(
            _kl(_weight, lambda difference: difference.square().mean(dim=1, keepdim=True)),
            "You average over the coordinates where a KL sums over them: beside L_T and L_0, which are "
            "summed, these terms are too small by the number of coordinates, and the bound may fall below "
            "the truth.",
        ),
        Mistake(
            _kl(lambda b, a: _weight(a, b)),
            "The sign is turned: the signal-to-noise ratio is larger before than after, and with a "
            "negative KL a model would gain by guessing as badly as it can.",
        ),
        Mistake(
            _kl(lambda b, a: (_snr(b).sqrt() - _snr(a).sqrt()) / 2),
            "You take the ratio of signal and noise in amplitude, with the roots: the terms then no longer "
            "add up to the bound, and late steps count far too much.",
        ),
        Mistake(
            _kl(_weight, lambda difference: difference.sum(dim=1, keepdim=True).square()),
            "You sum the differences and square the sum: errors of opposite sign then cancel, so a model "
            "that is wrong in every coordinate may cost nothing.",
        ),
        Mistake(
            _kl(lambda b, a: _snr(a) / 2),
            "This is SNR(t) alone and not by how much it falls in the step: the sum over t then counts the "
            "same signal in every term, and with more steps the bound grows without end.",
        ),
        Mistake(
            _kl(_weight, lambda difference: difference.norm(dim=1, keepdim=True)),
            "The distance is not squared: this is no KL of Gaussians, small errors count too much, and the "
            "sum of the terms is no bound of anything.",
        ),
        Mistake(
            _kl(lambda b, a: (b.sqrt() * (1 - a / b) / (1 - a)) ** 2),
            "You have the squared distance of the two means and do not divide by twice their variance: "
            "where the steps are small the distance is tiny, and it is the variance beside it that makes "
            "it count.",
        ),
        Mistake(
            _kl(lambda b, a: (b.sqrt() * (1 - a / b) / (1 - a)) ** 2 / (2 * (1 - a / b))),
            "You divide by beta and not by beta-tilde: that is the distance part for a model with the "
            "large variance, and the three terms that the unequal variances add are missing.",
        ),
        Mistake(
            _kl(lambda b, a: b.sqrt() / (2 * (1 - b))),
            "The weight of x_0 in the mean is not squared with the distance: the means are apart by weight "
            "times error, and all of that is squared; as it stands small steps count far too much.",
        ),
        Mistake(
            _kl(lambda b, a: (b.sqrt() * (1 - a / b) / (1 - a)) ** 2 / (2 * _tilde(b, a, a / b).sqrt())),
            "You divide by the root of beta-tilde, the standard deviation: below the squared distance stands "
            "the variance, and without it the small steps near the data cost next to nothing.",
        ),
        Mistake(
            lambda x0, x0_guess, before, after: (x0 - x0_guess).square().sum(dim=1),
            "This is the plain squared error without the weight: a fine loss to train with, but in the "
            "bound an error counts by how much signal the step brings in.",
        ),
        Mistake(
            _kl(lambda b, a: (b - a) / 2),
            "You subtract the levels alpha-bar and not the signal-to-noise ratios alpha-bar / (1 - "
            "alpha-bar): the steps near the data, where the noise is small, then count far too little.",
        ),
    ],
    hints=[
        "KL of two Gaussians with the same variance: squared distance of the means over twice the "
        "variance. How far are the means apart, if x_t is the same and x_0 differs?",
        "The weight of x_0 in the mean is sqrt(before) beta / (1 - after); square it and divide by twice "
        "beta-tilde. One beta cancels.",
        "It comes out as half of SNR(t-1) - SNR(t), with SNR = level / (1 - level), times the squared "
        "error; sum over the coordinates.",
    ],
)
