"""trilemma.nearest_ratio: whether samples lie nearer to the training images than new images do."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def nearest_ratio(samples, train, held_out):
    """Mean distance of samples [N, ...] to their nearest of train [M, ...], over that of held_out [K, ...].

    A number, [] : near 1 for new images of the same kind, 0 for copies.
    """

    def to_train(images):
        distances = torch.cdist(images.flatten(1), train.flatten(1))
        return distances.min(dim=1).values.mean()

    return to_train(samples) / to_train(held_out)


def _images(n, m, k, shape, noise=0.3, blur=0.15, low=0.0, high=1.0):
    """A maker of n samples near training images, m training images, k held-out ones, all in [low, high]."""

    def make(rng):
        kinds = torch.rand(4, *shape, generator=rng)

        def drawn(count):
            some = kinds[torch.randint(4, (count,), generator=rng)]
            return (some + noise * torch.rand(count, *shape, generator=rng)) / (1 + noise)

        train, held_out = drawn(m), drawn(k)
        near = train[torch.randint(m, (n,), generator=rng)]
        width = blur * torch.rand(n, *[1] * len(shape), generator=rng)
        samples = near + width * (torch.rand(near.shape, generator=rng) - near)
        return tuple(low + (high - low) * one for one in (samples, train, held_out))

    return make


def _near(images, others, p=2.0):
    return torch.cdist(images.flatten(1), others.flatten(1), p=p).min(1).values


def _ratio(mean=torch.mean, near=_near, join=lambda a, b: a / b):
    """The answer with parts replaced."""
    return lambda s, t, h: join(mean(near(s, t)), mean(near(h, t)))


def _without_itself(images):
    distances = torch.cdist(images.flatten(1), images.flatten(1))
    return distances.fill_diagonal_(torch.inf).min(1).values


def _all(reduce):
    """With another reduction over the training images than the least."""
    return _ratio(near=lambda a, b: reduce(torch.cdist(a.flatten(1), b.flatten(1))))


def _raw(s, t, h):
    return torch.cdist(s, t).min(1).values.mean() / torch.cdist(h, t).min(1).values.mean()


def _mean_square(x):
    return x.square().mean()


exercise(
    "trilemma.nearest_ratio",
    reference=nearest_ratio,
    batch=False,
    inputs={
        "9 samples, 14 training and 6 held-out images, 1 x 4 x 5": _images(9, 14, 6, (1, 4, 5)),
        "12 samples, 20 training and 15 held-out images, 3 x 3 x 4": _images(12, 20, 15, (3, 3, 4)),
        "7 samples, 10 training and 11 held-out rows of 6 features": _images(
            7, 10, 11, (6,), 0.8, 0.3, -9.0, 9.0
        ),
        "5 copies of training images": _images(5, 8, 7, (1, 5, 3), blur=0.0),
        "8 samples far from 9 training images, 4 held out": _images(8, 9, 4, (2, 4, 3), noise=0.02, blur=2.0),
    },
    mistakes=[
        Mistake(
            (
                lambda s, t, h: _near(s, h).mean() / _near(t, h).mean(),
                lambda s, t, h: _near(s, h).mean() / _near(h, t).mean(),
                lambda s, t, h: _near(s, t).mean() / _near(t, h).mean(),
            ),
            "Training and held-out images have changed places: a model can copy only what it was trained "
            "on, so every nearest image must be looked for among the training images, and the held-out ones "
            "say how far a new image lies from them.",
        ),
        Mistake(
            (
                _ratio(join=lambda a, b: b / a),
                lambda s, t, h: _near(t, h).mean() / _near(s, h).mean(),
            ),
            "The fraction stands upside down: copies must give 0 and not infinity; the samples' distance is "
            "above the line.",
        ),
        Mistake(
            (
                lambda s, t, h: _near(t, s).mean() / _near(t, h).mean(),
                lambda s, t, h: _near(t, s).mean() / _near(h, t).mean(),
                lambda s, t, h: _near(h, s).mean() / _near(h, t).mean(),
                lambda s, t, h: _near(s, t).mean() / _near(h, s).mean(),
            ),
            "You look for the nearest of the samples, from each real image: that tells whether the model "
            "covers the data, and a model that copies one image says nothing of it; go from each sample to "
            "its nearest training image (the axis of the minimum).",
        ),
        Mistake(
            (
                lambda s, t, h: _near(s, t).mean() / _near(h, h).mean(),
                lambda s, t, h: _near(s, t).mean() / _near(t, t).mean(),
                lambda s, t, h: _near(s, s).mean() / _near(h, t).mean(),
                lambda s, t, h: _near(s, torch.cat([s, t])).mean() / _near(h, torch.cat([h, t])).mean(),
            ),
            "An image finds itself among those in which its nearest one is looked for, at distance 0: the "
            "two sets of a distance must have no image in common.",
        ),
        Mistake(
            (
                lambda s, t, h: _near(s, t).mean() / _without_itself(t).mean(),
                lambda s, t, h: _near(s, t).mean() / _without_itself(h).mean(),
                lambda s, t, h: _without_itself(s).mean() / _near(h, t).mean(),
                lambda s, t, h: _without_itself(s).mean() / _without_itself(h).mean(),
            ),
            "Distances inside one set enter: both numbers must be looked for among the same training "
            "images, or their density, and not the copying, is what the ratio shows.",
        ),
        Mistake(
            (
                lambda s, t, h: _near(s, torch.cat([t, h])).mean() / _near(h, t).mean(),
                lambda s, t, h: _near(s, h).mean() / _near(s, t).mean(),
                lambda s, t, h: _near(s, t).mean() / _near(s, h).mean(),
            ),
            "The held-out images serve as what the samples are compared with: they say how far a new image "
            "lies from the training images, so they stand below the line, in the samples' place.",
        ),
        Mistake(
            (
                _ratio(_mean_square),
                _ratio(near=lambda a, b: _near(a, b).square()),
                _ratio(lambda x: x.square().sum()),
            ),
            "The distances are squared: a ratio of squares is the square of a ratio, and a few far images "
            "decide it; take the distances themselves.",
        ),
        Mistake(
            _ratio(lambda x: _mean_square(x).sqrt()),
            "This is the root of the mean square, in which far images weigh most: the mean of the "
            "distances is wanted, a root for each image.",
        ),
        Mistake(
            _ratio(torch.median),
            "These are medians: a model that copies a third of its samples has the same median as one that "
            "copies none; the mean sees each copy.",
        ),
        Mistake(
            (
                _ratio(torch.sum),
                _ratio(lambda x: x.norm()),
            ),
            "The distances are added up and not averaged: the sets differ in size, so more samples would "
            "look less like copies.",
        ),
        Mistake(
            (
                _all(lambda d: d.mean(1)),
                _all(lambda d: d.mean()),
                _all(lambda d: d.median(1).values),
            ),
            "You average over all the training images: a copy lies as far from the others as any image "
            "does, so this is near 1 whatever the model copied; take the nearest.",
        ),
        Mistake(
            _all(lambda d: d.max(1).values),
            "You take the farthest training image: a copy shows in its nearest one.",
        ),
        Mistake(
            (
                _ratio(torch.amin),
                _ratio(torch.amax),
            ),
            "The minimum runs over all images at once: one distance for each sample, to its "
            "nearest training image, and their mean after that.",
        ),
        Mistake(
            (
                _ratio(near=lambda a, b: _near(a, b, p=1.0)),
                _ratio(near=lambda a, b: _near(a, b, p=torch.inf)),
            ),
            "The distance is another one than the Euclidean: over all pixels, the root of the sum of the "
            "squared differences.",
        ),
        Mistake(
            (
                _ratio(join=lambda a, b: a - b),
                _ratio(join=lambda a, b: b - a),
                _ratio(join=lambda a, b: a),
                _ratio(join=lambda a, b: (a - b) / b),
                _ratio(join=lambda a, b: a / (a + b)),
            ),
            "It is no ratio of the two means: a distance by itself depends on the images' size and "
            "contrast, and only beside that of new images does it tell what is near.",
        ),
        Mistake(
            (
                _raw,
                lambda s, t, h: _ratio()(s[:, 0], t[:, 0], h[:, 0]),
                lambda s, t, h: _ratio()(s.mean(1), t.mean(1), h.mean(1)),
            ),
            "An image is not one row of numbers yet: torch.cdist takes [N, D], so all but the first axis "
            "must be flattened, with every channel and row of it.",
        ),
        Mistake(
            (
                _ratio(join=lambda a, b: (a / b).clamp(max=1)),
                _ratio(join=lambda a, b: (a / b).sqrt()),
                _ratio(join=lambda a, b: a / (b + 1e-2)),
                _ratio(join=lambda a, b: (a / b).log()),
            ),
            "The ratio is cut off, rooted or shifted: above 1 it says something, too, samples that lie "
            "farther from the training images than new images do.",
        ),
    ],
    hints=[
        "Two sets ask the same question of the same third set. Which one could a model have copied from?",
        "For one image: its distance to every training image, then the least of these. Which axis is that, "
        "and what comes over the other one?",
        "torch.cdist of the flattened images, the minimum over the training images, the mean; once for the "
        "samples and once for the held-out images, and then one over the other.",
    ],
)
