"""Convolutional players for small images, by DCGAN's rules (Radford et al. 2016)."""

import math

import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

from .._validate import check_choice, check_flag, check_int, check_model, check_number, check_tensor
from .tricks import MinibatchDiscrimination, VirtualBatchNorm2d

NORMS = ("none", "batch", "virtual")


class ImageGenerator(nn.Module):
    """z [B, latent_dim] -> images [B, channels, H, W] in (0, 1).

    size: H = W, or (H, W), multiples of 4. A dense layer makes maps of a quarter of that, so of 2 x 2 pixels
    (size 8), 7 x 7 (28) or 8 x 8 (32); two transposed convolutions of stride 2 follow, with norm and ReLU but
    for the last, which ends in a sigmoid. norm: "none", "batch" or "virtual"; the last needs reference, codes
    [R, latent_dim]. dropout: the share of maps set to 0 in training mode. Source: Radford et al. 2016,
    section 3. Raises ValueError for another size or norm.
    """

    def __init__(
        self, latent_dim, size=8, channels=1, width=32, norm="batch", dropout=0.0, reference=None
    ):  # fmt: skip
        check_number("dropout", dropout, 0, 0.99)
        super().__init__()
        small = [side // 4 for side in sides(size)]
        self.latent_dim = check_int("latent_dim", latent_dim)
        wide, narrow = 2 * check_int("width", width), width
        _keep_reference(self, norm, reference, f"[R, {latent_dim}]")
        n, plain = len(self.reference), norm == "none"
        self.body = nn.Sequential(
            nn.Linear(latent_dim, wide * math.prod(small), bias=plain), nn.Unflatten(1, (wide, *small)),
            *_norm(norm, wide, n), nn.ReLU(), *_dropout(dropout),
            nn.ConvTranspose2d(wide, narrow, 4, stride=2, padding=1, bias=plain),
            *_norm(norm, narrow, n), nn.ReLU(), *_dropout(dropout),
            nn.ConvTranspose2d(narrow, check_int("channels", channels), 4, stride=2, padding=1),
        )  # fmt: skip

    def forward(self, z):
        """z: [B, latent_dim] -> images [B, C, H, W] in (0, 1)."""
        check_tensor("z", z, f"[B, {self.latent_dim}]")
        return torch.sigmoid(_behind(self.reference, self.body, z))


class ImageDiscriminator(nn.Module):
    """Images [B, channels, H, W] -> logits [B, 1]; no sigmoid. size: as of ImageGenerator.

    Two convolutions of stride 2 with LeakyReLU(0.2), no pooling, then one dense layer. norm: "none", "batch"
    or "virtual" after the second convolution; the last needs reference, images [R, channels, H, W].
    spectral: divide every layer's weight by its largest singular value (Miyato et al. 2018). dropout: the
    share of maps set to 0 in training mode. minibatch: let the dense layer also see how close the batch lies
    together (Salimans et al. 2016). Source: Radford et al. 2016, section 3. Raises ValueError for another
    size or norm.
    """

    def __init__(
        self, size=8, channels=1, width=32, norm="none", spectral=False, dropout=0.0, minibatch=False,
        reference=None,
    ):  # fmt: skip
        check_flag("spectral", spectral), check_flag("minibatch", minibatch)
        check_number("dropout", dropout, 0, 0.99)
        super().__init__()
        height, across = sides(size)
        wide = 2 * check_int("width", width)
        self.image_shape = (check_int("channels", channels), height, across)
        _keep_reference(self, norm, reference, f"[R, {channels}, {height}, {across}]")
        wrap = spectral_norm if spectral else (lambda layer: layer)
        self.body = nn.Sequential(
            wrap(nn.Conv2d(channels, width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2), *_dropout(dropout),
            wrap(nn.Conv2d(width, wide, 4, stride=2, padding=1, bias=norm == "none")),
            *_norm(norm, wide, len(self.reference)), nn.LeakyReLU(0.2), *_dropout(dropout), nn.Flatten(),
        )  # fmt: skip
        n_features = wide * (height // 4) * (across // 4)
        self.closeness = MinibatchDiscrimination(n_features) if minibatch else nn.Identity()
        self.head = wrap(nn.Linear(n_features + (self.closeness.kernels if minibatch else 0), 1))

    def features(self, x):
        """What the dense layer sees of each image alone: x [B, C, size, size] -> [B, F]."""
        check_tensor("x", x, f"[B, {', '.join(map(str, self.image_shape))}]")
        return _behind(self.reference, self.body, x)

    def forward(self, x):
        """x: [B, C, size, size] in [0, 1] -> logits [B, 1]. Raises ValueError for another shape."""
        return self.head(self.closeness(self.features(x)))


@torch.no_grad()
def initialise(net, std=0.02):
    """Draw weights from N(0, std^2), norms' scales from N(1, std^2), set biases to 0; return the net.

    From torch's global generator. Layers with spectral norm stay as they are, for their scale is divided out.
    Source: Radford et al. 2016, section 4.
    """
    check_model("net", net)
    check_number("std", std, 0, open_minimum=True)
    for module in net.modules():
        centre = 1.0 if isinstance(module, nn.BatchNorm2d | VirtualBatchNorm2d) else 0.0
        layer = isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d)
        known = getattr(module, "weight", None) is not None  # a batch norm may leave its scale to a label
        if (layer or centre) and known and not parametrize.is_parametrized(module):
            module.weight.normal_(centre, std)
            if module.bias is not None:
                module.bias.zero_()
    return net


def sides(size, of=4):
    """(H, W) of a size: one number, or two. ValueError where one is no multiple of 4 (two strides of 2)."""
    check_int("of", of)
    pair = tuple(size) if isinstance(size, tuple | list | torch.Size) else (size, size)
    if len(pair) != 2 or any(check_int("size", side) % of for side in pair):
        raise ValueError(f"size must be a multiple of {of}, or two of them as (H, W); got {size!r}.")
    return pair


def _keep_reference(module, norm, reference, shape):
    """Register the reference batch as a buffer; without virtual batch norm it is empty."""
    check_choice("norm", norm, NORMS)
    if (norm == "virtual") != (reference is not None):
        raise ValueError(f"reference must be given with norm='virtual', and only then; got norm={norm!r}.")
    kept = torch.empty(0) if reference is None else check_tensor("reference", reference, shape).clone()
    module.register_buffer("reference", kept)


def _norm(norm, channels, n_reference):
    if norm == "virtual":
        return (VirtualBatchNorm2d(channels, n_reference),)
    return (nn.BatchNorm2d(channels),) if norm == "batch" else ()


def _dropout(share):
    return (nn.Dropout2d(check_number("dropout", share, 0, 0.99)),) if share else ()


def _behind(reference, body, x):
    """body(x), computed behind the reference batch, which every virtual batch norm looks at."""
    if not len(reference):
        return body(x)
    return body(torch.cat([reference, x]))[len(reference) :]
