"""Examples of the rooms of flow matching and of normalising flows."""

import torch
from torch import nn

from course_utils import flows
from course_utils.diffusion import NoiseSchedule, PlaneNet
from course_utils.flow_matching import Path
from course_utils.flows import masks

from .small_rooms import mixture


def model(x, t):
    return 0.1 * x


EXAMPLES = {
    "flow_matching": {
        "net": lambda: PlaneNet(4, 1),
        "x": lambda: torch.randn(3, 2),
        "t": lambda: torch.rand(3),
        "name": lambda: "linear()",
        "levels": lambda: lambda t: (t, 1 - t, t, t),
        "time": lambda: lambda angle: angle,
        "schedule": lambda: NoiseSchedule.linear(8),
        "like": lambda: torch.randn(3, 2),
        "noise": lambda: torch.randn(3, 2),
        "data": lambda: torch.randn(3, 2),
        "output": lambda: torch.randn(3, 2),
        "x_t": lambda: torch.randn(3, 2),
        "source": lambda: "velocity",
        "target": lambda: "sample",
        "signal": lambda: torch.rand(3),
        "sigma": lambda: torch.rand(3),
        "model": lambda: model,
        "path": Path.linear,
        "mixture": mixture,
        "steps": lambda: 2,
        "n": lambda: 3,
        "generator": lambda: torch.Generator().manual_seed(0),
        "shape": lambda: (3, 2),
        "velocity": lambda: model,
        "dt": lambda: 0.1,
        "times": lambda: None,
        "coupling": lambda: None,
    },
    "flow_matching.retime": {"source": Path.linear, "target": Path.cosine},
    "flow_matching.Path.schedule": {"num_train_timesteps": lambda: 4},
    "flow_matching.sampling": {"t": lambda: 0.5},
    "flows": {
        "dim": lambda: 2,
        "depth": lambda: 1,
        "hidden": lambda: (4,),
        "channels": lambda: 2,
        "x": lambda: torch.rand(3, 2),
        "z": lambda: torch.rand(3, 2),
        "mask": lambda: masks.halves(2),
        "shape": lambda: (2,),
        "steps": lambda: [flows.ElementwiseAffine(2)],
        "base": lambda: 2,
        "n": lambda: 2,
        "generator": lambda: torch.Generator().manual_seed(0),
        "levels": lambda: 4,
        "step": lambda: flows.Planar(2),
        "order": lambda: [1, 0],
        "log_prob": lambda: torch.randn(3),
        "scale": lambda: torch.randn(3),
        "bound": lambda: 2.0,
        "height": lambda: 4,
        "width": lambda: 4,
        "count": lambda: 4,
        "n_in": lambda: 2,
        "n_out": lambda: 3,
        "c_in": lambda: 1,
        "c_out": lambda: 2,
        "layer": lambda: nn.Linear(2, 2),
    },
    "flows.Flatten": {"shape": lambda: (1, 2, 1), "x": lambda: torch.rand(3, 1, 2, 1)},
    "flows.Glow": {"shape": lambda: (1, 4, 4), "levels": lambda: 1},
    "flows.PixelMade": {
        "shape": lambda: (1, 2, 2),
        "order": lambda: None,
        "x": lambda: (torch.rand(3, 1, 2, 2) > 0.5).float(),
    },
    "flows.Split": {
        "rest": lambda: flows.Flatten((1, 2, 2)),
        "shape": lambda: (2, 2, 2),
        "x": lambda: torch.rand(3, 2, 2, 2),
        "z": lambda: torch.rand(3, 8),
    },
    "flows.Squeeze": {"x": lambda: torch.rand(3, 1, 4, 4), "z": lambda: torch.rand(3, 4, 2, 2)},
    "flows.MaskedLinear": {"mask": lambda: torch.tensor([[True, False], [True, True]])},
    "flows.dequantise": {"x": lambda: torch.tensor([[0.0, 1.0], [2.0, 3.0]])},
}
