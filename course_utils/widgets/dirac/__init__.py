"""The Dirac-GAN as a phase portrait: choose the game, its penalty and the steps, and see where they lead."""

from typing import NamedTuple

import traitlets

from ..._validate import check_choice, check_number
from ...gan import dirac
from ..shared.face import Face
from .still import still

HALF, STEPS = 2.5, 2000  # as in state.js
LIMITS = {"strength": (0, 10), "h": (0.001, 2.5), "theta": (-HALF, HALF), "psi": (-HALF, HALF)}
NAMES = {"game": dirac.GAMES, "penalty": dirac.PENALTIES, "rule": dirac.RULES}
CALLED = {"minimax": "minimax", "non_saturating": "non-saturating", "lsgan": "least-squares", "wgan": "WGAN"}


class Numbers(NamedTuple):
    """field, step: two eigenvalues each, or None; verdict: a word of dirac.VERDICTS; end: (theta, psi)."""

    field: object
    step: object
    verdict: str
    end: tuple


class DiracGame(Face):
    """The Dirac-GAN: data at 0, the generator's point at theta, D(x) = psi x, and a path from a start.

    game: a name of gan.dirac.GAMES; penalty: one of gan.dirac.PENALTIES, with strength from 0 to 10 (None:
    the penalty's default); h: the step size, 0.001 to 2.5; rule: "simultaneous" or "alternating" steps;
    theta, psi: the start, from -2.5 to 2.5. All of them follow the page and can be set.

    Drawn: the field, the path's first 300 steps and, pale, the rest of 2,000, the eigenvalues at (0, 0) of
    the field and of a step, and theta against the step. `numbers`: these eigenvalues (complex; None where
    the penalty has a kink), the verdict on the 2,000 steps and where they end, as `gan.dirac` has them.
    Raises TypeError or ValueError for an unknown name or number out of range. Source: Mescheder et al. 2018.
    """

    game = traitlets.Any("wgan").tag(sync=True)
    penalty = traitlets.Any("none").tag(sync=True)
    strength = traitlets.Any(0.0).tag(sync=True)
    h = traitlets.Any(0.1).tag(sync=True)
    rule = traitlets.Any("simultaneous").tag(sync=True)
    theta = traitlets.Any(1.0).tag(sync=True)
    psi = traitlets.Any(1.0).tag(sync=True)

    def __init__(
        self, game="wgan", penalty="none", strength=None, *, h=0.1, rule="simultaneous", theta=1.0, psi=1.0
    ):
        penalty = check_choice("penalty", penalty, dirac.PENALTIES)
        strength = dirac.PENALTIES[penalty].strength if strength is None else strength
        super().__init__()
        self.game, self.penalty, self.strength = game, penalty, strength
        self.h, self.rule, self.theta, self.psi = h, rule, theta, psi

    @property
    def numbers(self):
        """The Numbers of what is on show."""
        setup = (self.penalty, self.strength)
        path = self._path()
        field = dirac.eigenvalues(self.game, *setup)
        step = dirac.update_eigenvalues(self.game, self.h, self.rule, *setup)
        pairs = (None if pair.isnan().any() else tuple(pair.tolist()) for pair in (field, step))
        return Numbers(*pairs, dirac.verdict(path), tuple(path[-1].tolist()))

    @traitlets.validate(*NAMES)
    def _check_name(self, proposal):
        name = proposal.trait.name
        return check_choice(name, proposal.value, NAMES[name])

    @traitlets.validate(*LIMITS)
    def _check_number(self, proposal):
        name = proposal.trait.name
        return check_number(name, proposal.value, *LIMITS[name])

    def _path(self):
        start = (self.theta, self.psi)
        return dirac.path(self.game, start, self.h, STEPS, self.rule, self.penalty, self.strength)

    def _alt(self):
        named = self.penalty.replace("_", " ")
        penalty = "no penalty" if named == "none" else f"{named} of strength {self.strength:g}"
        return (
            "DiracGame: the plane of the generator's point theta and the slope psi of D, with the field of "
            f"the {CALLED.get(self.game, self.game)} game with {penalty} as arrows around its solution; "
            f"the path of {self.rule} steps of {self.h:g} from ({self.theta:g}, {self.psi:g}) "
            f"{dirac.verdict(self._path())}. In the page the start can be dragged."
        )

    def _still(self):
        setup = {"game": self.game, "penalty": self.penalty, "strength": self.strength}
        path = self._path()
        return still(setup, path, dirac.verdict(path), HALF)
