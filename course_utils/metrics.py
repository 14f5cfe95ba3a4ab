"""How good a sample is: a judge that reads digits, how many modes were found, how far the features lie."""

import torch
from torch import nn

from ._validate import check_int, check_number, check_tensor


class DigitClassifier(nn.Module):
    """Convolutions that read an 8x8 digit, grey or binarised: logits over the ten classes, and features.

    The trained one is `checkpoints.load("digit_classifier")`.
    """

    def __init__(self, channels=(32, 64), features=64):
        super().__init__()
        narrow, wide = channels
        self.body = nn.Sequential(
            *_level(1, narrow), *_level(narrow, wide), nn.Flatten(),
            nn.Linear(wide * 2 * 2, features), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Linear(features, 10)

    def features(self, x):
        """What the last layer sees, for distances between sets of images: x [B, 1, 8, 8] -> [B, F]."""
        check_tensor("x", x, "[B, 1, 8, 8]")
        return self.body(x)

    def forward(self, x):
        """x: [B, 1, 8, 8] in [0, 1] -> logits [B, 10]. Raises ValueError for another shape."""
        return self.head(self.features(x))


def _level(c_in, c_out):
    """Two convolutions and a pooling that halves height and width."""
    return (
        nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(),
        nn.Conv2d(c_out, c_out, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2),
    )  # fmt: skip


@torch.no_grad()
def agreement(classifier, images, labels):
    """The share of images that a classifier reads as their labels, between 0 and 1.

    classifier: callable, images [B, ...] -> logits [B, K]; labels: [B] int: for samples of a conditional
    model, what was asked for. Raises ValueError where the lengths differ or there are no images.
    """
    check_tensor("images", images)
    check_tensor("labels", labels, f"[{len(images)}]", floating=False)
    return float((classifier(images).argmax(1) == labels).double().mean())


def modes_covered(samples, means, radius, at_least=0.02):
    """How many modes of a known mixture have their part of the samples, an int in 0..K.

    samples: [N, D]; means: [K, D], the modes' centres; a mode counts where at least the share `at_least` of
    all samples, in (0, 1], lies within `radius` of its centre. Three standard deviations make a fair radius,
    and a fraction of 1 / K a fair share. Source: after Metz et al. 2017, section 3.3.1. Raises ValueError
    where the shapes differ or a number is out of its range.
    """
    check_tensor("samples", samples, "[N, D]")
    check_tensor("means", means, f"[K, {samples.shape[1]}]")
    check_number("radius", radius, 0, open_minimum=True)
    check_number("at_least", at_least, 0, 1, open_minimum=True)
    shares = (torch.cdist(samples.double(), means.double()) <= radius).double().mean(0)
    return int((shares >= at_least).sum())


@torch.no_grad()
def frechet_distance(a, b):
    """The squared Frechet distance of the normal distributions fitted to two sets of features, a float.

    a: [N, F], b: [M, F], with N, M >= 2. |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), in float64, with
    unbiased covariances; these may be singular. It is biased upwards for few samples, so compare only sets of
    one size. Source: Dowson & Landau 1982; Heusel et al. 2017. Raises ValueError where the widths differ or a
    set has fewer than two rows.
    """
    check_tensor("a", a, "[N, F]")
    check_tensor("b", b, f"[M, {a.shape[1]}]")
    for name, features in (("a", a), ("b", b)):
        if len(features) < 2:
            raise ValueError(f"{name} must have at least 2 rows; got {len(features)}.")
    a, b = a.double(), b.double()
    cov_a, cov_b = _covariance(a), _covariance(b)
    root = _root(cov_a)
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()  # tr (S_a S_b)^(1/2)
    return float((a.mean(0) - b.mean(0)).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross)


def _covariance(x):
    centred = x - x.mean(0)
    return centred.T @ centred / (len(x) - 1)


def _root(matrix):
    """The symmetric square root of a positive semi-definite matrix [F, F]."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


@torch.no_grad()
def cluster_centres(x, k, seed=0, rounds=50):
    """k centres of the points x [N, F] by k-means, [k, F] in float64: the bins of a fine histogram.

    Starts with points drawn by k-means++ (Arthur & Vassilvitskii 2007), then Lloyd's rounds; a centre without
    points stays. seed: fixes the draw. Raises ValueError where k is above N.
    """
    check_tensor("x", x, "[N, F]")
    check_int("k", k, maximum=len(x))
    x, generator = x.double(), torch.Generator().manual_seed(seed)
    centres = x[torch.randint(len(x), (1,), generator=generator)]
    while len(centres) < k:
        nearest = torch.cdist(x, centres).min(1).values.square()
        centres = torch.cat([centres, x[torch.multinomial(nearest, 1, generator=generator)]])
    for _ in range(rounds):
        own = torch.cdist(x, centres).argmin(1)
        sums = torch.zeros_like(centres).index_add_(0, own, x)
        counts = own.bincount(minlength=k)[:, None]
        centres = torch.where(counts > 0, sums / counts.clamp(min=1), centres)
    return centres


@torch.no_grad()
def bin_shares(x, centres):
    """The share of the points x [N, F] that lie nearest to each of the centres [K, F]: [K], summing to 1."""
    check_tensor("x", x, "[N, F]")
    check_tensor("centres", centres, f"[K, {x.shape[1]}]")
    nearest = torch.cdist(x.double(), centres.double()).argmin(1)
    return nearest.bincount(minlength=len(centres)).double() / len(x)


def bins_covered(shares, reference, part=0.25):
    """How many bins hold at least `part` of the share that the data have there, an int in 0..K.

    shares, reference: [K], those of the samples and of the data, as from bin_shares; part in (0, 1]. Bins
    that are empty in the data count as covered. Source: after Richardson & Weiss 2018, section 2.
    """
    check_tensor("shares", shares, "[K]")
    check_tensor("reference", reference, f"[{len(shares)}]")
    check_number("part", part, 0, 1, open_minimum=True)
    return int((shares >= part * reference).sum())


@torch.no_grad()
def precision_recall(real, fake, k=3):
    """The share of the samples that lie among the data, and of the data that lie among the samples.

    real: [N, F], fake: [M, F], features; returns (precision, recall), two floats in [0, 1]. A point lies
    among a set where it is within the k-th nearest neighbour's distance (in its own set) of any of the set's
    points. Both depend on N and M: compare only sets of one size. Source: Kynkaanniemi et al. 2019,
    eqs. 1-3. Raises ValueError where the widths differ or a set has no more than k rows.
    """
    check_tensor("real", real, "[N, F]")
    check_tensor("fake", fake, f"[M, {real.shape[1]}]")
    check_int("k", k)
    for name, features in (("real", real), ("fake", fake)):
        if len(features) <= k:
            raise ValueError(f"{name} must have more than k = {k} rows; got {len(features)}.")
    real, fake = real.double(), fake.double()
    return _share_among(fake, real, k), _share_among(real, fake, k)


def _share_among(points, balls, k):
    """The share of points [N, F] within any of the balls round each of `balls` [M, F] to its k-th nearest."""
    radii = torch.cdist(balls, balls).kthvalue(k + 1, dim=1).values  # the nearest of all is the point itself
    return float((torch.cdist(points, balls) <= radii).any(1).double().mean())
