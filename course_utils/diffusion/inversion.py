"""From data back to the noise that it would have come from."""

import torch

from .._validate import check_tensor
from .samplers import Walk, slope, unscaled


@torch.no_grad()
def invert(
    model, schedule, x0, *, num_inference_steps=50, prediction_type="epsilon", clip=None, watch=None,
    timesteps=None,
):  # fmt: skip
    """The x_T from which `samplers.ddim` leads back to x0 [B, ...], nearly: its steps, taken upwards.

    Each step wants the noise at the level where it ends, which is not known yet, so the model is asked at
    that level's t with the x of the level below; the error of this falls with the length of the steps. The
    rest is as in `samplers`. Source: Song et al. 2021 (DDIM), section 5.4; Dhariwal & Nichol 2021, app. F.
    """
    check_tensor("x0", x0, "[B, ...]")
    walk = Walk(
        model, schedule, x0.shape, num_inference_steps, prediction_type, x0, None, clip, watch, timesteps
    )
    x = x0
    for above, below, _ in reversed(walk.steps):
        noise = slope(x, walk.guess(x, above), above)
        x = unscaled(x / below.signal + (above.s - below.s) * noise, above)
    return x
