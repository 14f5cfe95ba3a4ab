"""The loss of a denoiser."""

import torch

from .._validate import check_answer, check_choice, check_tensor
from .predictions import predictions
from .schedule import check_schedule


def denoising_loss(schedule, prediction_type="epsilon", weight=None):
    """loss(model, x0, *condition) -> scalar, for `training.fit`: squared error at a random step.

    model(x_t, t, *condition) -> [B, ...]; x0: [B, ...]; t is uniform on 0..T-1 and the error a mean over
    everything. prediction_type: a name in `predictions`; weight: None or a tensor [T], one factor for each
    step. With "epsilon" and no weight it is L_simple (Ho et al. 2020, eq. 14).
    Raises ValueError for an unknown name (with the nearest match) or a weight of another shape.
    """
    check_schedule(schedule)
    prediction = predictions[check_choice("prediction_type", prediction_type, predictions)]
    if weight is not None:
        check_tensor("weight", weight, f"[{len(schedule)}]")

    def loss(model, x0, *condition):
        check_tensor("x0", x0, "[B, ...]")
        t = torch.randint(len(schedule), (len(x0),), device=x0.device)
        noise = torch.randn_like(x0)
        x_t = schedule.add_noise(x0, noise, t)
        target = prediction.target(x0, noise, *schedule.rates(t, x0))
        output = check_answer("model", model(x_t, t, *condition), target.shape)
        error = (output - target).square().flatten(1).mean(1)
        return error.mean() if weight is None else (weight.to(error)[t] * error).mean()

    return loss
