"""A race of samplers from the same noise on an exact mixture, at equal numbers of network calls."""

import traitlets

from ..._validate import check_choice, check_int
from ...diffusion import NoiseSchedule
from ..shared.face import Face
from ..shared.plane import EIGHT, PRESETS, check_mixture, check_schedule, listed, packed_betas
from .still import still

SAMPLERS = ("ddpm", "euler_ancestral", "ddim", "heun", "dpm_solver_pp_2m")  # as in samplers.js
SPACINGS = ("trailing", "karras")
ERRORS = ("w1", "end")
SCHEDULES = ("linear", "cosine")
CALLS = (2, 60)
SEEDS = (0, 9)


class SamplerRace(Face):
    """Five samplers from the same noise with the exact denoiser of a mixture, at equal network calls.

    mixture: an exact.GaussianMixture in two dimensions, eight modes by default; schedule: "linear", "cosine"
    or a NoiseSchedule of 60 steps or more. The samplers are those of diffusion.samplers: ddpm (with
    variance_type "fixed_large"; with the posterior's variance it is euler_ancestral), euler_ancestral, ddim
    (eta 0), heun, dpm_solver_pp_2m. calls: 2 to 60 for each; Heun takes (calls + 1) // 2 steps, because it
    calls twice a step and once at the last. spacing: "trailing" (even in t) or "karras", as in
    samplers.timesteps. seed: 0 to 9, of the noise. sampler: "all", or the name of the one that is shown
    large; error: what the curve shows, "w1" (sliced Wasserstein-1 distance to the truth) or "end" (mean
    distance to where the probability-flow ODE takes the same noise).

    All of these, `race.data` ("yours", "eight" or "two") and `race.schedule` ("yours" for one of your own)
    follow the page and can be set. The noise to start from is spread evenly, and W1 is measured on many sets
    of 300 points (32 where fresh noise is drawn, else 4), so that chance decides little. `race.numbers` holds
    calls; for each sampler steps, calls, w1, masses (of the modes), gap (their largest error) and end (None
    where fresh noise is drawn); chance, what W1 of exact draws comes to (low, high, and margin, within which
    a race is too near to call); and winners: names, the best in W1 first, with all that are too near to call
    (none yet while it is measured). Raises TypeError or ValueError for another mixture, schedule or value.
    """

    mixtures = traitlets.List(read_only=True).tag(sync=True)
    schedules = traitlets.List(read_only=True).tag(sync=True)
    calls = traitlets.Any(10).tag(sync=True)
    spacing = traitlets.Any("trailing").tag(sync=True)
    schedule = traitlets.Any("linear").tag(sync=True)
    data = traitlets.Any("eight").tag(sync=True)
    seed = traitlets.Any(0).tag(sync=True)
    sampler = traitlets.Any("all").tag(sync=True)
    error = traitlets.Any("w1").tag(sync=True)
    numbers = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(
        self, mixture=None, schedule="linear", *, calls=10, spacing="trailing", seed=0, sampler="all",
        error="w1",
    ):  # fmt: skip
        check_mixture(EIGHT if mixture is None else mixture)
        own = None if isinstance(schedule, str) else _check_length(check_schedule(schedule))
        offered = {name: getattr(NoiseSchedule, name)() for name in SCHEDULES}
        self._schedules = offered if own is None else {"yours": own, **offered}
        self._own = mixture
        super().__init__()
        self.set_trait("mixtures", listed(mixture))
        self.set_trait("schedules", [_packed(*each) for each in self._schedules.items()])
        self.data = self.mixtures[0]["name"]
        self.schedule = schedule if own is None else "yours"
        self.calls, self.spacing, self.seed = calls, spacing, seed
        self.sampler, self.error = sampler, error

    @traitlets.validate("spacing", "schedule", "data", "sampler", "error")
    def _check_name(self, proposal):
        names = {
            "spacing": SPACINGS,
            "schedule": self._schedules,
            "data": [each["name"] for each in self.mixtures],
            "sampler": ("all", *SAMPLERS),
            "error": ERRORS,
        }
        return check_choice(proposal.trait.name, proposal.value, names[proposal.trait.name])

    @traitlets.validate("calls", "seed")
    def _check_whole(self, proposal):
        limits = {"calls": CALLS, "seed": SEEDS}[proposal.trait.name]
        return check_int(proposal.trait.name, proposal.value, *limits)

    def _alt(self):
        modes = len(self._mixture.means)
        return (
            f"SamplerRace: samples of five samplers over the exact density of {modes} Gaussians, "
            f"each after {self.calls} network calls from the same noise, and their error against the number "
            "of calls on logarithmic scales. In the page a slider sets the calls."
        )

    def _still(self):
        return still(self._mixture, self._schedules[self.schedule], self.calls, self.spacing, self.seed)

    @property
    def _mixture(self):
        return self._own if self.data == "yours" else PRESETS[self.data][1]


def _check_length(schedule):
    if len(schedule) < CALLS[1]:
        raise ValueError(
            f"schedule must have at least {CALLS[1]} steps, as many as the race has calls; "
            f"got {len(schedule)}."
        )
    return schedule


def _packed(name, schedule):
    label = "your schedule" if name == "yours" else name
    return {"name": name, "label": label, "betas": packed_betas(schedule)}
