"""Diffusion in continuous time: two SDEs, the way back with noise and without, and the density.

Time u runs from 0, the data, to 1, the noise. A score is any callable score(x [B, ...], u), u a number, that
returns grad_x log p_u(x), [B, ...]: a network, or an `exact_score`. Source: Song et al. 2021 (score-based
generative modeling through stochastic differential equations).
"""

import math

import torch

from .._divergence import draw_probe, with_divergence
from .._draws import normal
from .._validate import (
    MOST_STEPS,
    check_answer,
    check_callable,
    check_generator,
    check_has,
    check_int,
    check_number,
    check_tensor,
)
from ..exact import GaussianMixture, check_mixture


class VP:
    """dx = -beta(u) x / 2 du + sqrt(beta(u)) dw, the limit of the DDPM chain; beta rises on a straight line.

    Source: Song et al. 2021, eqs. 11 and 32-33. .prior_std: of x at u = 1, very nearly.
    """

    prior_std = 1.0

    def __init__(self, beta_min=0.1, beta_max=20.0):
        self.beta_min = check_number("beta_min", beta_min, 0, open_minimum=True)
        self.beta_max = check_number("beta_max", beta_max, self.beta_min)

    def drift(self, x, u):
        """f(x, u) = -beta(u) x / 2, [B, ...]."""
        check_tensor("x", x)
        return -(self.diffusion(u) ** 2) / 2 * x

    def diffusion(self, u):
        """g(u) = sqrt(beta(u)), a number."""
        return math.sqrt(self.beta_min + _time(u) * (self.beta_max - self.beta_min))

    def marginal(self, u):
        """signal, sigma: numbers with x_u = signal x_0 + sigma noise."""
        total = _time(u) * self.beta_min + u**2 * (self.beta_max - self.beta_min) / 2
        return math.exp(-total / 2), math.sqrt(-math.expm1(-total))


class VE:
    """dx = g(u) dw: noise is added and nothing is shrunk; its size rises as a power of sigma_max / sigma_min.

    Source: Song et al. 2021, eqs. 9 and 30-31. The marginal is the SDE's own, with no noise at u = 0 (theirs
    has sigma_min there). .prior_std: of x at u = 1, for data that are small beside it.
    """

    def __init__(self, sigma_min=0.01, sigma_max=50.0):
        self.sigma_min = check_number("sigma_min", sigma_min, 0, open_minimum=True)
        self.sigma_max = check_number("sigma_max", sigma_max, self.sigma_min, open_minimum=True)
        self._log_ratio = math.log(self.sigma_max / self.sigma_min)

    @property
    def prior_std(self):
        return self.marginal(1.0)[1]

    def drift(self, x, u):
        """f(x, u) = 0, [B, ...]."""
        check_tensor("x", x), _time(u)
        return torch.zeros_like(x)

    def diffusion(self, u):
        """g(u) = sigma(u) sqrt(2 log(sigma_max / sigma_min)), a number."""
        return self.sigma_min * math.exp(_time(u) * self._log_ratio) * math.sqrt(2 * self._log_ratio)

    def marginal(self, u):
        """signal, sigma: numbers with x_u = signal x_0 + sigma noise; the signal is 1."""
        return 1.0, self.sigma_min * math.sqrt(math.expm1(2 * _time(u) * self._log_ratio))


def exact_score(sde, mixture):
    """score(x [B, D], u) of an exact.GaussianMixture that the SDE has carried to u, in the dtype of x."""
    _check_sde(sde), check_mixture(mixture)

    def score(x, u):
        return marginal_mixture(sde, mixture, u).score(x).to(x)

    return score


def marginal_mixture(sde, mixture, u):
    """The exact.GaussianMixture of x_u = signal x_0 + sigma noise, where x_0 is from mixture."""
    _check_sde(sde), check_mixture(mixture)
    signal, sigma = sde.marginal(u)
    stds = (signal**2 * mixture.stds**2 + sigma**2).sqrt()
    return GaussianMixture(signal * mixture.means, stds, mixture.weights)


