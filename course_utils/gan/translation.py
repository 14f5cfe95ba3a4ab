"""Image to image: a generator and a patch discriminator for small images, and the parts around them.

The shapes of a `Translator` for 32x32 images and width C (28x28 ones have maps of 14 x 14 and 7 x 7 pixels):

    first   [B, c_in, 32, 32] -> [B, C, 32, 32], kept
    down    [B, C, 32, 32] -> [B, 2C, 16, 16], kept; -> [B, 4C, 8, 8]
    middle  residual blocks, [B, 4C, 8, 8]
    up      [B, 4C, 8, 8] -> [B, 2C, 16, 16], plus what was kept; -> [B, C, 32, 32], plus what was kept
    last    [B, C, 32, 32] -> [B, c_out, 32, 32]

Sources: Isola et al. 2017 (pix2pix), Zhu et al. 2017 (CycleGAN), Shi et al. 2016 (pixel shuffle), Shrivastava
et al. 2017 (the pool of images).
"""

import itertools

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from .._validate import (
    check_alike,
    check_callable,
    check_choice,
    check_flag,
    check_int,
    check_kind,
    check_tensor,
    quoted,
)

PIX2PIX_LAYERS = ((4, 2), (4, 2), (4, 2), (4, 1), (4, 1))  # (kernel, stride): the paper's 70 x 70 PatchGAN
SMALL_LAYERS = ((4, 2), (4, 2), (3, 1))  # 18 x 18 pixels, of images of 28 or 32
NORMS = ("instance", "spectral", "none")
MOST_BLOCKS = 1000


class Block(nn.Module):
    """Two convolutions beside a shortcut: h [B, C, H, W] -> the same shape (Johnson et al. 2016)."""

    def __init__(self, channels):
        check_int("channels", channels)
        super().__init__()
        self.body = nn.Sequential(
            *_convolution(channels, channels, 3), nn.ReLU(), *_convolution(channels, channels, 3)
        )

    def forward(self, h):
        """h: [B, C, H, W] -> [B, C, H, W]."""
        check_tensor("h", h, f"[B, {self.body[0].in_channels}, H, W]")
        return h + self.body(h)


class Translator(nn.Module):
    """Images [B, c_in, H, W] -> images [B, c_out, H, W] in (0, 1); H and W are multiples of 4.

    An encoder and a decoder of three levels, joined by skip connections that add (the module's docstring has
    the shapes), with instance norm, so that a batch of one is treated as any other. residual: the output is
    the input moved by less than 1 a pixel and kept in [0, 1], and an untrained net is the identity; then the
    first c_out of the input's channels are moved. Sources: Isola et al. 2017 (skips),
    Zhu et al. 2017 (blocks). Raises ValueError for images of another number of channels or of odd sizes.
    """

    def __init__(self, c_in, c_out, width=16, blocks=2, residual=False):
        check_int("blocks", blocks, 0, MOST_BLOCKS), check_flag("residual", residual)
        super().__init__()
        self.c_in, self.residual = check_int("c_in", c_in), bool(residual)
        self.c_out = check_int("c_out", c_out, maximum=c_in if residual else None)
        narrow, middle, wide = (check_int("width", width) * k for k in (1, 2, 4))
        self.first = nn.Sequential(nn.Conv2d(c_in, narrow, 3, padding=1), nn.ReLU())
        self.down1 = nn.Sequential(*_convolution(narrow, middle, 4, 2), nn.ReLU())
        self.down2 = nn.Sequential(*_convolution(middle, wide, 4, 2), nn.ReLU())
        self.middle = nn.Sequential(*(Block(wide) for _ in range(check_int("blocks", blocks, minimum=0))))
        self.up2 = nn.Sequential(*_growth(wide, middle), nn.ReLU())
        self.up1 = nn.Sequential(*_growth(middle, narrow), nn.ReLU())
        self.last = nn.Conv2d(narrow, c_out, 3, padding=1)
        if residual:
            nn.init.zeros_(self.last.weight)
            nn.init.zeros_(self.last.bias)

    def forward(self, x):
        """x: [B, c_in, H, W] in [0, 1] -> [B, c_out, H, W] in [0, 1]."""
        check_tensor("x", x, f"[B, {self.c_in}, H, W]")
        if x.shape[2] % 4 or x.shape[3] % 4:
            raise ValueError(f"x must have a height and a width that 4 divides; got shape {list(x.shape)}.")
        fine = self.first(x)
        coarse = self.down1(fine)
        h = self.up2(self.middle(self.down2(coarse))) + coarse
        h = self.last(self.up1(h) + fine)
        if self.residual:
            return (x[:, : self.c_out] + torch.tanh(h)).clamp(0, 1)
        return torch.sigmoid(h)


