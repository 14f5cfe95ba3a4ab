"""start.class_posterior: Bayes' rule on the log scale."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def class_posterior(log_px_given_y, log_prior):
    """Bayes' rule in log space: log p(x | y) [N, C], log p(y) [C] -> p(y | x) [N, C]."""
    return torch.softmax(log_px_given_y + log_prior, dim=1)


def _log_densities(points, classes, level=-3.0):
    def make(rng):
        log_prior = torch.log_softmax(2 * torch.randn(classes, generator=rng), dim=0)
        return level + 2 * torch.randn(points, classes, generator=rng), log_prior

    return make


def _rare_class(rng):
    """Points that speak for a class with a prior of e^-9."""
    log_prior = torch.log_softmax(torch.tensor([0.0, -9.0, -0.5]), dim=0)
    return torch.randn(4, 3, generator=rng) + torch.tensor([-8.0, 0.0, -8.0]), log_prior


def _exp_then_divide(log_px_given_y, log_prior):
    joint = (log_px_given_y + log_prior).exp()
    return joint / joint.sum(dim=1, keepdim=True)


exercise(
    "start.class_posterior",
    reference=class_posterior,
    inputs={
        "4 points and 3 classes": _log_densities(4, 3),
        "5 points and 2 classes": _log_densities(5, 2),
        "as many points as classes": _log_densities(3, 3),
        "log densities near -1000": _log_densities(6, 3, level=-1000.0),
        "a class that is hardly ever there": _rare_class,
    },
    mistakes=[
        Mistake(
            lambda log_px, log_prior: torch.softmax(log_px, dim=1),
            "The prior is ignored: rare classes are treated as common ones, so the classifier calls them "
            "far too often.",
        ),
        Mistake(
            lambda log_px, log_prior: torch.softmax(log_px + log_prior, dim=0),
            "The columns sum to one instead of the rows: each class is shared out among the points, while "
            "the question is how each point is shared out among the classes.",
        ),
        Mistake(
            lambda log_px, log_prior: torch.softmax((log_px + log_prior).flatten(), dim=0).view_as(log_px),
            "The whole table sums to one instead of each row: the points take probability away from each "
            "other, although each of them surely belongs to some class.",
        ),
        Mistake(
            lambda log_px, log_prior: (log_px + log_prior).exp(),
            "This is the joint p(x, y), not yet divided by p(x): the rows do not sum to one, and an unlikely "
            "point gets next to nothing for every class.",
        ),
        Mistake(
            lambda log_px, log_prior: torch.log_softmax(log_px + log_prior, dim=1),
            "These are log probabilities: right until the last step, but zero here means certain, and "
            "nothing sums to one.",
        ),
        Mistake(
            _exp_then_divide,
            "Right until the densities are small: e^-1000 is 0 on a computer, and a row of zeros divided "
            "by its sum is NaN, so the unlikeliest points, the ones one asks about, get no answer.",
        ),
        Mistake(
            lambda log_px, log_prior: torch.softmax(log_px + log_prior.exp(), dim=1),
            "The prior itself is added to log densities: on the log scale that hardly counts, so a class "
            "that is nearly never there is not held back.",
        ),
        Mistake(
            lambda log_px, log_prior: torch.softmax(log_px * log_prior, dim=1),
            "The logarithms are multiplied: likelihood times prior is a sum on the log scale, and a "
            "product of two logarithms, both negative, turns the unlikely into the likely.",
        ),
        Mistake(
            (
                lambda log_px, log_prior: torch.softmax((log_px + log_prior).clamp(min=-100), dim=1),
                lambda log_px, log_prior: torch.softmax(log_px.clamp(min=-100) + log_prior, dim=1),
            ),
            "The log densities are cut off below: every unlikely point gets the same value for all "
            "classes, so only the prior, or nothing at all, is left to tell the classes apart.",
        ),
    ],
    hints=[
        "Bayes' rule: likelihood times prior, divided by the sum over the classes. On the log scale a "
        "product is a sum.",
        "The sum over classes is over one axis: each point has a row, and each row has to sum to one.",
        "Exponentiate and normalise in one step that subtracts the largest value first; torch has a "
        "function for that, which takes the axis as dim.",
    ],
)
