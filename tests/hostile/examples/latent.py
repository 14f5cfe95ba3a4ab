"""Examples of the room of codes that are small images."""

import torch

from course_utils import latent

EXAMPLES = {
    "latent": {
        "in_shape": lambda: (1, 8, 4),
        "channels": lambda: (2, 3),
        "latent_channels": lambda: 2,
        "size": lambda: 5,
        "dim": lambda: 2,
        "colours": lambda: 1,
        "out": lambda: 4,
        "x": lambda: torch.rand(3, 1, 8, 4),
        "z": lambda: torch.randn(3, 2, 2, 1),
        "indices": lambda: torch.tensor([[[0], [4]], [[1], [1]]]),
        "mean": lambda: torch.randn(3, 2, 2, 1),
        "logvar": lambda: torch.randn(3, 2, 2, 1),
        "autoencoder": lambda: latent.KLAutoencoder((1, 8, 4), 2, (2, 3)),
        "scale": lambda: 0.5,
        "generator": lambda: torch.Generator().manual_seed(0),
    },
}
