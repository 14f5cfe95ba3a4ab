"""eval.inception_score: how sure a classifier is of each image, and how many classes it sees in all."""

import math

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def inception_score(probabilities):
    """exp( mean_i KL(p(y|x_i) || p(y)) ), a number in [1, K]: probabilities p(y|x_i), [N, K]; 0 log 0 is 0.

    p(y) is the mean of the rows (Salimans et al. 2016, sec. 4).
    """
    overall = probabilities.mean(dim=0)
    terms = torch.xlogy(probabilities, probabilities) - torch.xlogy(probabilities, overall)
    return terms.sum(dim=1).mean().exp().item()


_SMALL = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30)


def _probabilities(n, k, scale=2.0, zeros=False):
    """A maker of n rows over k classes; zeros: in each row one class at least is impossible."""

    def make(rng):
        logits = scale * torch.randn(n, k, generator=rng)
        if zeros:
            places = torch.randint(k, (n, 1), generator=rng)
            logits = logits.scatter(1, places, -torch.inf)
            logits = logits.where(torch.rand(n, k, generator=rng) > 0.2, -torch.inf)
            logits = logits.scatter(1, (places + 1) % k, 1.0)
        return (logits.softmax(1),)

    return make


def _one_hot(*labels, k):
    return lambda rng: (torch.eye(k)[list(labels)],)


def _sums(p):
    """KL(p_i || p(y)) for every row."""
    return (torch.xlogy(p, p) - torch.xlogy(p, p.mean(0))).sum(1)


def _entropy(p):
    return -torch.xlogy(p, p).sum(-1)


def _logs(change):
    """change(p, log) with the logarithms that keep away from 0 in one way or another."""
    forms = [lambda p: change(p, torch.log), lambda p: change(p, torch.log).nan_to_num()]
    for small in _SMALL:
        forms.append(lambda p, small=small: change(p, lambda x: (x + small).log()))
        forms.append(lambda p, small=small: change(p, lambda x: x.clamp(min=small).log()))
    return forms


def _turned(p, log):
    overall = p.mean(0)
    return (overall * (log(overall) - log(p))).sum(1).mean().exp()


def _turned_no_exp(p, log):
    overall = p.mean(0)
    return (overall * (log(overall) - log(p))).sum(1).mean()


