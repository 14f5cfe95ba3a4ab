"""Examples of the room of sentences, and of low-rank adaptation."""

import torch
from torch import nn

from course_utils import data, text

WORDS = ("a", "red", "face")

EXAMPLES = {
    "text": {
        "name": lambda: "faces",
        "count": lambda: 2,
        "words": lambda: WORDS,
        "length": lambda: 5,
        "sentences": lambda: ["a face", "a red face"],
        "mask": lambda: torch.tensor([[True, True, False]] * 2),
    },
    "text.Grammar": {
        "options": lambda: text.grammar("faces").options,
        "_read": lambda: text.grammar("faces")._read,
        "_say": lambda: text.grammar("faces")._say,
        "images": lambda: data.load("faces", n=6),
        "read": lambda: text.grammar("faces").read(data.load("faces", n=6)),
        "sentence": lambda: "a face with red hair",
    },
    "text.Tokenizer": {"tokens": lambda: torch.tensor([[1, 2, 4, 0, 0]])},
    "text.TextEncoder": {
        "tokens": lambda: 9,
        "dim": lambda: 8,
        "layers": lambda: 1,
        "heads": lambda: 2,
    },
    "text.TextEncoder.forward": {"tokens": lambda: torch.tensor([[1, 2, 4, 0, 0]])},
    "text.cross_attention": {
        "q": lambda: torch.randn(2, 5, 4),
        "k": lambda: torch.randn(2, 3, 4),
        "v": lambda: torch.randn(2, 3, 4),
        "mask": lambda: torch.tensor([[[True, True, False]]] * 2),
    },
    "text.CrossAttention": {
        "channels": lambda: 8,
        "text_dim": lambda: 6,
        "heads": lambda: 2,
        "x": lambda: torch.randn(2, 8, 4, 4),
        "words": lambda: torch.randn(2, 3, 6),
    },
    "text.grammar": {
        "values": lambda: torch.rand(3),
        "edge": lambda: 0.5,
        "factors": lambda: {"shear": torch.zeros(3), "rotation": torch.zeros(3)},
    },
    "lora": {
        "model": lambda: nn.Linear(3, 2),
        "rank": lambda: 1,
        "shape": lambda: (3, 2),
        "weight": lambda: torch.randn(3, 2),
        "scale": lambda: 0.5,
        "where": lambda: lambda name, layer: True,
    },
}
