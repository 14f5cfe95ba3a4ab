"""The variational bound of a diffusion model, term by term."""

import math

import torch

from .._draws import normal
from .._validate import check_answer, check_callable, check_choice, check_generator, check_tensor
from .predictions import predictions
from .schedule import check_schedule


@torch.no_grad()
def bound_terms(
    model, schedule, x0, *, prediction_type="epsilon", variance_type="fixed_small", generator=None
):
    """L_0, L_1, ..., L_T in nats: their sum over the first axis bounds -log p(x_0) from above on average.

    model: callable (x_t [B, ...], t [B] int64) -> [B, ...]; x0: [B, ...], continuous. Returns [T + 1, B];
    row 0 is -log p(x_0 | x_1), row k for 0 < k < T is KL(q(x_k | x_{k+1}, x_0) || p(x_k | x_{k+1})), row T is
    KL(q(x_T | x_0) || N(0, I)); each but the last at one draw of x_{k+1} from q, so unbiased. variance_type:
    the variance of p, "fixed_small", beta-tilde, or "fixed_large", beta; p(x_0 | x_1) has beta with both, for
    beta-tilde is 0 there. generator: of any device, or None for torch's global one.
    Raises ValueError for an unknown name. Source: Ho et al. 2020, eq. 5.
    """
    check_callable("model", model, "x_t", "t")
    check_schedule(schedule)
    check_generator("generator", generator)
    check_choice("variance_type", variance_type, ["fixed_small", "fixed_large"])
    to_x0 = predictions[check_choice("prediction_type", prediction_type, predictions)].to_x0
    check_tensor("x0", x0, "[B, ...]")
    terms = []
    for t in range(len(schedule)):
        noise = normal(x0.shape, x0.device, x0.dtype, generator)
        x_t = schedule.add_noise(x0, noise, t)
        output = model(x_t, torch.full((len(x0),), t, device=x0.device))
        check_answer("model", output, x0.shape)
        error = x0 - to_x0(output, x_t, *schedule.rates(t, x0))
        # both means are the same function of x_0 and x_t, linear in x_0: they differ by this
        apart, variance = schedule.posterior(error, torch.zeros_like(error), t)
        beta = float(schedule.betas[t])
        if t == 0:
            terms.append(_log_density(apart, beta).neg())
        else:
            of_q = float(variance)
            terms.append(_kl(apart, of_q, of_q if variance_type == "fixed_small" else beta))
    signal = schedule.rates(len(schedule) - 1, x0)[0]
    return torch.stack([*terms, _kl(signal * x0, 1 - float(schedule.alphas_cumprod[-1]), 1.0)])


def _kl(apart, variance, other):
    """KL(N(m, variance I) || N(m', other I)) with m - m' = apart: [B, ...] -> [B]."""
    apart = apart.flatten(1)
    ratio = variance / other
    return apart.square().sum(1) / (2 * other) + apart.shape[1] * (ratio - 1 - math.log(ratio)) / 2


def _log_density(apart, variance):
    """log N(apart; 0, variance I): [B, ...] -> [B]."""
    apart = apart.flatten(1)
    return -(apart.square().sum(1) / variance + apart.shape[1] * math.log(2 * math.pi * variance)) / 2