exercise(
    "eval.inception_score",
    reference=inception_score,
    batch=False,
    inputs={
        "6 images and 4 classes": _probabilities(6, 4),
        "9 images and 10 classes": _probabilities(9, 10, scale=3.0),
        "5 images and 3 classes": _probabilities(5, 3, scale=1.0),
        "12 images and 2 classes": _probabilities(12, 2),
        "7 images and 5 classes, with zeros": _probabilities(7, 5, zeros=True),
        "4 sure images of 3 classes": _one_hot(0, 1, 1, 2, k=3),
        "5 sure images and a class that nobody has": _one_hot(3, 0, 2, 3, 2, k=4),
        "a single image and 6 classes": _probabilities(1, 6),
    },
    mistakes=[
        Mistake(
            (
                *_logs(_turned),
                *_logs(_turned_no_exp),
                lambda p: (torch.xlogy(p.mean(0), p.mean(0)) - torch.xlogy(p.mean(0), p)).sum(1).mean().exp(),
                lambda p: (torch.xlogy(p.mean(0), p.mean(0)) - torch.xlogy(p.mean(0), p)).sum(1).mean(),
            ),
            "The divergence is turned round, KL(p(y) || p(y|x)): it is infinite as soon as one image is "
            "surely not of some class, so the best samples would score worst; the image's own row comes "
            "first, and weights the logarithms.",
        ),
        Mistake(
            (lambda p: _sums(p).mean(), lambda p: _entropy(p.mean(0)) - _entropy(p).mean()),
            "The exponential is left out: this is the mean divergence in nats, between 0 and log K; the "
            "score is exp of it, between 1 and K, and reads as a number of classes.",
        ),
        Mistake(
            (
                lambda p: (torch.xlogy(p, p) - torch.xlogy(p, p.mean(0))).mean().exp(),
                lambda p: (torch.xlogy(p, p) - torch.xlogy(p, p.mean(0))).mean(),
            ),
            "You average over the classes too: a divergence is a sum over the K classes, and only the images "
            "are averaged; else the score could not reach K.",
        ),
        Mistake(
            (
                lambda p: (math.log(p.shape[1]) - _entropy(p)).mean().exp(),
                lambda p: (math.log(p.shape[1]) - _entropy(p)).mean(),
                lambda p: (math.log(p.shape[1]) - _entropy(p)).exp().mean(),
                lambda p: (torch.xlogy(p, p) - torch.xlogy(p, p.mean(1, keepdim=True))).sum(1).mean().exp(),
            ),
            "Your p(y) is uniform, 1 / K (so is the mean of a row over the classes): it is the mean over the "
            "images, dim=0. Against the uniform, a model that makes one perfect class gets the best score.",
        ),
        Mistake(
            (
                lambda p: (_sums(p) / math.log(2)).mean().exp(),
                lambda p: 2 ** _sums(p).mean(),
                lambda p: (_sums(p) / math.log(2)).mean(),
                lambda p: 10 ** _sums(p).mean(),
                lambda p: (_sums(p) / math.log(10)).mean().exp(),
            ),
            "The logarithm and the exponential have different bases (or log 2 stands without its power): "
            "with natural logarithms goes exp, and only then the score ends at K.",
        ),
        Mistake(
            (
                lambda p: _sums(p).sum().exp(),
                lambda p: _sums(p).sum(),
                lambda p: _sums(p).exp().sum(),
            ),
            "You add up over the images where their mean is wanted: the score then grows with the number of "
            "images, and that says nothing of how good they are.",
        ),
        Mistake(
            (
                lambda p: _entropy(p.mean(0)).exp(),
                lambda p: _entropy(p.mean(0)),
            ),
            "This is the entropy of p(y) alone: it asks for many classes and not that any image be one of "
            "them; noise that the classifier cannot read would get the best score.",
        ),
        Mistake(
            (
                lambda p: _entropy(p).mean().exp(),
                lambda p: _entropy(p).mean(),
                lambda p: (-_entropy(p)).mean().exp(),
                lambda p: -_entropy(p).mean(),
                lambda p: _entropy(p).exp().mean(),
            ),
            "Nothing here knows p(y): this is the entropy of each image's own row (or minus it), and a "
            "model that makes the same sure image every time could not be told from one that makes all "
            "classes.",
        ),
        Mistake(
            (
                lambda p: (p * (p / p.mean(0)).log()).sum(1).mean().exp(),
                lambda p: (p * (p.log() - p.mean(0).log())).sum(1).mean().exp(),
                lambda p: F.kl_div(p.mean(0).log().expand_as(p), p, reduction="batchmean").exp(),
                lambda p: F.kl_div(
                    p.mean(0).log().expand_as(p), p.log(), reduction="batchmean", log_target=True
                ).exp(),
                lambda p: torch.xlogy(p, p / p.mean(0)).sum(1).mean().exp(),
            ),
            "The formula is right, and a 0 gets into a logarithm: 0 times minus infinity (or 0 / 0 for a "
            "class that nobody has) is NaN, where 0 log 0 counts as 0; torch.xlogy takes care of that, or a "
            "clamp far below any probability.",
        ),
        Mistake(
            (lambda p: _sums(p).exp().mean(),),
            "You take exp of each image's divergence and then the mean: exp comes last, after the mean over "
            "the images; the other order gives more wherever the images differ.",
        ),
        Mistake(
            (
                *(
                    lambda p, small=small: (
                        (p * ((p + small).log() - (p.mean(0) + small).log())).sum(1).mean().exp()
                    )
                    for small in (0.1, 0.01, 1e-3, 1e-4)
                ),
                *(
                    lambda p, small=small: (p * (p / (p.mean(0) + small) + small).log()).sum(1).mean().exp()
                    for small in (0.1, 0.01, 1e-3)
                ),
                *(lambda p, small=small: inception_score(p.clamp(min=small)) for small in (0.1, 0.01, 1e-3)),
            ),
            "What keeps the logarithm away from 0 is so large that it changes the score: take 1e-10 or so, "
            "or torch.xlogy, which needs none.",
        ),
        Mistake(
            (
                lambda p: (torch.xlogy(p, p) - torch.xlogy(p, p.sum(0))).sum(1).mean().exp(),
                lambda p: (torch.xlogy(p, p) - torch.xlogy(p, p.softmax(0).mean(0))).sum(1).mean().exp(),
                lambda p: (torch.xlogy(p, p) - torch.xlogy(p, p.mean(0).softmax(0))).sum(1).mean().exp(),
                lambda p: inception_score(p.softmax(1)),
                lambda p: inception_score(p.log_softmax(1).exp()),
            ),
            "The rows are probabilities already, and p(y) is their plain mean: a sum in its place, or a "
            "softmax on top, is not what the classifier says on average.",
        ),
        Mistake(
            (
                lambda p: (-_sums(p)).mean().exp(),
                lambda p: -_sums(p).mean(),
                lambda p: 1 / _sums(p).mean(),
            ),
            "The sign is turned (or the score inverted): a divergence is never below 0, so the score is "
            "never below 1, and a larger one is the better.",
        ),
        Mistake(
            (
                lambda p: F.kl_div(p.mean(0).expand_as(p), p, reduction="batchmean").exp(),
                lambda p: F.kl_div(p.mean(0).expand_as(p), p, reduction="batchmean"),
                lambda p: F.kl_div(p, p.mean(0).expand_as(p), reduction="batchmean").exp(),
                lambda p: F.kl_div(p, p.mean(0).expand_as(p), reduction="batchmean"),
            ),
            "F.kl_div wants the logarithm of its first argument, and that is the second distribution of the "
            "divergence: without the logarithm it is no divergence at all.",
        ),
        Mistake(
            (
                lambda p: (p.log() - p.mean(0).log()).sum(1).mean().exp(),
                lambda p: (p / p.mean(0)).log().mean().exp(),
                lambda p: (p / p.mean(0)).log().sum(1).mean(),
            ),
            "The logarithms are not weighted: in a divergence each class counts by p(y|x), its probability "
            "in the image's own row.",
        ),
    ],
    hints=[
        "Two things make a good score: each row is sure of its class, and the rows together name many "
        "classes. Which row of K numbers stands for the second?",
        "p(y) is the mean over the images. A divergence is a sum over the classes, weighted by the image's "
        "own row, of the logarithm of a ratio: the image's probability over p(y)'s.",
        "torch.xlogy(a, b) is a times log b, and 0 where a is 0: take it twice and subtract. Sum over the "
        "classes, mean over the images, exp at the very end.",
    ],
)
