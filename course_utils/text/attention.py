"""Cross-attention: what is made asks the words (Vaswani et al. 2017; Rombach et al. 2022, section 3.3)."""

import math

import torch
from torch import nn

from .._validate import check_bool, check_int, check_tensor


def cross_attention(q, k, v, mask=None):
    """Each query takes a mean of the values, weighted by how well their keys answer it.

    q: [..., Q, D]; k: [..., K, D]; v: [..., K, E]; mask: bool, of a shape [..., K] that broadcasts to
    [..., Q, K], or None; where it is False, nobody looks. Returns the means [..., Q, E] and the weights
    [..., Q, K], rows that sum to 1: softmax(q k^T / sqrt(D)) over the keys. At least one key of each query
    must be allowed.
    """
    check_tensor("q", q), check_tensor("k", k), check_tensor("v", v)
    apart = q.shape[:-2] != k.shape[:-2] or k.shape[:-1] != v.shape[:-1]
    if q.ndim < 2 or apart or q.shape[-1] != k.shape[-1]:
        raise ValueError(
            "q, k and v must have shapes [..., Q, D], [..., K, D] and [..., K, E]; "
            f"got {list(q.shape)}, {list(k.shape)} and {list(v.shape)}."
        )
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~_checked(mask, scores.shape), -math.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


def _checked(mask, shape):
    """The mask, where it fits scores of this shape and leaves every query a key."""
    check_bool("mask", mask)
    fits = mask.ndim and mask.ndim <= len(shape) and mask.shape[-1] == shape[-1]
    if not fits or any(a not in (1, b) for a, b in zip(mask.shape[::-1], shape[::-1], strict=False)):
        raise ValueError(f"mask must broadcast to {list(shape)}, [..., Q, K]; got {list(mask.shape)}.")
    if mask.device.type == "cpu" and not bool(mask.any(-1).all()):  # a GPU would have to wait
        raise ValueError("mask must leave each query at least one key to look at.")
    return mask


class CrossAttention(nn.Module):
    """Every pixel asks the words, beside a shortcut; starts as the shortcut.

    forward(x [B, C, H, W], words [B, L, D], mask bool [B, L]) -> [B, C, H, W]; channels: C; text_dim: D;
    heads: how many questions a pixel asks, a divisor of C. `weights` gives who looked where.
    """

    def __init__(self, channels, text_dim, heads=1, groups=8):
        super().__init__()
        self.heads = check_int("heads", heads)
        if check_int("channels", channels) % heads or channels % check_int("groups", groups):
            raise ValueError(
                f"channels must be a multiple of {heads} heads and {groups} groups; got {channels}."
            )
        self.norm = nn.GroupNorm(groups, channels)
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(check_int("text_dim", text_dim), channels, bias=False)
        self.to_v = nn.Linear(text_dim, channels, bias=False)
        self.out = nn.Linear(channels, channels)
        nn.init.zeros_(self.out.weight), nn.init.zeros_(self.out.bias)

    def forward(self, x, words, mask=None):
        """x: [B, C, H, W], words: [B, L, D], mask: bool [B, L] or None -> [B, C, H, W]."""
        mixed, _ = self._attend(x, words, mask)
        mixed = self.out(mixed.transpose(1, 2).flatten(2))  # [B, H W, C]
        return x + mixed.transpose(1, 2).reshape(x.shape)

    @torch.no_grad()
    def weights(self, x, words, mask=None):
        """How much each pixel looks at each word: [B, heads, L, H, W], which sum to 1 over the words."""
        _, weights = self._attend(x, words, mask)
        return weights.transpose(2, 3).unflatten(3, x.shape[2:])

    def _attend(self, x, words, mask):
        check_tensor("x", x, f"[B, {self.to_q.in_features}, H, W]")
        check_tensor("words", words, f"[{len(x)}, L, {self.to_k.in_features}]")
        if mask is not None:
            mask = check_bool("mask", mask, f"[{len(x)}, {words.shape[1]}]")[:, None, None]
        pixels = self.norm(x).flatten(2).transpose(1, 2)  # [B, H W, C]
        q, k, v = (self._split(part) for part in (self.to_q(pixels), self.to_k(words), self.to_v(words)))
        return cross_attention(q, k, v, mask)

    def _split(self, part):
        """[B, N, C] -> [B, heads, N, C / heads]."""
        return part.unflatten(2, (self.heads, -1)).transpose(1, 2)
