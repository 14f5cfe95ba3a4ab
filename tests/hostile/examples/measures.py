"""Examples of the rooms of metrics, VAEs and training."""

import torch
from torch import nn

from course_utils.vae import VAE


def faces(n=2):
    from course_utils.data.faces import RANGES

    factors = {name: torch.rand(n) for name in RANGES}
    return {**factors, "hair": torch.tensor([0, 1]), "glasses": torch.tensor([0, 1])}


def glyphs(n=2):
    from course_utils.text import grammar

    return {name: torch.arange(n) % 2 for name in grammar("glyphs").options}


def squared(model, x):
    return model(x).square().mean()


def bits(*shape):
    return (torch.rand(*shape) > 0.5).float()


EXAMPLES = {
    "metrics": {
        "channels": lambda: (4, 6),
        "features": lambda: 5,
        "x": lambda: torch.rand(2, 1, 8, 8),
        "factors": faces,
        "classifier": lambda: nn.Linear(3, 4),
        "images": lambda: torch.rand(5, 3),
        "labels": lambda: torch.tensor([0, 1, 2, 3, 0]),
        "groups": lambda: torch.tensor([0, 1, 2, 2, 1]),
        "centres": lambda: torch.randn(3, 2),
        "shares": lambda: torch.tensor([0.2, 0.8]),
        "reference": lambda: torch.tensor([0.5, 0.5]),
        "real": lambda: torch.randn(8, 2),
        "fake": lambda: torch.randn(8, 2),
        "k": lambda: 3,
        "hits": lambda: 3,
        "n_signal": lambda: 5,
        "false_alarms": lambda: 2,
        "n_noise": lambda: 6,
        "sizes": lambda: [2, 4, 8],
        "d": lambda: 3,
        "n": lambda: 9,
        "a": lambda: torch.randn(6, 2),
        "b": lambda: torch.randn(7, 2),
        "probabilities": lambda: torch.rand(5, 3).softmax(1),
        "samples": lambda: torch.randn(6, 2),
        "means": lambda: torch.randn(3, 2),
        "radius": lambda: 1.0,
        "references": lambda: torch.randn(5, 2),
        "answers": lambda: [{"model": None, "real": True, "said": "real", "ms": 5}],
        "successes": lambda: 4,
    },
    "metrics.best_names": {"k": lambda: 5},
    "metrics.matched_purity": {"k": lambda: 5},
    "metrics.FaceReader": {"channels": lambda: (4, 4, 6), "x": lambda: torch.rand(2, 3, 32, 32)},
    "metrics.GlyphReader": {
        "channels": lambda: (4, 4, 6),
        "x": lambda: torch.rand(2, 1, 28, 28),
        "truth": glyphs,
    },
    "metrics.bin_shares": {"x": lambda: torch.randn(6, 2)},
    "metrics.cluster_centres": {"x": lambda: torch.randn(6, 2), "rounds": lambda: 3},
    "metrics.rank_correlation": {"x": lambda: torch.randn(6), "y": lambda: torch.randn(6)},
    "training": {
        "tensors": lambda: (torch.randn(6, 2),),
        "batch_size": lambda: 3,
        "seed": lambda: 0,
        "device": lambda: torch.device("cpu"),
        "loss": lambda: torch.tensor(1.0),
        "state": lambda: {},
        "model": lambda: nn.Linear(2, 1),
        "decay": lambda: 0.9,
        "data": lambda: torch.randn(6, 2),
        "progress": lambda: False,
        "steps": lambda: 1,
        "epochs": lambda: None,
        "seconds": lambda: None,
        "update": lambda: lambda x: x.mean(),
        "checkpoint": lambda: None,
        "optimiser": lambda: torch.optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1),
    },
    "training.History.load_state_dict": {
        "state": lambda: {"seconds": 1.0, "values": {"loss": torch.ones(2).double()}},
    },
    "training.fit": {"loss": lambda: squared, "ema_decay": lambda: 0.9},
    "training.gradient_step": {"loss": lambda: squared},
    "vae": {
        "in_shape": lambda: (1, 4, 4),
        "latent_dim": lambda: 2,
        "hidden": lambda: (6,),
        "classes": lambda: 3,
        "x": lambda: bits(3, 1, 4, 4),
        "y": lambda: torch.tensor([0, 1, 2]),
        "z": lambda: torch.randn(3, 2),
        "n": lambda: 2,
        "generator": lambda: torch.Generator().manual_seed(0),
        "positions": lambda: 2,
        "size": lambda: 4,
        "dim": lambda: 2,
        "indices": lambda: torch.tensor([[0, 1], [2, 3], [1, 1]]),
        "channels": lambda: (2, 3),
        "unused": lambda: torch.tensor([True, False, False, True]),
        "log_weights": lambda: torch.randn(4, 3),
        "logits": lambda: torch.randn(3, 1, 4, 4),
        "mean": lambda: torch.randn(3, 2),
        "logvar": lambda: torch.randn(3, 2),
        "k": lambda: 2,
        "model": lambda: VAE((1, 4, 4), 2, (6,)),
    },
}
