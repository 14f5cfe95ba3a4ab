"""A transformer in place of the U-Net: the image in patches, time and label in every block's norm (DiT).

The shapes for 28 x 28 images, patches of 4 x 4 and width C:

    patchify    [B, 1, 28, 28] -> [B, 49, 16], a row a patch
    enter       a linear layer and the patch's place: [B, 49, C]
    blocks      attention among the patches, then two layers for each by itself; all [B, 49, C]
    last        [B, 49, C] -> [B, 49, 16] -> [B, 1, 28, 28]

Source: Peebles & Xie 2023, section 3.
"""

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import check_flag, check_int, check_labels, check_sizes, check_tensor
from .nets import check_time, time_embedding
from .unet import zeroed


def patchify(images, size):
    """Cut images into square patches: [B, C, H, W] -> [B, H W / size^2, C size^2], row by row.

    Within a patch the channel comes first, then the row. ValueError where size does not divide H and W.
    """
    check_tensor("images", images, "[B, C, H, W]")
    check_int("size", size)
    if images.shape[2] % size or images.shape[3] % size:
        raise ValueError(f"size must divide the height and width {list(images.shape[2:])}; got {size}.")
    return F.unfold(images, size, stride=size).transpose(1, 2)


def unpatchify(patches, shape):
    """The images whose patches these are: [B, N, C size^2] -> [B, C, H, W]; shape: (C, H, W).

    Raises ValueError where no square patches of such a shape have these sizes.
    """
    channels, height, width = check_sizes("shape", shape, 3)
    check_tensor("patches", patches, "[B, N, P]")
    count, values = patches.shape[1:]
    size = round((values / channels) ** 0.5)
    fits = size and height % size == 0 == width % size and channels * size**2 == values
    if not fits or count != height // size * (width // size):
        raise ValueError(f"patches of {list(patches.shape)} do not make images of {tuple(shape)}.")
    return F.fold(patches.transpose(1, 2), (height, width), size, stride=size)


class DiTBlock(nn.Module):
    """Attention and a small network, each beside a shortcut, told of time and label by adaLN-Zero.

    forward(x [B, N, C], embedding [B, E]) -> [B, N, C]. From the embedding come, for each of the two, a
    shift, a scale and a gate; the layer that makes them starts at zero, and so do the gates: an untrained
    block is exactly its input, whatever the embedding.
    """

    def __init__(self, width, heads, embedding_dim, ratio=4):
        super().__init__()
        self.heads = check_int("heads", heads)
        if check_int("width", width) % heads:
            raise ValueError(f"heads must divide the width, {width}; got {heads}.")
        self.norm = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.to_qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        inner = check_int("ratio", ratio) * width
        self.mlp = nn.Sequential(
            nn.Linear(width, inner), nn.GELU(approximate="tanh"), nn.Linear(inner, width)
        )
        self.modulate = zeroed(nn.Linear(check_int("embedding_dim", embedding_dim), 6 * width))

    def forward(self, x, embedding):
        """x: [B, N, C], embedding: [B, E] -> [B, N, C]."""
        check_tensor("x", x, f"[B, N, {self.out.in_features}]")
        check_tensor("embedding", embedding, f"[{len(x)}, {self.modulate.in_features}]")
        told = self.modulate(F.silu(embedding))[:, None].chunk(6, dim=2)  # each [B, 1, C]
        shift1, scale1, gate1, shift2, scale2, gate2 = told
        x = x + gate1 * self._attention(self.norm(x) * (1 + scale1) + shift1)
        return x + gate2 * self.mlp(self.norm(x) * (1 + scale2) + shift2)

    def _attention(self, x):
        q, k, v = self.to_qkv(x).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class DiT(nn.Module):
    """A noisy image, its time step and (if it has labels) its label in; an image of the same shape out.

    shape: (C, H, W); patch: its height and width, which must divide H and W; width: of a patch's vector,
    even; depth: how many blocks; heads: a divisor of width. classes: the number of labels K, or None; label
    K, and y=None, mean "no label", as in UNet. The last layer starts at zero, and so does the output.
    long_skips: each block of the second half also gets what its mirror image in the first half made, beside
    its own input and through a linear layer, as U-ViT's do (Bao et al. 2023, section 3.1).
    """

    def __init__(self, shape, patch=4, width=64, depth=4, heads=4, classes=None, long_skips=False):
        super().__init__()
        self.shape = tuple(check_sizes("shape", shape, 3))
        self.patch, self.width = check_int("patch", patch), check_int("width", width)
        self.classes = None if classes is None else check_int("classes", classes)
        values = self.shape[0] * patch**2
        count = len(patchify(torch.zeros(1, *self.shape), patch)[0])
        self.enter = nn.Linear(values, width)
        self.place = nn.Parameter(0.02 * torch.randn(count, width))
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.label = None if classes is None else nn.Embedding(classes + 1, width)
        check_int("depth", depth), check_flag("long_skips", long_skips)
        self.blocks = nn.ModuleList(DiTBlock(width, heads, width) for _ in range(depth))
        self.joins = nn.ModuleList(nn.Linear(2 * width, width) for _ in range(depth // 2 * long_skips))
        self.norm = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.modulate = zeroed(nn.Linear(width, 2 * width))
        self.last = zeroed(nn.Linear(width, values))

    def forward(self, x, t, y=None):
        """x: [B, C, H, W], t: [B] int, y: [B] int in 0..K, or None -> [B, C, H, W].

        Raises ValueError or TypeError for other shapes, and for labels where there are none.
        """
        check_tensor("x", x, f"[B, {', '.join(map(str, self.shape))}]")
        embedding = self.embed(t, y).to(x.dtype)
        h = self.enter(patchify(x, self.patch)) + self.place
        kept, first = [], len(self.blocks) - len(self.joins)
        for i, block in enumerate(self.blocks):
            if i >= first:
                h = self.joins[i - first](torch.cat([h, kept.pop()], dim=2))
            h = block(h, embedding)
            if i < len(self.joins):
                kept.append(h)
        shift, scale = self.modulate(F.silu(embedding))[:, None].chunk(2, dim=2)
        return unpatchify(self.last(self.norm(h) * (1 + scale) + shift), self.shape)

    def embed(self, t, y=None):
        """t [B], y [B] or None -> [B, width], what every block is told: time plus label."""
        check_time(t, "[B]")
        embedding = self.time(time_embedding(t, self.width).to(self.place.dtype))
        if self.label is None:
            if y is not None:
                raise ValueError("y must be None for a network built without classes; got labels.")
            return embedding
        if y is not None:
            y = check_labels("y", y, self.classes + 1, f"[{len(t)}]")
        return embedding + self.label(torch.full_like(t, self.classes, dtype=torch.long) if y is None else y)
