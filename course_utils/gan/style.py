"""Style: what instance normalisation forgets, and a generator that is told its style layer by layer."""

import torch
from torch import nn
from torch.nn import functional as F

from .._draws import normal
from .._validate import (
    check_alike,
    check_flag,
    check_generator,
    check_int,
    check_kind,
    check_number,
    check_sizes,
    check_tensor,
    check_together,
    check_whole,
)

MIXED = 0.9  # the share of images that are made with two styles in training


def instance_norm(x, eps=1e-5):
    """Every map of every image brought to mean 0 and deviation 1: x [B, C, H, W] -> [B, C, H, W].

    The deviation is sqrt(variance + eps), the variance divided by H W. What differs in brightness
    and contrast alone comes out the same (Ulyanov et al. 2016).
    """
    check_number("eps", eps, 0)
    check_tensor("x", x, "[B, C, H, W]")
    centred = x - x.mean((2, 3), keepdim=True)
    return centred / (centred.square().mean((2, 3), keepdim=True) + eps).sqrt()


def adain(x, scale, shift, eps=1e-5):
    """Adaptive instance normalisation: scale * instance_norm(x) + shift, one pair for each map.

    x: [B, C, H, W]; scale, shift: [B, C], the deviation (where positive) and the mean that each map gets.
    Source: Huang & Belongie 2017, eq. 8; Karras et al. 2019, eq. 1. Raises ValueError for other shapes.
    """
    check_tensor("x", x, "[B, C, H, W]")
    for name, value in (("scale", scale), ("shift", shift)):
        check_tensor(name, value, f"[{len(x)}, {x.shape[1]}]")
    return scale[:, :, None, None] * instance_norm(x, eps) + shift[:, :, None, None]


class StyleLayer(nn.Module):
    """A convolution of maps, perhaps enlarged by 2 before, then noise, LeakyReLU(0.2) and AdaIN by w.

    forward(x [B, c_in, H, W], w [B, style_dim], noise [B, 1, H', W'] or None) -> [B, c_out, H', W'].
    The strength of the noise is learnt, one number for each map, and starts at 0. An untrained layer's
    scales and shifts already differ with w by about 1 (Karras et al. 2019 draw weights from N(0, 1)): with
    torch's own, smaller weights they hardly do, and training starts from one picture for all w.
    """

    def __init__(self, c_in, c_out, style_dim, enlarge=False):
        check_int("c_in", c_in), check_int("c_out", c_out), check_int("style_dim", style_dim)
        check_flag("enlarge", enlarge)
        super().__init__()
        self.enlarge = enlarge
        self.convolution = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.strength = nn.Parameter(torch.zeros(c_out))
        self.style = nn.Linear(style_dim, 2 * c_out)
        _keep_scale(self.convolution)
        nn.init.normal_(self.style.weight, std=style_dim**-0.5)
        with torch.no_grad():
            self.style.bias.copy_(torch.cat([torch.ones(c_out), torch.zeros(c_out)]))

    def forward(self, x, w, noise=None):
        """x: [B, c_in, H, W], w: [B, style_dim], noise: [B, 1, H', W'] or None -> [B, c_out, H', W']."""
        check_tensor("x", x, f"[B, {self.convolution.in_channels}, H, W]")
        check_tensor("w", w, f"[{len(x)}, {self.style.in_features}]")
        if self.enlarge:
            x = F.interpolate(x, scale_factor=2)
        x = self.convolution(x)
        if noise is not None:
            check_tensor("noise", noise, f"[{len(x)}, 1, {x.shape[2]}, {x.shape[3]}]")
            x = x + self.strength[:, None, None] * noise
        return adain(F.leaky_relu(x, 0.2), *self.style(w).chunk(2, dim=1))


