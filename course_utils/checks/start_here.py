"""The exercises of notebook 00, Start here: fitting, sampling and classifying."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def fit_gaussian(x):
    """Maximum-likelihood mean and variance of a Gaussian: x [N] -> two scalars."""
    mean = x.mean()
    return mean, (x - mean).square().mean()


def _values(size):
    return lambda rng: (3 + 2 * torch.randn(size, generator=rng),)


exercise(
    "start.fit_gaussian",
    reference=fit_gaussian,
    returns=("mean", "variance"),
    inputs={"6 values": _values(6), "9 values": _values(9), "200 values": _values(200)},
    accepted=[
        Accepted(
            lambda x: (x.mean(), x.var()),
            "Dividing by n - 1 gives the unbiased variance (torch.var's default); the likelihood is "
            "highest a little lower, with n.",
        ),
    ],
    mistakes=[
        Mistake(
            (lambda x: (x.mean(), x.std(correction=0)), lambda x: (x.mean(), x.std())),
            "The second number is the standard deviation, the root of the variance: used as a variance, it "
            "makes every width above 1 too narrow and every width below 1 too wide.",
        ),
        Mistake(
            lambda x: (x.mean(), (x - x.mean()).square().sum()),
            "The squared deviations are summed and not divided by N: the fitted Gaussian grows wider with "
            "every point you add, whatever the data look like.",
        ),
        Mistake(
            lambda x: (x.mean(), x.square().mean()),
            "The second number is the mean of x squared: the mean was not subtracted first, so data far from "
            "zero look wide, however close together they lie.",
        ),
        Mistake(
            lambda x: (x.mean(), (x - x.mean()).abs().mean()),
            "The second number is the mean absolute deviation: that is the width of a Laplace density, and "
            "as a Gaussian's variance it is not even in the right unit (x, not x squared).",
        ),
        Mistake(
            lambda x: (x.median(), (x - x.mean()).square().mean()),
            "The first number is the median: that is the most likely centre of a Laplace density, while a "
            "Gaussian's is the mean, and on lopsided data the two part.",
        ),
    ],
    hints=[
        "Both numbers are averages over the data.",
        "The first is the average of x; the second is the average of something that measures how far x is "
        "from the first.",
        "How far, squared. No root at the end, and divide by how many there are.",
    ],
)


def sample_mixture(weights, means, stds, n, generator):
    """n ancestral samples of a one-dimensional mixture: weights, means, stds [K] -> [n]."""
    component = torch.multinomial(weights, n, replacement=True, generator=generator)
    return means[component] + stds[component] * torch.randn(n, generator=generator)


def _mixture(weights, means, stds, n):
    parameters = torch.tensor([weights, means, stds])
    return lambda rng: (*parameters.clone(), n, torch.Generator().manual_seed(rng.initial_seed()))


def _marks(means, stds):
    """Where the shares are measured: half a width and one and a half on either side of each component."""
    return (means[:, None] + stds[:, None] * torch.tensor([-1.5, -0.5, 0.5, 1.5])).flatten().tolist()


def _shares(samples, weights, means, stds, n, generator):
    """The share of the samples below each mark."""
    return {
        f"share of samples below {mark:.2f}": (samples < mark).double().mean() for mark in _marks(means, stds)
    }


def _true_shares(weights, means, stds, n, generator):
    """The same from the mixture's own distribution function."""
    normal = torch.distributions.Normal(means.double(), stds.double())
    return {
        f"share of samples below {mark:.2f}": (weights * normal.cdf(torch.tensor(mark))).sum()
        for mark in _marks(means, stds)
    }


def _noise(n, generator, size=1):
    return torch.randn(n, size, generator=generator)


def _with_width(width):
    """The right samples but for the width that the chosen component's noise is given."""

    def sample(weights, means, stds, n, generator):
        component = torch.multinomial(weights, n, replacement=True, generator=generator)
        return means[component] + width(stds)[component] * torch.randn(n, generator=generator)

    return sample


def _one_component(weights, means, stds, n, generator):
    component = torch.multinomial(weights, 1, generator=generator)
    return means[component] + stds[component] * torch.randn(n, generator=generator)


def _one_noise(weights, means, stds, n, generator):
    component = torch.multinomial(weights, n, replacement=True, generator=generator)
    return means[component] + stds[component] * torch.randn(1, generator=generator)


