"""The noise schedule, and everything of the forward process that follows from it in closed form."""

import torch

from .._double import double
from .._validate import (
    MOST,
    as_numbers,
    check_alike,
    check_choice,
    check_finite,
    check_int,
    check_kind,
    check_number,
    check_tensor,
    check_together,
    check_whole,
    quoted,
)
from .predictions import predictions


class NoiseSchedule:
    """How much noise there is at each of T steps, in float64 (Ho et al. 2020, section 2).

    betas: [T], each in (0, 1]. Also .alphas = 1 - betas, .alphas_cumprod (their products), .snr and .log_snr,
    all [T]. Index t runs 0..T-1, alphas_cumprod[t] is the level after step t + 1 of the mathematics, and
    before index 0, written -1, it is 1. `NoiseSchedule.linear(...)`, `.cosine(...)` and so on have one file
    each in `schedules`. Raises ValueError or TypeError for other betas.
    """

    def __init__(self, betas):
        self.betas = _series("betas", betas).cpu()
        if not bool(((self.betas > 0) & (self.betas <= 1)).all()):
            low, high = float(self.betas.min()), float(self.betas.max())
            raise ValueError(f"betas must all lie in (0, 1]; got values from {low:.4g} to {high:.4g}.")
        self.alphas = 1 - self.betas
        self.alphas_cumprod = self.alphas.cumprod(0)
        self._levels = torch.cat([torch.ones(1, dtype=torch.float64), self.alphas_cumprod])

    @classmethod
    def from_alphas_cumprod(cls, levels, max_beta=0.999):
        """The schedule with these alpha-bars, up to a factor: levels [T + 1], falling from before any noise.

        A beta above max_beta is cut to it, as Nichol & Dhariwal (2021) do where alpha-bar comes to zero.
        """
        levels = _series("levels", levels)
        if not bool((levels[1:] < levels[:-1]).all()) or len(levels) < 2 or levels[-1] < 0:
            raise ValueError(
                f"levels must fall from each to the next, and not below 0; got {quoted(levels.tolist())}."
            )
        check_number("max_beta", max_beta, 0, 1, open_minimum=True)
        return cls((1 - levels[1:] / levels[:-1]).clamp(max=max_beta))

    @classmethod
    def from_sigmas(cls, sigmas):
        """The schedule whose sigma / signal are these, [T], rising (the sigma of Karras et al. 2022)."""
        sigmas = _series("sigmas", sigmas)
        if not bool((sigmas > 0).all() and (sigmas.diff() > 0).all()):
            raise ValueError(f"sigmas must be positive and rise; got {str(sigmas.tolist())[:80]}.")
        return cls.from_alphas_cumprod(1 / (1 + torch.cat([sigmas.new_zeros(1), sigmas]) ** 2), 1.0)

    def __len__(self):
        return len(self.betas)

    def __repr__(self):
        first, last = self.alphas_cumprod[0], self.alphas_cumprod[-1]
        return f"NoiseSchedule({len(self)} steps, alpha-bar from {first:.4g} to {last:.2g})"

    @property
    def snr(self):
        """Signal-to-noise ratio, alpha-bar / (1 - alpha-bar), [T] (Kingma et al. 2021)."""
        return self.alphas_cumprod / (1 - self.alphas_cumprod)

    @property
    def log_snr(self):
        """The natural logarithm of .snr, [T]."""
        return self.snr.log()

    def rescale(self, factor):
        """The schedule whose signal-to-noise ratio is factor times ours at every t.

        An image of twice the side, averaged down, keeps its signal and loses three quarters of its noise's
        variance, so it wants factor 1/4 (Hoogeboom et al. 2023, section 3.1).
        """
        check_number("factor", factor, 0, open_minimum=True)
        scaled = factor * self.alphas_cumprod
        levels = scaled / (scaled + 1 - self.alphas_cumprod)
        return NoiseSchedule.from_alphas_cumprod(torch.cat([torch.ones(1, dtype=torch.float64), levels]), 1.0)

    def zero_terminal_snr(self):
        """The schedule with sqrt(alpha-bar) moved and stretched to end at 0 (Lin et al. 2024, alg. 1)."""
        root = self.alphas_cumprod.sqrt()
        level = ((root - root[-1]) * root[0] / (root[0] - root[-1])) ** 2
        return NoiseSchedule.from_alphas_cumprod(torch.cat([torch.ones(1, dtype=torch.float64), level]), 1.0)

    def alpha_bar(self, t):
        """alphas_cumprod[t], a float, for an int t in 0..T-1; IndexError for another."""
        if not 0 <= check_int("t", t, minimum=-MOST) < len(self):
            raise IndexError(f"t must lie in 0..{len(self) - 1}; got {t}.")
        return float(self.alphas_cumprod[t])

    def rates(self, t, like):
        """signal = sqrt(alpha-bar_t) and sigma = sqrt(1 - alpha-bar_t), each [B, 1, ...], to multiply like.

        t: [B] int in -1..T-1, or an int; like: [B, ...]. The roots are taken in float64 and then cast.
        """
        check_tensor("like", like, nonempty=False)
        level = self._level("t", t, like, lowest=-1)
        return _beside(level.sqrt(), like), _beside((1 - level).sqrt(), like)

    def add_noise(self, x0, noise, t):
        """x_t = sqrt(alpha-bar_t) x_0 + sqrt(1 - alpha-bar_t) noise in one jump (Ho et al. 2020, eq. 4).

        x0, noise: [B, ...]; t: [B] int in 0..T-1, or an int. Returns [B, ...]. Raises IndexError where t is
        outside the schedule, ValueError where the shapes differ.
        """
        check_alike("noise", noise, "x0", x0)
        level = self._level("t", t, x0)
        return _beside(level.sqrt(), x0) * x0 + _beside((1 - level).sqrt(), x0) * noise

    def posterior(self, x0, x_t, t, prev=None):
        """Mean and variance of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, eqs. 6-7).

        x0, x_t: [B, ...]; t: [B] int in 0..T-1, or an int; prev: the index stepped to, t - 1 by default, and
        -1 for x_0 itself. Returns mean [B, ...], variance [B, 1, ...]. Raises IndexError where t is outside
        the schedule.
        """
        check_alike("x_t", x_t, "x0", x0)
        if prev is not None:
            _check_below(prev, t)
        after = self._level("t", t, x0)
        if prev is None:
            prev = (t.long() if isinstance(t, torch.Tensor) else t) - 1  # a byte has no -1
        before = self._level("prev", prev, x0, lowest=-1)
        of_x0, of_x_t, variance = posterior_rates(after, before)
        return _beside(of_x0, x0) * x0 + _beside(of_x_t, x0) * x_t, _beside(variance, x0)

    def convert(self, output, x_t, t, source, target):
        """A prediction of the kind `source` as one of the kind `target`: names in `predictions`.

        output, x_t: [B, ...]; t: [B] int or an int. Where alpha-bar_t is 0, epsilon and score say nothing of
        x_0, and the result is not finite. Raises ValueError for an unknown name, with the nearest match.
        """
        check_alike("output", output, "x_t", x_t)
        signal, sigma = self.rates(t, x_t)
        x0 = predictions[check_choice("source", source, predictions)].to_x0(output, x_t, signal, sigma)
        noise = (x_t - signal * x0) / sigma
        return predictions[check_choice("target", target, predictions)].target(x0, noise, signal, sigma)

    def _level(self, name, t, like, lowest=0):
        """alpha-bar at t, [B] or a scalar, in float64 on t's device; on a GPU t goes unread.

        Apple's GPUs (mps) have no float64: for them it is on the CPU.
        """
        t = t if isinstance(t, torch.Tensor) else torch.tensor(check_int(name, t, minimum=-MOST))
        t = check_whole(name, t, f"[{len(like)}]" if t.ndim else None, nonempty=False)
        if t.device.type == "cpu" and t.numel():
            low, high = int(t.min()), int(t.max())
            if low < lowest or high >= len(self):
                raise IndexError(f"{name} must lie in {lowest}..{len(self) - 1}; got values {low} to {high}.")
        t = t.cpu() if t.device.type == "mps" else t
        return self._levels.to(t.device)[t + 1]


