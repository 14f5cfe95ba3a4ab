"""start.sample_mixture: first which component, then where in it."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


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
        "far, very narrow and very wide components": _mixture(
            [0.3, 0.4, 0.3], [-200.0, 0.0, 30.0], [40.0, 1e-4, 0.5], 2300
        ),
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
