"""ControlNet: a trained diffusion model learns to follow a picture, and loses nothing (Zhang et al. 2023)."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

from .._double import double
from .._validate import (
    check_answer,
    check_callable,
    check_finite,
    check_flag,
    check_int,
    check_kind,
    check_number,
    check_tensor,
)
from .unet import UNet, zeroed

INK = 0.5  # a pixel at least this light belongs to the figure
JUMP = 0.1  # the least difference of two neighbours in a picture in colour that is an edge


class ControlledUNet(nn.Module):
    """A frozen UNet with a trainable copy of its way down that sees a control image (ControlNet).

    forward(x [B, C, H, W], t [B], y [B] or None, control [B, control_channels, H, W] or None) -> what base
    gives. base: a trained UNet, of which a frozen deep copy is kept as `.base`. Whatever passes from the
    control to the copy, or from the copy to the base, goes through a 1 x 1 convolution that starts at zero,
    so the untrained answer is exactly the base's. Only the new parts are in the state_dict: to load one,
    build the module from the same base. Source: Zhang et al. 2023, section 3.1.
    """

    def __init__(self, base, control_channels=1):
        check_kind("base", base, UNet, "a diffusion.UNet")
        super().__init__()
        self.control_channels, width = check_int("control_channels", control_channels), base.width
        self.base = copy.deepcopy(base).requires_grad_(False)
        self.copy = copy.deepcopy(base).requires_grad_(True)
        for part in ("time", "label", "grow", "up", "last"):  # the base's own embedding and way up serve both
            delattr(self.copy, part)
        self.stem = nn.Sequential(
            nn.Conv2d(control_channels, width, 3, padding=1), nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.SiLU(),
        )  # fmt: skip
        widths = [block.conv2.out_channels for block in base.down]
        self.enter = _zero_convolution(width)
        self.join = nn.ModuleList(_zero_convolution(c) for c in widths)
        self.join_middle = _zero_convolution(widths[-1])
        weight = next(base.parameters())
        self.to(weight.device, weight.dtype)
        self.register_state_dict_post_hook(_leave_out_base)
        self.register_load_state_dict_pre_hook(_put_in_base)
        self.train(base.training)

    @property
    def classes(self):
        """The number of labels of the base, or None; as a label it means "no label"."""
        return self.base.classes

    def train(self, mode=True):
        """Training mode for the new parts; the base stays in eval mode."""
        check_flag("mode", mode)
        super().train(mode)
        self.base.eval()
        return self

    def forward(self, x, t, y=None, control=None):
        """x: [B, C, H, W], t: [B], y: [B], control: [B, control_channels, H, W] -> [B, C, H, W].

        y None means "no label"; without control it is the base alone. Raises ValueError or TypeError for
        other shapes.
        """
        if control is None:
            return self.base(x, t, y)
        self.base.check(x, t, y)
        check_tensor("control", control, f"[{len(x)}, {self.control_channels}, {x.shape[2]}, {x.shape[3]}]")
        embedding = self.base.embed(t, y).to(x.dtype)
        middle, kept = self.base.encode(self.base.first(x), embedding)
        seen = self.copy.first(x) + self.enter(self.stem(control))
        told_middle, told = self.copy.encode(seen, embedding)
        kept = [h + join(c) for h, join, c in zip(kept, self.join, told, strict=True)]
        return self.base.decode(middle + self.join_middle(told_middle), kept, embedding)


def edges(images):
    """The outlines of light figures on dark ground: 1 at each dark pixel right beside them, else 0.

    images: [B, 1, H, W] in [0, 1]; the figure is where they are at least 0.5, and beside means left, right,
    above or below. Outside the figure, since the strokes of a glyph are hardly two pixels wide.
    """
    check_finite("images", check_tensor("images", images, "[B, 1, H, W]"))
    ink = (images >= INK).to(images.dtype)
    sideways = F.max_pool2d(ink, (1, 3), stride=1, padding=(0, 1))
    upright = F.max_pool2d(ink, (3, 1), stride=1, padding=(1, 0))
    return torch.maximum(sideways, upright) * (1 - ink)


def colour_edges(images, threshold=JUMP):
    """Where colours jump: 1 at each pixel with an edge between it and its right or lower neighbour, else 0.

    images: [B, C, H, W] in [0, 1] -> [B, 1, H, W]. The jump between two neighbours is the largest difference
    over the channels. It is an edge if it is at least the threshold and no smaller than the jumps beside it
    in the same row or column; of two equal ones the first is. That keeps soft edges one pixel wide: it is the
    non-maximum suppression of Canny 1986, here along the two axes alone. ValueError for another threshold
    than a number above 0.
    """
    check_finite("images", check_tensor("images", images, "[B, C, H, W]"))
    check_number("threshold", threshold, minimum=0, open_minimum=True)
    edge = _peaks(images, threshold) | _peaks(images.mT, threshold).mT
    return edge.to(images.dtype)


def _peaks(images, threshold):
    """Whether the jump to the right of each pixel is large, and the largest of three in its row."""
    jumps = F.pad(images.diff(dim=-1).abs().amax(1, keepdim=True), (1, 2))
    before, here, after = jumps[..., :-2], jumps[..., 1:-1], jumps[..., 2:]
    return (here >= threshold) & (here > before) & (here >= after)


@torch.no_grad()
def edge_agreement(images, wanted, tolerance=1, outline=edges):
    """How well the outlines of images are those that were wanted: F1 in [0, 1], for each image, [B].

    images: [B, C, H, W] in [0, 1]; wanted: [B, 1, H, W] of 0 and 1, edges already; outline(images) gives the
    edges of images, `edges` where they have one channel, or `colour_edges`.
    An edge pixel counts as found where the other map has one at most `tolerance` pixels away in height and
    in width. F1 is the harmonic mean of the found shares of the two maps (after Martin et al. 2004); 1 where
    both maps are empty, 0 where only one is.
    """
    check_callable("outline", outline, "images")
    check_tensor("images", images, "[B, C, H, W]")
    check_tensor("wanted", wanted, f"[{len(images)}, 1, {images.shape[2]}, {images.shape[3]}]")
    check_int("tolerance", tolerance, minimum=0, maximum=max(images.shape[2:]))
    got = check_answer("outline", outline(images), wanted.shape)
    got, wanted = double(got), double(wanted)
    precision, recall = _found(got, wanted, tolerance), _found(wanted, got, tolerance)
    return 2 * precision * recall / (precision + recall).clamp(min=torch.finfo(torch.float64).tiny)


def _found(these, those, tolerance):
    """The share of these edge pixels [B, 1, H, W] that have one of those near: [B]."""
    near = F.max_pool2d(those, 2 * tolerance + 1, stride=1, padding=tolerance)
    count, found = these.sum((1, 2, 3)), (these * near).sum((1, 2, 3))
    nothing_to_find = (those.sum((1, 2, 3)) == 0).to(these.dtype)
    return torch.where(count > 0, found / count.clamp(min=1), nothing_to_find)


def _zero_convolution(channels):
    return zeroed(nn.Conv2d(channels, channels, 1))


def _leave_out_base(module, state, prefix, local_metadata):
    for name in [name for name in state if name.startswith(f"{prefix}base.")]:
        del state[name]


def _put_in_base(module, state, prefix, *_):
    state.update({f"{prefix}base.{name}": value for name, value in module.base.state_dict().items()})
