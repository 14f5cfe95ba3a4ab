"""The U-Net of image diffusion, from parts that can be read and used one by one.

The shapes for 8x8 images, width C and multipliers (1, 2):

    first   [B, 1, 8, 8] -> [B, C, 8, 8]
    down    block [B, C, 8, 8], kept; shrink -> [B, C, 4, 4]; block -> [B, 2C, 4, 4], kept
    middle  block, attention, block, all [B, 2C, 4, 4]
    up      block of [B, 2C + 2C, 4, 4] -> [B, 2C, 4, 4]; grow -> [B, C, 8, 8]; block of [B, C + C, 8, 8]
    last    [B, C, 8, 8] -> [B, 1, 8, 8]

Sources: Ronneberger et al. 2015 (the shape), Ho et al. 2020 (time and attention), Dhariwal & Nichol 2021
(time as scale and shift).
"""

import itertools

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import (
    check_flag,
    check_has,
    check_int,
    check_kind,
    check_labels,
    check_number,
    check_sizes,
    check_tensor,
)
from .nets import check_time, time_embedding

GROUPS = 8  # of the normalisation; every width must be a multiple


class ResidualBlock(nn.Module):
    """Two convolutions beside a shortcut; the embedding of time (and label) scales and shifts in between.

    forward(x [B, c_in, H, W], embedding [B, E]) -> [B, c_out, H, W]. The last convolution starts at zero, so
    that an untrained block is its shortcut. dropout: the share of the second convolution's inputs that
    training leaves out.
    """

    def __init__(self, c_in, c_out, embedding_dim, dropout=0.0):
        check_width(c_in, "c_in"), check_width(c_out, "c_out"), check_int("embedding_dim", embedding_dim)
        check_number("dropout", dropout, 0, 1)
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, c_in)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.modulate = nn.Linear(embedding_dim, 2 * c_out)
        self.norm2 = nn.GroupNorm(GROUPS, c_out)
        self.dropout = nn.Dropout(dropout)
        self.conv2 = zeroed(nn.Conv2d(c_out, c_out, 3, padding=1))
        self.shortcut = nn.Identity() if c_in == c_out else nn.Conv2d(c_in, c_out, 1)

    def forward(self, x, embedding):
        """x: [B, c_in, H, W], embedding: [B, E] -> [B, c_out, H, W]."""
        check_tensor("x", x, f"[B, {self.conv1.in_channels}, H, W]")
        check_tensor("embedding", embedding, f"[{len(x)}, {self.modulate.in_features}]")
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.modulate(F.silu(embedding))[:, :, None, None].chunk(2, dim=1)  # [B, c_out, 1, 1]
        h = self.norm2(h) * (1 + scale) + shift
        return self.shortcut(x) + self.conv2(self.dropout(F.silu(h)))


class Attention(nn.Module):
    """Every pixel asks all pixels (Vaswani et al. 2017), beside a shortcut; starts as the shortcut.

    forward(x [B, C, H, W]) -> [B, C, H, W]; heads: how many questions a pixel asks, a divisor of C.
    """

    def __init__(self, channels, heads=1):
        check_width(channels, "channels")
        super().__init__()
        self.heads = check_int("heads", heads)
        if channels % heads:
            raise ValueError(f"heads must divide the {channels} channels; got {heads}.")
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.to_qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, x):
        """x: [B, C, H, W] -> [B, C, H, W]; queries, keys and values are [B, heads, H W, C / heads]."""
        check_tensor("x", x, f"[B, {self.out.in_channels}, H, W]")
        qkv = self.to_qkv(self.norm(x)).flatten(2)  # [B, 3C, HW]
        q, k, v = qkv.unflatten(1, (3, self.heads, -1)).transpose(-1, -2).unbind(1)
        mixed = F.scaled_dot_product_attention(q, k, v)  # softmax(q k^T / sqrt(C / heads)) v
        return x + self.out(mixed.transpose(-1, -2).reshape(x.shape))


class Downsample(nn.Module):
    """Half the height and the width, by a convolution of stride 2: [B, C, H, W] -> [B, C, H/2, W/2]."""

    def __init__(self, channels):
        check_int("channels", channels)
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x):
        """x: [B, C, H, W] -> [B, C, H/2, W/2]."""
        check_tensor("x", x, f"[B, {self.conv.in_channels}, H, W]")
        return self.conv(x)


