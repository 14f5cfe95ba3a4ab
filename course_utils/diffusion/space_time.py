"""A transformer for films: attention among the patches of a frame, then of each patch among its moments.

The shapes for 8 frames of 16 x 16, patches of 4 x 4 and width D:

    patchify    [B, 8, 1, 16, 16] -> [B, 8, 16, 16], a row a patch
    enter       a linear layer, the patch's place and its moment: [B, 8, 16, D]
    blocks      by turns in space, [B 8, 16, D], and in time, [B 16, 8, D]
    last        [B, 8, 16, D] -> [B, 8, 1, 16, 16]

So a patch meets 16 + 8 others in two blocks, not 8 * 16 in one, and these two reach everywhere.

Sources: Bertasius et al. 2021 (attention divided into space and time); Ho et al. 2022 (in video diffusion).
"""

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import check_answer, check_callable, check_flag, check_int, check_sizes, check_tensor
from .dit import DiTBlock, patchify, unpatchify
from .nets import check_time, time_embedding
from .unet import zeroed


class SpaceTimeDiT(nn.Module):
    """A noisy film and its time step in, a film of the same shape out; a DiT with two kinds of turns.

    shape: (T, C, H, W); patch, width, heads: as of DiT; depth: how many DiTBlocks, of which every second one
    attends in time. temporal=False lets these attend in space as well: there are as many weights, and every
    frame is left by itself. The last layer starts at zero, and so does the output.
    """

    def __init__(self, shape, patch=4, width=64, depth=4, heads=4, temporal=True):
        super().__init__()
        self.shape, self.temporal = tuple(check_sizes("shape", shape, 4)), check_flag("temporal", temporal)
        self.patch, self.width = check_int("patch", patch), check_int("width", width)
        frames, *image = self.shape
        values = image[0] * patch**2
        count = len(patchify(torch.zeros(1, *image), patch)[0])
        self.enter = nn.Linear(values, width)
        self.place = nn.Parameter(0.02 * torch.randn(count, width))
        self.moment = nn.Parameter(0.02 * torch.randn(frames, 1, width))
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        check_int("depth", depth)
        self.blocks = nn.ModuleList(DiTBlock(width, heads, width) for _ in range(depth))
        self.norm = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.modulate = zeroed(nn.Linear(width, 2 * width))
        self.last = zeroed(nn.Linear(width, values))

    def forward(self, x, t):
        """x: [B, T, C, H, W], t: [B], the noise level of all frames of a film -> [B, T, C, H, W]."""
        check_tensor("x", x, f"[B, {', '.join(map(str, self.shape))}]"), check_time(t, f"[{len(x)}]")
        embedding = self.time(time_embedding(t, self.width).to(x.dtype))  # [B, D]
        patches = patchify(x.flatten(0, 1), self.patch).unflatten(0, x.shape[:2])
        h = self.enter(patches) + self.place + self.moment  # [B, T, N, D]
        for number, block in enumerate(self.blocks):
            in_time = self.temporal and number % 2 == 1
            h = along_time(block, h, embedding) if in_time else along_space(block, h, embedding)
        shift, scale = self.modulate(F.silu(embedding))[:, None, None].chunk(2, dim=3)
        patches = self.last(self.norm(h) * (1 + scale) + shift)
        return unpatchify(patches.flatten(0, 1), self.shape[1:]).view(x.shape)


def along_space(block, h, embedding):
    """A block in which the patches of one frame attend to one another: h [B, T, N, D] -> [B, T, N, D].

    block: forward(x [B T, N, D], embedding [B T, E]); embedding: [B, E].
    """
    check_callable("block", block, "x", "embedding")
    check_tensor("h", h, "[B, T, N, D]"), check_tensor("embedding", embedding, f"[{len(h)}, E]")
    told, rows = embedding.repeat_interleave(h.shape[1], dim=0), h.flatten(0, 1)
    return check_answer("block", block(rows, told), rows.shape).view(h.shape)


def along_time(block, h, embedding):
    """A block in which the moments of one patch attend to one another: h [B, T, N, D] -> [B, T, N, D]."""
    check_callable("block", block, "x", "embedding"), check_tensor("h", h, "[B, T, N, D]")
    return along_space(block, h.transpose(1, 2), embedding).transpose(1, 2)
