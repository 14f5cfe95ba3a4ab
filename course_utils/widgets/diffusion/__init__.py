"""Samples between noise and data in the plane, with the exact field, the learned one and its error."""

import traitlets

from ..._validate import check_choice, check_int
from ...diffusion import NoiseSchedule, PlaneNet
from ..shared.export import export_network
from ..shared.face import Face
from ..shared.plane import EIGHT, check_mixture, check_schedule, listed, packed_betas
from .still import still

PROCESSES = ("forward", "stochastic", "deterministic", "both")
FIELDS = ("exact", "learned")
STEPS = (5, 10, 25, 50, 100)
VARIANCES = ("fixed_small", "fixed_large")
SEEDS = (0, 9)
POINTS = 300  # samples, as in session.js


class DiffusionExplorer(Face):
    """Forward and reverse diffusion of an exact mixture in the plane, beside what a network has learned.

    mixture: an exact.GaussianMixture in two dimensions, eight modes by default; schedule: a NoiseSchedule,
    linear by default; model: a PlaneNet trained on the mixture to predict epsilon, or None. process:
    "forward", "stochastic" (samplers.ddpm), "deterministic" (samplers.ddim, eta 0) or "both", from the same
    x_T; field: what drives the samples, "exact" or "learned"; steps: 5, 10, 25, 50 or 100, at most T;
    variance: "fixed_small" (beta-tilde) or "fixed_large" (beta); t: 0 (data) to T (noise, the default), as
    the mathematics counts, and the nearest time that the sampler visits is shown; seed: 0 to 9, of all noise;
    traced: which of the 300 points is followed.
    All of them and `explorer.data` ("yours", "eight" or "two") follow the page, and so does
    `explorer.numbers`: t, alpha_cumprod and for each process on show a dict of shares (of the samples in each
    mode, by their posterior), gap (the largest difference from the weights), spread (width of the modes over
    the true one) and error (mean square of learned minus exact epsilon on the samples; None without a
    network or at t = 0). Raises TypeError or ValueError for another model, mixture, schedule or value.
    """

    mixtures = traitlets.List(read_only=True).tag(sync=True)
    betas = traitlets.Unicode(read_only=True).tag(sync=True)
    network = traitlets.Dict(read_only=True).tag(sync=True)
    embedding = traitlets.Int(read_only=True).tag(sync=True)
    step_choices = traitlets.List(read_only=True).tag(sync=True)
    process = traitlets.Any("both").tag(sync=True)
    field = traitlets.Any("exact").tag(sync=True)
    steps = traitlets.Any(50).tag(sync=True)
    variance = traitlets.Any("fixed_small").tag(sync=True)
    data = traitlets.Any("eight").tag(sync=True)
    t = traitlets.Any(0).tag(sync=True)
    seed = traitlets.Any(0).tag(sync=True)
    traced = traitlets.Any(5).tag(sync=True)
    numbers = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(
        self, mixture=None, schedule=None, model=None, *, process="both", field="exact", steps=None,
        variance="fixed_small", t=None, seed=0, traced=5,
    ):  # fmt: skip
        schedule = check_schedule(NoiseSchedule.linear() if schedule is None else schedule)
        check_mixture(EIGHT if mixture is None else mixture)
        total = len(schedule)
        fixed = {
            "mixtures": listed(mixture),
            "betas": packed_betas(schedule),
            "network": {} if model is None else _export(model),
            "embedding": 0 if model is None else model.embedding,
            "step_choices": _step_choices(total),
        }
        super().__init__()
        for name, value in fixed.items():
            self.set_trait(name, value)
        self._stilled = (EIGHT if mixture is None else mixture, schedule, model)
        self.data = self.mixtures[0]["name"]
        self.process, self.field, self.variance, self.seed = process, field, variance, seed
        self.steps = min(50, self.step_choices[-1]) if steps is None else steps
        self.t = total if t is None else t
        self.traced = traced

    @traitlets.validate("process", "variance", "data")
    def _check_name(self, proposal):
        names = {
            "process": PROCESSES,
            "variance": VARIANCES,
            "data": [each["name"] for each in self.mixtures],
        }
        return check_choice(proposal.trait.name, proposal.value, names[proposal.trait.name])

    @traitlets.validate("field")
    def _check_field(self, proposal):
        if check_choice("field", proposal.value, FIELDS) == "learned" and not self.network:
            raise ValueError("field must be 'exact' where no model was given; got 'learned'.")
        return proposal.value

    @traitlets.validate("steps")
    def _check_steps(self, proposal):
        steps = check_int("steps", proposal.value)
        if steps not in self.step_choices:
            listed = ", ".join(map(str, self.step_choices))
            raise ValueError(f"steps must be one of {listed}; got {steps}.")
        return steps

    @traitlets.validate("t", "seed", "traced")
    def _check_whole(self, proposal):
        name = proposal.trait.name
        limits = {"t": (0, len(self._stilled[1])), "seed": SEEDS, "traced": (0, POINTS - 1)}[name]
        return check_int(name, proposal.value, *limits)

    def _alt(self):
        mixture, schedule, model = self._stilled
        below = (
            "" if model is None else "; below, how far the network's noise prediction is from the exact one"
        )
        return (
            f"DiffusionExplorer: {len(mixture.means)} Gaussians on the way to noise in {len(schedule)} "
            f"steps, the density as colour and the score as arrows at three times{below}. In the page "
            "samples move from noise to data, on stochastic and deterministic paths from the same noise."
        )

    def _still(self):
        return still(*self._stilled)


def _step_choices(total):
    """How many of the schedule's steps a sampler may visit here."""
    return sorted({count for count in STEPS if count <= total} | {min(total, STEPS[-1])})


def _export(model):
    """The layers of a PlaneNet in the plane, as the page runs them."""
    if type(model) is not PlaneNet:
        raise TypeError(f"model must be a diffusion.PlaneNet or None; got {type(model).__name__}.")
    if model.dim != 2:
        raise ValueError(f"model must be a PlaneNet with dim=2; got dim={model.dim}.")
    exported = None if model._forward_hooks else export_network(model.layers, "float32")
    if exported is None:
        raise TypeError("model must be a PlaneNet as it is made; got one with hooks or changed layers.")
    return exported
