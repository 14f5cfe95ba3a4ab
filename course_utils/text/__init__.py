"""Sentences about faces and glyphs: a grammar that says what an image shows, tokens, and a reader of them."""

from .attention import CrossAttention, cross_attention
from .encoder import TextEncoder
from .grammar import GRAMMARS, Grammar, grammar
from .tokens import Tokenizer

__all__ = [
    "GRAMMARS",
    "CrossAttention",
    "Grammar",
    "TextEncoder",
    "Tokenizer",
    "cross_attention",
    "grammar",
]
