"""Drag a Gaussian q over a density p with several modes; KL both ways, JS and W1 follow."""

import math

import numpy as np
import traitlets

from ... import figures
from ..._validate import check_choice, check_number
from ..shared.face import Face
from ..shared.mixture import axis_limits, check_mixture

INTEGRANDS = ("none", "forward", "reverse")


class DivergenceExplorer(Face):
    """A Gaussian q = N(mean, std^2) over a mixture p of Gaussians, with four divergences as bars.

    means, stds, weights: K numbers each, of p. mean, std: where q starts; they follow the drag, so that
    `explorer.mean` is what you chose. integrand: which divergence's p log(p/q) is drawn place by place,
    "forward" for KL(p || q), "reverse" for KL(q || p), or "none". KL and JS are in nats, W1 in units of x.
    Raises TypeError or ValueError where a number is missing, not finite or out of range.
    """

    means = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    stds = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    weights = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    limits = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    mean = traitlets.Any(0.0).tag(sync=True)
    std = traitlets.Any(1.0).tag(sync=True)
    integrand = traitlets.Any("none").tag(sync=True)

    def __init__(
        self, means=(-2, 2), stds=(0.6, 0.6), weights=(0.5, 0.5), mean=0.0, std=1.0, integrand="none"
    ):
        means, stds, weights = check_mixture(means, stds, weights)
        mean, std = check_number("mean", mean), check_number("std", std, 0, open_minimum=True)
        check_choice("integrand", integrand, INTEGRANDS)
        super().__init__(mean=mean, std=std, integrand=integrand)
        limits = axis_limits(means, stds, mean, std)
        for name, value in {"means": means, "stds": stds, "weights": weights, "limits": limits}.items():
            self.set_trait(name, value)

    @traitlets.validate("mean")
    def _check_mean(self, proposal):
        return check_number("mean", proposal.value)

    @traitlets.validate("std")
    def _check_std(self, proposal):
        return check_number("std", proposal.value, 0, open_minimum=True)

    @traitlets.validate("integrand")
    def _check_integrand(self, proposal):
        return check_choice("integrand", proposal.value, INTEGRANDS)

    def _alt(self):
        modes = " and ".join(f"{mean:g}" for mean in self.means)
        return (
            f"DivergenceExplorer: a density p with modes at {modes}, solid, and a Gaussian q with mean "
            f"{self.mean:g} and standard deviation {self.std:g}, dashed, to be dragged over it; bars show "
            "KL both ways, JS and W1."
        )

    def _still(self):
        fig, (plane, bars) = figures.subplots(1, 2, figsize=(8.4, 3.4), width_ratios=(2, 1))
        x = np.linspace(*self.limits, 4001)
        modes = zip(self.means, self.stds, self.weights, strict=True)
        log_p = np.logaddexp.reduce([np.log(w) + _log_normal(x, m, s) for m, s, w in modes if w > 0])
        log_q = _log_normal(x, self.mean, self.std)
        plane.fill_between(x, np.exp(log_p), color=figures.DATA, alpha=0.15)
        plane.plot(x, np.exp(log_p), color=figures.DATA, label="p, data")
        plane.plot(x, np.exp(log_q), "--", color=figures.MODEL, label="q, model")
        plane.set(title="Drag q over p: a still of the live picture", xlabel="x", ylabel="density")
        plane.set(ylim=(0, 1.25 * plane.get_ylim()[1]))  # room for the legend above the curves
        plane.legend(loc="upper center", ncols=2)
        values = _divergences(log_p, log_q, x[1] - x[0])
        drawn = bars.barh(list(values), list(values.values()), color=figures.GREEN)
        bars.bar_label(drawn, fmt=" %.2f")
        bars.set(title="how far apart", xlabel="nats; W1 in units of x")
        bars.margins(x=0.3)
        bars.invert_yaxis()
        return fig


def _divergences(log_p, log_q, dx):
    """KL both ways, JS and W1 of two densities, given as log densities [N] on a grid with step dx."""
    log_m = np.logaddexp(log_p, log_q) - math.log(2)

    def kl(one, other):
        return (np.exp(one) * (one - other)).sum() * dx

    return {
        "KL(p||q)": kl(log_p, log_q),
        "KL(q||p)": kl(log_q, log_p),
        "JS": (kl(log_p, log_m) + kl(log_q, log_m)) / 2,
        "W1": np.abs((np.exp(log_p) - np.exp(log_q)).cumsum()).sum() * dx**2,
    }


def _log_normal(x, mean, std):
    return -0.5 * ((x - mean) / std) ** 2 - math.log(std) - 0.5 * math.log(2 * math.pi)
