"""p1, from the part on codes: an autoencoder that can be drawn from, on digits."""

from .. import criteria
from ..judges import digit_features
from ..project import Project

SHAPE = (1, 8, 8)
BASELINE = "draws from a normal distribution fitted to the pixels"

PROJECT = Project(
    "A variational autoencoder that draws",
    (
        criteria.images(SHAPE),
        criteria.seeds(SHAPE),
        criteria.beats(SHAPE, digit_features, BASELINE),
        criteria.claim(SHAPE, digit_features),
        criteria.no_copies(SHAPE),
        criteria.kept_apart(SHAPE, name="digits"),
        criteria.card(),
    ),
)
