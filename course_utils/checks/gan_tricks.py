"""The exercises of notebook 05, Training GANs: losses that steady the game, and noise with its tails cut."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def one_sided_loss(real, fake, label):
    """Cross-entropy of D with label `label` for real and 0 for fake: logits [N], [M] -> scalar."""
    return label * F.softplus(-real).mean() + (1 - label) * F.softplus(real).mean() + F.softplus(fake).mean()


def _logits(n_real, n_fake, label, scale=2.0):
    return lambda rng: (
        1 + scale * torch.randn(n_real, generator=rng),
        -1 + scale * torch.randn(n_fake, generator=rng),
        label,
    )


def _cross_entropy(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def _by_log(real, fake, label):
    on_real, on_fake = torch.sigmoid(real), torch.sigmoid(fake)
    real_half = label * on_real.log() + (1 - label) * (1 - on_real).log()
    return -real_half.mean() - (1 - on_fake).log().mean()


def _by_probability(real, fake, label):
    bce = F.binary_cross_entropy
    on_real = bce(torch.sigmoid(real), torch.full_like(real, label))
    return on_real + bce(torch.sigmoid(fake), torch.zeros_like(fake))


exercise(
    "gan.one_sided_loss",
    reference=one_sided_loss,
    gradient=["real", "fake"],
    inputs={
        "5 real and 3 fake logits, label 0.9": _logits(5, 3, 0.9),
        "4 real and 6 fake logits, label 0.7": _logits(4, 6, 0.7),
        "6 logits each of a sure D, label 0.9": _logits(6, 6, 0.9, scale=60.0),
        "3 real and 4 fake logits, label 1": _logits(3, 4, 1.0),
    },
    mistakes=[
        Mistake(
            lambda real, fake, label: _cross_entropy(real, label) + _cross_entropy(fake, 1 - label),
            "You smooth both sides: fakes far from the data, where there are no real points, then have the "
            "label 1 - label above 0, so D rewards them for staying where they are.",
        ),
        Mistake(
            lambda real, fake, label: _cross_entropy(real, 1.0) + _cross_entropy(fake, 1 - label),
            "You smooth the fake side: D is told that some fakes are real, and G is rewarded for what it "
            "makes already, good or bad; the real label is the one to soften.",
        ),
        Mistake(
            lambda real, fake, label: label * F.softplus(-real).mean() + F.softplus(fake).mean(),
            "The other part of the label is missing: real points also count as fake with weight 1 - label. "
            "Without it the real half is only scaled, and D still grows without limit.",
        ),
        Mistake(
            lambda real, fake, label: _cross_entropy(real, 1.0) + _cross_entropy(fake, 0.0),
            "The label is not used: this is the plain loss, and a sure D has logits without limit, and "
            "nearly no slope for G.",
        ),
        Mistake(
            lambda real, fake, label: _cross_entropy(real, 1 - label) + _cross_entropy(fake, 0.0),
            "Real points get the label 1 - label: D learns to call both sides fake, and has no slope "
            "that leads G to the data.",
        ),
        Mistake(
            lambda real, fake, label: _cross_entropy(real, label) + _cross_entropy(fake, 1.0),
            "Fakes get the label 1: D learns to call everything real, and G is done before it has begun.",
        ),
        Mistake(
            lambda real, fake, label: one_sided_loss(fake, real, label),
            "Real and fake are swapped: D learns to call fakes real, and its slope leads G away from the "
            "data; the label belongs to the real half.",
        ),
        Mistake(
            lambda real, fake, label: (
                label * F.softplus(-real).sum()
                + (1 - label) * F.softplus(real).sum()
                + F.softplus(fake).sum()
            ),
            "You add up over the points where a mean is wanted: D's step then grows with the batch, and two "
            "halves of different size no longer count the same.",
        ),
        Mistake(
            (_by_log, _by_probability),
            "You take the sigmoid first and the logarithm later: where D is sure the sigmoid is 1 or 0, to "
            "the last digit, and the loss is infinite or cut off; work with the logits, as softplus does.",
        ),
        Mistake(
            lambda real, fake, label: F.softplus(-label * real).mean() + F.softplus(fake).mean(),
            "You multiply the logit by the label: D then needs larger logits, which is the reverse of what "
            "the trick is for; the label weighs the two halves of the cross-entropy.",
        ),
        Mistake(
            lambda real, fake, label: (
                F.mse_loss(torch.sigmoid(real), torch.full_like(real, label))
                + torch.sigmoid(fake).square().mean()
            ),
            "This is a squared error of the sigmoid: a D that is sure and wrong gets no gradient from it, so "
            "it keeps its worst errors; the trick belongs to the cross-entropy.",
        ),
        Mistake(
            lambda real, fake, label: 0.5 * one_sided_loss(real, fake, label),
            "You halve the sum of the two averages: D learns the same from gradients half as long, but the "
            "value can no longer be read beside that of notebook 04.",
        ),
    ],
    hints=[
        "The fake half stays as it is. For the real half: what is the cross-entropy of one point whose label "
        "is neither 1 nor 0?",
        "A label of 0.9 weighs both logarithms: 0.9 times minus log D, and 0.1 times minus log of one minus "
        "D. Write both with softplus.",
        "F.binary_cross_entropy_with_logits takes any label between 0 and 1; torch.full_like makes them.",
    ],
)


def feature_matching(real, fake):
    """Squared distance of the mean features: [N, F], [M, F] -> scalar (Salimans et al. 2016, 3.1)."""
    return (real.detach().mean(dim=0) - fake.mean(dim=0)).square().sum()


def _two_batches(n, m, f):
    return lambda rng: (torch.randn(n, f, generator=rng), 0.5 + 2 * torch.randn(m, f, generator=rng))


exercise(
    "gan.feature_matching",
    reference=feature_matching,
    gradient=["fake", "real"],
    inputs={
        "6 real and 6 fake, 4 features": _two_batches(6, 6, 4),
        "3 real and 5 fake, 2 features": _two_batches(3, 5, 2),
        "1 real and 7 fake, 3 features": _two_batches(1, 7, 3),
    },
    mistakes=[
        Mistake(
            lambda real, fake: (real.mean(dim=0) - fake.mean(dim=0)).square().mean(),
            "You average over the features where the squared length of the difference is a sum: "
            "the loss gets weaker the wider D's layer is.",
        ),
        Mistake(
            lambda real, fake: (real.detach().mean(dim=0) - fake.mean(dim=0)).norm(),
            "This is the distance and not its square: its gradient has the same length however near you are, "
            "so G never comes to rest.",
        ),
        Mistake(
            lambda real, fake: (real.detach().mean(dim=0) - fake.mean(dim=0)).abs().sum(),
            "Absolute differences (L1) pull with the same force however near the means are, so G jitters "
            "about the goal; squares pull less and less.",
        ),
        Mistake(
            lambda real, fake: (real.detach()[:, None] - fake[None]).square().sum(dim=2).mean(),
            "You compare all pairs of points and average afterwards: the best answer to that is every fake "
            "at the mean of the data, which is collapse by design.",
        ),
        Mistake(
            lambda real, fake: (real.detach().mean() - fake.mean()).square(),
            "You average over the features too: one number is left for each batch, and G can match it with "
            "any image of the right brightness.",
        ),
        Mistake(
            lambda real, fake: -(real.detach().mean(dim=0) - fake.mean(dim=0)).square().sum(),
            "The sign is turned: G would move its mean features as far from the data's as it can.",
        ),
        Mistake(
            lambda real, fake: (real.detach().sum(dim=0) - fake.sum(dim=0)).square().sum(),
            "You sum over the batch where a mean is wanted: batches of different size can then never match, "
            "and the gradient grows with the square of the batch.",
        ),
        Mistake(
            lambda real, fake: (real.mean(dim=0) - fake.mean(dim=0)).square().sum(),
            "A gradient goes into the real features too: where D is not frozen it helps G by making real "
            "images look like fakes; the target must stand still, so detach it.",
        ),
    ],
    hints=[
        "Which axis is the batch? Average over it first, for each of the two on its own: what is left has "
        "shape [F].",
        "Take the difference of the two mean vectors, square, and add up over the features.",
        "The real features are a goal and not a player: cut the gradient there, but not at the fake ones.",
    ],
)


def minibatch_features(h, kernel):
    """Likeness of each row to the others: h [B, F], kernel [F, K, R] -> [B, K] (Salimans et al. 2016)."""
    m = torch.einsum("bf,fkr->bkr", h, kernel)
    near = torch.exp(-(m[:, None] - m[None]).abs().sum(dim=3))
    return near.sum(dim=1) - 1


def _rows(batch, features, kernels, rank, copies=0):
    def make(rng):
        h = torch.randn(batch, features, generator=rng)
        h[batch - copies :] = h[0]
        return h, 0.3 * torch.randn(features, kernels, rank, generator=rng)

    return make


def _near(h, kernel, distance=lambda d: d.abs().sum(dim=3)):
    m = torch.einsum("bf,fkr->bkr", h, kernel)
    return torch.exp(-distance(m[:, None] - m[None]))


exercise(
    "gan.minibatch_features",
    reference=minibatch_features,
    gradient=["h", "kernel"],
    inputs={
        "5 rows of 4 features, 3 kernels of 2": _rows(5, 4, 3, 2),
        "4 rows of 3 features, 2 kernels of 5": _rows(4, 3, 2, 5),
        "6 rows of 2 features, three of them alike": _rows(6, 2, 4, 3, copies=2),
    },
    accepted=[
        Accepted(
            lambda h, kernel: _near(h, kernel).sum(dim=1),
            "Each row's likeness to itself, always 1, is still in your sum, as in the paper's formula: "
            "a constant that the next layer's bias takes up.",
        ),
    ],
    mistakes=[
        Mistake(
            (
                lambda h, kernel: _near(h, kernel).mean(dim=1),
                lambda h, kernel: (_near(h, kernel).sum(dim=1) - 1) / (len(h) - 1),
                lambda h, kernel: (_near(h, kernel).sum(dim=1) - 1) / len(h),
            ),
            "You average over the batch where a sum is wanted: one near copy among many rows then hardly "
            "shows, and the feature fades as the batch grows.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel, lambda d: d.square().sum(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: d.square().sum(dim=3)).sum(dim=1),
                lambda h, kernel: _near(h, kernel, lambda d: d.norm(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: d.norm(dim=3)).sum(dim=1),
            ),
            "You take the Euclidean distance or its square where the sum of absolute differences is wanted: "
            "rows at a middle distance then count for another amount, and D sees copies from farther or "
            "less.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel, lambda d: -d.abs().sum(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: -d.abs().sum(dim=3)).sum(dim=1),
            ),
            "The minus in the exponent is missing: rows that are far apart count for most, without limit, so "
            "one outlier drowns all copies, and a large batch overflows.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel).log().neg().sum(dim=1),
                lambda h, kernel: _near(h, kernel).log().sum(dim=1),
            ),
            "The exponential is missing: a sum of distances says how far away the rest is, and one copy "
            "among fifty different rows does not show in it; a sum of likenesses counts the copies.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel, lambda d: d.abs().mean(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: d.abs().mean(dim=3)).sum(dim=1),
            ),
            "You average over r where the absolute differences are added up: all rows then look more alike "
            "than they are, and a copy stands out less.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel, lambda d: d.sum(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: d.sum(dim=3)).sum(dim=1),
            ),
            "The absolute values are missing: differences of opposite sign cancel, and of two different rows "
            "one finds the other more than like itself, without limit.",
        ),
        Mistake(
            lambda h, kernel: torch.stack([_near(h, kernel).sum(dim=(1, 2))] * kernel.shape[1], dim=1),
            "You add up over the kernels too: each kernel looks for a likeness of its own kind, and D needs "
            "them apart to know which kind it was.",
        ),
        Mistake(
            (
                lambda h, kernel: minibatch_features(h.detach(), kernel),
                lambda h, kernel: _near(h, kernel).sum(dim=1).detach() + 0 * kernel.sum(),
            ),
            "The rows are detached: D then sees the copies, but no gradient tells G in which direction its "
            "samples should move apart.",
        ),
    ],
    hints=[
        "First a matrix for each row: h times the kernel gives M of shape [B, K, R]. Which function of numpy "
        "and torch takes 'bf,fkr->bkr'?",
        "With axes of size 1 put in, M[:, None] and M[None] subtract to [B, B, K, R]. Absolute values, "
        "summed over R, and exp of minus that: [B, B, K].",
        "Add up over one of the two batch axes; each row is exactly 1 like itself, take that off.",
    ],
)
