"""scores.dsm_loss: denoising score matching at all noise levels."""

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise


def dsm_loss(model, x0, noise, sigma):
    """Mean of (sigma score + noise)^2: model(x [B, D], sigma [B, 1]) -> score; x0, noise [B, D] -> number."""
    x = x0 + sigma * noise
    return (sigma * model(x, sigma) + noise).square().mean()


class _Score(nn.Module):
    """A small network whose answer is as long as one over sigma, as a score is."""

    def __init__(self, rng, dim):
        super().__init__()
        self.inner = nn.Parameter(torch.randn(dim + 1, 7, generator=rng, dtype=torch.float64))
        self.outer = nn.Parameter(torch.randn(7, dim, generator=rng, dtype=torch.float64))

    def forward(self, x, sigma):
        _ask(x, sigma, len(self.inner) - 1)
        told = torch.cat([x / (1 + sigma), sigma.log() / 4], dim=1)
        return (told @ self.inner).tanh() @ self.outer / sigma


class _OnePoint(nn.Module):
    """The exact score where all data are at one point."""

    def __init__(self, point):
        super().__init__()
        self.point = nn.Parameter(point)

    def forward(self, x, sigma):
        _ask(x, sigma, len(self.point))
        return (self.point - x) / sigma**2


def _ask(x, sigma, dim):
    if x.shape[1:] != (dim,) or sigma.shape != (len(x), 1):
        raise ValueError(
            f"the model wants x with shape [B, {dim}] and then sigma with shape [B, 1]; got {list(x.shape)} "
            f"and {list(sigma.shape)}"
        )


def _batch(n, dim, low, high):
    """A maker of a network, points, noise and levels from low to high, evenly in their logarithm."""

    def make(rng):
        x0, noise = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        share = torch.rand(n, 1, generator=rng, dtype=torch.float64)
        return _Score(rng, dim), x0, noise, low * (high / low) ** share

    return make


def _known(n, dim, low, high):
    """The same with data at one point and a model that knows it, so that the loss is 0."""

    def make(rng):
        noise = torch.randn(n, dim, generator=rng, dtype=torch.float64)
        point = torch.randn(dim, generator=rng, dtype=torch.float64)
        share = torch.rand(n, 1, generator=rng, dtype=torch.float64)
        return _OnePoint(point), point.repeat(n, 1), noise, low * (high / low) ** share

    return make


def _noised(x0, noise, sigma):
    return x0 + sigma * noise


def _scaled(score, x0, noise, sigma):
    return sigma * score + noise


def _told(sigma):
    return sigma


def _loss(error=_scaled, sees=_noised, told=_told, reduce=None):
    """The loss with one part replaced."""

    def wrong(model, x0, noise, sigma):
        score = model(sees(x0, noise, sigma), told(sigma))
        return (reduce or _mean)(error(score, x0, noise, sigma))

    return wrong


def _mean(error):
    return error.square().mean()


def _half_mean(error):
    return error.square().mean() / 2


def _summed(error):
    return error.square().sum(dim=1).mean()


def _half_summed(error):
    return error.square().sum(dim=1).mean() / 2


_AVERAGES = (_mean, _half_mean, _summed, _half_summed)


def _powers(pairs, sign=1, averages=(_mean,)):
    """The losses of sigma^a score + sign sigma^b noise for the pairs (a, b)."""

    def made(a, b, average):
        return _loss(
            lambda score, x0, noise, sigma: sigma**a * score + sign * sigma**b * noise, reduce=average
        )

    return tuple(made(*pair, average) for pair in pairs for average in averages)


def _turned_round(model, x0, noise, sigma):
    return (sigma * model(sigma, x0 + sigma * noise) + noise).square().mean()


def _detached(model, x0, noise, sigma):
    return _loss()(lambda x, level: model(x, level).detach(), x0, noise, sigma)


