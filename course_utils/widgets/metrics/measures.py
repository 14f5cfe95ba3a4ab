"""Every measure of one cloud against another in the plane, and how far each goes by chance alone."""

from typing import NamedTuple

import torch

from ...metrics import frechet_distance, inception_score

NEAR, COVERED = 3, 5  # k of precision and recall, of density and coverage
REPEATS = 100


class Numbers(NamedTuple):
    """The nine measures, as the page names them: nn_data and nn_samples are 1-NN leave-one-out accuracies."""

    frechet: object
    kernel: object
    precision: object
    recall: object
    density: object
    coverage: object
    nn_data: object
    nn_samples: object
    inception: object


def against(mixture, data):
    """A function: the Numbers of samples [M, 2] against data [N, 2], all in float64.

    frechet: as metrics.frechet_distance; kernel: the unbiased squared MMD with (x.y / 2 + 1)^3 (Binkowski et
    al. 2018); precision, recall: k = 3 (Kynkaanniemi et al. 2019); density, coverage: k = 5 (Naeem et al.
    2020, eqs. 3 and 5); nn_data, nn_samples: the share of each cloud whose nearest neighbour in both is of
    its own cloud, 1/2 for equal distributions (Lopez-Paz & Oquab 2017), where ties count by their share;
    inception: exp of the mean KL(p(k | x) || mean), with the mixture's own p(k | x) (Salimans et al. 2016).
    """
    within, data_kernel = _squares(data, data), _mean_kernel(data)
    near_data, covered = (_radii(within, k)[:, None] for k in (NEAR, COVERED))

    def measured(samples):
        among, across, back = (_squares(*pair) for pair in ((samples,) * 2, (data, samples), (samples, data)))
        near_samples = _radii(among, NEAR)[:, None]
        balls = across <= covered  # [data, samples]
        return Numbers(
            frechet_distance(data, samples),
            float(data_kernel + _mean_kernel(samples) - 2 * _kernel(data, samples).mean()),
            _share((across <= near_data).any(0)),
            _share((back <= near_samples).any(0)),
            float(balls.double().sum(0).mean() / COVERED),
            _share(balls.any(1)),
            *(_nearest(own, other) for own, other in ((within, across), (among, back))),
            inception_score(mixture.responsibilities(samples)),
        )

    return measured


def chance(mixture, data, generator):
    """For each measure (low, high): the ends of what other draws of the mixture come to in 100 tries."""
    measured = against(mixture, data)
    draws = (mixture.sample(len(data), generator).float().double() for _ in range(REPEATS))
    columns = zip(*map(measured, draws), strict=True)
    return Numbers(*((min(column), max(column)) for column in columns))


def _squares(a, b):
    """Squared distances [N, M] of a [N, 2] and b [M, 2], where a point is 0 from its copy."""
    apart = a[:, None] - b
    return apart[..., 0] * apart[..., 0] + apart[..., 1] * apart[..., 1]


def _radii(squares, k):
    """The square of each point's distance to its k-th neighbour: the nearest of all is the point itself."""
    return squares.kthvalue(k + 1, dim=1).values


def _share(among):
    return float(among.double().mean())


def _nearest(own, other):
    own = own.clone().fill_diagonal_(torch.inf)
    best = torch.minimum(own.amin(1), other.amin(1))[:, None]
    ours, theirs = ((squares == best).sum(1).double() for squares in (own, other))
    return float((ours / (ours + theirs)).mean())


def _kernel(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3


def _mean_kernel(x):
    """The mean over all pairs of two points."""
    kernel = _kernel(x, x)
    return (kernel.sum() - kernel.trace()) / (len(x) * (len(x) - 1))
