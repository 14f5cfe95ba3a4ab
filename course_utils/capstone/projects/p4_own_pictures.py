"""p4, from the part on diffusion: a model of one's own folder of pictures."""

from .. import criteria
from ..judges import small_pictures
from ..project import Project

SHAPE = (3, 16, 16)
BASELINE = "draws from a normal distribution fitted to the pixels"

PROJECT = Project(
    "Diffusion on pictures of your own",
    (
        criteria.images(SHAPE),
        criteria.seeds(SHAPE),
        criteria.beats(SHAPE, small_pictures, BASELINE),
        criteria.claim(SHAPE, small_pictures),
        criteria.no_copies(SHAPE),
        criteria.kept_apart(SHAPE),
        criteria.card(),
    ),
)
