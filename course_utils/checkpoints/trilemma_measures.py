"""What trilemma measures of a set of samples, and against what."""

from typing import NamedTuple

import torch

from .. import metrics

OF_SAMPLES = 6  # the first so many of COUNTED are about the samples alone
NEIGHBOURS = 3  # of precision and recall
LEAST_CLASSES = 8  # fewer among the samples is a failure
COUNTED = (  # what repeats: all but the seconds
    "distance",
    "precision",
    "recall",
    "modes",
    "nearest_ratio",
    "sharpness",
    "bits_per_dim",
    "memory_mb",
    "weights",
    "failed",
)
TIMED = ("training_seconds", "seconds_per_thousand")
MEASURES = (*COUNTED, *TIMED)


class Yardstick(NamedTuple):
    """One data set as its judge sees it.

    features: of all training images, [N, F]; some: a fixed choice of them, as many as there are samples;
    shares: of the ten classes; pixels: training images [N, D]; usual: the mean distance of a held-out image
    to the nearest of them; edges: of training images, see `edges`; step: of the grid that features are
    stored on; nonsense: the distance of images whose pixels are drawn one by one, each from its place in
    some training image.
    """

    judge: object
    features: torch.Tensor
    some: torch.Tensor
    shares: torch.Tensor
    pixels: torch.Tensor
    usual: float
    edges: float
    step: float
    nonsense: float

    def stored(self, x):
        """The features of images x [n, 1, H, W] as they are stored: uint8 [n, F], in units of `step`."""
        return (self.judge.features(x) / self.step).round().clamp(0, 255).byte()

    def reads(self, x):
        """The digit that the judge reads in each image, uint8 [n]."""
        return self.judge(x).argmax(1).byte()

    def nearest(self, x):
        """The distance of each image to the nearest training image, float [n], all pixels together."""
        return metrics.nearest_distances(x.flatten(1), self.pixels).float()


def edges(x):
    """The mean squared difference of neighbouring pixels of images [n, 1, H, W]: low where blurred."""
    return float(x.diff(dim=2).square().mean() + x.diff(dim=3).square().mean())


@torch.no_grad()
def yardstick(judge, train, test, n):
    """The Yardstick of two ImageData, with the judge of that name, for n samples."""
    from . import load

    judge = load(judge)[0]
    features, x = judge.features(train.images), train.images
    dice = torch.Generator().manual_seed(0)
    order = torch.rand(x.shape, generator=dice).argsort(0)  # each pixel has its own order of the images
    scrambled = x.gather(0, order)[:n]
    return Yardstick(
        judge,
        features,
        features[torch.randperm(len(features), generator=dice)[:n]],
        train.labels.bincount(minlength=10).double() / len(x),
        x.flatten(1),
        float(metrics.nearest_distances(test.images.flatten(1), x.flatten(1)).mean()),
        edges(x),
        float(features.max()) / 200,  # a sample may have larger ones: up to 255 steps
        metrics.frechet_distance(judge.features(scrambled), features),
    )


def measures_of(features, reads, nearest, steepness, by):
    """distance, precision, recall, modes, nearest_ratio, sharpness of samples: a dict of floats.

    features: as stored, uint8 [n, F]; reads: [n]; nearest: [n]; steepness: their `edges`; by: the Yardstick.
    distance: Frechet, to all training images. precision and recall: against as many of them as there are
    samples. modes: classes with at least a quarter of the share that they have in the data. sharpness: edges
    as a share of those of training images.
    """
    features = by.step * features.float()
    precision, recall = metrics.precision_recall(by.some[: len(features)], features, k=NEIGHBOURS)
    shares = reads.long().bincount(minlength=10).double() / len(reads)
    return {
        "distance": metrics.frechet_distance(features, by.features),
        "precision": precision,
        "recall": recall,
        "modes": metrics.bins_covered(shares, by.shares),
        "nearest_ratio": float(nearest.float().mean()) / by.usual,
        "sharpness": float(steepness) / by.edges,
    }


def failed(found, by):
    """1.0 where a run gave nothing that can be called digits, else 0.0; found: as `measures_of` gives it.

    Fewer than LEAST_CLASSES classes, or a distance above that of images without any structure.
    """
    return float(found["modes"] < LEAST_CLASSES or not found["distance"] < by.nonsense)
