"""p3, from the part on exact densities: a flow in the plane against a mixture of normal distributions."""

from ... import data
from .. import criteria, densities
from ..project import Project

BASELINE = "a mixture of normal distributions"
TRAINING = (2000, 0)  # how many points of the spiral, and their seed: as in the starter


def spiral(n, seed):
    """Points of the spiral [n, 2]."""
    return data.toy("spiral", n, seed)


PROJECT = Project(
    "A density with a shape",
    (
        densities.finite(),
        densities.seeds(),
        densities.normalised(),
        densities.split(spiral, TRAINING),
        densities.likelier(BASELINE, spiral),
        densities.claim(),
        criteria.card(),
    ),
)
