"""p2, from the part on games: does one trick help the training of a GAN?"""

from .. import criteria
from ..judges import digit_features, read_digits
from ..obeying import modes
from ..project import Project

SHAPE = (1, 8, 8)

PROJECT = Project(
    "One trick of the GAN trade, tried over seeds",
    (
        criteria.images(SHAPE),
        criteria.seeds(SHAPE, points=3, of_both=True),
        criteria.learnt(SHAPE, digit_features, "without the trick"),
        criteria.claim(SHAPE, digit_features, points=4),
        modes(SHAPE, read_digits, classes=10),
        criteria.no_copies(SHAPE, points=1),
        criteria.kept_apart(SHAPE, name="digits"),
        criteria.card(),
    ),
)