class StyleGenerator(nn.Module):
    """A small style-based generator: z -> w, and w tells every layer its style (Karras et al. 2019).

    forward(z [B, latent_dim]) -> images [B, channels, 32, 32] in (0, 1), with fresh noise. A mapping network
    of three dense layers makes w of z, put on a sphere first; synthesis starts from a learnt constant of
    4 x 4 pixels and passes six layers: 4, 8, 8, 16, 16 and 32 pixels wide. widths: their maps. In training
    mode nine images of ten take the styles of a second z from a random layer on (mixing regularisation).
    """

    enlarges = (False, True, False, True, False, True)

    def __init__(self, latent_dim=32, style_dim=64, widths=(64, 64, 64, 48, 48, 24), channels=3):
        check_sizes("widths", widths, len(self.enlarges)), check_int("channels", channels)
        super().__init__()
        self.latent_dim, self.style_dim = (
            check_int("latent_dim", latent_dim),
            check_int("style_dim", style_dim),
        )
        self.mapping = nn.Sequential(
            nn.Linear(latent_dim, style_dim), nn.LeakyReLU(0.2), nn.Linear(style_dim, style_dim),
            nn.LeakyReLU(0.2), nn.Linear(style_dim, style_dim), nn.LeakyReLU(0.2),
        )  # fmt: skip
        for layer in self.mapping[::2]:
            _keep_scale(layer)
        self.constant = nn.Parameter(torch.randn(widths[0], 4, 4))
        self.layers = nn.ModuleList(
            StyleLayer(c_in, c_out, style_dim, enlarge)
            for c_in, c_out, enlarge in zip((widths[0], *widths), widths, self.enlarges, strict=False)
        )
        self.colour = nn.Conv2d(widths[-1], channels, 1)

    def styles(self, z):
        """w [B, style_dim] of z [B, latent_dim], whose length does not count."""
        check_tensor("z", z, f"[B, {self.latent_dim}]")
        return self.mapping(z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt())

    def synthesise(self, w, noise=None):
        """Images [B, channels, 32, 32] in (0, 1) of w, [B, 6, style_dim], or [B, style_dim] for all layers.

        noise: a list of one [B, 1, H, W] or None for each layer; None is no noise at all.
        """
        check_tensor("w", w)
        if noise is not None:
            check_kind("noise", noise, list | tuple, "a list of one [B, 1, H, W] or None for each layer")
        if w.ndim == 2:
            w = w[:, None].expand(-1, len(self.layers), -1)
        check_tensor("w", w, f"[B, {len(self.layers)}, {self.style_dim}]")
        x = self.constant.expand(len(w), -1, -1, -1)
        for k, layer in enumerate(self.layers):
            x = layer(x, w[:, k], None if noise is None else noise[k])
        return torch.sigmoid(self.colour(x))

    def noise(self, n, generator=None):
        """Fresh noise for n images, a list of [n, 1, H, W], one a layer.

        generator: of any device, or None for torch's global one.
        """
        check_int("n", n), check_generator("generator", generator)
        sides, size = [], 4
        for enlarge in self.enlarges:
            size *= 2 if enlarge else 1
            sides.append(size)
        device, dtype = self.constant.device, self.constant.dtype
        return [normal((n, 1, side, side), device, dtype, generator) for side in sides]

    def forward(self, z):
        """z: [B, latent_dim] -> images [B, channels, 32, 32] in (0, 1), with fresh noise."""
        w, layers = self.styles(z), len(self.layers)
        if self.training:
            chance = torch.rand(len(z), device=z.device)
            start = torch.randint(1, layers, (len(z),), device=z.device)
            start = torch.where(chance < MIXED, start, layers)
            w = mix(w, self.styles(torch.randn_like(z)), start, layers)
        return self.synthesise(w, self.noise(len(z)))


def _keep_scale(layer):
    """Draw weights that keep the scale through a LeakyReLU(0.2), and biases 0 (He et al. 2015)."""
    nn.init.kaiming_normal_(layer.weight, a=0.2)
    nn.init.zeros_(layer.bias)


def mix(first, second, start, layers=6):
    """Styles [B, layers, D] that are `first` up to layer `start`, and `second` from it on.

    first, second: w, [B, D]; start: an int in 0..layers, or one for each row, [B]. Source: Karras et al.
    2019, section 3.1.
    """
    check_tensor("first", first, "[B, D]"), check_alike("second", second, "first", first)
    check_int("layers", layers)
    if not isinstance(start, torch.Tensor):
        check_int("start", start, 0, layers)
    start = check_whole("start", torch.as_tensor(start, device=first.device)).reshape(-1, 1, 1)
    index = torch.arange(layers, device=first.device)[None, :, None]
    return torch.where(index < start, first[:, None], second[:, None])


def truncate(w, centre, psi):
    """centre + psi (w - centre): styles drawn towards the average one, for less variety and fewer failures.

    w: [..., D]; centre: [D], the mean of many w; psi: 1 leaves w as it is, 0 gives the centre. Source:
    Karras et al. 2019, appendix B.
    """
    check_together(w=w, centre=centre)
    check_number("psi", psi)
    return centre + psi * (w - centre)
