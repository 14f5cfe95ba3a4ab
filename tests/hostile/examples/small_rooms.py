"""Examples of the rooms of one file, and of those where names and files are asked for."""

import math
import tempfile
from pathlib import Path

import torch
from PIL import Image
from torch import nn

from course_utils import choosing, claims
from course_utils.exact import GaussianMixture


def mixture():
    return GaussianMixture(torch.tensor([[-1.0, 0.0], [1.0, 0.5]]), torch.tensor([0.5, 0.7]))


def shares(*shape):
    return torch.rand(*shape, dtype=torch.float64).softmax(-1)


def bump(centre, n=60):
    """A normal density on n points 0.2 apart."""
    x = 0.2 * (torch.arange(n, dtype=torch.float64) - n / 2)
    return (-((x - centre) ** 2) / 2).exp() / math.sqrt(2 * math.pi)


def shown():
    from course_utils.figures import subplots

    return subplots(figsize=(1, 1))[0]


def pictures():
    """A folder with two images of 4 x 4."""
    folder = Path(tempfile.mkdtemp())
    for name in ("a.png", "b.png"):
        Image.new("RGB", (4, 4)).save(folder / name)
    return folder


EXAMPLES = {
    "autoencoders": {
        "in_shape": lambda: (1, 4, 4),
        "latent_dim": lambda: 2,
        "hidden": lambda: (6,),
        "channels": lambda: (2, 3),
        "x": lambda: torch.rand(3, 1, 4, 4),
        "encoder": lambda: nn.Sequential(nn.Flatten(), nn.Linear(16, 2)),
        "decoder": lambda: nn.Sequential(nn.Linear(2, 16), nn.Unflatten(1, (1, 4, 4))),
        "model": lambda: nn.Linear(2, 2),
        "codes": lambda: torch.randn(5, 2),
    },
    "capstone": {
        "project": lambda: "p1",
        "card": lambda: "# Model card",
        "path": lambda: Path(tempfile.mkdtemp()),
        "n": lambda: 2,
        "seed": lambda: 0,
    },
    "checkpoints": {
        "model": lambda: nn.ModuleDict({"beta_1": nn.Linear(2, 2)}),
        "name": lambda: "digit_classifier",
    },
    "choosing": {
        "table": lambda: {
            ("digits", name): {"distance": torch.rand(4), "recall": torch.rand(4)} for name in ("vae", "gan")
        },
        "data": lambda: "digits",
        "measure": lambda: "distance",
        "better": lambda: "lower",
        "measures": lambda: {"distance": "lower", "recall": "higher"},
        "need": lambda: choosing.NEEDS[0],
        "kinds": lambda: {"vae": "bound", "gan": "none"},
    },
    "claims": {
        "a": lambda: torch.randn(5),
        "b": lambda: torch.randn(4),
        "confidence": lambda: 0.9,
        "claim": lambda: claims.CLAIMS[1],
        "table": lambda: {("digits", "vae"): {"failed": torch.zeros(3)}},
    },
    "checks": {
        "name": lambda: "elbo.kl",
        "function": lambda: None,
        "guess": lambda: 1.0,
        "answer": lambda: 2.0,
    },
    "data": {"name": lambda: "digits", "n": lambda: 10},
    "data.ImageFolder": {"path": pictures, "index": lambda: 0},
    "data.toy": {"name": lambda: "moons"},
    "divergences": {
        "p": lambda: shares(3, 4),
        "q": lambda: shares(3, 4),
        "dx": lambda: 0.2,
        "mu": lambda: torch.randn(3, 2),
        "logvar": lambda: torch.randn(3, 2),
        "mu1": lambda: torch.randn(3, 2),
        "logvar1": lambda: torch.randn(3, 2),
        "mu2": lambda: torch.randn(3, 2),
        "logvar2": lambda: torch.randn(3, 2),
        "x": lambda: torch.randn(4),
        "y": lambda: torch.randn(5),
    },
    **{
        f"divergences.{name}": {"p": lambda: bump(0.0), "q": lambda: bump(1.0)}
        for name in ("kl_density", "js_density", "wasserstein1_density")
    },
    "exact.GaussianMixture": {
        "means": lambda: torch.randn(2, 2),
        "stds": lambda: torch.tensor([0.5, 0.7]),
        "weights": lambda: torch.tensor([0.25, 0.75]),
        "n": lambda: 3,
        "x": lambda: torch.randn(4, 2),
        "x_t": lambda: torch.randn(4, 2),
        "alpha_cumprod": lambda: 0.5,
    },
    "exact.BernoulliMixture": {
        "weights": lambda: torch.tensor([0.25, 0.75]),
        "p": lambda: torch.tensor([[0.2, 0.5, 0.7], [0.6, 0.1, 0.9]]),
        "n": lambda: 3,
        "x": lambda: torch.rand(6, 3).round(),
        "k": lambda: 2,
    },
    "exact.LinearGaussian": {
        "W": lambda: torch.randn(3, 2),
        "mu": lambda: torch.randn(3),
        "sigma": lambda: 0.5,
        "n": lambda: 3,
        "x": lambda: torch.randn(6, 3),
        "k": lambda: 1,
        "q_mean": lambda: torch.randn(6, 2),
        "q_cov": lambda: torch.eye(2),
    },
    "figures": {
        "values": lambda: torch.rand(9),
        "low": lambda: -1.0,
        "high": lambda: 1.0,
        "title": lambda: "title",
        "label": lambda: "label",
        "ax": lambda: shown().subplots(),
        "n": lambda: 3,
        "rows": lambda: {"a": torch.rand(2, 1, 4, 4)},
        "columns": lambda: 2,
        "fig": shown,
        "images": lambda: torch.rand(4, 1, 4, 4),
        "names": lambda: ("batch",),
        "points": lambda: torch.randn(4, 2),
        "labels": lambda: torch.tensor([0, 1, 0, 1]),
        "alt": lambda: "A picture that shows nothing at all.",
    },
    "figures.image_rows": {"names": lambda: ("a", "b")},
    "figures.mosaic": {"rows": lambda: 2},
    "museum": {
        "exhibit": lambda: "exhibit A",
        "function": lambda: dict,
        "read": lambda: bool,
        "wanted": lambda: "a dict",
        "name": lambda: "A",
        "answer": lambda: dict,
        "judged": lambda: lambda given: "",
        "count": lambda: 2,
        "given": lambda: {"a": 1},
        "likes": lambda: {"a": 2},
    },
    "museum.like": {"wanted": lambda: torch.zeros(2)},
    "preset": {"quick": lambda: 1},
    "progress": {"progress": lambda: False, "total": lambda: 3, "unit": lambda: "step"},
    "systems": {"names": lambda: ["SR3"], "link": lambda: "{}.html"},
    "transport": {
        "x": lambda: torch.randn(3, 2),
        "y": lambda: torch.randn(4, 2),
        "z": lambda: torch.randn(2, 2),
        "g": lambda: torch.randn(4),
        "p": lambda: torch.tensor([0.5, 0.5]),
        "q": lambda: torch.tensor([0.2, 0.3, 0.5]),
        "cost": lambda: torch.rand(2, 3),
        "dx": lambda: 0.2,
    },
    "transport.line_potential": {"p": lambda: bump(0.0), "q": lambda: bump(1.0)},
    "verdict": {"what": lambda: "something", "value": lambda: 1.0, "low": lambda: 0.0, "high": lambda: 2.0},
}
