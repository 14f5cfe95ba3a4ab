"""Diffusion models: noise schedules, the forward process, what a network predicts, losses, samplers, nets.

A model is any callable model(x_t, t), so a network and an exact mixture are interchangeable.
"""

from . import bound, consistency, control, distillation, guidance, inversion, samplers, schedules, sde
from .dit import DiT
from .exact_model import exact_model
from .nets import PlaneNet, time_embedding
from .noisy_classifier import NoisyClassifier
from .objective import denoising_loss
from .predictions import Prediction, predictions
from .schedule import NoiseSchedule
from .space_time import SpaceTimeDiT
from .text_unet import TextUNet
from .unet import UNet

__all__ = [
    "DiT", "NoiseSchedule", "NoisyClassifier", "PlaneNet", "Prediction", "SpaceTimeDiT", "TextUNet", "UNet",
    "bound", "consistency", "control", "denoising_loss", "distillation", "exact_model", "guidance",
    "inversion", "predictions", "samplers", "schedules", "sde", "time_embedding",
]  # fmt: skip