class PatchDiscriminator(nn.Module):
    """Images [B, channels, H, W] -> a map of logits [B, 1, h, w], each for one patch; no sigmoid.

    layers: (kernel, stride) of each convolution, the last of which gives the logits; a logit sees
    receptive_field(layers) pixels each way. width: channels after the first convolution, doubled by each
    later one up to eight times. LeakyReLU(0.2) in between. norm: "instance" (but for the first and the last
    layer), "spectral" (every layer's weight divided by its largest singular value, Miyato et al. 2018) or
    "none". Instance norm sees the whole map: with it a logit also knows the surroundings of its patch, by
    their mean and spread. Source: Isola et al. 2017, sections 3.2 and 6.1.2. Raises ValueError for another
    norm.
    """

    def __init__(self, channels, width=16, layers=SMALL_LAYERS, norm="instance"):
        check_int("width", width)
        super().__init__()
        self.channels = check_int("channels", channels)
        receptive_field(layers)
        check_choice("norm", norm, NORMS)
        widths = [channels, *(width * 2 ** min(i, 3) for i in range(len(layers) - 1)), 1]
        parts = []
        for i, ((kernel, stride), (c_in, c_out)) in enumerate(
            zip(layers, itertools.pairwise(widths), strict=True)
        ):
            normed = norm == "instance" and 0 < i < len(layers) - 1
            convolution, *rest = _convolution(c_in, c_out, kernel, stride, normed)
            parts += [spectral_norm(convolution) if norm == "spectral" else convolution, *rest]
            parts.append(nn.LeakyReLU(0.2))
        self.body = nn.Sequential(*parts[:-1])

    def forward(self, x):
        """x: [B, channels, H, W] -> logits [B, 1, h, w]."""
        return self.body(check_tensor("x", x, f"[B, {self.channels}, H, W]"))


def receptive_field(layers):
    """How many pixels each way one output of stacked convolutions sees, an int.

    r = 1 + sum over i of (k_i - 1) s_1 ... s_{i-1}; layers: (kernel k, stride s) of each, from the input on.
    pix2pix's five see 70 (Isola et al. 2017, section 6.1.2).
    Raises ValueError for an empty list, a kernel or a stride below 1.
    """
    pairs = isinstance(layers, tuple | list) and all(isinstance(one, tuple | list) for one in layers)
    if not pairs or not layers or any(len(layer) != 2 for layer in layers):
        raise ValueError(f"layers must hold at least one pair (kernel, stride); got {quoted(layers)}.")
    field, jump = 1, 1  # jump: pixels between neighbouring outputs
    for kernel, stride in layers:
        field += (check_int("kernel", kernel) - 1) * jump
        jump *= check_int("stride", stride)
    return field


