"""The velocity that no network can beat, where the data are a known mixture."""

import torch

from .._validate import check_tensor
from ..exact import check_mixture
from .path import Path, check_path


def exact_velocity(mixture, path=None):
    """model(x, t) with the exact E[dx_t / dt | x_t = x] of a mixture, on a path (the linear one by default).

    mixture: an exact.GaussianMixture of K components in D dimensions. x: [B, D]; t: float [B] or a number;
    returns [B, D] in the dtype and on the device of x. Component k is N(signal m_k, v_k I) at time t, with
    v_k = signal^2 s_k^2 + sigma^2, and its own velocity is

        signal' m_k + (signal' signal s_k^2 + sigma' sigma) / v_k (x - signal m_k);

    these are averaged with the weights p(k | x_t = x). For N(0, 1) to N(m, s^2) on the line that is
    m + (t s^2 - (1 - t)) / ((1 - t)^2 + t^2 s^2) (x - t m).
    """
    check_mixture(mixture)
    path = Path.linear() if path is None else check_path("path", path)

    def model(x, t):
        check_tensor("x", x, f"[B, {mixture.dim}]")
        means, stds = mixture.means, mixture.stds
        points = x.to(means)[:, None]  # [B, 1, D]
        signal, sigma, signal_slope, sigma_slope = path.levels(t, points)  # [B, 1, 1]
        variance = signal**2 * stds[:, None] ** 2 + sigma**2  # [B, K, 1]
        away = points - signal * means  # [B, K, D]
        squares = away.square().sum(2, keepdim=True) / variance
        log_joint = mixture.weights.log()[:, None] - (squares + mixture.dim * variance.log()) / 2
        gain = (signal_slope * signal * stds[:, None] ** 2 + sigma_slope * sigma) / variance
        of_each = signal_slope * means + gain * away
        return (torch.softmax(log_joint, dim=1) * of_each).sum(1).to(x)

    return model
