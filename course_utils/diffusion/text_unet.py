"""A U-Net whose label is a sentence: at each resolution its pixels ask the words.

Source: Rombach et al. 2022, section 3.3.
"""

import torch
from torch import nn

from .._validate import check_int, check_labels
from ..text import CrossAttention, TextEncoder
from ..text.tokens import empty_sentences
from .unet import GROUPS, UNet


class TextUNet(nn.Module):
    """A noisy image, its time step and a sentence in; an image of the same shape out.

    tokens, length: of the sentences, as a text.Tokenizer makes them, len(tokenizer) and tokenizer.length.
    in_channels, width, multipliers and dropout: of the UNet, which has no labels. text_dim, layers: of the
    TextEncoder. heads: of every attention, a divisor of width and of text_dim. Cross-attention follows the
    residual block of each resolution, down and up, and the self-attention of the middle; it starts as its
    shortcut, and the output starts at zero.
    """

    def __init__(self, tokens, length, in_channels=4, width=32, multipliers=(1, 2), text_dim=64, heads=4,
                 layers=1, dropout=0.0):  # fmt: skip
        super().__init__()
        self.tokens, self.length = check_int("tokens", tokens, minimum=2), check_int("length", length)
        self.net = UNet(in_channels, width, multipliers, heads=heads, dropout=dropout)
        self.text = TextEncoder(tokens, length, text_dim, layers, heads)
        widths = [width * m for m in multipliers]
        self.ask_down = nn.ModuleList(CrossAttention(c, text_dim, heads, GROUPS) for c in widths)
        self.ask_middle = CrossAttention(widths[-1], text_dim, heads, GROUPS)
        self.ask_up = nn.ModuleList(CrossAttention(c, text_dim, heads, GROUPS) for c in reversed(widths))

    def forward(self, x, t, y=None):
        """x: [B, C, H, W], t: [B], y: int64 [B, length] or None -> [B, C, H, W].

        None is the empty sentence, for guidance. Raises ValueError or TypeError for other shapes and for
        tokens that the vocabulary lacks.
        """
        self.net.check(x, t)
        embedding = self.net.embed(t).to(x.dtype)
        told = self._read(y, x)
        h, kept = self.net.first(x), []
        for block, ask, shrink in zip(self.net.down, self.ask_down, self.net.shrink, strict=True):
            h = ask(block(h, embedding), *told)
            kept.append(h)
            h = shrink(h)
        h = self.ask_middle(self.net.attention(self.net.before(h, embedding)), *told)
        h = self.net.after(h, embedding)
        steps = zip(self.net.grow, self.net.up, self.ask_up, reversed(kept), strict=True)
        for grow, block, ask, features in steps:
            h = ask(block(torch.cat([grow(h), features], dim=1), embedding), *told)
        return self.net.last(h)

    def _read(self, y, x):
        """The sentences y of images x, or empty ones: words [B, length, text_dim], mask bool [B, length]."""
        y = empty_sentences(len(x), self.length, x.device) if y is None else y
        words, mask = self.text(check_labels("y", y, self.tokens, f"[{len(x)}, {self.length}]"))
        return words.to(x.dtype), mask

    @torch.no_grad()
    def attention_maps(self, x, t, y=None):
        """How much each pixel looks at each word: [B, length, H, W], which sum to 1 over the words.

        The mean over the heads of both cross-attentions at full resolution; x, t, y as `forward` takes them.
        """
        maps = []

        def keep(ask, told):
            maps.append(ask.weights(*told).mean(1))

        watched = [ask.register_forward_pre_hook(keep) for ask in (self.ask_down[0], self.ask_up[-1])]
        try:
            self(x, t, y)
        finally:
            for hook in watched:
                hook.remove()
        return torch.stack(maps).mean(0)
