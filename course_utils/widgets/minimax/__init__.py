"""Drag the generator's density over the data's: the best discriminator, the value of the game, JS and W1."""

import torch
import traitlets

from ... import figures
from ..._validate import check_flag, check_number
from ..shared.face import Face
from ..shared.mixture import axis_limits, check_mixture
from .exact import log_mixture, log_normal, numbers

STEEPEST = 20.0  # as in widget.js


class MinimaxExplorer(Face):
    """A generator's density q = N(mean, std^2), to be dragged over the data's p, a mixture of Gaussians.

    Drawn: p and q, the best discriminator D* = p / (p + q), what each place adds to V, and V(D*), JS(p, q)
    and W1(p, q) as bars. means, stds, weights: K numbers each, of p. first_only: p is its first mode alone.
    own: show a discriminator of your own, sigmoid(slope (x - boundary)), and its V beside V(D*).
    `explorer.mean`, `std`, `first_only`, `own`, `slope` and `boundary` follow what you do in the page, and so
    does `explorer.numbers`. Raises TypeError or ValueError where a number is missing or out of range.
    """

    means = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    stds = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    weights = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    limits = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    mean = traitlets.Any(0.0).tag(sync=True)
    std = traitlets.Any(1.0).tag(sync=True)
    first_only = traitlets.Bool(False).tag(sync=True)
    own = traitlets.Bool(False).tag(sync=True)
    slope = traitlets.Any(1.0).tag(sync=True)
    boundary = traitlets.Any(0.0).tag(sync=True)

    def __init__(
        self,
        means=(-2, 2),
        stds=(0.6, 0.6),
        weights=(0.5, 0.5),
        mean=0.0,
        std=1.0,
        first_only=False,
        own=False,
        slope=1.0,
        boundary=0.0,
    ):
        check_flag("first_only", first_only), check_flag("own", own)
        means, stds, weights = check_mixture(means, stds, weights)
        mean, std = check_number("mean", mean), check_number("std", std, 0, open_minimum=True)
        super().__init__(mean=mean, std=std, first_only=first_only, own=own, slope=slope, boundary=boundary)
        limits = axis_limits(means, stds, mean, std)
        for name, value in {"means": means, "stds": stds, "weights": weights, "limits": limits}.items():
            self.set_trait(name, value)

    @property
    def numbers(self):
        """value (V at D*), own (V at your D), js and w1: a named tuple, the first three in nats."""
        return numbers(*self._data(), self.mean, self.std, self.slope, self.boundary)

    @traitlets.validate("mean", "boundary")
    def _check_place(self, proposal):
        return check_number(proposal.trait.name, proposal.value)

    @traitlets.validate("std")
    def _check_std(self, proposal):
        return check_number("std", proposal.value, 0, open_minimum=True)

    @traitlets.validate("slope")
    def _check_slope(self, proposal):
        return check_number("slope", proposal.value, -STEEPEST, STEEPEST)

    def _data(self):
        """means, stds and weights of what p is now."""
        if self.first_only:
            return self.means[:1], self.stds[:1], [1.0]
        return self.means, self.stds, self.weights

    def _alt(self):
        modes = " and ".join(f"{mean:g}" for mean in self._data()[0])
        now = self.numbers
        return (
            f"MinimaxExplorer: data p with modes at {modes}, solid, and the generator's q with mean "
            f"{self.mean:g} and standard deviation {self.std:g}, dashed, to be dragged; below, the best "
            f"discriminator p / (p + q); V(D*) = {now.value:.2f} nats, JS {now.js:.2f} nats, W1 {now.w1:.2f}."
        )

    def _still(self):
        fig, (plane, decision) = figures.subplots(2, 1, figsize=(6.4, 4.2), sharex=True)
        x = torch.linspace(*self.limits, 500, dtype=torch.float64)
        log_p, log_q = log_mixture(x, *self._data()), log_normal(x, self.mean, self.std)
        plane.fill_between(x, log_p.exp(), color=figures.DATA, alpha=0.15)
        plane.plot(x, log_p.exp(), color=figures.DATA, label="p, data")
        plane.plot(x, log_q.exp(), "--", color=figures.MODEL, label="q, generator")
        plane.set(title="Drag q over p: a still of the live picture", ylabel="density", ylim=0)
        plane.legend()
        decision.plot(x, torch.sigmoid(log_p - log_q), color="black")
        decision.axhline(0.5, color=figures.NOISE, linestyle=":")
        decision.set(xlabel="x", ylabel="D* = p / (p + q)", ylim=(-0.03, 1.03))
        return fig
