"""distil.target: what a student must guess to go in one step where its teacher goes in two."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def two_step_target(x_t, x_s, rates_t, rates_s):
    """The x_0 for which one DDIM step takes x_t to x_s; rates: (signal, sigma) at t and at s -> like x_t."""
    (signal_t, sigma_t), (signal_s, sigma_s) = rates_t, rates_s
    ratio = sigma_s / sigma_t
    return (x_s - ratio * x_t) / (signal_s - ratio * signal_t)


def _pairs(shape, late, early, dtype=torch.float64, spread=0.05):
    """A maker of x at two levels, angles whose cosine is the signal, about `late` and `early`; one a row."""

    def make(rng):
        x_t, x_s = torch.randn(2, *shape, generator=rng, dtype=torch.float64)
        angles = torch.tensor([late, early]).double().view(2, 1)
        angles = angles + spread * torch.rand(2, shape[0], generator=rng, dtype=torch.float64)
        angles = angles.view(2, -1, *[1] * (len(shape) - 1))
        if early == 0:
            angles[1] = 0
        signal, sigma = angles.cos().to(dtype), angles.sin().to(dtype)
        return x_t.to(dtype), x_s.to(dtype), (signal[0], sigma[0]), (signal[1], sigma[1])

    return make


def _one_level(shape, late, early):
    """A maker with one level for the whole batch, as numbers without axes."""

    def make(rng):
        x_t, x_s, rates_t, rates_s = _pairs(shape, late, early)(rng)
        return (
            x_t,
            x_s,
            tuple(one.flatten()[0] for one in rates_t),
            tuple(one.flatten()[0] for one in rates_s),
        )

    return make


def _made(formula):
    """A formula of x_t, x_s, the ratio of the sigmas, and signal and sigma at t and s."""

    def wrong(x_t, x_s, rates_t, rates_s):
        (signal_t, sigma_t), (signal_s, sigma_s) = rates_t, rates_s
        return formula(x_t, x_s, sigma_s / sigma_t, signal_t, sigma_t, signal_s, sigma_s)

    return wrong


def _right(x_t, x_s, r, a_t, b_t, a_s, b_s):
    return (x_s - r * x_t) / (a_s - r * a_t)


def _noise(x_t, x_s, r, a_t, b_t, a_s, b_s):
    return (x_t - a_t * _right(x_t, x_s, r, a_t, b_t, a_s, b_s)) / b_t


def _velocity(x_t, x_s, r, a_t, b_t, a_s, b_s):
    noise = _noise(x_t, x_s, r, a_t, b_t, a_s, b_s)
    return a_t * noise - b_t * _right(x_t, x_s, r, a_t, b_t, a_s, b_s)


def _velocity_at_s(x_t, x_s, r, a_t, b_t, a_s, b_s):
    noise = _noise(x_t, x_s, r, a_t, b_t, a_s, b_s)
    return a_s * noise - b_s * _right(x_t, x_s, r, a_t, b_t, a_s, b_s)


exercise(
    "distil.target",
    reference=two_step_target,
    batch=False,
    inputs={
        "4 images of 1 x 3 x 5": _pairs((4, 1, 3, 5), 1.1, 0.6),
        "3 points of the plane": _pairs((3, 2), 0.8, 0.3),
        "2 images of 3 x 4 x 2, the same levels for all": _one_level((2, 3, 4, 2), 1.3, 1.1),
        "1 image of 2 x 3 x 3, the second step ends at the data": _pairs((1, 2, 3, 3), 0.7, 0.0),
        "5 points of 6 coordinates, from nearly nothing but noise": _pairs((5, 6), 1.56, 0.9, spread=0.01),
        "3 images of 1 x 2 x 4 in float32": _pairs((3, 1, 2, 4), 1.2, 0.5, torch.float32),
        "2 images of 1 x 4 x 3, hardly noisy": _pairs((2, 1, 4, 3), 0.06, 0.01, spread=0.005),
    },
    mistakes=[
        Mistake(
            (
                lambda x_t, x_s, t, s: two_step_target(x_t, x_s, t[::-1], s),
                lambda x_t, x_s, t, s: two_step_target(x_t, x_s, t, s[::-1]),
            ),
            "Signal and sigma have changed places at one of the levels: rates are (signal, sigma), and it "
            "is the noise that is to fall out of the two equations, so the ratio is one of sigmas.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: x_s),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: x_t),
            ),
            "You hand back a noisy x itself: the network guesses clean images, so the target is the x_0 with "
            "which one step arrives at x_s.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: x_s / a_s),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r * x_t) / a_s),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - b_s * x_t) / a_s),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - b_s / b_t * x_t) / (a_s + 0 * a_t)),
            ),
            "You divide by the signal at s alone: x_t holds some of the image, too, and taking off a share "
            "of x_t takes off a share of the image, which the denominator must know of.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_t - b_t * x_s) / a_t),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - b_s * (x_t - x_s)) / a_s),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - b_s * (x_t - a_t * x_s) / b_t) / a_s),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: a_t * x_t - b_t * x_s),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: x_s / a_t),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - b_s * x_s) / a_s),
            ),
            "This reads an x_0 from one level, with something else put in for the noise: the noise is not "
            "given, it has to fall out of the two equations for x_t and for x_s.",
        ),
        Mistake(
            (
                _made(_noise),
                _made(
                    lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (a_t * x_s - a_s * x_t) / (a_t * b_s - a_s * b_t)
                ),
            ),
            "This is the noise that goes with the step, and not the clean image: have signal and sigma "
            "changed places? Rates are (signal, sigma), and the ratio is one of sigmas.",
        ),
        Mistake(
            (_made(_velocity), _made(_velocity_at_s)),
            "This is the target as a v: it is another face of the same step, but the x_0 is asked for.",
        ),
        Mistake(
            _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s / r - x_t) / (a_s / r - a_t)),
            "You divide by sigma_s, and it is 0 where the second step ends at the data: the target there is "
            "NaN; multiply both sides, or divide by sigma_t alone.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - b_s * x_t) / (a_s - b_s * a_t)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - b_t * x_t) / (a_s - b_t * a_t)),
            ),
            "One of the sigmas stands where their ratio belongs: x_t holds sigma_t of the noise, so it takes "
            "sigma_s / sigma_t of it to hold sigma_s.",
        ),
        Mistake(
            _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: a_s / a_t * x_t - x_s),
            "You take the signals' ratio and so take the image out: it is the noise that is to fall out, "
            "with the sigmas' ratio.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - x_t / r) / (a_s - a_t / r)),
                _made(
                    lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - x_t * b_t / b_s) / (a_s - a_t * b_t / b_s)
                ),
            ),
            "The ratio is upside down: x_s holds sigma_s of the noise and x_t sigma_t, so sigma_s / sigma_t "
            "times x_t holds as much as x_s.",
        ),
        Mistake(
            (
                lambda x_t, x_s, t, s: two_step_target(x_t, x_s, s, t),
                lambda x_t, x_s, t, s: two_step_target(x_s, x_t, t, s),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_t - r * x_s) / (a_t - r * a_s)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r * x_t) / (a_t - r * a_s)),
            ),
            "The two levels have changed places: x_t goes with rates_t and x_s with rates_s.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - x_t) / (a_s - a_t)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - x_t) / (a_s - r * a_t)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r * x_t) / (a_s - a_t)),
            ),
            "The ratio of the sigmas is missing, above, below or both: x_t and x_s hold different amounts of "
            "the noise, and only with the ratio does it fall out.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s + r * x_t) / (a_s + r * a_t)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r * x_t) / (a_s + r * a_t)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s + r * x_t) / (a_s - r * a_t)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (r * x_t - x_s) / (a_s - r * a_t)),
            ),
            "A sign is turned: the scaled x_t is subtracted, above, and its scaled signal from signal_s, "
            "below, so that the noise cancels.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r**2 * x_t) / (a_s - r**2 * a_t)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r**0.5 * x_t) / (a_s - r**0.5 * a_t)),
            ),
            "The ratio is one of variances, or a root too many: sigma is the deviation, and stands before "
            "the noise as it is.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r * x_t) * (a_s - r * a_t)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: x_s - r * x_t),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: x_s - r * x_t / (a_s - r * a_t)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r * x_t) / a_s - r * a_t),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r * x_t) / (1 - r)),
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r * x_t) / (1 - r * a_t)),
            ),
            "What is left after the noise is the image times a number, signal_s less the share of signal_t: "
            "all of it has to be divided by that number, which wants brackets above and below.",
        ),
        Mistake(
            (
                _made(lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (x_s - r * x_t) / (a_s - r * a_t) * a_s),
                _made(
                    lambda x_t, x_s, r, a_t, b_t, a_s, b_s: (
                        a_s * _right(x_t, x_s, r, a_t, b_t, a_s, b_s) + b_s * x_t
                    )
                ),
            ),
            "A step's arithmetic is still on the target: the clean image itself is asked for, without a "
            "signal before it and without noise added.",
        ),
        Mistake(
            (
                _made(
                    lambda x_t, x_s, r, a_t, b_t, a_s, b_s: _right(x_t, x_s, r, a_t, b_t, a_s, b_s).clamp(
                        -1, 1
                    )
                ),
                _made(
                    lambda x_t, x_s, r, a_t, b_t, a_s, b_s: _right(x_t, x_s, r, a_t, b_t, a_s, b_s).clamp(
                        0, 1
                    )
                ),
            ),
            "The target is cut off: a step with the cut one no longer arrives at x_s, and that is what it is "
            "for.",
        ),
    ],
    hints=[
        "Write down one DDIM step from t to s: x_s is made of x_0 and of the noise that x_t holds. Put in "
        "what x_t says about that noise, and x_0 is the only unknown.",
        "Two equations: x_t is its signal times x_0 plus its sigma times the noise, and x_s likewise with "
        "the same x_0 and noise. By which number must x_t be multiplied to hold as much noise as x_s?",
        "Take that share of x_t off x_s: what is left is x_0 times a number. The number comes from the two "
        "signals in the same way.",
    ],
)
