"""The denoiser that no network can beat, where the data are a known mixture."""

import torch

from .._validate import check_choice, check_tensor, check_whole
from ..exact import check_mixture
from .predictions import predictions
from .schedule import check_schedule


def exact_model(mixture, schedule, prediction_type="epsilon"):
    """model(x_t, t) with the exact E[x_0 | x_t] of a mixture, in the form of any prediction.

    mixture: an exact.GaussianMixture in D dimensions. x_t: [B, D]; t: [B] int in 0..T-1; returns [B, D] in
    the dtype and on the device of x_t. Use it wherever a trained network goes. Raises ValueError for an
    unknown name.
    """
    check_mixture(mixture), check_schedule(schedule)
    check_choice("prediction_type", prediction_type, predictions)

    def model(x_t, t):
        check_tensor("x_t", x_t, f"[B, {mixture.dim}]", nonempty=False)
        check_whole("t", t, f"[{len(x_t)}]", nonempty=False)
        x0 = torch.empty_like(x_t)
        for step in t.unique().tolist():  # a sampler's batch has one step, a training batch many
            here = t == step
            points = x_t[here].to(mixture.means.device)
            x0[here] = mixture.denoise(points, schedule.alpha_bar(step)).to(x_t)
        return schedule.convert(x0, x_t, t, "sample", prediction_type)

    return model
