"""Two densities on a line: the plan from one to the other, the area between the CDFs, W1 beside JS."""

import traitlets

from ..._validate import check_choice, check_number
from ..shared.face import Face
from .exact import bumps, numbers
from .still import draw_still

FURTHEST = 8.0  # as in state.js, like the next two
WIDTHS = (0.1, 2.0)
WIDEST_GAP = 12.0


class EarthMover(Face):
    """Two densities on a line, to be dragged, with what it costs to move p's mass to q.

    Drawn: p and q with the earth on its way, the plan as lines, both CDFs with the area between them (W1),
    the best potential f, and W1 and JS against the place of q. p_mean, q_mean: in [-8, 8]; p_std, q_std: in
    [0.1, 2]; p_gap: above 0, p is two bumps that far apart, at most 12; moved: the share of the way that the
    earth has gone, in [0, 1]; chosen: "p" or "q", which the arrow keys move. All follow what you do in the
    page, and so does `mover.numbers`. Raises TypeError or ValueError for a number out of range.
    """

    p_mean = traitlets.Any(-2.0).tag(sync=True)
    p_std = traitlets.Any(0.8).tag(sync=True)
    p_gap = traitlets.Any(0.0).tag(sync=True)
    q_mean = traitlets.Any(2.0).tag(sync=True)
    q_std = traitlets.Any(0.8).tag(sync=True)
    moved = traitlets.Any(0.3).tag(sync=True)
    chosen = traitlets.Any("q").tag(sync=True)

    def __init__(self, p_mean=-2.0, p_std=0.8, p_gap=0.0, q_mean=2.0, q_std=0.8, moved=0.3, chosen="q"):
        places = {"p_mean": p_mean, "p_std": p_std, "p_gap": p_gap, "q_mean": q_mean, "q_std": q_std}
        super().__init__(**places, moved=moved, chosen=chosen)

    @property
    def numbers(self):
        """w1 (in units of x), js (in nats), w1_slope and js_slope (for each unit that q moves right)."""
        return numbers(*self._densities())

    @traitlets.validate("p_mean", "q_mean")
    def _check_mean(self, proposal):
        return check_number(proposal.trait.name, proposal.value, -FURTHEST, FURTHEST)

    @traitlets.validate("p_std", "q_std")
    def _check_std(self, proposal):
        return check_number(proposal.trait.name, proposal.value, *WIDTHS)

    @traitlets.validate("p_gap")
    def _check_gap(self, proposal):
        return check_number("p_gap", proposal.value, 0, WIDEST_GAP)

    @traitlets.validate("moved")
    def _check_moved(self, proposal):
        return check_number("moved", proposal.value, 0, 1)

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal):
        return check_choice("chosen", proposal.value, ("p", "q"))

    def _densities(self):
        return bumps(self.p_mean, self.p_std, self.p_gap), bumps(self.q_mean, self.q_std)

    def _alt(self):
        now = self.numbers
        where = f"one bump at {self.p_mean:g}"
        if self.p_gap:
            where = f"two bumps {self.p_gap:g} apart around {self.p_mean:g}"
        return (
            f"EarthMover: a density p, {where}, and q, one bump at {self.q_mean:g}, with the area between "
            f"their CDFs, the best potential, and W1 and JS against the place of q; W1 is {now.w1:.2f} units "
            f"of x and JS {now.js:.2f} nats of at most log 2."
        )

    def _still(self):
        return draw_still(*self._densities(), self.q_mean, self.numbers)
