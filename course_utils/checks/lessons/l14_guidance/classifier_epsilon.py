"""guidance.classifier_epsilon: from a gradient to a change of the noise that is predicted."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def classifier_epsilon(epsilon, gradient, level, scale):
    """The guided noise: epsilon, gradient [B, D], level [B, 1], scale a number -> [B, D]."""
    return epsilon - scale * (1 - level).sqrt() * gradient


def _guess(n, dim, scale, low=0.1, high=0.9):
    def make(rng):
        epsilon, gradient = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        level = low + (high - low) * torch.rand(n, 1, generator=rng, dtype=torch.float64)
        return epsilon, gradient, level, scale

    return make


exercise(
    "guidance.classifier_epsilon",
    reference=classifier_epsilon,
    inputs={
        "4 points of 2 coordinates, scale 2": _guess(4, 2, 2.0),
        "3 points of 5 coordinates, scale 1": _guess(3, 5, 1.0),
        "6 points of 3 coordinates, mostly noise, scale 4": _guess(6, 3, 4.0, 0.01, 0.1),
        "5 points of 2 coordinates, nearly clean, scale 8": _guess(5, 2, 8.0, 0.9999, 0.999999),
        "5 points of 2 coordinates, all but pure noise, scale 1000": _guess(5, 2, 1000.0, 1e-7, 1e-5),
    },
    mistakes=[
        Mistake(
            lambda e, g, a, s: e - s * (1 - a) * g,
            "The root is missing: the noise rate is sqrt(1 - alpha-bar), and 1 - alpha-bar is smaller, so "
            "the label is pushed too weakly, most of all near the data, and scale 1 is not the conditional "
            "model.",
        ),
        Mistake(
            lambda e, g, a, s: e - s * g,
            "The noise rate is missing: a gradient is a score, and epsilon is minus sqrt(1 - alpha-bar) "
            "times a score; near the data you push far too hard, and the samples burst.",
        ),
        Mistake(
            lambda e, g, a, s: e - s * a.sqrt() * g,
            "This is the signal rate; the factor between score and epsilon is the noise rate, so near pure "
            "noise, where the class is decided, the label hardly counts, and near the data it counts too "
            "much.",
        ),
        Mistake(
            lambda e, g, a, s: e - s * g / (1 - a).sqrt(),
            "You divide by the noise rate where you should multiply: that is how epsilon becomes a score, "
            "and here a score becomes an epsilon; near the data the push goes to infinity.",
        ),
        Mistake(
            lambda e, g, a, s: e + s * (1 - a).sqrt() * g,
            "The sign is turned: epsilon points away from the data, against the score, so adding the "
            "gradient to it leads the samples away from the class.",
        ),
        Mistake(
            (
                lambda e, g, a, s: e - (s - 1) * (1 - a).sqrt() * g,
                lambda e, g, a, s: e - (s + 1) * (1 - a).sqrt() * g,
            ),
            "This takes the scale for the papers' w, or turns it into one: with a classifier scale 0 is the "
            "plain model and scale 1 is Bayes' rule, so the gradient is multiplied by s itself.",
        ),
        Mistake(
            lambda e, g, a, s: e - s * (1 - a.sqrt()) * g,
            "The noise rate is the root of one minus the level, and you have one minus the root: that is "
            "much less, so the label is pushed too weakly at every step.",
        ),
        Mistake(
            lambda e, g, a, s: s * g - e / (1 - a).sqrt(),
            "This is the guided score: a sampler that expects an epsilon takes it for one, and walks away "
            "from the data; multiply by minus the noise rate to turn it back.",
        ),
        Mistake(
            lambda e, g, a, s: e - (1 - a).sqrt() * g,
            "The scale is not used: this is scale 1 whatever was asked for, so at best the conditional "
            "model, and nothing can be exaggerated.",
        ),
        Mistake(
            lambda e, g, a, s: (1 - a).sqrt() * (e - s * g),
            "The noise rate multiplies epsilon too, which already is an epsilon: near the data the model "
            "says that there is no noise, and the samples stay grainy.",
        ),
        Mistake(
            (
                lambda e, g, a, s: s * (e - (1 - a).sqrt() * g),
                lambda e, g, a, s: s * e - (1 - a).sqrt() * g,
            ),
            "The scale multiplies epsilon as well, or epsilon in place of the gradient: at scale 2 the "
            "model says that there is twice the noise, and the sampler takes off far too much.",
        ),
        Mistake(
            lambda e, g, a, s: (1 - s) * e - s * (1 - a).sqrt() * g,
            "You take epsilon away while you add the gradient: the classifier knows the class and no more, "
            "it replaces nothing of what the model knows about the data.",
        ),
    ],
    hints=[
        "Write the score by epsilon (notebook 11), add s times the gradient to it, and turn it back.",
        "score = -epsilon / sqrt(1 - alpha-bar), and this holds for the guided ones too. Multiply "
        "the whole equation by the noise rate and look at the signs.",
        "Take off epsilon: the gradient, times the scale, times the root of one minus the level.",
    ],
)