def pixel_shuffle(x, factor):
    """Channels become pixels: [B, C r^2, H, W] -> [B, C, r H, r W] for a factor r (Shi et al. 2016, eq. 4).

    Output pixel (r i + a, r j + b) of channel c is input pixel (i, j) of channel c r^2 + a r + b. Raises
    ValueError where r^2 does not divide the channels.
    """
    check_tensor("x", x, "[B, C, H, W]")
    r = check_int("factor", factor)
    n, channels, height, width = x.shape
    if channels % r**2:
        raise ValueError(f"x must have a number of channels that {r**2} divides; got {channels}.")
    x = x.view(n, channels // r**2, r, r, height, width)  # c, a, b, i, j
    return x.permute(0, 1, 4, 2, 5, 3).reshape(n, channels // r**2, r * height, r * width)


class SuperResolver(nn.Module):
    """Small images [B, channels, H, W] -> images [B, channels, 4 H, 4 W] in (0, 1), by two pixel shuffles.

    Residual blocks work at the small size, as in SRResNet (Ledig et al. 2017, section 2.1), here with
    instance norm; then a convolution and a pixel shuffle double height and width, twice.
    """

    def __init__(self, channels=1, width=24, blocks=3):
        check_int("blocks", blocks, 0, MOST_BLOCKS)
        super().__init__()
        self.channels, narrow = check_int("channels", channels), check_int("width", width) // 2
        self.first = nn.Sequential(nn.Conv2d(channels, width, 3, padding=1), nn.ReLU())
        self.middle = nn.Sequential(*(Block(width) for _ in range(check_int("blocks", blocks, minimum=0))))
        self.grow1 = nn.Conv2d(2 * width, 4 * width, 3, padding=1)
        self.grow2 = nn.Conv2d(width, 4 * narrow, 3, padding=1)
        self.last = nn.Conv2d(narrow, channels, 3, padding=1)

    def forward(self, x):
        """x: [B, channels, H, W] in [0, 1] -> [B, channels, 4 H, 4 W] in (0, 1)."""
        h = self.first(check_tensor("x", x, f"[B, {self.channels}, H, W]"))
        h = torch.cat([self.middle(h), h], 1)
        h = torch.relu(pixel_shuffle(self.grow1(h), 2))
        h = torch.relu(pixel_shuffle(self.grow2(h), 2))
        return torch.sigmoid(self.last(h))


def cycle_loss(there, back, x):
    """E |back(there(x)) - x|, the mean over pixels (Zhu et al. 2017, eq. 2, one of its two halves).

    there, back: images [B, ...] -> images; x: [B, C, H, W]. It is 0 where back undoes there on x.
    """
    check_callable("there", there, "x"), check_callable("back", back, "x")
    made = check_kind("there(x)", there(check_tensor("x", x, "[B, ...]")), torch.Tensor, "a tensor")
    found = back(made)
    check_alike("back(there(x))", found, "x", x)
    return (found - x).abs().mean()


def identity_loss(there, y):
    """E |there(y) - y|, the mean over pixels, for y [B, C, H, W] of the domain that `there` leads to.

    A picture that is already of that kind is to be left alone (Zhu et al. 2017, section 5.2).
    """
    check_callable("there", there, "y")
    found = there(check_tensor("y", y, "[B, ...]"))
    check_alike("there(y)", found, "y", y)
    return (found - y).abs().mean()


class ImagePool:
    """Up to `size` generated images of earlier steps, of which D sees some instead of the newest.

    query(images [B, ...]) -> [B, ...]: each image is kept while there is room, and returned; then with
    probability 1/2 it changes places with a kept one, which is returned, else it is returned itself. Draws
    from torch's global generator. Sources: Shrivastava et al. 2017, section 2.3; this rule, Zhu et al. 2017.
    """

    def __init__(self, size=50):
        self.size, self.images = check_int("size", size), []

    def query(self, images):
        """images: [B, ...] -> [B, ...], without gradient."""
        returned = []
        for image in check_tensor("images", images, "[B, ...]").detach():
            if len(self.images) < self.size:
                self.images.append(image.clone())  # a view would keep its whole batch in memory
            elif torch.rand(()) < 0.5:
                place = int(torch.randint(self.size, ()))
                self.images[place], image = image.clone(), self.images[place]
            returned.append(image)
        return torch.stack(returned)


def _convolution(c_in, c_out, kernel, stride=1, norm=True):
    """A convolution whose output is the input's size over the stride (a kernel of 4 at stride 1 loses 1)."""
    padding = (kernel - 1) // 2
    layers = [nn.Conv2d(c_in, c_out, kernel, stride, padding, bias=not norm)]
    return [*layers, nn.InstanceNorm2d(c_out, affine=True)] if norm else layers


def _growth(c_in, c_out):
    return nn.ConvTranspose2d(c_in, c_out, 4, 2, padding=1, bias=False), nn.InstanceNorm2d(c_out, affine=True)
