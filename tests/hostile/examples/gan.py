"""Examples of the GAN room."""

import torch
from torch import nn

from course_utils.gan import losses
from course_utils.gan.infogan import Codes, Guess
from course_utils.gan.translation import ImagePool

from .small_rooms import bump

PLAYER = nn.Linear(2, 2)


def images(channels=1):
    return torch.rand(2, channels, 8, 8)


def adam():
    return torch.optim.Adam(nn.Linear(2, 2).parameters())


class Reader(nn.Linear):
    def features(self, x):
        return self(x)


def densities():
    return torch.stack([bump(0.0), bump(1.0)]) / 2


EXAMPLES = {
    "gan": {
        "real": lambda: torch.randn(3, 2),
        "fake": lambda: torch.randn(3, 2),
        "latent_dim": lambda: 3,
        "hidden": lambda: (4,),
        "width": lambda: 4,
        "x": images,
        "z": lambda: torch.randn(2, 3),
        "name": lambda: "js",
        "G": lambda: nn.Linear(3, 2),
        "D": lambda: nn.Linear(2, 1),
        "losses": lambda: losses["non_saturating"],
        "g_optimizer": adam,
        "d_optimizer": adam,
        "rule": lambda: "simultaneous",
        "a": lambda: 0.5,
        "net": lambda: nn.Linear(2, 2),
        "p": lambda: bump(0.0),
        "q": lambda: bump(1.0),
        "dx": lambda: 0.2,
        "y": lambda: torch.tensor([0, 1]),
        "n_classes": lambda: 3,
        "size": lambda: 8,
        "features": lambda: torch.randn(2, 4),
        "head": lambda: nn.Linear(4, 1),
        "embedding": lambda: torch.randn(3, 4),
        "channels": lambda: 1,
        "t": lambda: torch.randn(3),
        "value": lambda: 1.0,
        "game": lambda: "wgan",
        "theta": lambda: 1.0,
        "psi": lambda: 1.0,
        "h": lambda: 0.1,
        "start": lambda: (1.0, 1.0),
        "steps": lambda: 8,
        "path": lambda: torch.randn(9, 2).double(),
        "t_p": lambda: -torch.rand(60).double(),
        "t_q": lambda: -torch.rand(60).double(),
        "n": lambda: 3,
        "generator": lambda: torch.Generator().manual_seed(0),
        "logits": lambda: torch.randn(3, 10),
        "category": lambda: torch.tensor([0, 1, 2]),
        "mean": lambda: torch.randn(3, 2),
        "log_std": lambda: torch.randn(3, 2),
        "numbers": lambda: torch.rand(3, 2),
        "classes": lambda: torch.randn(3, 4),
        "labelled": lambda: torch.randn(2, 4),
        "unlabelled": lambda: torch.randn(3, 4),
        "critic": lambda: nn.Linear(2, 1),
        "scale": lambda: 0.5,
        "shift": lambda: torch.randn(2, 1),
        "c_in": lambda: 1,
        "c_out": lambda: 2,
        "style_dim": lambda: 4,
        "widths": lambda: (4, 4, 4, 4, 4, 4),
        "w": lambda: torch.randn(2, 4),
        "first": lambda: torch.randn(2, 4),
        "second": lambda: torch.randn(2, 4),
        "centre": lambda: torch.randn(4),
        "there": lambda: PLAYER,
        "back": lambda: PLAYER,
        "D_x": lambda: nn.Linear(2, 1),
        "D_y": lambda: nn.Linear(2, 1),
        "pools": lambda: [ImagePool(), ImagePool()],
        "optimizer": adam,
        "images": images,
        "loss": lambda: nn.Linear(2, 1)(torch.ones(1, 2)).sum(),
        "content": lambda: lambda x, made, y: made.mean(),
        "layers": lambda: ((4, 2), (3, 1)),
        "factor": lambda: 2,
        "model": lambda: nn.Linear(2, 2),
        "kernel": lambda: torch.randn(2, 3, 2),
        "n_features": lambda: 2,
        "n_reference": lambda: 2,
        "dim": lambda: 2,
        "threshold": lambda: 1.0,
    },
    "gan.value": {"D": lambda: torch.rand(60).double()},
    "gan.style.mix": {"start": lambda: 2, "layers": lambda: 6},
    "gan.style.adain": {"scale": lambda: torch.randn(2, 1)},
    "gan.style.truncate": {"w": lambda: torch.randn(2, 4), "psi": lambda: 0.5},
    "gan.style.StyleLayer": {"noise": lambda: torch.randn(2, 1, 8, 8)},
    "gan.style.StyleGenerator": {"w": lambda: torch.randn(2, 4), "channels": lambda: 3},
    "gan.theory": {"x": lambda: 1.0, "y": lambda: 0.5},
    "gan.conditional.ConditionalBatchNorm2d": {"channels": lambda: 1},
    "gan.infogan.Codes": {
        "category": lambda: torch.tensor([0, 1]),
        "numbers": lambda: torch.rand(2, 2),
    },
    "gan.infogan.draw_codes": {"numbers": lambda: 2},
    "gan.infogan.infogan_bound": {
        "guess": lambda: Guess(torch.randn(3, 10), torch.randn(3, 2), torch.randn(3, 2)),
        "codes": lambda: Codes(torch.tensor([0, 1, 2]), torch.rand(3, 2)),
    },
    "gan.infogan.InfoDiscriminator": {
        "numbers": lambda: 2,
        "hidden": lambda: 4,
        "features": lambda: torch.randn(2, 256),
    },
    "gan.label_losses.k_plus_one": {"fake": lambda: torch.randn(3, 4)},
    "gan.label_theory": {"q": densities, "p": densities},
    "gan.penalties": {"x": lambda: torch.randn(3, 2)},
    "gan.penalties.dragan_penalty": {"scale": lambda: 0.5},
    "gan.translation": {"h": lambda: torch.rand(2, 1, 8, 8)},
    "gan.translation.PatchDiscriminator": {"layers": lambda: ((4, 2), (4, 2), (3, 1))},
    "gan.translation.Translator": {"blocks": lambda: 1},
    "gan.translation.SuperResolver": {"blocks": lambda: 1},
    "gan.translation.pixel_shuffle": {"x": lambda: torch.rand(2, 4, 3, 3)},
    "gan.translation.cycle_loss": {"x": lambda: torch.rand(3, 2)},
    "gan.translation.identity_loss": {"y": lambda: torch.rand(3, 2)},
    "gan.tricks": {"h": lambda: torch.randn(3, 2)},
    "gan.tricks.VirtualBatchNorm2d": {"channels": lambda: 1, "x": lambda: torch.rand(4, 1, 8, 8)},
    "gan.tricks.feature_matching": {"D": lambda: Reader(2, 2)},
}
