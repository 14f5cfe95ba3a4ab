"""p3, from the part on exact densities: a flow in the plane against a mixture of normal distributions."""

from .. import criteria, densities
from ..project import Project

PROJECT = Project(
    "A density with a shape",
    (
        densities.finite(),
        densities.seeds(),
        densities.normalised(),
        densities.likelier("a mixture of normal distributions"),
        densities.claim(),
        criteria.card(),
    ),
)
