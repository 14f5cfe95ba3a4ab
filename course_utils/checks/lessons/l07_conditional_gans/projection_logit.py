"""cgan.projection_logit: what a discriminator that projects on the label's vector says of an image."""

import torch
from torch import nn
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def projection_logit(features, y, head, embedding):
    """head(phi) + <V[y], phi>: features phi [B, F], y [B], head [B, F] -> [B, 1], V [K, F] -> [B, 1]."""
    return head(features) + (embedding[y] * features).sum(dim=1, keepdim=True)


def _inputs(batch, width, classes, hidden=0, scale=1.0):
    """A maker of features, labels, a head (with a hidden layer where hidden is not 0) and a table."""

    def make(rng):
        head = nn.Linear(width, 1)
        if hidden:
            head = nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        with torch.no_grad():
            for weights in head.parameters():
                weights.copy_(torch.randn(weights.shape, generator=rng))
        features = scale * torch.randn(batch, width, generator=rng)
        y = torch.randint(classes, (batch,), generator=rng)
        return features, y, head, torch.randn(classes, width, generator=rng)

    return make


def _inner(features, y, embedding):
    return (embedding[y] * features).sum(1, keepdim=True)


def _with(term):
    """The head's logit plus another term(features, y, embedding)."""
    return lambda features, y, head, embedding: head(features) + term(features, y, embedding)


def _unit(rows):
    return F.normalize(rows, dim=1)


