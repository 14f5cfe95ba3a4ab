"""Right answers to diffusion.residual_block in other words."""

import torch
import torch.nn.functional as F


def residual_by_halves(block, x, embedding):
    told = block.modulate(F.silu(embedding))
    half = told.shape[1] // 2
    h = block.norm2(block.conv1(F.silu(block.norm1(x))))
    h = h + h * told[:, :half, None, None] + told[:, half:, None, None]
    return block.conv2(F.silu(h)) + block.shortcut(x)


def residual_by_sigmoid(block, x, embedding):
    def silu(v):
        return v * v.sigmoid()

    h = block.conv1(silu(block.norm1(x)))
    scale, shift = block.modulate(silu(embedding)).unflatten(1, (2, -1)).unbind(1)
    h = torch.addcmul(
        shift[..., None, None].expand_as(h), block.norm2(h), 1 + scale[..., None, None].expand_as(h)
    )
    return torch.add(block.shortcut(x), block.conv2(silu(h)))
