"""eval.precision_recall: the share of generated images among the real ones, and of real among generated."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def precision_recall(real, fake, k):
    """(precision, recall), two numbers in [0, 1]: features real [N, D], fake [M, D], k below N and M.

    Precision is the share of the fakes within the ball of any real image, up to its k-th neighbour among the
    other real ones; recall is the same with the sets exchanged (Kynkaanniemi et al. 2019, eqs. 1-2).
    """

    def share(points, centres):
        radii = torch.cdist(centres, centres).sort(dim=1).values[:, k]  # at 0 is the point itself
        inside = torch.cdist(points, centres) <= radii
        return inside.any(dim=1).double().mean().item()

    return share(fake, real), share(real, fake)


def _sorted(x, y):
    return torch.cdist(x, y).sort(1).values


def _radii(centres, k):
    return _sorted(centres, centres)[:, k]


def _inside(points, centres, radii):
    return torch.cdist(points, centres) <= radii


def _any(inside):
    return inside.any(1).double().mean()


def _both(share):
    """Precision and recall by another share(points, centres, k)."""
    return lambda real, fake, k: (share(fake, real, k), share(real, fake, k))


def _balls(radii=_radii, share=_any):
    """Other radii(centres, k) [N], or another share(inside [M, N])."""
    return _both(lambda points, centres, k: share(_inside(points, centres, radii(centres, k))))


def _right(points, centres, k):
    return _any(_inside(points, centres, _radii(centres, k)))


def _own(points, centres, k):
    """The share of the points whose own ball holds any of the centres."""
    return _any(_inside(points, centres, _radii(points, k)[:, None]))


def _covered(points, centres, k):
    """The share of the balls that hold any of the points."""
    return _any(_inside(points, centres, _radii(centres, k)).T)


def _pooled(points, centres, k):
    """Radii to the k-th neighbour among both sets."""
    return _any(_inside(points, centres, _sorted(centres, torch.cat([centres, points]))[:, k]))


def _nearest(points, centres, k):
    near = torch.cdist(points, centres)
    return (near.min(1).values <= _radii(centres, k)[near.argmin(1)]).double().mean()


def _to_the_others(points, centres, k):
    """Radii to the k-th neighbour in the other set."""
    return _any(_inside(points, centres, _sorted(centres, points)[:, k - 1]))


def _to_the_others_late(points, centres, k):
    return _any(_inside(points, centres, _sorted(centres, points)[:, k]))


def _by(measure):
    """Balls by another distance: measure(x, y)."""

    def share(points, centres, k):
        radii = measure(centres, centres).sort(1).values[:, k]
        return _any(measure(points, centres) <= radii)

    return _both(share)


def _clear(real, fake, k):
    """Whether no point lies so near the edge of the region that rounding decides."""
    for points, centres in ((fake, real), (real, fake)):
        nearest = (torch.cdist(points, centres) / _radii(centres, k)).min(1).values
        if ((nearest - 1).abs() < 2e-3).any():
            return False
    return True


def _sets(n, m, d, k, shift=0.5, scale=1.0, copies=0):
    """A maker of two sets and k; copies: how many of the generated images are real ones."""

    def make(rng):
        while True:
            mixing = torch.eye(d) + 0.5 * torch.randn(d, d, generator=rng)
            real = torch.randn(n, d, generator=rng) @ mixing
            fake = shift + scale * torch.randn(m, d, generator=rng) @ mixing
            fake[:copies] = real[:copies]
            if _clear(real, fake, k):
                return real, fake, k

    return make


exercise(
    "eval.precision_recall",
    reference=precision_recall,
    returns=("precision", "recall"),
    batch=False,
    inputs={
        "20 real and 14 generated images, 3 features, k = 2": _sets(20, 14, 3, 2, shift=0.8),
        "12 real and 25 generated images, 2 features, k = 1": _sets(12, 25, 2, 1, scale=1.6),
        "30 real and 22 generated images, 1 feature, k = 1": _sets(30, 22, 1, 1, scale=0.5),
        "16 images of each kind, 6 features, k = 3": _sets(16, 16, 6, 3, shift=0.0, scale=0.6),
        "9 real and 18 generated images, 4 features, k = 4": _sets(9, 18, 4, 4, shift=1.5, scale=1.5),
        "24 real and 20 generated images, 2 features, k = 3": _sets(24, 20, 2, 3, shift=1.2),
        "14 real and 10 generated images, 5 of these copied, 3 features, k = 1": _sets(
            14, 10, 3, 1, shift=2.0, copies=5
        ),
        "6 real and 5 generated images far apart, 2 features, k = 2": _sets(6, 5, 2, 2, shift=30.0),
    },
    mistakes=[
        Mistake(
            (
                _balls(lambda centres, k: _sorted(centres, centres)[:, k - 1]),
                lambda real, fake, k: (_right(fake, real, k - 1), _right(real, fake, k)),
                lambda real, fake, k: (_right(fake, real, k), _right(real, fake, k - 1)),
            ),
            "Each point counts as its own nearest neighbour: at distance 0 it is first, so the k-th smallest "
            "distance is to the (k - 1)-th neighbour, and for k = 1 every ball is a point.",
        ),
        Mistake(
            _balls(lambda centres, k: _sorted(centres, centres)[:, min(k + 1, len(centres) - 1)]),
            "The ball reaches one neighbour too far: sorted, each point's own 0 is at place 0, so the k-th "
            "neighbour is at place k, and not after it.",
        ),
        Mistake(
            (
                _both(_own),
                lambda real, fake, k: (_own(fake, real, k), _right(real, fake, k)),
                lambda real, fake, k: (_right(fake, real, k), _own(real, fake, k)),
                _both(_pooled),
                _both(_to_the_others),
                _both(_to_the_others_late),
            ),
            "The radius is of the wrong set: for precision the balls lie round the real images and reach as "
            "far as their k-th neighbour among the *real* ones; for recall all is the other way round.",
        ),
        Mistake(
            (
                lambda real, fake, k: (_right(real, fake, k), _right(fake, real, k)),
                lambda real, fake, k: precision_recall(fake, real, k),
            ),
            "Precision and recall are exchanged: precision is asked of the generated images (is each like a "
            "real one?), recall of the real ones (could each be generated?).",
        ),
        Mistake(
            (
                lambda real, fake, k: (_right(fake, real, k), _right(fake, real, k)),
                lambda real, fake, k: (_right(real, fake, k), _right(real, fake, k)),
            ),
            "Both numbers are the same one: for recall the two sets change places everywhere, also where the "
            "radii are measured.",
        ),
        Mistake(
            _both(_covered),
            "You count the balls that hold a point, and the points that are in a ball are wanted: .any runs "
            "over the balls (the other set's images), and the mean over the points that are judged.",
        ),
        Mistake(
            (
                _balls(share=lambda inside: inside.all(1).double().mean()),
                _both(lambda p, c, k: (_inside(p, c, _radii(c, k)).sum(1) >= k).double().mean()),
                _both(lambda p, c, k: (_inside(p, c, _radii(c, k)).sum(1) > k).double().mean()),
                _balls(share=lambda inside: (inside.sum(1) > 1).double().mean()),
            ),
            "You ask that several balls (or all) hold the point: the set's region is the union of its "
            "balls, so one that holds the point is enough.",
        ),
        Mistake(
            (
                _balls(lambda centres, k: _radii(centres, k).mean().expand(len(centres))),
                _balls(lambda centres, k: _radii(centres, k).max().expand(len(centres))),
                _balls(lambda centres, k: _radii(centres, k).min().expand(len(centres))),
                _balls(lambda centres, k: _radii(centres, k).median().expand(len(centres))),
                _balls(lambda centres, k: _sorted(centres, centres).mean().expand(len(centres))),
            ),
            "One radius serves all balls: each point has its own, short where the set is dense and long "
            "where it is thin; with one for all an outlier makes every ball large, or none reaches.",
        ),
        Mistake(
            (
                _balls(share=lambda inside: inside.double().mean()),
                _balls(share=lambda inside: inside.double().sum(1).mean()),
                _balls(share=lambda inside: inside.double().sum()),
                _both(lambda p, c, k: _inside(p, c, _radii(c, k)).double().sum(1).mean() / k),
            ),
            "You count how many balls hold each point: one is enough, and more do not count, so ask .any "
            "over the balls before the mean (the mean of the count is what 'density' is made of).",
        ),
        Mistake(
            (
                _balls(share=lambda inside: inside.any(1).double().sum()),
                _balls(share=lambda inside: inside.any(1).sum()),
                _balls(share=lambda inside: 100 * inside.any(1).double().mean()),
                _balls(share=lambda inside: 1 - inside.any(1).double().mean()),
                _balls(share=lambda inside: inside.any(1).double().sum() / inside.shape[1]),
                _balls(share=lambda inside: inside.any().double()),
            ),
            "The points inside are right, and the share of them is not what you return: their number over "
            "the number of points that are judged, between 0 and 1.",
        ),
        Mistake(
            _both(_nearest),
            "Only the ball of the nearest image is asked: it may be small, and a farther image with a large "
            "ball may hold the point; any ball of the set counts.",
        ),
        Mistake(
            (
                _balls(lambda centres, k: torch.cdist(centres, centres).topk(k, 1).values[:, -1]),
                _balls(lambda centres, k: torch.cdist(centres, centres).topk(k + 1, 1).values[:, -1]),
                _balls(lambda centres, k: torch.cdist(centres, centres)[:, k]),
                _balls(lambda centres, k: torch.cdist(centres, centres)[:, k - 1]),
            ),
            "These are not the distances to the nearest images: sort them first, smallest first (topk gives "
            "the largest, unless largest=False).",
        ),
        Mistake(
            (
                _both(lambda p, c, k: _any(torch.cdist(p, c) <= _radii(c, k).square())),
                _both(lambda p, c, k: _any(torch.cdist(p, c).square() <= _radii(c, k))),
                _both(lambda p, c, k: _any(torch.cdist(p, c) <= _radii(c, k) / 2)),
                _both(lambda p, c, k: _any(torch.cdist(p, c) <= 2 * _radii(c, k))),
            ),
            "A distance is compared with something of another scale (a square, a half): both sides must be "
            "distances, or both their squares.",
        ),
        Mistake(
            (
                _by(lambda x, y: torch.cdist(x, y, p=1)),
                _by(lambda x, y: torch.cdist(x, y, p=torch.inf)),
                _by(lambda x, y: -torch.nn.functional.cosine_similarity(x[:, None], y[None], dim=-1)),
                _by(lambda x, y: -(x @ y.T)),
            ),
            "The distance is not the Euclidean one, so the balls have another shape: torch.cdist(x, y) gives "
            "it for all pairs.",
        ),
        Mistake(
            _both(lambda p, c, k: _any(torch.cdist(p, c) > _radii(c, k))),
            "The comparison is turned round: a point is inside where its distance is at most the radius.",
        ),
        Mistake(
            _balls(lambda centres, k: _sorted(centres, centres)[:, 1 : k + 1].mean(1)),
            "The radius is the mean of the distances to k neighbours: it is the distance to the k-th alone, "
            "so that the ball holds just k of them.",
        ),
        Mistake(
            (
                lambda real, fake, k: torch.cdist(fake, real) <= _radii(real, k)[:, None],
                lambda real, fake, k: torch.cdist(real, fake) <= _radii(real, k),
                lambda real, fake, k: torch.cdist(fake, real) <= _radii(fake, k),
                lambda real, fake, k: _radii(fake, k) >= torch.cdist(fake, real),
                lambda real, fake, k: _radii(real, k) >= torch.cdist(fake, real).T,
                lambda real, fake, k: torch.cdist(real, fake) <= _radii(fake, k)[:, None],
                lambda real, fake, k: _radii(real, k) >= torch.cdist(real, fake),
                lambda real, fake, k: torch.cdist(fake, real).double() <= _radii(real, k)[:, None].double(),
            ),
            "The shapes do not fit: the sets differ in size and have no pairs, so their distances are a "
            "table, torch.cdist(points, balls), [M, N]. The radii are of the set that the balls lie round, "
            "one each, and go along its axis, the columns.",
        ),
    ],
    hints=[
        "Each image of a set gets a ball: how far does it reach? And when does an image of the other set lie "
        "in the region that all balls make together?",
        "torch.cdist of a set with itself, sorted along each row: what stands at place 0, and where is the "
        "k-th neighbour? One radius for each image.",
        "For precision: torch.cdist(fake, real), compared with the radii of the real ones; .any over the "
        "real ones, then the mean over the fakes. For recall the sets change places.",
    ],
)
