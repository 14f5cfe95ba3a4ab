"""Examples of the widgets that show something of the reader's; the others have a default for everything."""

import itertools

import torch
from torch import nn

from course_utils.autoencoders import MLPAutoencoder
from course_utils.gan.style import StyleGenerator
from course_utils.text import Tokenizer, grammar
from course_utils.vae import VAE

FACES = grammar("faces")


def sentences():
    """Every sentence of the faces' grammar, the last factor running fastest."""
    factors = list(FACES.options)
    return [
        FACES.sentence(**dict(zip(factors, chosen, strict=True)))
        for chosen in itertools.product(*FACES.options.values())
    ]


def attention():
    """As much to every token of a sentence."""
    tokenizer = Tokenizer(FACES.vocabulary, 11)
    words = tokenizer.mask(tokenizer.encode(sentences())).float()
    shares = (255 * words / words.sum(1, keepdim=True)).round().to(torch.uint8)
    return shares[:, :, None, None].expand(-1, -1, 8, 8).contiguous()


EXAMPLES = {
    "widgets.LatentExplorer": {
        "decoder": lambda: nn.Sequential(nn.Linear(2, 4), nn.Sigmoid()),
        "codes": lambda: torch.randn(40, 2),
        "labels": lambda: torch.arange(40) % 2,
        "image_shape": lambda: (1, 2, 2),
    },
    "widgets.RealOrFake": {
        "real": lambda: torch.rand(30, 1, 4, 4),
        "fakes": lambda: {"a": torch.rand(30, 1, 4, 4)},
        "rounds": lambda: 6,
    },
    "widgets.SentenceBuilder": {
        "pictures": lambda: torch.zeros(2, 108, 3, 32, 32, dtype=torch.uint8),
        "attention": attention,
        "read": lambda: {name: torch.zeros(2, 108, dtype=torch.int64) for name in FACES.options},
        "scales": lambda: (1.0, 2.0),
        "held_out": lambda: torch.arange(108) < 9,
        "sentence": lambda: "a face with red hair",
        "scale": lambda: 1.0,
        "word": lambda: "red",
    },
    "widgets.TableBrush": {
        "table": lambda: {
            ("digits", name): {"a": torch.rand(3), "b": torch.rand(3)} for name in ("gan", "vae")
        },
        "measures": lambda: {"a": ("one", "lower"), "b": ("other", "near")},
        "data": lambda: "digits",
        "kinds": lambda: {"gan": "none", "vae": "bound"},
        "brushes": lambda: {"a": (0.2, None)},
        "axis": lambda: "b",
        "family": lambda: "vae",
    },
    "widgets.StyleMixer": {"generator": lambda: StyleGenerator(8, 6, (4, 4, 4, 4, 4, 4))},
    "widgets.VAEExplorer": {
        "autoencoder": lambda: MLPAutoencoder((1, 4, 4), 2, (8,)),
        "vaes": lambda: {1.0: VAE((1, 4, 4), 2, (8,))},
        "images": lambda: torch.rand(20, 1, 4, 4),
        "labels": lambda: torch.arange(20) % 10,
    },
}
