"""A cloud of samples beside a cloud of data, to be moved, shrunk, split or copied: every measure is live."""

import torch
import traitlets

from ..._validate import check_choice, check_int, check_number
from ..shared.face import Face
from .clouds import HALF, changed, check_data, check_samples, draw_clouds, packed
from .measures import Numbers, against, chance
from .still import still

N = 200
SEEDS = (0, 9)
MADE_OF = {
    "draws": "fresh draws of the data's mixture",
    "copies": "copies of the data",
    "gaussian": "draws of one Gaussian fitted to the data",
    "yours": "your samples",
}
LIMITS = {  # as in state.js
    "shift_x": (-HALF, HALF),
    "shift_y": (-HALF, HALF),
    "split_x": (-HALF, HALF),
    "split_y": (-HALF, HALF),
    "width": (0, 3),
    "noise": (0, 2),
    "outliers": (0, 0.2),
}


class MetricPlayground(Face):
    """Data and samples in the plane, and nine measures of the samples that follow what is done to them.

    mixture: an exact.GaussianMixture in the plane of 2 to 9 modes within 4 of 0, five by default; samples:
    your own [N, 2], 20 to 400, or None; made_of: "draws" (of the mixture), "copies" (of the data), "gaussian"
    (draws of the one fitted to the data) or "yours"; width: of each mode, 0 to 3 times as it is; dropped:
    modes, from 1, whose samples go to the others; noise: standard deviation of what is added, 0 to 2;
    split_x, split_y: where every second sample goes, and shift_x, shift_y: all of them, -5 to 5; outliers:
    the share that is junk, 0 to 0.2; chosen: "all" or "half", which the arrow keys move; seed: 0 to 9.

    There are 200 points of data, or as many as samples. All but mixture, samples and seed follow the page
    and can be set. `playground.numbers`: the nine measures of what is on show (see measures.against);
    `playground.chance`: for each (low, high), the ends of what 100 other draws of the mixture come to.
    Raises TypeError or ValueError for what does not fit.
    """

    mixture = traitlets.Dict(read_only=True).tag(sync=True)
    clouds = traitlets.Dict(read_only=True).tag(sync=True)
    chance = traitlets.Dict(read_only=True).tag(sync=True)
    made_of = traitlets.Any("draws").tag(sync=True)
    shift_x = traitlets.Any(0.0).tag(sync=True)
    shift_y = traitlets.Any(0.0).tag(sync=True)
    split_x = traitlets.Any(0.0).tag(sync=True)
    split_y = traitlets.Any(0.0).tag(sync=True)
    dropped = traitlets.Any(()).tag(sync=True)
    width = traitlets.Any(1.0).tag(sync=True)
    noise = traitlets.Any(0.0).tag(sync=True)
    outliers = traitlets.Any(0.0).tag(sync=True)
    chosen = traitlets.Any("all").tag(sync=True)

    def __init__(
        self, mixture=None, samples=None, *, made_of=None, shift_x=0.0, shift_y=0.0, split_x=0.0,
        split_y=0.0, dropped=(), width=1.0, noise=0.0, outliers=0.0, chosen="all", seed=0,
    ):  # fmt: skip
        self._mixture = check_data(mixture)
        samples = None if samples is None else check_samples(samples)
        generator = torch.Generator().manual_seed(check_int("seed", seed, *SEEDS))
        count = N if samples is None else len(samples)
        self._clouds = draw_clouds(self._mixture, count, samples, generator)
        super().__init__()
        parts = ("means", "stds", "weights")
        self.set_trait("mixture", {name: getattr(self._mixture, name).tolist() for name in parts})
        self.set_trait("clouds", packed(self._clouds))
        self.made_of = made_of or ("draws" if samples is None else "yours")
        self.dropped, self.width, self.noise, self.outliers = dropped, width, noise, outliers
        self.shift_x, self.shift_y, self.split_x, self.split_y = shift_x, shift_y, split_x, split_y
        self.chosen = chosen
        ends = chance(self._mixture, self._clouds["data"], generator)
        self.set_trait("chance", {name: list(pair) for name, pair in ends._asdict().items()})

    @property
    def samples(self):
        """The samples on show, [N, 2] in float64."""
        names = ("made_of", "dropped", *LIMITS)
        return changed(self._mixture, self._clouds, {name: getattr(self, name) for name in names})

    @property
    def numbers(self):
        """The nine measures of the samples on show, a named tuple."""
        return against(self._mixture, self._clouds["data"])(self.samples)

    @traitlets.validate("made_of")
    def _check_made_of(self, proposal):
        offered = [name for name in MADE_OF if name != "yours" or name in self._clouds]
        return check_choice("made_of", proposal.value, offered)

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal):
        return check_choice("chosen", proposal.value, ("all", "half"))

    @traitlets.validate(*LIMITS)
    def _check_number(self, proposal):
        return check_number(proposal.trait.name, proposal.value, *LIMITS[proposal.trait.name])

    @traitlets.validate("dropped")
    def _check_dropped(self, proposal):
        count = len(self._mixture.means)
        if not isinstance(proposal.value, (list, tuple)):
            raise TypeError(f"dropped must be a list of modes; got {proposal.value!r}.")
        dropped = sorted({check_int("each mode in dropped", mode, 1, count) for mode in proposal.value})
        if len(dropped) == count:
            raise ValueError(f"dropped must leave one of the {count} modes; got {dropped}.")
        return dropped

    def _alt(self):
        now = self.numbers
        seen = [name for name in Numbers._fields if not _within(getattr(now, name), self.chance[name])]
        noticed = f"outside what other data come to: {', '.join(seen)}" if seen else "all as for other data"
        return (
            f"MetricPlayground: {len(self._clouds['data'])} points of data in the plane, in "
            f"{len(self._mixture.means)} clumps, and as many samples, {MADE_OF[self.made_of]}, with nine "
            f"measures as bars, each beside the band that other data come to by chance; {noticed}. In the "
            "page the samples are dragged, and every measure follows."
        )

    def _still(self):
        return still(self._clouds["data"], self.samples, self.numbers, self.chance, len(self._mixture.means))


def _within(value, ends):
    return ends[0] <= value <= ends[1]