class Upsample(nn.Module):
    """Twice the height and the width: each pixel four times, then a convolution to c_out channels."""

    def __init__(self, c_in, c_out):
        check_int("c_in", c_in), check_int("c_out", c_out)
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 3, padding=1)

    def forward(self, x):
        """x: [B, c_in, H, W] -> [B, c_out, 2H, 2W]."""
        check_tensor("x", x, f"[B, {self.conv.in_channels}, H, W]")
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class UNet(nn.Module):
    """A noisy image, its time step and (if it has labels) its label in; an image of the same shape out.

    in_channels: C of the images; width: channels at full resolution, a multiple of 8; multipliers: for each
    resolution, from the images' own to the lowest, how many times that width (each next has half the height
    and width, so those must be divisible by 2^(levels - 1): 8x8 and (1, 2), 28x28 and (1, 2, 2)). classes:
    the number of labels K, or None. A network with labels knows one label more: K means "no label", and so
    does y=None (for guidance: Ho & Salimans 2021). attention: at the lowest resolution, with `heads` heads.
    dropout: in the residual blocks. out_channels: of the answer, None for as many as come in; fewer where
    some of those are an image given as a condition (Saharia et al. 2021). The last convolution starts at
    zero, and so does the output.
    """

    def __init__(self, in_channels=1, width=32, multipliers=(1, 2), classes=None, attention=True, heads=1,
                 dropout=0.0, out_channels=None):  # fmt: skip
        check_sizes("multipliers", multipliers), check_flag("attention", attention)
        super().__init__()
        self.in_channels, self.width = check_int("in_channels", in_channels), check_width(width)
        self.out_channels = check_int("out_channels", in_channels if out_channels is None else out_channels)
        self.classes = None if classes is None else check_int("classes", classes)
        check_number("dropout", dropout, 0, 1)
        widths = [width * check_int("multipliers", m) for m in multipliers]
        dim = 4 * width
        self.time = nn.Sequential(nn.Linear(width, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.label = None if classes is None else nn.Embedding(classes + 1, dim)
        self.first = nn.Conv2d(in_channels, width, 3, padding=1)
        steps = list(itertools.pairwise([width, *widths]))
        self.down = nn.ModuleList(ResidualBlock(a, b, dim, dropout) for a, b in steps)
        self.shrink = nn.ModuleList([*(Downsample(c) for c in widths[:-1]), nn.Identity()])
        self.before = ResidualBlock(widths[-1], widths[-1], dim, dropout)
        self.attention = Attention(widths[-1], heads) if attention else nn.Identity()
        self.after = ResidualBlock(widths[-1], widths[-1], dim, dropout)
        grown = [Upsample(b, a) for a, b in itertools.pairwise(widths)]
        self.grow = nn.ModuleList([nn.Identity(), *reversed(grown)])
        self.up = nn.ModuleList(ResidualBlock(2 * c, c, dim, dropout) for c in reversed(widths))
        last = zeroed(nn.Conv2d(widths[0], self.out_channels, 3, padding=1))
        self.last = nn.Sequential(nn.GroupNorm(GROUPS, widths[0]), nn.SiLU(), last)

    def forward(self, x, t, y=None):
        """x: [B, C, H, W], t: [B] int, y: [B] int in 0..K, or None -> [B, out_channels, H, W].

        Raises ValueError or TypeError for other shapes, and for labels where there are none.
        """
        self.check(x, t, y)
        embedding = self.embed(t, y).to(x.dtype)
        middle, kept = self.encode(self.first(x), embedding)
        return self.decode(middle, kept, embedding)

    def encode(self, h, embedding):
        """The way down: h [B, width, H, W] from `first`, embedding [B, 4 width] -> middle, kept.

        middle: [B, c, H', W'] at the lowest resolution; kept: each resolution's features, from the highest.
        """
        check_tensor("h", h, f"[B, {self.width}, H, W]")
        check_tensor("embedding", embedding, f"[{len(h)}, E]")
        kept = []
        for block, shrink in zip(self.down, self.shrink, strict=True):
            h = block(h, embedding)
            kept.append(h)
            h = shrink(h)
        return self.after(self.attention(self.before(h, embedding)), embedding), kept

    def decode(self, h, kept, embedding):
        """The way up: the middle and the kept features as `encode` gives them -> [B, out_channels, H, W]."""
        check_tensor("h", h, "[B, C, H, W]"), check_tensor("embedding", embedding, f"[{len(h)}, E]")
        check_kind("kept", kept, list | tuple, "the list of features that encode gives")
        for features in kept:
            check_tensor("kept", features, f"[{len(h)}, C, H, W]")
        for grow, block, features in zip(self.grow, self.up, reversed(kept), strict=True):
            h = block(torch.cat([grow(h), features], dim=1), embedding)
        return self.last(h)

    def embed(self, t, y=None):
        """t [B], y [B] or None -> [B, 4 width], what every block is told: time plus label."""
        check_time(t, "[B]")
        if y is not None:
            y = check_labels("y", y, (self.classes or 0) + 1, f"[{len(t)}]")
        embedding = self.time(time_embedding(t, self.width).to(self.time[0].weight.dtype))
        if self.label is None:
            return embedding
        return embedding + self.label(torch.full_like(t, self.classes, dtype=torch.long) if y is None else y)

    def check(self, x, t, y=None):
        """Raise ValueError or TypeError where x, t and y are not what `forward` takes."""
        check_tensor("x", x, f"[B, {self.in_channels}, H, W]")
        check_tensor("t", t, f"[{len(x)}]", floating=False)
        halvings = 2 ** (len(self.down) - 1)
        if x.shape[2] % halvings or x.shape[3] % halvings:
            raise ValueError(
                f"x must have a height and width divisible by {halvings}; got {list(x.shape[2:])}."
            )
        if y is None:
            return
        if self.label is None:
            raise ValueError("y must be None for a network built without classes; got labels.")
        check_labels("y", y, self.classes + 1, f"[{len(x)}]")


def zeroed(layer):
    """The layer with weights and bias zero."""
    check_has("layer", layer, "a layer with weight and bias", "weight", "bias")
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def check_width(width, argument="width"):
    """Return the width where every GroupNorm of it comes out even; ValueError where it does not."""
    if check_int(argument, width) % GROUPS:
        raise ValueError(f"{argument} must be a multiple of {GROUPS}; got {width}.")
    return width
