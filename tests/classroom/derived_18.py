"""The numbers in right options of lesson 18, derived."""

import itertools
import math

import torch
from derived_numbers import derives

from course_utils import metrics


@derives("18", "perfect-but-few")
def _():
    # The mean over many draws of 50, against four numbers whose moments are those of N(0, I).
    draws = torch.randn(300, 50, 4, generator=torch.Generator().manual_seed(0)).double()
    corners = 2 * torch.cat([torch.eye(4), -torch.eye(4)]).double()
    corners = corners / corners.T.cov().diagonal().sqrt()
    return [sum(metrics.frechet_distance(one, corners) for one in draws) / len(draws)]


@derives("18", "to-infinitely-many")
def _():
    slope = (1.3 - 1.0) / (1 / 200 - 1 / 400)
    return [1.0 - slope / 400]


@derives("18", "half-copies")
def _():
    train, held_out = torch.tensor([[0.0], [100.0]]).double(), torch.tensor([[1.0], [101.0]]).double()
    samples = torch.tensor([[0.0], [100.0], [2.0], [102.0]]).double()
    near, usual = (metrics.nearest_distances(images, train).mean() for images in (samples, held_out))
    return [float(near / usual)]


@derives("18", "another-range")
def _():
    uniform = torch.distributions.Uniform
    of_y, of_u = uniform(0.0, 1.0).log_prob(torch.tensor(0.5)), uniform(-1.0, 1.0).log_prob(torch.tensor(0.5))
    return [float(of_y - of_u) / math.log(2)]


@derives("18", "mostly-noise")
def _():
    return [-math.log2(0.01) / 64]


@derives("18", "how-many-seeds")
def _():
    return [min(range(1, 100), key=lambda seeds: abs(0.4 * math.sqrt(5 / seeds) - 0.2))]


@derives("18", "welch")
def _():
    reach = 2.31 * math.sqrt(2 * 0.2**2 / 5)
    return [0.3 - reach, 0.3 + reach]


@derives("18", "false-alarms")
def _():
    return [0.05 * len(list(itertools.combinations(range(7), 2)))]


@derives("18", "best-of-five")
def _():
    orders = list(itertools.permutations(range(6)))
    return [100 * sum(min(order[:5]) < order[5] for order in orders) / len(orders), 100]