exercise(
    "cgan.projection_logit",
    reference=projection_logit,
    gradient=["features", "head", "embedding"],
    inputs={
        "5 images, 4 features and 7 classes": _inputs(5, 4, 7),
        "3 images, 6 features and 2 classes": _inputs(3, 6, 2, scale=0.5),
        "4 images, 4 features and 4 classes": _inputs(4, 4, 4),
        "6 images, 3 features and 12 classes, a head with a hidden layer": _inputs(6, 3, 12, hidden=5),
        "2 images, 8 large features and 10 classes": _inputs(2, 8, 10, scale=30.0),
    },
    mistakes=[
        Mistake(
            (
                _with(lambda phi, y, V: (V[y] * phi).sum(1)),
                _with(lambda phi, y, V: (V[y] * phi).sum(1)[None]),
                lambda phi, y, head, V: head(phi).squeeze(1) + _inner(phi, y, V),
            ),
            "A column [B, 1] meets a row [B], and torch adds each to every other, [B, B]: every image is "
            "given the label terms of all images in the batch. Give both terms the shape [B, 1].",
        ),
        Mistake(
            (
                _with(lambda phi, y, V: phi @ V.T),
                lambda phi, y, head, V: phi @ V.T,
                _with(lambda phi, y, V: (phi @ V.T).sum(1, keepdim=True)),
                _with(lambda phi, y, V: (phi @ V.T).mean(1, keepdim=True)),
            ),
            "The label is not used: you multiply with the vectors of all classes, so D says the same of an "
            "image whatever it was asked to be, and G need not mind its label.",
        ),
        Mistake(
            (
                _with(lambda phi, y, V: phi @ V[y].T),
                _with(lambda phi, y, V: (phi @ V[y].T).sum(1, keepdim=True)),
                _with(lambda phi, y, V: (phi @ V[y].T).mean(1, keepdim=True)),
                _with(lambda phi, y, V: (phi @ V.T)[:, y]),
            ),
            "Each image meets the labels of the whole batch: what D says of an image then hangs on what the "
            "others were asked to be. One product an image is wanted: row i with the vector of y[i].",
        ),
        Mistake(
            (
                _with(lambda phi, y, V: V[y] * phi),
                _with(lambda phi, y, V: (V[y] * phi).mean(1, keepdim=True)),
                _with(lambda phi, y, V: _inner(phi, y, V) / phi.shape[1] ** 0.5),
            ),
            "The inner product is the sum over the features: without it there is one logit a feature, and "
            "with a mean (or a division by a root) the label counts for less the wider the network is.",
        ),
        Mistake(
            (
                _with(lambda phi, y, V: (V[y] * phi).sum()),
                _with(lambda phi, y, V: (V[y] * phi).mean()),
                _with(lambda phi, y, V: (V[y] * phi).sum(0, keepdim=True)),
                _with(lambda phi, y, V: (V[y] * phi).sum(0, keepdim=True).mean()),
                _with(lambda phi, y, V: (V[y] * phi).sum(0)),
            ),
            "You add up over the batch: all images then share what should be each one's own, so a single "
            "image with the wrong label cannot be told from the rest.",
        ),
        Mistake(
            (
                lambda phi, y, head, V: _inner(phi, y, V),
                lambda phi, y, head, V: (V[y] * phi).sum(1),
            ),
            "The head is missing: the inner product says whether the image is like its label, and head(phi) "
            "whether it is like the data at all, whatever was asked for.",
        ),
        Mistake(
            lambda phi, y, head, V: head(phi),
            "The label is left out: this is a discriminator of images alone, to which a fine 3 is real when "
            "a 7 was asked for, so G can forget what it was asked.",
        ),
        Mistake(
            (
                lambda phi, y, head, V: head(phi + V[y]),
                lambda phi, y, head, V: head(phi * V[y]),
                lambda phi, y, head, V: head(V[y]),
                lambda phi, y, head, V: head(V[y]) + _inner(phi, y, V),
                lambda phi, y, head, V: head(phi) + head(V[y]),
                lambda phi, y, head, V: head(phi + V[y]) + _inner(phi, y, V),
            ),
            "The label's vector goes through the head: the head is given phi alone, and the label comes in "
            "by its inner product with phi. A linear head of V[y] knows the label but not whether it fits.",
        ),
        Mistake(
            lambda phi, y, head, V: (phi * (head.weight + V[y])).sum(1, keepdim=True) + head.bias,
            "You take the head's weights apart, and not every head is one linear layer: call it, "
            "head(features).",
        ),
        Mistake(
            (
                lambda phi, y, head, V: head(phi) - _inner(phi, y, V),
                lambda phi, y, head, V: _inner(phi, y, V) - head(phi),
                lambda phi, y, head, V: head(phi) * _inner(phi, y, V),
            ),
            "The two terms are added: they are log p(x) / q(x) and log p(y | x) / q(y | x), and the "
            "logarithm of a product of ratios is the sum of their logarithms.",
        ),
        Mistake(
            (
                lambda phi, y, head, V: projection_logit(phi, y, head, V).sigmoid(),
                lambda phi, y, head, V: head(phi) + _inner(phi, y, V).sigmoid(),
                lambda phi, y, head, V: head(phi).sigmoid() + _inner(phi, y, V),
                lambda phi, y, head, V: head(phi).sigmoid() + _inner(phi, y, V).sigmoid(),
                lambda phi, y, head, V: F.logsigmoid(projection_logit(phi, y, head, V)),
                lambda phi, y, head, V: head(phi) + _inner(phi, y, V).tanh(),
            ),
            "A logit is any number: the loss has its sigmoid inside. A second one here (or a tanh) bounds "
            "what D can say, and its slope is gone where D is sure.",
        ),
        Mistake(
            (
                _with(lambda phi, y, V: (_unit(V[y]) * _unit(phi)).sum(1, keepdim=True)),
                _with(lambda phi, y, V: (V[y] * _unit(phi)).sum(1, keepdim=True)),
                _with(lambda phi, y, V: (_unit(V[y]) * phi).sum(1, keepdim=True)),
                lambda phi, y, head, V: projection_logit(_unit(phi), y, head, V),
            ),
            "Vectors are scaled to length 1, as for a cosine: the inner product wants their lengths too, for "
            "with them D says how sure it is of the label.",
        ),
        Mistake(
            (
                _with(lambda phi, y, V: (phi @ V.T).log_softmax(1).gather(1, y[:, None])),
                _with(lambda phi, y, V: (phi @ V.T).softmax(1).gather(1, y[:, None])),
                _with(lambda phi, y, V: F.cross_entropy(phi @ V.T, y)),
                _with(lambda phi, y, V: F.cross_entropy(phi @ V.T, y, reduction="none")[:, None]),
            ),
            "A softmax over the classes makes a classifier of the label term: p(y | x) and q(y | x) each "
            "have a sum below their fraction line, which has no y in it and is left to the head.",
        ),
        Mistake(
            (
                _with(lambda phi, y, V: -(V[y] - phi).square().sum(1, keepdim=True)),
                _with(lambda phi, y, V: (V[y] - phi).square().sum(1, keepdim=True)),
                _with(lambda phi, y, V: (V[y] - phi).norm(dim=1, keepdim=True)),
                _with(lambda phi, y, V: -(V[y] - phi).norm(dim=1, keepdim=True)),
            ),
            "This is a distance from phi to the label's vector: it also charges the length of phi, which "
            "tells nothing of the label; the inner product is wanted.",
        ),
        Mistake(
            (
                _with(lambda phi, y, V: _inner(phi, y - 1, V)),
                _with(lambda phi, y, V: _inner(phi, (y + 1) % len(V), V)),
            ),
            "The labels are off by one: they count from 0, as the rows of the table do, so every image is "
            "compared with the vector of another class.",
        ),
        Mistake(
            (
                _with(lambda phi, y, V: _inner(phi, y[:1].expand(len(y)), V)),
                _with(lambda phi, y, V: (V[0] * phi).sum(1, keepdim=True)),
            ),
            "One vector serves the whole batch: each image has a label of its own, and embedding[y] gives a "
            "row for each.",
        ),
        Mistake(
            lambda phi, y, head, V: head(phi) + _inner(phi, y, V(y)),
            "The table is a tensor here and no module: take its rows by index, embedding[y] (an nn.Embedding "
            "has the tensor in .weight).",
        ),
        Mistake(
            lambda phi, y, head, V: head(phi) + _inner(phi.detach(), y, V),
            "The features are detached in the label term: the trunk then learns what is real, and nothing of "
            "what belongs to a label; nor does G.",
        ),
    ],
    hints=[
        "Two questions are asked of an image: is it like the data, whatever its label, and does it fit this "
        "label? Which of the arguments answers which, and how are two logarithms of ratios put together?",
        "embedding[y] has one row an image, [B, F]. The inner product of two rows is a number: multiply "
        "entry by entry, then sum over the features.",
        "head(features) has shape [B, 1], so the other term must have it too: keepdim=True in the sum over "
        "dim=1. Then add the two.",
    ],
)
