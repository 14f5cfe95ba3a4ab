"""Clouds in the plane: data, what a liar makes of it, and what is changed by hand, as the page has them."""

import math

import torch

from ..._validate import check_tensor
from ...exact import GaussianMixture
from ..shared.export import pack_numbers
from ..shared.plane import check_mixture

HALF = 5.0  # of the picture, as in state.js
FURTHEST = 4.0  # |mean| + 2 std of a mode: room to move it
MOST = 9  # modes: as many as there are digits on the keyboard
COUNTS = (20, 400)
FIVE = GaussianMixture(
    [
        [2.2 * math.cos((0.5 + 0.4 * k) * math.pi), 2.2 * math.sin((0.5 + 0.4 * k) * math.pi)]
        for k in range(5)
    ],
    0.35,
)


def check_data(mixture):
    """The mixture in float64, FIVE for None; TypeError or ValueError where the page cannot show it."""
    mixture = FIVE if mixture is None else mixture
    check_mixture(mixture)
    if not 2 <= len(mixture.means) <= MOST:
        raise ValueError(f"mixture must have 2 to {MOST} components; got {len(mixture.means)}.")
    if not bool((mixture.weights > 0).all()):
        raise ValueError(f"mixture must give each component some weight; got {mixture.weights.tolist()}.")
    reach = float((mixture.means.abs().amax(1) + 2 * mixture.stds).max())
    if reach > FURTHEST:
        raise ValueError(
            f"mixture must lie, to 2 stds, within {FURTHEST:g} of 0 on both axes; got {reach:.3g}."
        )
    return GaussianMixture(mixture.means.double(), mixture.stds.double(), mixture.weights.double())


def check_samples(samples):
    """Return samples [N, 2] in float64 on the CPU; TypeError or ValueError where they do not fit."""
    check_tensor("samples", samples, "[N, 2]")
    if not COUNTS[0] <= len(samples) <= COUNTS[1]:
        raise ValueError(f"samples must have {COUNTS[0]} to {COUNTS[1]} rows; got {len(samples)}.")
    if not bool(samples.isfinite().all()):
        raise ValueError("samples must be finite; got NaN or infinity.")
    return samples.detach().cpu().float().double()


def draw_clouds(mixture, n, samples, generator):
    """By name the clouds [n, 2] that the page starts from, in float64 but with float32's numbers.

    data, and other draws of the mixture; gaussian: draws of the normal distribution fitted to data; noise: of
    N(0, I); junk: uniform over the picture; yours, where samples is not None.
    """
    data, other = (mixture.sample(n, generator).float().double() for _ in range(2))
    free, noise = (torch.randn(n, 2, generator=generator).double() for _ in range(2))
    junk = HALF * (2 * torch.rand(n, 2, generator=generator).double() - 1)
    gaussian = data.mean(0) + free @ torch.linalg.cholesky(data.T.cov()).T
    own = {} if samples is None else {"yours": samples}
    return own | {
        "data": data,
        "draws": other,
        "gaussian": gaussian.float().double(),
        "noise": noise,
        "junk": junk.float().double(),
    }


def packed(clouds):
    """The clouds as text."""
    return {name: pack_numbers(points) for name, points in clouds.items()}


def changed(mixture, clouds, settings):
    """The samples [n, 2] that the settings make of the clouds: as clouds.js does it, in the same order."""
    points, modes = _without(mixture, clouds, settings["made_of"], settings["dropped"])
    points = points + (settings["width"] - 1) * (points - mixture.means[modes])
    points = points + settings["noise"] * clouds["noise"]
    gone = torch.tensor([settings["split_x"], settings["split_y"]], dtype=torch.float64)
    shift = torch.tensor([settings["shift_x"], settings["shift_y"]], dtype=torch.float64)
    odd = (torch.arange(len(points)) % 2 == 1)[:, None]
    points = torch.where(odd, points + gone, points) + shift
    junk = math.floor(settings["outliers"] * len(points) + 0.5)
    return torch.cat([clouds["junk"][:junk], points[junk:]])


def _without(mixture, clouds, made_of, dropped):
    """The cloud with the dropped modes' points put into those that are kept, and the mode of each point."""
    points = clouds["data" if made_of == "copies" else made_of]
    modes = mixture.responsibilities(points).argmax(1)
    kept = [k for k in range(len(mixture.means)) if k + 1 not in dropped]
    lost = torch.tensor([k + 1 in dropped for k in range(len(mixture.means))])[modes]
    index = torch.arange(len(points))
    left = index[~lost]
    if made_of == "copies" and len(left):
        index = torch.where(lost, left[index % len(left)], index)
        return points[index], modes[index]
    other = torch.where(lost, torch.tensor(kept)[index % len(kept)], modes)
    scale = (mixture.stds[other] / mixture.stds[modes])[:, None]
    moved = mixture.means[other] + scale * (points - mixture.means[modes])
    return torch.where(lost[:, None], moved, points), other