def _flat_noise(weights, means, stds, n, generator):
    component = torch.multinomial(weights, n, replacement=True, generator=generator)
    return means[component] + stds[component] * torch.rand(n, generator=generator)


def _uniform_choice(weights, means, stds, n, generator):
    return sample_mixture(torch.ones_like(weights), means, stds, n, generator)


def _likeliest(weights, means, stds, n, generator):
    best = weights.argmax()
    return means[best] + stds[best] * torch.randn(n, generator=generator)


def _weighted_average(weights, means, stds, n, generator):
    return (means + stds * _noise(n, generator, len(means))) @ weights


def _plain_average(weights, means, stds, n, generator):
    return (means + stds * _noise(n, generator, len(means))).mean(dim=1)


def _average_parameters(weights, means, stds, n, generator):
    return weights @ means + weights @ stds * torch.randn(n, generator=generator)


exercise(
    "start.sample_mixture",
    reference=sample_mixture,
    summary=_shares,
    expected=_true_shares,
    tolerance=0.07,  # of 2000 samples: more than six standard deviations of any share
    inputs={
        "weights 0.8 and 0.2": _mixture([0.8, 0.2], [-2.0, 2.0], [0.1, 0.04], 2000),
        "three components": _mixture([0.25, 0.55, 0.2], [-4.0, 1.0, 6.0], [0.2, 1.0, 3.0], 2100),
        "a narrow and a wide component": _mixture([0.3, 0.7], [1.0, 1.0], [0.1, 4.0], 2200),
    },
    mistakes=[
        Mistake(
            _uniform_choice,
            "The weights are ignored: every component is chosen equally often, so a rare mode of the data "
            "turns up as often as a common one.",
        ),
        Mistake(
            (_weighted_average, _plain_average, _average_parameters),
            "The components are averaged, and an average of Gaussians' samples is one Gaussian in the "
            "middle: most samples fall between the modes, where there are no data at all.",
        ),
        Mistake(
            _with_width(torch.sqrt),
            "The noise is scaled by the root of stds, as if stds were variances: components narrower than "
            "1 come out too wide, and wider ones too narrow.",
        ),
        Mistake(
            _with_width(torch.square),
            "The noise is scaled by the square of stds, which is the variance: components narrower than 1 "
            "shrink almost to points, and wider ones spread far too much.",
        ),
        Mistake(
            _with_width(torch.zeros_like),
            "There is no noise: you return the components' means, so the samples take only as many different "
            "values as there are components.",
        ),
        Mistake(
            _with_width(torch.ones_like),
            "The noise is not scaled by stds: every component comes out with width 1, whatever the model "
            "says.",
        ),
        Mistake(
            _flat_noise,
            "The noise is uniform between 0 and 1 (torch.rand): every component becomes a box to the right "
            "of its mean instead of a bell around it.",
        ),
        Mistake(
            _one_noise,
            "One noise value is drawn for all samples: every component comes out as a single point, "
            "shifted from its mean.",
        ),
        Mistake(
            _one_component,
            "One component is drawn for all n samples: a batch then holds one mode only, and which one it "
            "is changes from batch to batch.",
        ),
        Mistake(
            _likeliest,
            "You always take the likeliest component, so all the other modes are missing from the samples, "
            "as in a model that has collapsed.",
        ),
    ],
    hints=[
        "Two draws for every sample: first which component, then where in it.",
        "torch.multinomial gives n indices of components; an index tensor in square brackets picks each "
        "sample's own mean and its own std.",
        "Then standard normal noise, stretched by the picked std and moved to the picked mean. Both draws "
        "take the generator.",
    ],
)


def class_posterior(log_px_given_y, log_prior):
    """Bayes' rule in log space: log p(x | y) [N, C], log p(y) [C] -> p(y | x) [N, C]."""
    return torch.softmax(log_px_given_y + log_prior, dim=1)


def _log_densities(points, classes, level=-3.0):
    def make(rng):
        log_prior = torch.log_softmax(2 * torch.randn(classes, generator=rng), dim=0)
        return level + 2 * torch.randn(points, classes, generator=rng), log_prior

    return make


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
    ],
    hints=[
        "Bayes' rule: likelihood times prior, divided by the sum over the classes. On the log scale a "
        "product is a sum.",
        "The sum over classes is over one axis: each point has a row, and each row has to sum to one.",
        "Exponentiate and normalise in one step that subtracts the largest value first; torch has a "
        "function for that, which takes the axis as dim.",
    ],
)
