"""Examples of the widgets that show something of the reader's; the others have a default for everything."""

import torch
from torch import nn

from course_utils.autoencoders import MLPAutoencoder
from course_utils.gan.style import StyleGenerator
from course_utils.vae import VAE

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
    "widgets.StyleMixer": {"generator": lambda: StyleGenerator(8, 6, (4, 4, 4, 4, 4, 4))},
    "widgets.VAEExplorer": {
        "autoencoder": lambda: MLPAutoencoder((1, 4, 4), 2, (8,)),
        "vaes": lambda: {1.0: VAE((1, 4, 4), 2, (8,))},
        "images": lambda: torch.rand(20, 1, 4, 4),
        "labels": lambda: torch.arange(20) % 10,
    },
}
