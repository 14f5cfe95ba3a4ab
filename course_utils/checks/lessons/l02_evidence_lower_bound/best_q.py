"""elbo.best_q: the posterior of a linear model with one latent."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def best_q(x, W, sigma):
    """Mean [N] and variance of p(z | x) for z ~ N(0, 1), x ~ N(W z, sigma^2 I): x [N, d], W [d]."""
    total = W @ W + sigma**2
    return x @ W / total, sigma**2 / total


def _pictures(points, pixels, sigma):
    def make(rng):
        W = torch.randn(pixels, generator=rng)
        z = torch.randn(points, 1, generator=rng)
        return z * W + sigma * torch.randn(points, pixels, generator=rng), W, sigma

    return make


exercise(
    "elbo.best_q",
    reference=best_q,
    returns=("mean", "variance"),
    inputs={
        "4 points in 3 dimensions, sigma 0.5": _pictures(4, 3, 0.5),
        "6 points in 2 dimensions, sigma 1.5": _pictures(6, 2, 1.5),
        "3 points in 5 dimensions, sigma 0.8": _pictures(3, 5, 0.8),
        "2 points in 4 dimensions, sigma 0.01": _pictures(2, 4, 0.01),
        "3 points in 2 dimensions, sigma 30": _pictures(3, 2, 30.0),
    },
    mistakes=[
        Mistake(
            lambda x, W, sigma: (x @ W / (W @ W), sigma**2 / (W @ W)),
            "The prior is forgotten: this is the least-squares z, which says nothing of N(0, 1), so for "
            "noisy data the mean lies too far out and q is too wide.",
        ),
        Mistake(
            (
                lambda x, W, sigma: (x @ W / sigma**2, best_q(x, W, sigma)[1]),
                lambda x, W, sigma: (x @ W / sigma, best_q(x, W, sigma)[1]),
            ),
            "The variance is right, and the mean is not divided by the precision: W x / sigma^2 is the "
            "precision times the mean, so the clearer x is, the further out q lands.",
        ),
        Mistake(
            lambda x, W, sigma: (x @ W / (W @ W), best_q(x, W, sigma)[1]),
            "The variance is right, and the mean forgets the prior: it is the least-squares z, not pulled "
            "towards 0, so for noisy data q sits too far out and leaves a gap.",
        ),
        Mistake(
            lambda x, W, sigma: (best_q(x, W, sigma)[0], sigma**2 / (W @ W)),
            "The mean is right, and the variance forgets the prior: its precision, 1, adds to that of the "
            "data, so q comes out too wide, without bound where x says little of z.",
        ),
        Mistake(
            lambda x, W, sigma: (best_q(x, W, sigma)[0], 1 / (sigma**2 + W @ W)),
            "The mean is right, and the variance lacks its factor sigma^2: with little noise q stays far "
            "wider than the posterior, with much noise it is too narrow.",
        ),
        Mistake(
            (
                lambda x, W, sigma: (x @ W / (W @ W + sigma), sigma / (W @ W + sigma)),
                lambda x, W, sigma: (x @ W / (W @ W + sigma**2), sigma / (W @ W + sigma**2)),
                lambda x, W, sigma: (x @ W / (W @ W + sigma), sigma**2 / (W @ W + sigma)),
            ),
            "You put sigma where its square belongs: sigma is a standard deviation, and precisions are one "
            "over variances, so q trusts the data too much or too little.",
        ),
        Mistake(
            lambda x, W, sigma: (best_q(x, W, sigma)[0], best_q(x, W, sigma)[1] ** 0.5),
            "The mean is right, and the second value is the standard deviation: the variance is its square, "
            "and used as a variance the root makes q too wide.",
        ),
        Mistake(
            lambda x, W, sigma: (best_q(x, W, sigma)[0], 1 / best_q(x, W, sigma)[1]),
            "The mean is right, and the second value is the precision, one over the variance: the better "
            "the data determine z, the wider you make q.",
        ),
        Mistake(
            lambda x, W, sigma: (best_q(x, W, sigma)[0], torch.full_like(W @ W, sigma**2)),
            "The mean is right, and the second value is the variance of the noise in x: how sure z is also "
            "depends on how strongly x reacts to z, which is what W says.",
        ),
        Mistake(
            lambda x, W, sigma: (best_q(x, W, sigma)[0], torch.ones_like(W @ W)),
            "The mean is right, and the second value is the variance of the prior: having seen x, you know "
            "more about z than before, so q has to be narrower.",
        ),
        Mistake(
            (
                lambda x, W, sigma: (x @ W / (W @ W + 1), 1 / (W @ W + 1)),
                lambda x, W, sigma: (x @ W / (W @ W + 1), sigma**2 / (W @ W + 1)),
            ),
            "This takes the noise to have variance 1: then sigma plays no part in how far the mean is pulled "
            "to 0, and a clean x is trusted no more than a noisy one.",
        ),
        Mistake(
            lambda x, W, sigma: (x @ W, best_q(x, W, sigma)[1]),
            "The mean is the projection on W, not divided by anything: it is right only by accident, where "
            "W's squared length and sigma's square add up to 1.",
        ),
        Mistake(
            lambda x, W, sigma: (W @ x / (W @ W + sigma**2), sigma**2 / (W @ W + sigma**2)),
            "W stands on the wrong side of x: the product would add up over the points and not over each "
            "point's own coordinates, and every point needs a mean of its own from what it shows.",
        ),
        Mistake(
            lambda x, W, sigma: (x @ W / (W.norm() + sigma**2), sigma**2 / (W.norm() + sigma**2)),
            "You add the length of W, the root of W times W: precisions go with squares, so a model with "
            "strong weights is trusted too little and one with weak weights too much.",
        ),
        Mistake(
            lambda x, W, sigma: (x.sum(dim=1) / (W @ W + sigma**2), best_q(x, W, sigma)[1]),
            "The coordinates of x are added up without W: each of them says as much about z as its weight in "
            "W allows, and one with a weight of 0 says nothing.",
        ),
    ],
    hints=[
        "log p(x, z) is a parabola in z: the prior gives -z^2 / 2, each coordinate of x gives "
        "-(x - W z)^2 / (2 sigma^2). The best q is the Gaussian with that parabola.",
        "Precisions add: 1 from the prior, and W times W over sigma squared from the data. The variance is "
        "one over their sum.",
        "The mean is the variance times (W times x over sigma squared). Multiply above and below by sigma "
        "squared if you like short formulas.",
    ],
)