exercise(
    "scores.dsm_loss",
    reference=dsm_loss,
    gradient=["model"],
    inputs={
        "6 points of 2 coordinates": _batch(6, 2, 0.2, 2.0),
        "4 points of 5 coordinates, sigma from 0.01 to 50": _batch(4, 5, 0.01, 50.0),
        "5 points of 3 coordinates, sigma above 10": _batch(5, 3, 10.0, 80.0),
        "7 points of 2 coordinates, hardly any noise": _batch(7, 2, 2e-4, 9e-4),
        "3 points of 4 coordinates, all data at one point and a model that knows it": _known(3, 4, 0.1, 20.0),
    },
    mistakes=[
        Mistake(
            _powers([(1, 0)], -1, _AVERAGES) + _powers([(0, -1)], -1, _AVERAGES) + _powers([(2, 1)], -1),
            "The sign is turned: the score points from x back to x_0 and the noise away from it, so at the "
            "minimum of this loss every score is turned round and a sampler runs away from the data.",
        ),
        Mistake(
            _powers([(0, 0)], 1, _AVERAGES) + _powers([(1, 1)]),
            "The score is compared with minus the noise: its target is that over sigma, and like this the "
            "network learns scores of one length for all levels.",
        ),
        Mistake(
            _powers([(0, -1)], 1, _AVERAGES),
            "The target is right and the weight sigma squared is missing: an error at sigma = 0.01 then "
            "counts a hundred million times as much as the same share at 100, and only the finest levels "
            "are learned.",
        ),
        Mistake(
            _powers([(2, 1), (1.5, 0.5), (0.5, -0.5), (3, 2)])
            + _powers([(0.5, -0.5)], 1, [_summed])
            + _powers([(-1, -2), (-0.5, -1.5)]),
            "The weight of the squared error is another power of sigma than sigma squared: with the score "
            "multiplied by sigma inside the square it is there already, so that all levels count alike.",
        ),
        Mistake(
            _powers([(2, 0), (0.5, 0), (0, 1), (1, -1), (0, -2), (2, -1), (0, -0.5), (0, 2), (-1, 0)]),
            "The target is another power of sigma than minus the noise over sigma: with any other factor the "
            "network learns scores that are too long at some levels and too short at the rest.",
        ),
        Mistake(
            (
                _loss(sees=lambda x0, noise, sigma: x0 + sigma.sqrt() * noise),
                _loss(sees=lambda x0, noise, sigma: x0 + sigma**2 * noise),
            ),
            "The noise level is taken for a variance (or squared as one): sigma is the standard deviation of "
            "what is added to x_0, so the network sees another amount of noise than it is told of.",
        ),
        Mistake(
            (
                _loss(sees=lambda x0, noise, sigma: (1 - sigma**2).sqrt() * x0 + sigma * noise),
                _loss(sees=lambda x0, noise, sigma: (1 - sigma) * x0 + sigma * noise),
            ),
            "You scale the signal down as the chain of notebook 10 does: here x is x_0 plus the noise, and "
            "sigma goes beyond 1, where there is no such signal rate.",
        ),
        Mistake(
            _loss(sees=lambda x0, noise, sigma: x0),
            "The model is shown the clean x_0: nothing in it tells where the noise went, so the best answer "
            "is 0 everywhere.",
        ),
        Mistake(
            (
                _loss(sees=lambda x0, noise, sigma: x0 + noise),
                _loss(sees=lambda x0, noise, sigma: noise),
                _loss(sees=lambda x0, noise, sigma: sigma * noise),
            ),
            "The x that the model sees is not the point plus sigma times the noise: it is trained at places "
            "where the noised data are not.",
        ),
        Mistake(
            (
                _loss(told=lambda sigma: sigma**2),
                _loss(told=lambda sigma: sigma.sqrt()),
                _loss(told=lambda sigma: sigma.log()),
                _loss(told=lambda sigma: sigma.log() / 4),
                _loss(told=torch.ones_like),
                _loss(told=lambda sigma: 1 / sigma),
            ),
            "The model is told something other than sigma: whoever uses it afterwards hands it the level "
            "itself, and gets the score of another one.",
        ),
        Mistake(
            (
                _loss(told=lambda sigma: sigma.squeeze(1)),
                _loss(told=lambda sigma: sigma[0]),
                _loss(told=lambda sigma: sigma.mean()),
                _turned_round,
            ),
            "The model takes the points first and then one level for each of them, as a column [B, 1], just "
            "as it came in.",
        ),
        Mistake(
            (
                _loss(lambda s, x0, noise, sigma: s - noise),
                _loss(lambda s, x0, noise, sigma: s - x0),
            ),
            "You train the model to give the noise, or x_0: this one gives the score, and what reads its "
            "answer as one goes the wrong way.",
        ),
        Mistake(
            (_detached, _loss(reduce=lambda error: error.square().mean().item())),
            "Your values are right, but no gradient reaches model (an .item(), a .detach() or a no_grad on "
            "the way), so training cannot change a single weight.",
        ),
        Mistake(
            (
                _loss(reduce=lambda error: error.square().sum()),
                _loss(reduce=lambda error: error.square().sum() / 2),
            ),
            "You sum where a mean is wanted: the loss grows with the batch and the number of coordinates, "
            "and a learning rate that works for one size fails for another.",
        ),
        Mistake(
            (_loss(reduce=_summed), _loss(reduce=_half_summed)),
            "You sum over the coordinates of a point, as the paper does, and average over the batch: the "
            "minimum is the same, but the loss of a model that says 0 is then D (or D / 2) and not 1.",
        ),
        Mistake(
            _loss(reduce=_half_mean),
            "You halve the loss, as the paper does: the minimum is the same, but it is not the number that "
            "this notebook speaks of, 1 for a model that says 0.",
        ),
        Mistake(
            (
                _loss(reduce=lambda error: error.square().mean().sqrt()),
                _loss(reduce=lambda error: error.norm(dim=1).mean()),
            ),
            "A root is taken: of the squared error the minimum is a mean over all noises that might be in x, "
            "and that mean is the score; of the length it is not.",
        ),
        Mistake(
            _loss(reduce=lambda error: error.abs().mean()),
            "The error is taken absolute and not squared: the best answer is then a median, and the score is "
            "a mean.",
        ),
        Mistake(
            _loss(reduce=lambda error: error.mean().square()),
            "You square the mean: errors of opposite sign cancel before they are squared, and a model with "
            "any errors that add up to 0 looks perfect.",
        ),
    ],
    hints=[
        "Make the noisy point, ask the model for the score there, and compare. What would the score be if "
        "all data were at x_0?",
        "It would be x_0 less x, over sigma squared, and that is minus the noise over sigma. Multiplied by "
        "sigma, the score and the noise cancel.",
        "So sigma times the answer, plus the noise, is the error. It is squared, and averaged over all "
        "points and coordinates at once.",
    ],
)
