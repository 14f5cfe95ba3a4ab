"""What is measured of a run: its loss on images kept back, and how far its samples lie from them."""

import itertools

import torch
from torch import nn

from .. import checkpoints, metrics
from .._double import double
from ..training.device import RandomStream

JUDGES = {"mnist": "mnist_classifier", "mnist_5k": "mnist_classifier", "digits": "digit_classifier"}
BATCH = 250  # images at a time
REPEATS = 4  # draws of noise for each image kept back


class RandomFeatures(nn.Module):
    """Convolutions whose weights are random and fixed, for images without a judge: [B, C, H, W] -> [B, 96].

    Distances between such features tell blurred, blank and scrambled images from real ones, but know nothing
    of what is to be seen; compare them only with each other.
    """

    def __init__(self, channels):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            widths = (channels, 32, 64, 96)
            self.layers = nn.ModuleList(
                nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in itertools.pairwise(widths)
            )
            for layer in self.layers:
                nn.init.kaiming_normal_(layer.weight)
                nn.init.zeros_(layer.bias)

    def features(self, x):
        """x [B, C, H, W] in [0, 1] -> [B, 96]."""
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x.mean((2, 3))


def judge_of(source):
    """(name, judge with .features): the trained one of the source's data set, or random features."""
    name = JUDGES.get(source.name)
    if name is None:
        return "random_features", RandomFeatures(source.shape[0])
    return name, checkpoints.load(name)[0]


@torch.no_grad()
def of_held_out(family, how, model, source, device, n, seed=0):
    """{"held_out_NAME": mean} over n of the images kept back at most, REPEATS draws of noise for each."""
    sums, count = {}, 0
    with RandomStream(seed, device):
        for _ in range(REPEATS):
            for batch in _batches([part[:n] for part in source.held_out], device):
                found = family.held_out(how, model, *batch)
                count += len(batch[0])
                for name, values in found.items():
                    sums[name] = sums.get(name, 0.0) + double(values).sum().item()
    return {f"held_out_{name}": total / count for name, total in sums.items()}


@torch.no_grad()
def of_samples(source, images, labels):
    """The Frechet distance of sampled images to those kept back, beside that of training images.

    As many of each, for the distance depends on how many there are. Where a trained judge reads labels, the
    share of samples that it reads as asked is there too. images: [n, C, H, W] on the CPU; labels [n] or None.
    """
    name, judge = judge_of(source)
    n = min(len(images), len(source.held_out[0]), source.n)
    if n < 2:
        return {}
    real, other = (_features(judge, part[0][:n]) for part in (source.held_out, source.some(n)))
    found = {
        f"frechet_distance_{name}": metrics.frechet_distance(_features(judge, images[:n]), real),
        f"frechet_distance_{name}_of_training_images": metrics.frechet_distance(other, real),
        "frechet_images": n,
    }
    if labels is not None and hasattr(judge, "head"):
        reads = torch.cat([judge(part).argmax(1) for part in images.split(BATCH)])
        found["read_as_asked"] = (reads == labels).double().mean().item()
    return found


def _features(judge, images):
    parts = (part / 255.0 if part.dtype == torch.uint8 else part for part in images.split(BATCH))
    return torch.cat([judge.features(part) for part in parts])


def _batches(parts, device):
    for images, *labels in zip(*(part.split(BATCH) for part in parts), strict=True):
        yield images.to(device) / 255.0, *(each.to(device) for each in labels)
