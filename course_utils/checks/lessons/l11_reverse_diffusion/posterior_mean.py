"""diffusion.posterior_mean: one step back, once x_0 is given."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l11_reverse_diffusion._levels import (
    beta_tilde,
    ends_of_the_chain,
    points_and_levels,
)


def posterior_mean(x0, x_t, before, after):
    """Mean of q(x_{t-1} | x_t, x_0): x0, x_t [B, D]; the levels before and after [B, 1] -> [B, D]."""
    alpha = after / before
    return (before.sqrt() * (1 - alpha) * x0 + alpha.sqrt() * (1 - before) * x_t) / (1 - after)


def _mean(of_x0, of_x_t):
    """A mean with other weights; each is a function of (before, after, alpha)."""
    return lambda x0, x_t, before, after: (
        of_x0(before, after, after / before) * x0 + of_x_t(before, after, after / before) * x_t
    )


def _right_x0(before, after, alpha):
    return before.sqrt() * (1 - alpha) / (1 - after)


def _right_x_t(before, after, alpha):
    return alpha.sqrt() * (1 - before) / (1 - after)


def _line_7(x0, x_t, before, after):
    alpha = after / before
    seen = alpha.sqrt() * x_t / (1 - alpha) + before.sqrt() * x0 / (1 - before)
    return beta_tilde(before, after, alpha) * seen


exercise(
    "diffusion.posterior_mean",
    reference=posterior_mean,
    inputs={
        "4 points of 2 coordinates": points_and_levels(4, 2),
        "3 points of 5 coordinates": points_and_levels(3, 5),
        "6 points of 1 coordinate at the last step, before = 1": points_and_levels(6, 1, first=True),
        "4 points at both ends of the linear schedule": ends_of_the_chain(3),
    },
    mistakes=[
        Mistake(
            _line_7,
            "This is line 7, which is right at every step but the one that ends at x_0: there before is 1, "
            "you divide by 0, and 0 times infinity is NaN in every sample. Line 8 has no such division.",
        ),
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
            "The weight of x_0 has the root of alpha-bar_t where that of alpha-bar_{t-1} belongs: this is "
            "the mean of a step later, so each step loses a little signal and the samples come out too near "
            "to 0.",
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
            lambda x0, x_t, before, after: posterior_mean(x0, x_t, before, after) * (1 - after).sqrt(),
            "You divide by the root of 1 - alpha-bar_t and not by 1 - alpha-bar_t: where there is little "
            "noise the weights are then far too small, and near the data every step shrinks the sample "
            "towards 0.",
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
        "Two witnesses of x_{t-1} are averaged. According to x_0 it has the mean sqrt(before) x_0 and the "
        "variance 1 - before; according to x_t it has the mean x_t / sqrt(alpha) and the variance beta / "
        "alpha. Each counts in proportion to its precision.",
        "First alpha = after / before, and beta from it. Both weights have the same denominator, one minus "
        "alpha-bar_t.",
        "In the numerators, x_0 is multiplied by sqrt(before) and by this step's beta, and x_t is multiplied "
        "by sqrt(alpha) and by the variance of x_{t-1} given x_0.",
    ],
)
