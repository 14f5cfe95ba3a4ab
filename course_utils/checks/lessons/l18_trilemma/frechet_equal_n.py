"""trilemma.frechet_equal_n: Frechet distances of several models, each from equally many samples."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise
from course_utils.metrics import frechet_distance


def frechet_equal_n(features, real, seed):
    """Distances to real [M, D], a list in the order of features, {name: [N, D]}, each N another.

    Of each model as many rows as the smallest set has, drawn without replacement: the first of
    torch.randperm(N, generator=torch.Generator().manual_seed(seed)), anew for each.
    """
    n = min(len(one) for one in features.values())
    distances = []
    for one in features.values():
        chosen = torch.randperm(len(one), generator=torch.Generator().manual_seed(seed))[:n]
        distances.append(frechet_distance(one[chosen], real))
    return distances


def _models(sizes, m, d, seed):
    """A maker of features of models, better and worse, in the order of their classes, and of real ones."""

    def make(rng):
        mixing = torch.eye(d) + 0.5 * torch.randn(d, d, generator=rng)
        features = {}
        for k, n in enumerate(sizes):
            drift = torch.linspace(-1.5, 1.5, n)[:, None]  # as a sampler gives them, class by class
            spread = torch.randn(n, d, generator=rng) @ mixing
            features[f"model {k + 1}"] = 0.2 + 0.4 * (len(sizes) - k) * drift + (1 + 0.3 * k) * spread
        return features, torch.randn(m, d, generator=rng) @ mixing, seed

    return make


def _drawn(n, seed):
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))


def _smallest(features, real):
    return min(len(one) for one in features.values())


def _with(chosen=None, size=_smallest, cut=lambda r, n, seed: r, distance=frechet_distance, after=list):
    """The answer with parts replaced: chosen(N, n, seed, place) are the rows; cut(real, n, seed)."""
    rows = chosen or (lambda of, n, seed, place: _drawn(of, seed)[:n])

    def wrong(features, real, seed):
        n = size(features, real)
        pairs = enumerate(features.values())
        compared = [(one[rows(len(one), n, seed, k)], cut(real, n, seed)) for k, one in pairs]
        return after([distance(*pair) for pair in compared])

    return wrong


def _one_generator(features, real, seed):
    """The draws of all models from one generator, one after the other."""
    n = _smallest(features, real)
    generator = torch.Generator().manual_seed(seed)
    sets = [one[torch.randperm(len(one), generator=generator)[:n]] for one in features.values()]
    return [frechet_distance(one, real) for one in sets]


def _replaced(of, n, seed, place):
    return torch.randint(of, (n,), generator=torch.Generator().manual_seed(seed))


def _one_generator_with_copies(features, real, seed):
    """Draws with replacement, of all models from one generator."""
    n = _smallest(features, real)
    generator = torch.Generator().manual_seed(seed)
    sets = [one[torch.randint(len(one), (n,), generator=generator)] for one in features.values()]
    return [frechet_distance(one, real) for one in sets]


def _cut(real, n, seed):
    return real[_drawn(len(real), seed)[:n]]


def _sizes_of_all(features, real):
    return min(_smallest(features, real), len(real))


def _means(a, b):
    return float((a.mean(0) - b.mean(0)).square().sum())


def _to_first(features, real, seed):
    first, n = next(iter(features.values())), _smallest(features, real)
    first = first[_drawn(len(first), seed)[:n]]
    return [frechet_distance(one[_drawn(len(one), seed)[:n]], first) for one in features.values()]


exercise(
    "trilemma.frechet_equal_n",
    reference=frechet_equal_n,
    batch=False,
    inputs={
        "models with 40, 25 and 60 samples": _models((40, 25, 60), 50, 3, 7),
        "models with 12 and 30 samples, and 9 real images": _models((12, 30), 9, 2, 1),
        "models with 21, 90, 33 and 45 samples": _models((21, 90, 33, 45), 70, 4, 123),
        "two models with 20 samples each, and 80 real images": _models((20, 20), 80, 3, 5),
        "one model with 18 samples": _models((18,), 40, 2, 11),
    },
    accepted=[
        Accepted(
            _one_generator,
            "You draw for all models from one generator in a row: that is as fair, but a model's number then "
            "depends on who stands before it in the table; a generator made anew for each does not.",
        )
    ],
    mistakes=[
        Mistake(
            (
                _with(lambda of, n, seed, place: slice(None)),
                _with(size=lambda f, r: max(len(one) for one in f.values())),
                _with(size=lambda f, r: len(r)),
            ),
            "The models keep different numbers of samples: a Frechet distance is biased upwards, by about "
            "one over that number, so whoever drew more samples looks better; all must be cut to the "
            "smallest set.",
        ),
        Mistake(
            (
                _with(lambda of, n, seed, place: slice(n)),
                _with(lambda of, n, seed, place: _drawn(n, seed)),
            ),
            "You take the first samples of each set: a sampler often gives them class by class, or batch by "
            "batch, and the first ones are then of few kinds; draw from all N of them.",
        ),
        Mistake(
            _with(lambda of, n, seed, place: slice(-n, None)),
            "You take the last samples of each set: samples often come class by class, and the last ones "
            "are then of few kinds; draw from all N of them.",
        ),
        Mistake(
            _with(lambda of, n, seed, place: torch.arange(0, of, max(of // n, 1))[:n]),
            "You take every so-many-th sample: samples may come in an order that has the same rhythm (ten "
            "classes in turn); draw them, without replacement, with the seed.",
        ),
        Mistake(
            (_with(_replaced), _one_generator_with_copies),
            "You draw with replacement: some samples then come twice and a third of them never, and a set "
            "with copies looks less varied than its model is.",
        ),
        Mistake(
            (
                _with(cut=_cut),
                _with(cut=lambda r, n, seed: r[:n]),
                _with(lambda of, n, seed, place: slice(n), cut=lambda r, n, seed: r[:n]),
                _with(lambda of, n, seed, place: slice(n), cut=_cut),
                _with(size=_sizes_of_all, cut=_cut),
                _with(size=_sizes_of_all, cut=lambda r, n, seed: r[:n]),
            ),
            "The real images are cut down, too: they are the same for every model, so they favour none, and "
            "with fewer of them every distance is only larger and noisier.",
        ),
        Mistake(
            _with(size=_sizes_of_all),
            "The number of real images limits n in your function: it is the same for every model, so it "
            "favours none; n is the size of the smallest set of samples.",
        ),
        Mistake(
            (
                _with(lambda of, n, seed, place: _drawn(of, 0)[:n]),
                _with(lambda of, n, seed, place: _drawn(of, seed + place)[:n]),
                _with(lambda of, n, seed, place: _drawn(of, seed + 1)[:n]),
                _with(lambda of, n, seed, place: _drawn(of, 42)[:n]),
            ),
            "The rows are drawn with another seed than the one given: nobody can then draw the same ones "
            "again; each model's generator starts at `seed`.",
        ),
        Mistake(
            (_with(after=sorted), _with(after=lambda found: sorted(found, reverse=True))),
            "The distances come sorted, and whose they are is lost: keep the order of the models.",
        ),
        Mistake(
            _with(lambda of, n, seed, place: _drawn(of, seed)[-n:]),
            "You take the last rows of the permutation: as fair a draw, but not the one that was agreed on, "
            "and another person's numbers cannot be repeated with it; take the first n.",
        ),
        Mistake(
            (
                _with(size=lambda f, r: _smallest(f, r) - 1),
                _with(size=lambda f, r: _smallest(f, r) // 2),
                _with(size=lambda f, r: 10),
            ),
            "Samples are thrown away that every model has: n is the size of the smallest set, no less; with "
            "fewer samples every distance is larger and noisier.",
        ),
        Mistake(
            (
                _with(after=lambda found: [one**0.5 for one in found]),
                _with(distance=_means),
                _with(distance=lambda a, b: _means(a, b) ** 0.5),
            ),
            "This is not the Frechet distance as frechet_distance gives it: means and covariances count in "
            "it, and no root is taken.",
        ),
        Mistake(
            (
                _with(after=lambda found: [one / min(found) for one in found]),
                _with(after=lambda found: [one / max(found) for one in found]),
                _with(after=lambda found: [sum(found) / len(found)] * len(found)),
            ),
            "The distances are divided by one of them, or averaged over the models: each model's own "
            "distance is wanted, as it is, so that it can stand beside those of other tables.",
        ),
        Mistake(
            _to_first,
            "You compare the models with the first of them: what counts is how far each lies from the real "
            "images.",
        ),
    ],
    hints=[
        "Which number in the comparison should be the same for all models, and who decides how large it "
        "can be at most?",
        "Not the first ones: a shuffle of all N row numbers, of which you keep the first n. Where does the "
        "seed come in?",
        "For each model: a new generator with the seed, torch.randperm of its own number of rows, cut at "
        "n, and frechet_distance of those rows and all of the real ones.",
    ],
)
