"""One training loop: device, precision, progress, history, EMA, checkpoint and exact resume.

`fit` trains one model. `steps` is the loop beneath it, for anything with an update of its own (a GAN's two
players), and `gradient_step`, `adamw` and `WeightAverage` are the pieces `fit` puts into it.
"""

from .batches import Batches, fingerprint
from .device import pick_device, seed_everything
from .fitting import WeightAverage, adamw, fit, gradient_step
from .history import History, TrainingDiverged
from .loop import steps
from .storage import CheckpointError

__all__ = [
    "Batches", "CheckpointError", "History", "TrainingDiverged", "WeightAverage", "adamw", "fingerprint",
    "fit", "gradient_step", "pick_device", "seed_everything", "steps",
]  # fmt: skip