def check_schedule(schedule):
    """Return schedule where it is a NoiseSchedule; TypeError where it is not."""
    return check_kind("schedule", schedule, NoiseSchedule, "a diffusion.NoiseSchedule")


def _series(name, values):
    """values, a tensor [T] or a list of numbers, in float64."""
    return check_finite(name, double(check_tensor(name, as_numbers(name, values), "[T]")))


def _check_below(prev, t):
    """Raise ValueError where a step, known on the CPU, does not go down from t to prev."""
    steps = [torch.as_tensor(step) for step in (prev, t) if isinstance(step, torch.Tensor | int)]
    if len(steps) < 2 or any(step.device.type != "cpu" for step in steps):
        return
    below, above = steps
    if (below.shape == above.shape or not below.ndim or not above.ndim) and bool((below >= above).any()):
        raise ValueError(f"prev must be below t; got {int(below.max())} for {int(above.min())}.")


def posterior_rates(after, before):
    """The mean of q(x_before | x_after, x_0) has so much of x_0 and of x_after; and its variance.

    after, before: alpha-bars of the two levels, float64 of one shape; returns three tensors of that shape
    (Ho et al. 2020, eq. 7).
    """
    check_together(after=after, before=before)
    alpha = after / before
    of_x0 = before.sqrt() * (1 - alpha) / (1 - after)
    of_x_t = alpha.sqrt() * (1 - before) / (1 - after)
    return of_x0, of_x_t, (1 - before) / (1 - after) * (1 - alpha)


def _beside(values, like):
    """values [B] or a scalar, in the dtype of like [B, ...] and with as many axes, ready to multiply it."""
    return values.to(like).reshape(-1, *[1] * (like.ndim - 1))


def unit_steps(num_train_timesteps):
    """0, 1/T, ..., 1 in float64, [T + 1]: where along the way each step is."""
    steps = check_int("num_train_timesteps", num_train_timesteps)
    return torch.linspace(0, 1, steps + 1, dtype=torch.float64)
