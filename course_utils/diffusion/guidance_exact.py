"""What guidance does, exactly: mixtures whose components carry labels, and one Gaussian in closed form."""

import torch

from .._validate import as_numbers, check_int, check_labels, check_number, check_whole
from ..exact import GaussianMixture, check_mixture
from .schedule import check_schedule


class LabelledMixture:
    """A Gaussian mixture whose K components carry labels 0..classes-1; several may share one.

    mixture: an exact.GaussianMixture; labels: [K] int, every class at least once. Gives what guidance needs
    in closed form: p(x), p(x | y) and p(y | x), clean or at any noise level.
    Raises ValueError where the labels do not fit.
    """

    def __init__(self, mixture, labels):
        check_mixture(mixture)
        self.mixture = mixture
        labels = check_whole("labels", as_numbers("labels", labels), f"[{len(mixture.means)}]")
        self.labels = labels.to(mixture.means.device)
        self.classes = int(self.labels.max()) + 1
        present = self.labels.unique().tolist()
        if present != list(range(self.classes)):
            raise ValueError(f"labels must use each of 0..{self.classes - 1}; got only {present}.")
        self._member = self.labels[:, None] == torch.arange(self.classes, device=self.labels.device)  # [K, Y]

    @property
    def prior(self):
        """p(y), [classes]."""
        return self.mixture.weights @ self._member.to(self.mixture.weights)

    def given(self, y):
        """p(x | y), the GaussianMixture of the components labelled y, an int."""
        own = self._member[:, self._label(y)]
        weights = self.mixture.weights[own]
        return GaussianMixture(self.mixture.means[own], self.mixture.stds[own], weights / weights.sum())

    def log_class(self, x, y):
        """log p(y | x), [N]; x: [N, D], y: an int or [N] int, one class for each point."""
        joint = [self.given(k).log_prob(x) + self.prior[k].log() for k in range(self.classes)]
        log_shares = torch.stack(joint, dim=1).log_softmax(dim=1)  # [N, classes]
        if not isinstance(y, torch.Tensor) or not y.ndim:
            return log_shares[:, self._label(y)]
        y = check_labels("y", y, self.classes, f"[{len(x)}]")
        return log_shares.gather(1, y[:, None])[:, 0]

    def diffuse(self, alpha_cumprod):
        """The LabelledMixture of x_t = sqrt(a) x_0 + sqrt(1 - a) noise, a in [0, 1]."""
        return LabelledMixture(self.mixture.diffuse(alpha_cumprod), self.labels)

    def log_prob_at(self, schedule, y):
        """log_prob(x_t, t) -> [N], the exact log p(y | x_t) for `guidance.classifier_guided`.

        t: [N] int, one step for all points, as a sampler gives it; y: an int or [N] int.
        """
        check_schedule(schedule)
        if not isinstance(y, torch.Tensor) or not y.ndim:
            self._label(y)

        def log_prob(x_t, t):
            if (check_whole("t", t, f"[{len(x_t)}]") != t[0]).any():
                raise ValueError(f"t must hold one step for all points; got {t.unique().tolist()[:5]}.")
            return self.diffuse(schedule.alpha_bar(int(t[0]))).log_class(x_t, y)

        return log_prob

    def tilted_log_prob(self, x, y, guidance_scale):
        """log [p(x) p(y | x)^s] without its constant, [N]: the density that guidance is often said to sample.

        x: [N, D], y: an int. It can be normalised for s >= 0.
        """
        scale = check_number("guidance_scale", guidance_scale, 0)
        return self.mixture.log_prob(x) + (scale * self.log_class(x, y) if scale else 0)

    def _label(self, y):
        y = check_whole("y", y, "[]").item() if isinstance(y, torch.Tensor) else y
        return check_int("y", y, 0, self.classes - 1)


def tilted_variance(std, total_std, guidance_scale):
    """The variance of p(x) p(y | x)^s where p(x | y) is N(m, std^2) and p(x) is N(0, total_std^2).

    1 / (s / std^2 + (1 - s) / total_std^2): precisions add. Raises ValueError where that is not positive.
    """
    std, total_std, scale = _check(std, total_std, guidance_scale)
    precision = scale / std**2 + (1 - scale) / total_std**2
    if precision <= 0:
        raise ValueError(f"guidance_scale must leave a positive precision; got {precision:g} at {scale:g}.")
    return 1 / precision


def guided_variance(std, total_std, guidance_scale):
    """The variance that deterministic samplers (DDIM, Heun) give there: std^(2 s) total_std^(2 (1 - s)).

    In u = sigma^2 / alpha-bar the guided ODE is d log x / du = (s / (std^2 + u) + (1 - s) / (total_std^2 +
    u)) / 2 about its mean, so that x is proportional to (std^2 + u)^(s / 2) (total_std^2 + u)^((1 - s) / 2).
    """
    std, total_std, scale = _check(std, total_std, guidance_scale)
    return std ** (2 * scale) * total_std ** (2 * (1 - scale))


def guided_variance_sde(std, total_std, guidance_scale):
    """The variance that ancestral samplers (DDPM with many steps) give there, another one again.

    The reverse SDE has dV/du = 2 k V - 1, k = s / (std^2 + u) + (1 - s) / (total_std^2 + u), so V(0) =
    std^(4 s) total_std^(4 (1 - s)) times the integral over u > 0 of (std^2 + u)^(-2 s) (total_std^2 +
    u)^(-2 (1 - s)).
    """
    std, total_std, scale = _check(std, total_std, guidance_scale)
    # u = e^r makes the integrand fall exponentially on both sides, where the trapezoid rule is exact
    u = torch.arange(-60, 60, 0.05, dtype=torch.float64).exp()
    log_integrand = -2 * scale * (std**2 + u).log() - 2 * (1 - scale) * (total_std**2 + u).log() + u.log()
    integral = 0.05 * log_integrand.exp().sum()
    return float(guided_variance(std, total_std, scale) ** 2 * integral)


def _check(std, total_std, guidance_scale):
    return (
        check_number("std", std, 0, open_minimum=True),
        check_number("total_std", total_std, 0, open_minimum=True),
        check_number("guidance_scale", guidance_scale),
    )
