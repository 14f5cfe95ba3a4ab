"""Right answers to eval.precision_recall in other words."""

import math

import numpy as np
import torch
from scipy.spatial import cKDTree


def shares_by_kthvalue(real, fake, k):
    def among(points, centres):
        radii, _ = torch.kthvalue(torch.cdist(centres, centres), k + 1)
        return (torch.cdist(centres, points) <= radii[:, None]).any(0).float().mean()

    return among(fake, real), among(real, fake)


def shares_by_loops(real, fake, k):
    """Image by image, in plain numbers."""

    def share(points, centres):
        radii = []
        for i, one in enumerate(centres):
            radii.append(sorted(math.dist(one, x) for j, x in enumerate(centres) if j != i)[k - 1])
        found = 0
        for point in points:
            found += any(math.dist(point, c) <= r for c, r in zip(centres, radii, strict=True))
        return found / len(points)

    real, fake = real.tolist(), fake.tolist()
    return [share(fake, real), share(real, fake)]


def shares_by_trees(real, fake, k):
    def share(points, centres):
        radii = cKDTree(centres).query(centres, k=[k + 1])[0][:, 0]
        balls = cKDTree(points).query_ball_point(centres, radii)
        return len(set().union(*balls)) / len(points)

    real, fake = (x.detach().double().numpy() for x in (real, fake))
    return share(fake, real), share(real, fake)


def shares_by_squares(real, fake, k):
    """No root at all, and the own distance made infinite."""

    def squares(x, y):
        return (x[:, None] - y[None]).square().sum(-1)

    def share(points, centres):
        own = squares(centres, centres) + torch.diag(torch.full((len(centres),), torch.inf))
        radii = own.topk(k, dim=1, largest=False).values[:, -1]
        return torch.mean((squares(points, centres) <= radii).any(1).to(real.dtype))

    return torch.stack([share(fake, real), share(real, fake)])


def shares_by_margin(real, fake, k):
    """How far inside the deepest ball; a point on the edge would count as outside."""
    x, y = real.detach().numpy().astype(float), fake.detach().numpy().astype(float)

    def share(points, centres):
        own = np.linalg.norm(centres[:, None] - centres, axis=-1)
        radii = np.partition(own, k, axis=1)[:, k]
        depth = (radii - np.linalg.norm(points[:, None] - centres, axis=-1)).max(1)
        return np.count_nonzero(depth > 0) / len(points)

    return share(y, x), share(x, y)
