"""Players with labels: joined to the input, embedded, projected on, or guessed by a head of their own."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from .._validate import check_answer, check_callable, check_flag, check_int, check_labels, check_tensor
from .images import ImageDiscriminator, ImageGenerator, sides


def label_maps(y, n_classes, size):
    """A label as images: map k of row i is 1 everywhere where y[i] = k, else 0.

    y: int64 [B] in 0..n_classes - 1; size: the map's H = W, or (H, W). Returns float32 [B, n_classes, H, W],
    to be joined to the channels of an image. Raises ValueError for labels outside. Source: Mirza & Osindero
    2014, section 3.2, which joins a label to the input of both players; as maps: the custom for convolutions.
    """
    check_int("n_classes", n_classes)
    return _one_hot(y, n_classes)[:, :, None, None].expand(-1, -1, *sides(size, 1))


def projection_logit(features, y, head, embedding):
    """The logit of the projection discriminator: head(phi(x)) + <embedding[y], phi(x)>, as [B, 1].

    features: phi(x) [B, F]; y: int64 [B]; head: callable, [B, F] -> [B, 1]; embedding: V [K, F].
    The best logit is log p(x) / q(x) + log p(y | x) / q(y | x) for data p and samples q. Where both p(y | x)
    and q(y | x) are a softmax of something linear in phi(x), the second term is linear in phi(x) with one
    vector a label, up to a term without y. Source: Miyato & Koyama 2018, eqs. 3-5.
    """
    check_callable("head", head, "features")
    check_tensor("features", features, "[B, F]")
    check_tensor("embedding", embedding, f"[K, {features.shape[1]}]")
    y = check_labels("y", y, len(embedding), f"[{len(features)}]")
    real_or_fake = check_answer("head", head(features), (len(features), 1))
    return real_or_fake + (embedding[y] * features).sum(1, keepdim=True)


class JoinedGenerator(nn.Module):
    """z [B, latent_dim] and a label y [B] -> images [B, C, H, W] in (0, 1); one-hot y joins z.

    options: those of ImageGenerator. Source: Mirza & Osindero 2014, section 3.2.
    """

    def __init__(self, latent_dim, n_classes=10, **options):
        super().__init__()
        self.latent_dim = check_int("latent_dim", latent_dim)
        self.n_classes = check_int("n_classes", n_classes)
        self.net = ImageGenerator(latent_dim + n_classes, **options)

    def forward(self, z, y):
        """z: [B, latent_dim], y: int64 [B] -> images [B, C, H, W]. ValueError for labels outside."""
        check_tensor("z", z, f"[B, {self.latent_dim}]")
        return self.net(torch.cat([z, _one_hot(y, self.n_classes, len(z)).to(z.dtype)], 1))


class ConditionalBatchNorm2d(nn.Module):
    """Batch norm whose scale and shift are those of a label: two embeddings, [n_classes, channels] each.

    All scales start at 1 and all shifts at 0, so that it starts as a batch norm that does not look at y.
    Source: Dumoulin et al. 2017, eq. 5; in a GAN: Miyato & Koyama 2018, section 5.
    """

    def __init__(self, channels, n_classes=10):
        super().__init__()
        self.norm = nn.BatchNorm2d(check_int("channels", channels), affine=False)
        self.scale, self.shift = (nn.Embedding(check_int("n_classes", n_classes), channels) for _ in range(2))
        nn.init.ones_(self.scale.weight)
        nn.init.zeros_(self.shift.weight)

    def forward(self, x, y):
        """x: [B, channels, H, W], y: int64 [B] -> the same shape as x."""
        check_tensor("x", x, f"[B, {self.norm.num_features}, H, W]")
        y = check_labels("y", y, self.scale.num_embeddings, f"[{len(x)}]")
        return self.scale(y)[:, :, None, None] * self.norm(x) + self.shift(y)[:, :, None, None]


class EmbeddedGenerator(nn.Module):
    """z [B, latent_dim] and a label y [B] -> images in (0, 1); every batch norm is that of the label.

    The net is ImageGenerator's with norm="batch", whose input stays z alone. options: size, channels and
    width. Source: Miyato & Koyama 2018, section 5.
    """

    def __init__(self, latent_dim, n_classes=10, **options):
        super().__init__()
        self.latent_dim = check_int("latent_dim", latent_dim)
        self.n_classes = check_int("n_classes", n_classes)
        self.body = ImageGenerator(latent_dim, norm="batch", **options).body
        for place, module in enumerate(self.body):
            if isinstance(module, nn.BatchNorm2d):
                self.body[place] = ConditionalBatchNorm2d(module.num_features, n_classes)

    def forward(self, z, y):
        """z: [B, latent_dim], y: int64 [B] -> images [B, C, H, W]. ValueError for labels outside."""
        check_tensor("z", z, f"[B, {self.latent_dim}]")
        _one_hot(y, self.n_classes, len(z))
        h = z
        for module in self.body:
            h = module(h, y) if isinstance(module, ConditionalBatchNorm2d) else module(h)
        return torch.sigmoid(h)


class JoinedDiscriminator(ImageDiscriminator):
    """Images [B, C, H, W] and labels y [B] -> logits [B, 1]; the label joins the image as maps.

    options: those of ImageDiscriminator. Source: Mirza & Osindero 2014, section 3.2.
    """

    def __init__(self, n_classes=10, size=8, channels=1, **options):
        super().__init__(size, check_int("channels", channels) + check_int("n_classes", n_classes), **options)
        self.n_classes, self.size = n_classes, size

    def forward(self, x, y):
        """x: [B, C, H, W] in [0, 1], y: int64 [B] -> logits [B, 1]."""
        colours, (height, width) = self.image_shape[0] - self.n_classes, self.image_shape[1:]
        check_tensor("x", x, f"[B, {colours}, {height}, {width}]")
        _one_hot(y, self.n_classes, len(x))
        return super().forward(torch.cat([x, label_maps(y, self.n_classes, self.size).to(x.dtype)], 1))


class ProjectionDiscriminator(ImageDiscriminator):
    """Images [B, C, H, W] and labels y [B] -> logits [B, 1] by projection_logit.

    options: those of ImageDiscriminator but minibatch; spectral also divides the embedding [n_classes, F] by
    its largest singular value. Source: Miyato & Koyama 2018, figure 1d.
    """

    def __init__(self, n_classes=10, spectral=False, **options):
        check_flag("spectral", spectral)
        super().__init__(spectral=spectral, **options)
        embedding = nn.Embedding(check_int("n_classes", n_classes), self.head.in_features)
        nn.init.normal_(embedding.weight, std=0.02)
        self.n_classes, self.embedding = n_classes, spectral_norm(embedding) if spectral else embedding

    def forward(self, x, y):
        """x: [B, C, H, W] in [0, 1], y: int64 [B] -> logits [B, 1]."""
        check_tensor("x", x, f"[B, {', '.join(map(str, self.image_shape))}]")
        _one_hot(y, self.n_classes, len(x))
        return projection_logit(self.features(x), y, self.head, self.embedding.weight)


class AuxiliaryDiscriminator(ImageDiscriminator):
    """Images [B, C, H, W] -> logits [B, 1] of real against generated, and of n_classes classes [B, K].

    It is not told the label: it guesses it. There are K classes, none for "generated". options: those of
    ImageDiscriminator but minibatch. Source: Odena et al. 2017, section 3.
    """

    def __init__(self, n_classes=10, spectral=False, **options):
        check_flag("spectral", spectral)
        super().__init__(spectral=spectral, **options)
        classes = nn.Linear(self.head.in_features, check_int("n_classes", n_classes))
        self.classes = spectral_norm(classes) if spectral else classes

    def forward(self, x):
        """x: [B, C, H, W] in [0, 1] -> (logits [B, 1], class logits [B, n_classes])."""
        features = self.features(x)
        return self.head(features), self.classes(features)


class ClassDiscriminator(ImageDiscriminator):
    """Images [B, C, H, W] -> the K class logits of a discriminator with K + 1 classes, [B, n_classes].

    The logit of the class "generated" is fixed at 0, which costs nothing, for softmax knows only differences;
    see label_losses.k_plus_one_logit. Alone it is a plain classifier. options: those of ImageDiscriminator
    but minibatch. Source: Salimans et al. 2016, section 5.
    """

    def __init__(self, n_classes=10, **options):
        super().__init__(**options)
        self.head = nn.Linear(self.head.in_features, check_int("n_classes", n_classes))


def _one_hot(y, n_classes, rows=None):
    """y as float32 [B, n_classes]; ValueError where it is not [rows] labels in 0..n_classes - 1."""
    y = check_labels("y", y, n_classes, "[B]" if rows is None else f"[{rows}]")
    return F.one_hot(y, n_classes).float()
