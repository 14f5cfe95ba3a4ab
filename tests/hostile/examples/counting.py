"""Examples of the room that counts."""

import torch
from torch import nn

from course_utils.counting import Operation

EXAMPLES = {
    "counting": {
        "rows": lambda: 3,
        "n_in": lambda: 4,
        "n_out": lambda: 5,
        "batch": lambda: 2,
        "c_in": lambda: 4,
        "c_out": lambda: 6,
        "kernel": lambda: (3, 3),
        "size": lambda: (7, 5),
        "heads": lambda: 2,
        "queries": lambda: 5,
        "keys": lambda: 6,
        "width": lambda: 8,
        "numbers": lambda: 30,
        "tokens": lambda: 9,
        "depth": lambda: 2,
        "model": lambda: nn.Sequential(nn.Linear(3, 4), nn.SiLU(), nn.Linear(4, 2)),
        "inputs": lambda: (torch.rand(5, 3),),
        "parameters": lambda: 1_000,
        "flops": lambda: 1e12,
        "seconds": lambda: 2.0,
        "peak": lambda: 1e13,
        "utilisation": lambda: 0.4,
    },
    "counting.fit_growth": {
        "sizes": lambda: [8.0, 16.0, 32.0, 64.0, 128.0],
        "seconds": lambda: [1.1, 1.4, 2.0, 3.4, 6.1],
    },
    "counting.Count": {
        "forward": lambda: 6,
        "backward": lambda: 12,
        "norms": lambda: 0,
        "operations": lambda: [Operation("0", "linear", 6, 12)],
        "what": lambda: "kind",
    },
    "counting.dit_macs": {"size": lambda: "S"},
    "counting.transformer_training_flops": {"tokens": lambda: 2_000},
}
