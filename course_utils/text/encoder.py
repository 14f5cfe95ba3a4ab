"""From tokens to vectors: an embedding, a place in the sentence, and words that look at one another."""

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import check_int, check_labels
from .attention import cross_attention
from .tokens import PAD


class TextEncoder(nn.Module):
    """forward(tokens int64 [B, L]) -> words [B, L, dim], mask bool [B, L].

    tokens: the number there are; length: L; layers: how many times the words look at one another; 0 leaves
    them by themselves. Where a token is PAD, the mask is False and nobody looks.
    """

    def __init__(self, tokens, length, dim=64, layers=1, heads=4):
        super().__init__()
        self.tokens, self.length = check_int("tokens", tokens, minimum=2), check_int("length", length)
        if check_int("dim", dim) % check_int("heads", heads):
            raise ValueError(f"heads must divide dim, {dim}; got {heads}.")
        self.embedding = nn.Embedding(tokens, dim)
        self.place = nn.Parameter(0.02 * torch.randn(length, dim))
        check_int("layers", layers, minimum=0)
        self.layers = nn.ModuleList(_Layer(dim, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(dim)

    def forward(self, tokens):
        """tokens: int64 [B, L] -> words [B, L, dim], mask bool [B, L]."""
        tokens = check_labels("tokens", tokens, self.tokens, f"[B, {self.length}]")
        mask = tokens != PAD
        words = self.embedding(tokens) + self.place
        for layer in self.layers:
            words = layer(words, mask)
        return self.norm(words), mask


class _Layer(nn.Module):
    """Self-attention and a small network, each beside a shortcut and behind a norm."""

    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.to_qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.wide, self.narrow = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, words, mask):
        qkv = self.to_qkv(self.norm1(words)).unflatten(2, (3, self.heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each [B, heads, L, dim / heads]
        mixed, _ = cross_attention(q, k, v, mask[:, None, None])
        words = words + self.out(mixed.transpose(1, 2).flatten(2))
        return words + self.narrow(F.gelu(self.wide(self.norm2(words))))
