"""Flow matching: paths from noise to data, their velocities, a loss, samplers, reflow, couplings.

Time t runs from 0, which is noise, to 1, which is data; diffusion counts the other way round. A model is any
callable model(x, t) -> velocity with t float [B], so a network and an exact mixture are interchangeable.
Rectified flow (Liu et al. 2023) and stochastic interpolants (Albergo & Vanden-Eijnden 2023) are other names
for nearly the same thing.
"""

from .coupling import couple
from .exact_velocity import exact_velocity
from .likelihood import log_prob
from .nets import FlowNet
from .objective import matching_loss, pairs_loss
from .path import Path
from .predictions import Prediction, predictions
from .reflow import reflow_pairs, straightness
from .retiming import as_denoiser, retime
from .sampling import methods, sample
from .times import logit_normal, logit_normal_density

__all__ = [
    "FlowNet", "Path", "Prediction", "as_denoiser", "couple", "exact_velocity", "log_prob", "logit_normal",
    "logit_normal_density", "matching_loss", "methods", "pairs_loss", "predictions", "reflow_pairs", "retime",
    "sample", "straightness",
]  # fmt: skip
