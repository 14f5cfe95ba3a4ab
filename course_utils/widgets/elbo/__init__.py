"""Drag q under log p(x): the ELBO, the gap and both readings of the bound, exact in one dimension."""

import math

import traitlets

from ..._validate import check_choice, check_number
from ..shared.face import Face
from .bound import bound
from .still import still

DECODERS = ("linear", "square")
READINGS = ("reconstruction", "energy")
MEAN, STD = (-4.0, 4.0), (0.03, 4.0)  # what the picture has room for, as in widget.js
SIGMA, WEIGHT = (0.1, 5.0), (0.25, 4.0)


class ElboExplorer(Face):
    """A Gaussian q(z) = N(q_mean, q_std^2) to be dragged until its ELBO meets log p(x); all is exact.

    The model: z ~ N(0, 1), x | z ~ N(g(z), sigma^2). decoder: "linear", g(z) = weight * z, whose posterior is
    Gaussian, so that the gap closes; or "square", g(z) = weight * z^2, whose posterior has two modes for x
    above 0, so that no Gaussian q closes it. x: the observation, within 3.5 sqrt(weight^2 + sigma^2) of 0;
    reading: the second bar, "reconstruction" (minus KL to the prior) or "energy" (plus entropy).
    `explorer.q_mean`, `q_std`, `x`, `decoder` and `reading` follow what you do in the page, and so does
    `explorer.numbers`. Raises TypeError or ValueError where a number is not finite or out of range.
    """

    q_mean = traitlets.Any(0.0).tag(sync=True)
    q_std = traitlets.Any(1.0).tag(sync=True)
    x = traitlets.Any(1.0).tag(sync=True)
    decoder = traitlets.Any("linear").tag(sync=True)
    reading = traitlets.Any("reconstruction").tag(sync=True)
    sigma = traitlets.Float(0.5, read_only=True).tag(sync=True)
    weight = traitlets.Float(1.0, read_only=True).tag(sync=True)
    x_limits = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)

    def __init__(
        self,
        x=1.0,
        decoder="linear",
        sigma=0.5,
        weight=1.0,
        q_mean=0.0,
        q_std=0.7,
        reading="reconstruction",
    ):
        sigma, weight = check_number("sigma", sigma, *SIGMA), check_number("weight", weight, *WEIGHT)
        reach = 3.5 * math.hypot(weight, sigma)
        chosen = {
            "x": check_number("x", x, -reach, reach),
            "q_mean": check_number("q_mean", q_mean, *MEAN),
            "q_std": check_number("q_std", q_std, *STD),
            "decoder": check_choice("decoder", decoder, DECODERS),
            "reading": check_choice("reading", reading, READINGS),
        }
        super().__init__()
        fixed = {"sigma": sigma, "weight": weight, "x_limits": [-reach, reach]}
        for name, value in {**fixed, **chosen}.items():
            self.set_trait(name, value)

    @property
    def numbers(self):
        """log_evidence, elbo, gap, reconstruction, kl_prior, energy and entropy: a named tuple, in nats."""
        return bound(self.x, self.q_mean, self.q_std, self.decoder, self.weight, self.sigma)

    @traitlets.validate("q_mean")
    def _check_mean(self, proposal):
        return check_number("q_mean", proposal.value, *MEAN)

    @traitlets.validate("q_std")
    def _check_std(self, proposal):
        return check_number("q_std", proposal.value, *STD)

    @traitlets.validate("x")
    def _check_x(self, proposal):
        return check_number("x", proposal.value, *self.x_limits)

    @traitlets.validate("decoder")
    def _check_decoder(self, proposal):
        return check_choice("decoder", proposal.value, DECODERS)

    @traitlets.validate("reading")
    def _check_reading(self, proposal):
        return check_choice("reading", proposal.value, READINGS)

    def _alt(self):
        power = "" if self.decoder == "linear" else "\u00b2"
        evidence, elbo, gap, *_ = self.numbers
        return (
            f"ElboExplorer: prior, posterior and q over z for x = {self.x:g} and the decoder g(z) = "
            f"{self.weight:g} z{power}; q, with mean {self.q_mean:g} and standard deviation {self.q_std:g}, "
            f"can be dragged; bars show log p(x) = {evidence:.2f} as the ELBO, {elbo:.2f}, and the gap "
            f"KL(q \u2016 posterior), {gap:.2f} nats."
        )

    def _still(self):
        model = {"decoder": self.decoder, "weight": self.weight, "sigma": self.sigma}
        return still(self.x, self.q_mean, self.q_std, model, self.numbers)
