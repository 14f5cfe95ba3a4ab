"""Examples of the diffusion room."""

import torch
from torch import nn

from course_utils.diffusion import NoiseSchedule, PlaneNet, UNet, sde
from course_utils.diffusion.samplers import Level

from .small_rooms import mixture


def model(x, t):
    return 0.1 * x


def images():
    return torch.rand(2, 1, 8, 8)


EXAMPLES = {
    "diffusion": {
        "schedule": lambda: NoiseSchedule.linear(8),
        "model": lambda: model,
        "shape": lambda: (3, 2),
        "x0": lambda: torch.randn(3, 2),
        "x_t": lambda: torch.randn(3, 2),
        "x": lambda: torch.randn(3, 2),
        "noise": lambda: torch.randn(3, 2),
        "t": lambda: torch.tensor([1, 2, 3]),
        "like": lambda: torch.randn(3, 2),
        "output": lambda: torch.randn(3, 2),
        "x_T": lambda: torch.randn(3, 2),
        "source": lambda: "epsilon",
        "target": lambda: "sample",
        "mixture": mixture,
        "factor": lambda: 0.5,
        "betas": lambda: torch.linspace(0.01, 0.5, 8),
        "levels": lambda: torch.linspace(1, 0.1, 9),
        "sigmas": lambda: torch.linspace(0.1, 3, 8),
        "num_inference_steps": lambda: 3,
        "clip": lambda: (-2.0, 2.0),
        "generator": lambda: torch.Generator().manual_seed(0),
        "dim": lambda: 8,
        "images": images,
        "wanted": lambda: torch.zeros(2, 1, 8, 8),
        "uncond": lambda: torch.randn(3, 2),
        "cond": lambda: torch.randn(3, 2),
        "guidance_scale": lambda: 2.0,
        "uncond_model": lambda: model,
        "cond_model": lambda: model,
        "y": lambda: torch.tensor([0, 1, 2]),
        "null": lambda: 10,
        "share": lambda: 0.5,
        "net": lambda: lambda x, t, y: 0.1 * x,
        "std": lambda: 0.5,
        "log_prob": lambda: lambda x, t: -x.square().sum(1),
        "total_std": lambda: 1.0,
        "classifier": lambda: lambda x, t: torch.cat([x, -x], 1),
        "n": lambda: 4,
        "level": lambda: Level(3, 0.8, 0.6, 0.75),
        "after": lambda: torch.tensor([0.5, 0.2]).double(),
        "before": lambda: torch.tensor([0.7, 0.5]).double(),
        "num_train_timesteps": lambda: 8,
        "channels": lambda: 8,
        "c_in": lambda: 8,
        "c_out": lambda: 8,
        "embedding_dim": lambda: 6,
        "layer": lambda: nn.Linear(2, 2),
        "width": lambda: 8,
        "score": lambda: lambda x, u: -x,
        "steps": lambda: 2,
        "u": lambda: 0.5,
        "sde": lambda: sde.VP(),
        "hidden": lambda: 4,
        "layers": lambda: 1,
        "embedding": lambda: 4,
        "beta_start": lambda: 0.01,
        "beta_end": lambda: 0.5,
        "control_channels": lambda: 1,
        "prior": lambda: None,
    },
    "diffusion.NoiseSchedule.posterior": {"prev": lambda: torch.tensor([0, 1, 2])},
    "diffusion.PlaneNet": {"dim": lambda: 2},
    "diffusion.denoising_loss": {"weight": lambda: torch.rand(8)},
    "diffusion.DiT": {
        "shape": lambda: (1, 8, 8),
        "heads": lambda: 1,
        "depth": lambda: 1,
        "classes": lambda: 3,
        "x": images,
        "t": lambda: torch.tensor([1, 2]),
        "y": lambda: torch.tensor([0, 1]),
    },
    "diffusion.dit": {"size": lambda: 2, "heads": lambda: 2, "ratio": lambda: 2},
    "diffusion.dit.unpatchify": {"patches": lambda: torch.randn(2, 4, 4), "shape": lambda: (1, 4, 4)},
    "diffusion.dit.DiTBlock": {"x": lambda: torch.randn(2, 3, 8), "embedding": lambda: torch.randn(2, 6)},
    "diffusion.consistency": {
        "sigma": lambda: torch.tensor([0.5, 1.0, 2.0]),
        "sigma_data": lambda: 0.5,
        "sigma_min": lambda: 0.01,
        "network": lambda: lambda x, sigma: 0.1 * x,
        "f": lambda: lambda x, sigma: 0.1 * x,
        "levels": lambda: torch.tensor([2.0, 1.0]),
    },
    "diffusion.NoisyClassifier": {"x_t": images, "t": lambda: torch.tensor([1, 2])},
    "diffusion.NoiseSchedule.alpha_bar": {"t": lambda: 3},
    "diffusion.UNet": {
        "multipliers": lambda: (1, 2),
        "classes": lambda: 3,
        "x": images,
        "t": lambda: torch.tensor([1, 2]),
        "y": lambda: torch.tensor([0, 1]),
        "h": lambda: torch.randn(2, 8, 8, 8),
        "embedding": lambda: torch.randn(2, 32),
        "kept": lambda: [torch.randn(2, 8, 8, 8), torch.randn(2, 16, 4, 4)],
    },
    "diffusion.UNet.decode": {"h": lambda: torch.randn(2, 16, 4, 4)},
    "diffusion.control.ControlledUNet": {
        "base": lambda: UNet(width=8),
        "x": images,
        "t": lambda: torch.tensor([1, 2]),
        "y": lambda: None,
        "control": images,
    },
    "diffusion.guidance.class_log_prob": {"y": lambda: torch.tensor([0, 1, 1])},
    "diffusion.guidance_exact.LabelledMixture": {
        "labels": lambda: torch.tensor([0, 1]),
        "y": lambda: 1,
        "alpha_cumprod": lambda: 0.5,
        "x": lambda: torch.randn(3, 2),
    },
    "diffusion.samplers.Walk": {
        "prediction_type": lambda: "epsilon",
        "watch": lambda: None,
        "pairs": lambda: None,
    },
    "diffusion.samplers.place_of": {"model": lambda: PlaneNet(4, 1)},
    "diffusion.samplers.unscaled": {"y": lambda: torch.randn(3, 2)},
    "diffusion.unet": {"x": lambda: torch.randn(2, 8, 4, 4), "embedding": lambda: torch.randn(2, 6)},
}
