"""p5, from the part on conditions: what guidance buys in a flow, and what it costs."""

from .. import criteria
from ..judges import digit_features, read_digits
from ..obeying import obeys_labels
from ..project import Project

SHAPE = (1, 8, 8)

PROJECT = Project(
    "What guidance buys, and what it costs",
    (
        criteria.images(SHAPE),
        criteria.seeds(SHAPE, of_both=True),
        obeys_labels(SHAPE, read_digits, 10, "the same models without guidance"),
        criteria.claim(SHAPE, digit_features, points=3),
        criteria.no_copies(SHAPE, points=1),
        criteria.kept_apart(SHAPE, name="digits"),
        criteria.card(),
    ),
)
