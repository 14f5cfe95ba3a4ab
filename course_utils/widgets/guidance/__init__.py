"""What the guidance scale samples: an exact labelled mixture in the plane, and digits made beforehand."""

import traitlets

from ..._validate import check_choice, check_int, check_number
from ..shared.face import Face
from .mixtures import PRESETS, check_mixture, listed
from .packing import SCALES, pack_curve, pack_grids
from .still import still_digits, still_exact

SAMPLERS = ("deterministic", "ancestral")
CONVENTIONS = ("s", "w")
SEEDS = (0, 9)


class GuidanceExplorer(Face):
    """Samples under a guidance scale, beside p(x | y) and the tilted density p(x) p(y | x)^s; and digits.

    mixture: a LabelledMixture in the plane, or a dict of means [K, 2], stds, labels [K] and perhaps weights
    [K]; None leaves the presets "two", "three", "broad" and "eight". grids: {scale: images [R * 10, 1, H, W]
    in [0, 1]}, a row for each noise and a column for each label 0 to 9, or None; accuracy, recall: {scale:
    number in [0, 1]} of them, or None. scale: s, 0 (unconditional) to 8, 1 is the conditional itself; label:
    the class. data: the mixture's name, "yours" for one of your own; view: "exact" or "digits" (None: digits
    where only grids are given); sampler: "deterministic" (samplers.heun, 40 steps) or "ancestral"
    (samplers.ddpm, 200 steps), both exact and always from the same noise; convention: "s" or "w" = s - 1,
    which is named first; seed: 0 to 9, of the noise.

    `explorer.scale`, `label`, `data`, `view`, `sampler`, `convention` and the switches `samples`,
    `conditional` and `tilted` follow the page, and can be set. `explorer.numbers` holds for each of these
    three the mean p(y | x), the total variance and the shares of the label's modes. Raises TypeError or
    ValueError for what does not fit.
    """

    mixtures = traitlets.List(read_only=True).tag(sync=True)
    grids = traitlets.Dict(read_only=True).tag(sync=True)
    curves = traitlets.Dict(read_only=True).tag(sync=True)
    scale = traitlets.Any(1.0).tag(sync=True)
    label = traitlets.Any(0).tag(sync=True)
    data = traitlets.Any("two").tag(sync=True)
    view = traitlets.Any("exact").tag(sync=True)
    sampler = traitlets.Any("deterministic").tag(sync=True)
    convention = traitlets.Any("s").tag(sync=True)
    seed = traitlets.Any(0).tag(sync=True)
    samples = traitlets.Bool(True).tag(sync=True)
    conditional = traitlets.Bool(True).tag(sync=True)
    tilted = traitlets.Bool(True).tag(sync=True)
    numbers = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(
        self, mixture=None, grids=None, scale=1.0, label=0, *, data=None, view=None, sampler="deterministic",
        convention="s", accuracy=None, recall=None, seed=0,
    ):  # fmt: skip
        own = check_mixture(mixture)
        curves = {"accuracy": pack_curve("accuracy", accuracy), "recall": pack_curve("recall", recall)}
        if grids is None and any(curves.values()):
            raise ValueError("accuracy and recall must come with grids: they are shown beside the digits.")
        fixed = {"mixtures": listed(own), "grids": pack_grids(grids), "curves": curves}
        super().__init__()
        for name, value in fixed.items():
            self.set_trait(name, value)
        self._labelled = {name: labelled for name, (_, labelled) in PRESETS.items()} | {"yours": own}
        self.data = self.mixtures[0]["name"] if data is None else data
        self.view = ("digits" if self.grids and own is None else "exact") if view is None else view
        self.label, self.scale, self.seed = label, scale, seed
        self.sampler, self.convention = sampler, convention

    @property
    def labelled(self):
        """The LabelledMixture on show."""
        return self._labelled[self.data]

    @traitlets.validate("data", "sampler", "convention")
    def _check_name(self, proposal):
        names = {
            "data": [each["name"] for each in self.mixtures],
            "sampler": SAMPLERS,
            "convention": CONVENTIONS,
        }
        return check_choice(proposal.trait.name, proposal.value, names[proposal.trait.name])

    @traitlets.validate("view")
    def _check_view(self, proposal):
        if check_choice("view", proposal.value, ("exact", "digits")) == "digits" and not self.grids:
            raise ValueError("view must be 'exact' where no grids were given; got 'digits'.")
        return proposal.value

    @traitlets.validate("scale")
    def _check_scale(self, proposal):
        return check_number("scale", proposal.value, *SCALES)

    @traitlets.validate("label")
    def _check_label(self, proposal):
        return check_int("label", proposal.value, 0, self.labelled.classes - 1)

    @traitlets.validate("seed")
    def _check_seed(self, proposal):
        return check_int("seed", proposal.value, *SEEDS)

    @traitlets.observe("data")
    def _keep_label(self, change):
        if self.label >= self.labelled.classes:
            self.label = 0

    def _alt(self):
        first = f"GuidanceExplorer: guidance scale s = {self.scale:.2f} (w = s - 1 = {self.scale - 1:.2f}). "
        if self.view == "digits":
            grids = self.grids
            scales = ", ".join(f"{scale:g}" for scale in grids["scales"])
            return first + (
                f"Digits 0 to 9 in columns, {grids['rows']} noises in rows, made beforehand at s = {scales}; "
                "in the page a slider goes through them, in print stand two noises at three of the scales."
            )
        labelled = self.labelled
        return first + (
            f"Samples guided towards label {self.label} of {labelled.classes}, over contours of the true "
            f"p(x | y = {self.label}) and the tilted density p(x) p(y | x)^s, for a mixture of "
            f"{len(labelled.labels)} Gaussians, at three scales; in the page a slider moves them."
        )

    def _still(self):
        if self.view == "digits":
            return still_digits(self.grids)
        return still_exact(self.labelled, self.label, self.seed)
