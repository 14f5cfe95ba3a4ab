"""From noise to data: free functions of one signature, each the loop of its paper. All return x_0, [B, ...].

model: callable (x_t [B, ...], t [B] int64) -> [B, ...], a network or an `exact_model`; for a conditional
network give functools.partial(net, y=y). shape: of the batch, (B, ...). num_inference_steps: how many of the
schedule's T steps are visited, spaced evenly and ending at the last ("trailing" in diffusers).
prediction_type: what the model predicts. x_T: the noise to start from, [B, ...], or None to draw it.
generator: a torch.Generator for all noise, or None for torch's global one. clip: (low, high) for each guess
of x_0, or None. watch: called as watch(t, x_t, x0) with every guess of x_0, before the step is taken.
"""

import torch

from .._validate import check_choice, check_int, check_number, check_tensor
from .predictions import predictions


@torch.no_grad()
def ddpm(
    model, schedule, shape, *, num_inference_steps=None, prediction_type="epsilon",
    variance_type="fixed_small", x_T=None, generator=None, clip=None, watch=None,
):  # fmt: skip
    """Ancestral sampling: draws from q(x_prev | x_t, x_0) at the model's x_0 (Ho et al. 2020, algorithm 2).

    num_inference_steps: all T by default. variance_type: "fixed_small", the posterior's beta-tilde, or
    "fixed_large", beta. The last step adds no noise.
    """
    check_choice("variance_type", variance_type, ["fixed_small", "fixed_large"])
    x = _start(shape, x_T, generator)
    for t, prev in timesteps(schedule, num_inference_steps):
        x0 = _guess(model, schedule, x, t, prediction_type, clip, watch)
        mean, variance = schedule.posterior(x0, x, t, prev)
        if variance_type == "fixed_large":
            variance = 1 - (schedule.rates(t, x)[0] / schedule.rates(prev, x)[0]) ** 2
        x = mean + variance.sqrt() * _noise(x, generator) if prev >= 0 else mean
    return x


@torch.no_grad()
def ddim(
    model, schedule, shape, *, num_inference_steps=50, eta=0.0, prediction_type="epsilon", x_T=None,
    generator=None, clip=None, watch=None,
):  # fmt: skip
    """Steps that keep the marginals with any share of fresh noise (Song et al. 2021, eqs. 12 and 16).

    eta: 0 is deterministic, 1 adds as much noise as `ddpm`.
    """
    check_number("eta", eta, 0, 1)
    x = _start(shape, x_T, generator)
    for t, prev in timesteps(schedule, num_inference_steps):
        x0 = _guess(model, schedule, x, t, prediction_type, clip, watch)
        signal, sigma = schedule.rates(t, x)
        epsilon = (x - signal * x0) / sigma
        signal, sigma = schedule.rates(prev, x)
        fresh = eta**2 * schedule.posterior(x0, x, t, prev)[1]  # a variance
        x = signal * x0 + (sigma**2 - fresh).clamp(min=0).sqrt() * epsilon
        if eta > 0 and prev >= 0:
            x = x + fresh.sqrt() * _noise(x, generator)
    return x


@torch.no_grad()
def heun(
    model, schedule, shape, *, num_inference_steps=25, prediction_type="epsilon", x_T=None, generator=None,
    clip=None, watch=None,
):  # fmt: skip
    """Heun's second-order steps on the probability-flow ODE (Karras et al. 2022, algorithm 1 without churn).

    In y = x / sqrt(alpha-bar) and s = sigma / sqrt(alpha-bar) the ODE is dy / ds = epsilon. Calls the model
    twice a step, and once at the last.
    """
    x = _start(shape, x_T, generator)
    for t, prev in timesteps(schedule, num_inference_steps):
        x0 = _guess(model, schedule, x, t, prediction_type, clip, watch)
        signal, sigma = schedule.rates(t, x)
        signal_prev, sigma_prev = schedule.rates(prev, x)
        y, step = x / signal, sigma_prev / signal_prev - sigma / signal
        slope = (x - signal * x0) / sigma
        x = (y + step * slope) * signal_prev
        if prev >= 0:
            x0 = _guess(model, schedule, x, prev, prediction_type, clip, None)
            slope_prev = (x - signal_prev * x0) / sigma_prev
            x = (y + step * (slope + slope_prev) / 2) * signal_prev
    return x


def timesteps(schedule, num_inference_steps=None):
    """The num_inference_steps pairs (t, prev) that a sampler walks, from t = T - 1 down to prev = -1."""
    total = len(schedule)
    count = total if num_inference_steps is None else check_int("num_inference_steps", num_inference_steps)
    if count > total:
        raise ValueError(f"num_inference_steps must be at most {total}, the schedule's length; got {count}.")
    visited = [round(total - i * total / count) - 1 for i in range(count)]
    return list(zip(visited, [*visited[1:], -1], strict=True))


def _start(shape, x_T, generator):
    if x_T is None:
        device = "cpu" if generator is None else generator.device
        return torch.randn(tuple(shape), generator=generator, device=device)
    check_tensor("x_T", x_T)
    if tuple(x_T.shape) != tuple(shape):
        raise ValueError(f"x_T must have the shape {list(shape)}; got {list(x_T.shape)}.")
    return x_T


def _noise(x, generator):
    return torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)


def _guess(model, schedule, x, t, prediction_type, clip, watch):
    """The model's x_0, clipped where that is asked for, and shown to watch."""
    to_x0 = predictions[check_choice("prediction_type", prediction_type, predictions)].to_x0
    output = model(x, torch.full((len(x),), t, device=x.device))
    x0 = to_x0(output, x, *schedule.rates(t, x))
    x0 = x0 if clip is None else x0.clamp(*clip)
    if watch is not None:
        watch(t, x, x0)
    return x0
