"""Straight lines from noise to data that cross, and the flow of their average velocity, which cannot."""

import traitlets

from ..._validate import check_choice, check_int, check_number
from ..shared.face import Face
from .mixtures import PRESETS, check_mixture, listed
from .reading import read_models
from .still import still

COUPLINGS = ("independent", "transport")
METHODS = ("euler", "midpoint")
FIELDS = ("exact", "learned")
WHOLE = {"rounds": (0, 2), "steps": (1, 50), "seed": (0, 9), "traced": (0, 39)}


class FlowExplorer(Face):
    """Lines x_t = (1 - t) noise + t data at the left; at the right, from the same noise, their flow.

    The velocity of the flow is the average of data - noise over all lines through a point,
    E[data - noise | x_t = x]. mixture: an exact.GaussianMixture on a line or in the plane, or None; data: the
    mixture on show, "yours" for your own, else "two", "three" (on a line) or "eight" (in the plane). model:
    your velocity for these data, callable (x [B, D], t [B]) -> [B, D], or a list of up to three, for rounds
    0, 1 and 2; it is read off on a grid, between whose points the page interpolates. coupling: of noise and
    data, "independent" or "transport" (optimal transport); rounds: 0, 1 or 2 of reflow; steps: 1 to 50;
    method: "euler" or "midpoint"; field: "exact" or "learned" (None: learned where a model is given); t: 0
    (noise) to 1 (data); seed: 0 to 9; traced: which of the 40 lines is followed.

    How the page computes. Round 0 with independent noise: exact, from the mixture. Round k + 1 has as its
    lines those from noise to where round k's flow ends. On a line of numbers these lines do not cross, so
    that its flow is the lines themselves, exactly; so it is under optimal transport, taken for the whole
    distribution, of which the shown batch is sorted. In the plane the velocity of round 1, of round 2 and of
    optimal transport (in batches of 64) is fitted to 512 pairs: the exact average for those pairs with a
    Gaussian of width 0.1 around both ends. Dashed is the flow itself: the Runge-Kutta method in 40 steps.

    All of them follow the page and can be set. `explorer.numbers`: rounds, field, pairs (780, of the 40
    lines), crossings (pairs that cross; in the plane, pairs whose ends it would shorten the lines to
    exchange), straightness of the flow (Liu et al. 2023, eq. 3; 0 is straight), and of the samples: error
    (root mean square distance of their ends from the flow's), w1 (to the data, sliced in the plane), shares
    (of each mode). Raises TypeError or ValueError for what does not fit.
    """

    mixtures = traitlets.List(read_only=True).tag(sync=True)
    learned = traitlets.Dict(read_only=True).tag(sync=True)
    data = traitlets.Any("two").tag(sync=True)
    coupling = traitlets.Any("independent").tag(sync=True)
    rounds = traitlets.Any(0).tag(sync=True)
    steps = traitlets.Any(8).tag(sync=True)
    method = traitlets.Any("euler").tag(sync=True)
    field = traitlets.Any("exact").tag(sync=True)
    t = traitlets.Any(0.5).tag(sync=True)
    seed = traitlets.Any(0).tag(sync=True)
    traced = traitlets.Any(20).tag(sync=True)
    numbers = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(
        self, mixture=None, model=None, *, data=None, coupling="independent", rounds=0, steps=8,
        method="euler", field=None, t=0.5, seed=0, traced=20,
    ):  # fmt: skip
        own = check_mixture(mixture)
        known = {} if own is None else {"yours": own}
        known |= {name: each for name, (_, each) in PRESETS.items()}
        data = check_choice("data", next(iter(known)) if data is None else data, known)
        learned = {} if model is None else {"name": data, "rounds": read_models(model, known[data])}
        super().__init__()
        self._known = known
        self.set_trait("mixtures", listed(own))
        self.set_trait("learned", learned)
        self.data, self.coupling, self.method = data, coupling, method
        self.rounds, self.steps, self.seed, self.traced, self.t = rounds, steps, seed, traced, t
        self.field = ("learned" if self.learned else "exact") if field is None else field

    @property
    def mixture(self):
        """The GaussianMixture on show."""
        return self._known[self.data]

    @traitlets.validate("data", "coupling", "method")
    def _check_name(self, proposal):
        name = proposal.trait.name
        names = {"data": [each["name"] for each in self.mixtures], "coupling": COUPLINGS, "method": METHODS}
        return check_choice(name, proposal.value, names[name])

    @traitlets.validate("field")
    def _check_field(self, proposal):
        if check_choice("field", proposal.value, FIELDS) == "learned" and not self.learned:
            raise ValueError("field must be 'exact' where no model was given; got 'learned'.")
        return proposal.value

    @traitlets.validate(*WHOLE)
    def _check_whole(self, proposal):
        return check_int(proposal.trait.name, proposal.value, *WHOLE[proposal.trait.name])

    @traitlets.validate("t")
    def _check_t(self, proposal):
        return check_number("t", proposal.value, 0, 1)

    def _alt(self):
        mixture = self.mixture
        where = "on a line, over time" if mixture.dim == 1 else "in the plane"
        count = len(mixture.means)
        return (
            f"FlowExplorer: {where}, 40 straight lines from noise to data, a mixture of {count} "
            f"Gaussian{'' if count == 1 else 's'}, and from the same noise the curved paths of the flow with "
            "the lines' average velocity; in the page sliders change the time and the number of steps."
        )

    def _still(self):
        return still(self.mixture, self.seed)