@torch.no_grad()
def reverse(sde, score, x, *, steps=500, start=1.0, end=0.0, generator=None):
    """Euler-Maruyama steps of the reverse SDE, from x [B, ...] at u = start down to end (Anderson 1982).

    dx = (f - g^2 score) du + g dw with du < 0. generator: of the noise, or None for torch's global one.
    """
    dt, times = _steps(start, end, steps)
    if dt > 0:
        raise ValueError(f"reverse goes down in time: start must be above end; got {start} and {end}.")
    x = check_tensor("x", x)
    _check_sde(sde), check_callable("score", score, "x", "u"), check_generator("generator", generator)
    for u in times:
        g = sde.diffusion(u)
        noise = normal(x.shape, x.device, x.dtype, generator)
        slope = check_answer("score", score(x, u), x.shape)
        x = x + dt * (sde.drift(x, u) - g**2 * slope) + g * math.sqrt(-dt) * noise
    return x


@torch.no_grad()
def probability_flow(sde, score, x, *, steps=100, start=1.0, end=0.0):
    """Heun steps of the probability-flow ODE, from x [B, ...] at u = start to end, up or down in time.

    dx / du = f - g^2 score / 2, which has the SDE's marginals (Song et al. 2021, eq. 13).
    """
    dt, times = _steps(start, end, steps)
    x = check_tensor("x", x)
    _check_sde(sde), check_callable("score", score, "x", "u")
    for u, then in zip(times, [*times[1:], end], strict=True):
        slope = _flow(sde, score, x, u)
        x = x + dt / 2 * (slope + _flow(sde, score, x + dt * slope, then))
    return x


def log_prob(sde, score, x, *, steps=200, probe=None, generator=None, prior=None):
    """log p(x) in nats, [B]: along the probability-flow ODE up to u = 1, and of the noise there.

    x: [B, ...]. probe: None for the exact divergence, one backward pass a dimension; "gaussian" or
    "rademacher" for Hutchinson's estimate of it, one in all, with one probe a row for the whole way.
    prior: callable of x at u = 1 -> its log density [B], N(0, prior_std^2) by default, which leaves out what
    is left of the data there. score must let gradients through to x; the answer carries none to it.

    Source: Song et al. 2021, eq. 39; Grathwohl et al. 2019.
    """
    check_tensor("x", x, "[B, ...]"), check_generator("generator", generator)
    v = draw_probe(probe, x, generator)
    dt, times = _steps(0.0, 1.0, steps)
    _check_sde(sde), check_callable("score", score, "x", "u")
    if prior is not None:
        check_callable("prior", prior, "x")
    x, gained = x.detach(), x.new_zeros(len(x))
    for u, then in zip(times, [*times[1:], 1.0], strict=True):
        slope, divergence = with_divergence(lambda x, u=u: _flow(sde, score, x, u), x, v)
        ahead = x + dt * slope
        slope_then, divergence_then = with_divergence(lambda x, u=then: _flow(sde, score, x, u), ahead, v)
        x = x + dt / 2 * (slope + slope_then)
        gained = gained + dt / 2 * (divergence + divergence_then)
    return gained + (_log_noise(x.flatten(1), sde.prior_std) if prior is None else prior(x))


def _log_noise(x, std):
    return -(x / std).square().sum(1) / 2 - x.shape[1] * math.log(std * math.sqrt(2 * math.pi))


def _check_sde(sde):
    check_has("sde", sde, "sde.VP or sde.VE", "drift", "diffusion", "marginal")


def _flow(sde, score, x, u):
    slope = check_answer("score", score(x, u), x.shape)
    return sde.drift(x, u) - sde.diffusion(u) ** 2 / 2 * slope


def _steps(start, end, steps):
    """The length of a step from start to end, and the times at which the steps begin."""
    steps = check_int("steps", steps, maximum=MOST_STEPS)
    start, end = check_number("start", start, 0, 1), check_number("end", end, 0, 1)
    dt = (end - start) / steps
    return dt, [start + i * dt for i in range(steps)]


def _time(u):
    return check_number("u", u, 0, 1)
